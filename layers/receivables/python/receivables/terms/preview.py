"""Previews: what terms would do to an invoice, and what they say. The figures are those that issuing posts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from receivables.core.money import Money
from receivables.terms.business_days import BusinessCalendar
from receivables.terms.schedule import Schedule, schedule
from receivables.terms.terms import Terms
from receivables.terms.wording import Paragraph, wording


@dataclass(frozen=True, slots=True)
class TermsPreview:
    """What issuing would make of an invoice, and the terms in words."""

    schedule: Schedule
    wording: tuple[Paragraph, ...]


def preview(
    terms: Terms,
    issue_date: date,
    amount: Money,
    tax: Money | None,
    calendar: BusinessCalendar,
    *,
    due_date: date | None = None,
) -> TermsPreview:
    """What these terms would make of an invoice; writes nothing. Raises what `schedule` raises."""
    return TermsPreview(schedule(terms, issue_date, amount, tax, calendar, due_date=due_date), wording(terms))
