"""What is charged for a payment plan: its fee and interest, each a receivable of its own that concerns the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from receivables.arrangements.plan_schedule import Outline
from receivables.charges.numbers import charge_number
from receivables.core.ids import derived_id
from receivables.core.money import Money
from receivables.ledger import (
    ChargeDetail,
    Entry,
    EntryKind,
    Invoice,
    ItemChange,
    ItemKind,
    LedgerName,
    Leg,
    OpenItem,
    WorkingRow,
)

FEE_RULE: Final = "plan-fee"
INTEREST_RULE: Final = "plan-interest"
INTEREST_NOTE: Final = (
    "agreed with the plan; actual/365 on what is left of the principal; rounded once, half to even"
)


@dataclass(frozen=True, slots=True)
class PlanCharge:
    """A receivable for a plan, due with the plan's last part."""

    document: Invoice

    @property
    def number(self) -> str:
        return self.document.number

    @property
    def amount(self) -> Money:
        return self.document.amount

    def entry(self, source: str, recorded_at: datetime) -> Entry:
        """Debit receivable, credit fees or interest income."""
        document, minor = self.document, self.document.amount.minor
        interest = document.kind is ItemKind.INTEREST
        income = LedgerName.INTEREST_INCOME if interest else LedgerName.FEES
        return Entry(
            id=derived_id("ent", "plan-charge", document.number),
            account_id=document.account_id,
            kind=EntryKind.INTEREST if interest else EntryKind.FEE,
            amount=document.amount,
            effective_at=document.issued_at,
            recorded_at=recorded_at,
            legs=(Leg(LedgerName.RECEIVABLE, minor, document.number), Leg(income, -minor, document.number)),
            source=source,
            invoice=document.number,
            reason=document.description,
            due_date=document.due_date,
        )

    def change(self) -> ItemChange:
        """The new document with its open item."""
        document = self.document
        item = OpenItem(
            number=document.number,
            amount=document.amount,
            balance=document.amount,
            issue_date=document.issue_date,
            due_date=document.due_date,
            description=document.description,
            kind=document.kind,
            concerns=document.concerns,
        )
        return ItemChange(document.number, None, item, document=document)


def plan_charges(
    found: Outline, percent: Decimal | None, plan_id: str, account_id: str, today: date, at: datetime
) -> Iterator[PlanCharge]:
    """The receivables for the fee and the interest of a plan, as far as there are any."""
    period = f"{today}/{found.parts[-1].on}"

    def charge(kind: ItemKind, amount: Money, description: str, detail: ChargeDetail) -> PlanCharge:
        return PlanCharge(
            Invoice(
                number=charge_number(plan_id, detail.rule, None),
                account_id=account_id,
                amount=amount,
                issue_date=today,
                due_date=found.parts[-1].on,
                issued_at=at,
                description=description,
                kind=kind,
                concerns=plan_id,
                charge=detail,
            )
        )

    if found.fee:
        agreed = ChargeDetail(FEE_RULE, "", period, notes=("agreed with the plan",))
        yield charge(ItemKind.FEE, found.fee, "Fee for the payment plan", agreed)
    if found.interest:
        rows = tuple(
            WorkingRow(row.first, row.last, row.days, row.balance, f"{percent:f}", f"{row.amount:f}")
            for row in found.rows
        )
        working = ChargeDetail(INTEREST_RULE, "", period, rows, (INTEREST_NOTE,))
        yield charge(ItemKind.INTEREST, found.interest, "Interest for the payment plan", working)
