"""The file of a case: all that a person, or an agency, must see of it at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from receivables.cases.case import Case
from receivables.core.clock import local_date
from receivables.core.configuration import Company
from receivables.core.money import Money, total
from receivables.customers import Customer
from receivables.dunning.dues import Due
from receivables.ledger import ChargeDetail


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """Something that happened, in words; `at` is UTC."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as of a moment. `dues` are what is asked for of its invoices, with the late charges that ride with them, and
    `workings` how those came about, by their numbers; `company` is whose the case is, as of then; `closed` are its invoices that are paid by now; `history` is oldest
    first."""

    case: Case
    customer: Customer
    creditor: str
    reply_to: str | None
    agency: str
    dues: tuple[Due, ...]
    closed: tuple[str, ...]
    history: tuple[HistoryLine, ...]
    as_of: datetime
    unapplied: Money
    workings: Mapping[str, ChargeDetail] = field(default_factory=dict)
    company: Company = Company()

    @property
    def lines(self) -> tuple[Due, ...]:
        """All that is asked for, each charge once, after the first due that it rides with."""
        found: dict[str, Due] = {}
        for due in self.dues:
            for each in (due, *due.charges):
                found.setdefault(each.key, each)
        return tuple(found.values())

    @property
    def open(self) -> Money:
        """What is asked for, all in all."""
        return total((line.amount for line in self.lines), self.unapplied.currency)

    @property
    def today(self) -> date:
        """The date where the customer is."""
        return local_date(self.as_of, self.customer.tz)

    def days_overdue(self, due: Due) -> int:
        """Calendar days since the due date, where the customer is."""
        return (self.today - due.due_date).days
