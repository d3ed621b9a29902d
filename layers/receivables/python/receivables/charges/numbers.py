"""Numbers of charges: derived from what they are for, so that a charge cannot arise twice."""

from __future__ import annotations

from datetime import date
from typing import Final

from receivables.core.ids import derived_id

_DIGITS: Final = 13
"""65 bits: two of a billion charges have the same number with a probability of 1 in 70."""


def charge_number(invoice: str, rule: str, first: date | None) -> str:
    """The number of the charge for an invoice by a rule, for the period that begins on `first` (a fee has none: it is
    charged once), for ever: `LC-` and 13 characters."""
    period = "once" if first is None else first.isoformat()
    return f"LC-{derived_id('charge', invoice, rule, period)[-_DIGITS:]}"
