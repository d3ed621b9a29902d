"""Settlement: in which order money is set against what is owed, and which differences are let go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from receivables.core.amounts import Amounts
from receivables.core.errors import FieldError
from receivables.terms.conditions import ChargesOrder, CreditNoteOrder
from receivables.terms.figures import small_change_problems


class Order(StrEnum):
    """Which of several open invoices is paid first."""

    OLDEST_DUE = "oldest_due"
    SMALLEST = "smallest"
    LARGEST = "largest"


class CreditUse(StrEnum):
    """When unapplied credit is set against open invoices."""

    AUTOMATIC = "automatic"
    ON_REQUEST = "on_request"


@dataclass(frozen=True, slots=True)
class Settlement:
    """`rounding`: a rest of at most so much, and an excess of at most so much, is written off to its own ledger account."""

    order: Order = Order.OLDEST_DUE
    charges: ChargesOrder = ChargesOrder.AFTER_PRINCIPAL
    credit: CreditUse = CreditUse.AUTOMATIC
    credit_notes: CreditNoteOrder = CreditNoteOrder.LAST_FIRST
    rounding: Amounts = Amounts()


def settlement_problems(settlement: Settlement, at: str) -> Iterator[FieldError]:
    """What is wrong with settlement rules that stand at that path of a document."""
    yield from small_change_problems(settlement.rounding, f"{at}.rounding")
