"""Payment terms: a versioned document of everything that is agreed about when and how an invoice is paid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from receivables.core.errors import FieldError, InvalidFields
from receivables.terms.calendars import CalendarRule, calendar_problems
from receivables.terms.discounts import DiscountRules, discount_problems
from receivables.terms.due import DueRule, NetDays, due_problems
from receivables.terms.instalments import InstalmentRule, instalment_problems
from receivables.terms.late_charges import LateCharges, late_charge_problems
from receivables.terms.settlement import Settlement, settlement_problems

MAX_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Terms:
    """One immutable version of payment terms.

    Without `instalments` all is due by `due`. Raises InvalidFields, each field by its path in the document
    (`instalments.1.share.percent`).
    """

    id: str
    version: int
    name: str
    in_force_from: date
    due: DueRule = NetDays(30)
    instalments: tuple[InstalmentRule, ...] = ()
    calendar: CalendarRule = CalendarRule()
    discount: DiscountRules | None = None
    late_charges: LateCharges | None = None
    settlement: Settlement = Settlement()

    def __post_init__(self) -> None:
        errors = list(_problems(self))
        if errors:
            raise InvalidFields(errors)


def _problems(terms: Terms) -> Iterator[FieldError]:
    if not terms.name.strip():
        yield FieldError("name", "must not be empty")
    if len(terms.name) > MAX_NAME:
        yield FieldError("name", f"must have at most {MAX_NAME} characters")
    yield from due_problems(terms.due, "due")
    yield from instalment_problems(terms.instalments, "instalments")
    yield from calendar_problems(terms.calendar, "calendar")
    if terms.discount is not None:
        yield from discount_problems(terms.discount, None if terms.instalments else terms.due, "discount")
    if terms.late_charges is not None:
        yield from late_charge_problems(terms.late_charges, "late_charges")
    yield from settlement_problems(terms.settlement, "settlement")


DEFAULT_TERMS: Final = Terms("net-30", 1, "Net 30 days", date(1970, 1, 1))
"""What applies where neither the customer nor the company has chosen."""
