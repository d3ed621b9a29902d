"""Upkeep of credit: unapplied credit that is set against what is open by itself, and credit limits that are crossed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from receivables.arrangements import Dispute
from receivables.arrangements.credit import CreditState, credit_standing
from receivables.core.errors import TooLarge
from receivables.core.ids import dated_id
from receivables.core.money import Money
from receivables.customers import Customer
from receivables.ledger import (
    AccountChange,
    Credit,
    CreditSource,
    OpenItem,
    PaymentRecord,
    Posting,
    WorkingSet,
)
from receivables.ledger.allocation import Named, allocate
from receivables.ledger.crediting import apply_credit
from receivables.ledger.deeds import Deed
from receivables.ledger.facts import account_event
from receivables.terms import Settlement
from receivables.terms.settlement import CreditUse

UPKEEP: Final = "system"
"""The source of what upkeep does, and who did it."""

MOST_SETTLED: Final = 20
"""Receivables that are settled in one transaction when all do not fit into one."""


def apply_automatically(
    working_set: WorkingSet,
    settlement: Settlement,
    payment: Callable[[str], PaymentRecord],
    tz: ZoneInfo,
    at: datetime,
) -> Sequence[Posting]:
    """The oldest credit that can pay something, set against it, where the terms do that by themselves. What is disputed is
    not paid by it: who disputes a thing has not said that it be paid. `payment` reads the record of one."""
    if settlement.credit is not CreditUse.AUTOMATIC:
        return ()
    for credit in sorted(working_set.credits, key=lambda credit: (credit.effective_at, credit.id)):
        deed = Deed(credit.id, UPKEEP, credit.effective_at, at, "unapplied credit, set against what is open")
        record = payment(credit.key) if credit.source is CreditSource.PAYMENT else None
        posting = _applied(working_set, credit, deed, record, settlement, tz)
        if posting is not None:
            return (posting,)
    return ()


def _applied(
    working_set: WorkingSet,
    credit: Credit,
    deed: Deed,
    record: PaymentRecord | None,
    settlement: Settlement,
    tz: ZoneInfo,
) -> Posting | None:
    items, undisputed = working_set.open_items, _undisputed(working_set)
    shares = allocate(credit.balance, undisputed, (), settlement)
    contested = undisputed != items
    named = [Named(each.number, Money(each.minor, credit.balance.currency)) for each in shares]

    def build(most: int) -> Posting | None:
        numbers = {each.number for each in shares[:most]}
        return apply_credit(
            working_set.account.id,
            credit,
            [item for item in items if item.number in numbers],
            deed,
            settlement=settlement,
            tz=tz,
            record=record,
            named=named[:most] if contested else (),
        )

    if not shares:
        return None
    try:
        return build(len(shares))
    except TooLarge:
        return build(MOST_SETTLED)


def limit_crossed(working_set: WorkingSet, customer: Customer, at: datetime) -> Sequence[Posting]:
    """That the customer has come to owe more than the credit limit on this account, or less again, on record once."""
    account = working_set.account
    found = credit_standing(customer.credit_limit, customer.credit_release, account.exposure, at)
    over = found.state is CreditState.EXCEEDED
    if over == account.over_limit:
        return ()
    event = "credit_limit_exceeded" if over else "credit_limit_kept_again"
    fact = account_event(
        event,
        dated_id("evt", at, account.id, str(account.rev), event),
        at,
        UPKEEP,
        exposure=account.exposure.minor,
        limit=found.limit.minor if found.limit else None,
        currency=account.currency,
    )
    return (
        Posting(account.id, account=AccountChange(over_limit=over), facts=(fact,), account_rev=account.rev),
    )


def _undisputed(working_set: WorkingSet) -> tuple[OpenItem, ...]:
    """What is open, without what is disputed of it."""
    disputed: dict[str, int] = {}
    for each in working_set.arrangements:
        if isinstance(each, Dispute) and each.active:
            disputed[each.invoice] = disputed.get(each.invoice, 0) + each.amount.minor
    if not disputed:
        return working_set.open_items
    return tuple(
        replace(item, balance=Money(left, item.balance.currency))
        for item in working_set.open_items
        if (left := item.balance.minor - disputed.get(item.number, 0)) > 0
    )
