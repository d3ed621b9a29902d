"""Promises, plans and disputes about what C-1 owes, and terms that charge for lateness."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from receivables.arrangements import Covered, Dispute, DisputeReason, Part, Plan, Promise
from receivables.core.amounts import Amounts
from receivables.ledger import Invoice
from receivables.terms import PLAIN, Instalment, Terms
from receivables.terms.late_charges import Accrual, FeeRule, FixedRate, InterestRule, LateCharges
from tests.builders import eur
from tests.unit.collection.world import ACCOUNT, DUE, at, owed

LONG_AGO = date(2020, 1, 1)


def on(days: int) -> date:
    """So many days after the due date."""
    return DUE + timedelta(days=days)


def promise(*parts: tuple[int, int], number: str = "INV-1", minor: int = 10_000, **changes: Any) -> Promise:
    """A promise, made the day after the due date, of (days after the due date, minor units)."""
    known = Promise(
        id="prm_1",
        account_id=ACCOUNT,
        covers=(Covered(number, eur(minor)),),
        parts=tuple(Part(on(days), eur(amount)) for days, amount in parts),
        made_by="Ada",
        channel="phone",
        recorded_by="fay",
        made_at=at(1),
    )
    return replace(known, **changes)


def plan(
    *parts: tuple[int, int], covers: tuple[tuple[str, int], ...] = (("INV-1", 10_000),), **changes: Any
) -> Plan:
    """A payment plan, agreed four days after the due date, of (days after the due date, minor units)."""
    known = Plan(
        id="pln_1",
        account_id=ACCOUNT,
        covers=tuple(Covered(number, eur(minor)) for number, minor in covers),
        parts=tuple(Part(on(days), eur(amount)) for days, amount in parts),
        agreed_by="Ada",
        channel="phone",
        recorded_by="fay",
        agreed_at=at(4),
    )
    return replace(known, **changes)


def dispute(minor: int, number: str = "INV-1", **changes: Any) -> Dispute:
    known = Dispute(
        id="dsp_1",
        account_id=ACCOUNT,
        invoice=number,
        amount=eur(minor),
        reason=DisputeReason.QUALITY,
        raised_by="Ada",
        channel="portal",
        recorded_by="fay",
        raised_at=at(1),
        owner="fay",
        deadline=on(30),
    )
    return replace(known, **changes)


def in_parts(*parts: tuple[int, int], number: str = "INV-1") -> Invoice:
    """An invoice of instalments: (days after the due date, minor units)."""
    instalments = tuple(Instalment(on(days), eur(minor)) for days, minor in parts)
    whole = owed(number, max(part.due_date for part in instalments), sum(minor for _, minor in parts))
    return replace(
        whole, issue_date=DUE - timedelta(days=30), conditions=replace(PLAIN, instalments=instalments)
    )


def charging(accrual: Accrual = Accrual.MONTHLY, **changes: Any) -> Terms:
    """Terms that charge ten percent a year, and nothing for paying a little late unless told."""
    rules = LateCharges(interest=InterestRule("interest", FixedRate(Decimal(10)), accrual=accrual))
    return Terms("late", 1, "With late charges", LONG_AGO, late_charges=replace(rules, **changes))


def fee(minor: int = 4_000) -> FeeRule:
    return FeeRule("fee", flat=Amounts.of(eur(minor)))


def charged(number: str = "INV-1", minor: int = 10_000, days: int = 0) -> Invoice:
    """An invoice under those terms."""
    invoice = owed(number, on(days), minor)
    return replace(invoice, terms_id="late", terms_version=1, conditions=replace(PLAIN, charged=True))
