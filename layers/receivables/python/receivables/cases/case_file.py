"""The file of a case: all that a person, or an agency, must see of it at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from receivables.cases.case import Case
from receivables.core.clock import local_date
from receivables.core.money import Money, total
from receivables.customers import Customer
from receivables.ledger import OpenItem


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """Something that happened, in words; `at` is UTC."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as of a moment. `items` are those of its invoices that are still open; `history` is oldest first."""

    case: Case
    customer: Customer
    creditor: str
    reply_to: str | None
    agency: str
    items: tuple[OpenItem, ...]
    history: tuple[HistoryLine, ...]
    as_of: datetime
    unapplied: Money

    @property
    def open(self) -> Money:
        return total((item.balance for item in self.items), self.unapplied.currency)

    @property
    def closed(self) -> tuple[str, ...]:
        """Numbers of its invoices that are paid by now."""
        still = {item.number for item in self.items}
        return tuple(number for number in self.case.invoices if number not in still)

    def days_overdue(self, item: OpenItem) -> int:
        """Calendar days since the due date, where the customer is."""
        return (local_date(self.as_of, self.customer.tz) - item.due_date).days
