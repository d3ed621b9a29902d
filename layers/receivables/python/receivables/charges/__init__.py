"""Late charges: fees and interest on what is paid late, worked out by the terms and shown row by row.

What is named here is loaded when it is first used: the worker needs planning and posting only, and those who read rate
tables not even these. The packs are imported from their module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from receivables.core.on_demand import on_demand

if TYPE_CHECKING:
    from receivables.charges.numbers import charge_number
    from receivables.charges.planning import charged_terms, charges_due, charges_to_read, next_charge_at
    from receivables.charges.posting import post_charges
    from receivables.charges.preview import ChargesPreview, Event, FeePreview, History, preview_charges
    from receivables.charges.rates import RateChange, RateTable, builtin_rates
    from receivables.charges.rulebook import ChargesDue, Correction, NewCharge, Pause, RuleBook, pauses

__all__ = [
    "ChargesDue",
    "ChargesPreview",
    "Correction",
    "Event",
    "FeePreview",
    "History",
    "NewCharge",
    "Pause",
    "RateChange",
    "RateTable",
    "RuleBook",
    "builtin_rates",
    "charge_number",
    "charged_terms",
    "charges_due",
    "charges_to_read",
    "next_charge_at",
    "pauses",
    "post_charges",
    "preview_charges",
]

if not TYPE_CHECKING:
    __getattr__ = on_demand(
        __name__,
        {
            "numbers": "charge_number",
            "planning": "charged_terms charges_due charges_to_read next_charge_at",
            "posting": "post_charges",
            "preview": "ChargesPreview Event FeePreview History preview_charges",
            "rates": "RateChange RateTable builtin_rates",
            "rulebook": "ChargesDue Correction NewCharge Pause RuleBook pauses",
        },
    )
