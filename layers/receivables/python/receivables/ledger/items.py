"""Open items: what is still to be paid of a receivable - of an invoice, or of a late charge for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from receivables.core.money import Money
from receivables.terms import PLAIN, Conditions

if TYPE_CHECKING:
    from receivables.arrangements import Extension, Hold
    from receivables.ledger.moves import Accrued, Move, ShortPayment
    from receivables.terms import Instalment


class ItemKind(StrEnum):
    """What a receivable is for. All but invoices are charges, and concern an invoice (or a payment plan)."""

    INVOICE = "invoice"
    FEE = "fee"
    INTEREST = "interest"


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What is still to be paid of one receivable. `balance` is at most `amount`, and positive; it is zero only while the last late
    charges of a paid invoice have not been worked out yet (see `settling`).

    `schedule` are the instalments as credit notes left them (empty: all is due on `due_date`). `moves` are all changes
    since it was issued; `accrued` what was charged for it so far, worked out at `accrued_rev`. A charge that is not
    `claimed` is on record, but not asked for. `rev` counts changes of balance, schedule and dates.
    """

    number: str
    amount: Money
    balance: Money
    issue_date: date
    due_date: date
    description: str = ""
    case_id: str | None = None
    kind: ItemKind = ItemKind.INVOICE
    concerns: str | None = None
    claimed: bool = True
    terms: str | None = None
    conditions: Conditions = PLAIN
    schedule: tuple[Instalment, ...] = ()
    moves: tuple[Move, ...] = ()
    accrued: tuple[Accrued, ...] = ()
    accrued_rev: int = 0
    hold: Hold | None = None
    extension: Extension | None = None
    short: ShortPayment | None = None
    rev: int = 0

    @property
    def is_charge(self) -> bool:
        return self.kind is not ItemKind.INVOICE

    @property
    def settling(self) -> bool:
        """Paid, but its last charges are still to be worked out."""
        return not self.balance
