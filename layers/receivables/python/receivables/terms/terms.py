"""Net terms: the invoice is due a number of days after its date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from receivables.core.calendar import business_day
from receivables.core.errors import FieldError, InvalidFields

MAX_NET_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Terms:
    """One immutable version of payment terms. `net_days` are calendar days after the invoice date."""

    id: str
    version: int
    name: str
    net_days: int
    in_force_from: date

    def __post_init__(self) -> None:
        errors = []
        if not 0 <= self.net_days <= MAX_NET_DAYS:
            errors.append(FieldError("net_days", f"must be between 0 and {MAX_NET_DAYS}"))
        if not self.name.strip():
            errors.append(FieldError("name", "must not be empty"))
        if errors:
            raise InvalidFields(errors)

    def due_date(self, issue_date: date) -> date:
        """The local date by which an invoice of that date is to be paid."""
        return issue_date + timedelta(days=self.net_days)


@dataclass(frozen=True, slots=True)
class TermsPreview:
    """What terms would do to an invoice, with the reasoning in words."""

    due_date: date
    reasoning: str


def preview(terms: Terms, issue_date: date) -> TermsPreview:
    """The due date that these terms give, and why. Writes nothing. Raises InvalidInput (`issue_date`)."""
    due = terms.due_date(business_day(issue_date, field="issue_date"))
    days = f"{terms.net_days} day{'' if terms.net_days == 1 else 's'}"
    return TermsPreview(due, f"{issue_date} + {days} net = {due} ({terms.name}, version {terms.version})")


DEFAULT_TERMS: Final = Terms("net-30", 1, "Net 30 days", 30, date(1970, 1, 1))
"""What applies where neither the customer nor the company has chosen."""
