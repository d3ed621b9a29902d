"""Payment terms: immutable versions, in force from a date. They turn an invoice into due dates, discounts and charges.

What is named here is loaded when it is first used: what an invoice carries of its terms (`Conditions`) is read by every
function, the two dozen dataclasses of the rules by few. What is done with them is imported from its module:
`terms.schedule`, `terms.preview`, `terms.wording`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from receivables.core.on_demand import on_demand

if TYPE_CHECKING:
    from receivables.terms.business_days import BusinessCalendar, require_known
    from receivables.terms.calendars import Adjustment, CalendarRule, HolidayCalendars
    from receivables.terms.conditions import PLAIN, Conditions
    from receivables.terms.discounts import DiscountRules, DiscountTier
    from receivables.terms.instalments import InstalmentRule
    from receivables.terms.late_charges import LateCharges
    from receivables.terms.offers import Discount, Instalment
    from receivables.terms.settlement import Settlement
    from receivables.terms.terms import DEFAULT_TERMS, Terms

__all__ = [
    "DEFAULT_TERMS",
    "PLAIN",
    "Adjustment",
    "BusinessCalendar",
    "CalendarRule",
    "Conditions",
    "Discount",
    "DiscountRules",
    "DiscountTier",
    "HolidayCalendars",
    "Instalment",
    "InstalmentRule",
    "LateCharges",
    "Settlement",
    "Terms",
    "require_known",
]

if not TYPE_CHECKING:
    __getattr__ = on_demand(
        __name__,
        {
            "business_days": "BusinessCalendar require_known",
            "calendars": "Adjustment CalendarRule HolidayCalendars",
            "conditions": "PLAIN Conditions",
            "discounts": "DiscountRules DiscountTier",
            "instalments": "InstalmentRule",
            "late_charges": "LateCharges",
            "offers": "Discount Instalment",
            "settlement": "Settlement",
            "terms": "DEFAULT_TERMS Terms",
        },
    )
