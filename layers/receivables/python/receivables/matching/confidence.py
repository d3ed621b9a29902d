"""How sure a candidate is: one table of what names it, what the amount says, and who pays.

Nothing is sure by one kind of evidence alone, but for a reference with check digits: a number needs an amount or a payer that agree, an
amount or a payer alone is a proposal. The numbers are not probabilities: they put cases in order, and `tests` hold them to account on a
hostile set of lines of which the truth is known.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from receivables.matching.candidates import Fit, PayerSays, Told


class _Amount(StrEnum):
    FULL = "full"
    NEAR = "near"
    PART = "part"
    OVER = "over"


_AMOUNTS: Final = {
    Fit.EXACT: _Amount.FULL,
    Fit.DISCOUNT: _Amount.FULL,
    Fit.CHARGES: _Amount.FULL,
    Fit.CREDIT: _Amount.NEAR,
    Fit.LATE_DISCOUNT: _Amount.NEAR,
    Fit.FEE: _Amount.NEAR,
    Fit.TOLERANCE: _Amount.NEAR,
    Fit.PART: _Amount.PART,
    Fit.OVER: _Amount.OVER,
}

_PAYERS: Final = tuple(PayerSays)

_TABLE: Final = {
    # payer:                         known named likely unknown differs other
    (Told.STRUCTURED, _Amount.FULL): (99, 99, 99, 99, 98, 93),
    (Told.STRUCTURED, _Amount.NEAR): (98, 98, 98, 97, 95, 80),
    (Told.STRUCTURED, _Amount.PART): (97, 96, 95, 94, 92, 70),
    (Told.STRUCTURED, _Amount.OVER): (95, 93, 92, 88, 80, 60),
    (Told.NUMBER, _Amount.FULL): (99, 98, 98, 96, 94, 80),
    (Told.NUMBER, _Amount.NEAR): (97, 95, 94, 92, 86, 60),
    (Told.NUMBER, _Amount.PART): (95, 93, 91, 80, 70, 40),
    (Told.NUMBER, _Amount.OVER): (93, 91, 88, 75, 65, 35),
    (Told.DIGITS, _Amount.FULL): (98, 97, 96, 94, 91, 70),
    (Told.DIGITS, _Amount.NEAR): (95, 93, 91, 84, 75, 45),
    (Told.DIGITS, _Amount.PART): (92, 90, 86, 60, 50, 25),
    (Told.DIGITS, _Amount.OVER): (88, 85, 80, 55, 45, 20),
    (Told.SHORT, _Amount.FULL): (96, 94, 90, 72, 60, 30),
    (Told.SHORT, _Amount.NEAR): (88, 84, 75, 40, 30, 10),
    (Told.SHORT, _Amount.PART): (70, 60, 50, 15, 0, 0),
    (Told.SHORT, _Amount.OVER): (60, 50, 40, 10, 0, 0),
    (Told.TYPO, _Amount.FULL): (96, 95, 94, 91, 82, 40),
    (Told.TYPO, _Amount.NEAR): (92, 90, 86, 65, 50, 15),
    (Told.TYPO, _Amount.PART): (90, 85, 70, 25, 15, 0),
    (Told.TYPO, _Amount.OVER): (75, 70, 55, 15, 10, 0),
    (Told.NOTHING, _Amount.FULL): (94, 92, 85, 50, 35, 15),
    (Told.NOTHING, _Amount.NEAR): (84, 80, 65, 20, 10, 0),
    (Told.NOTHING, _Amount.PART): (65, 55, 45, 0, 0, 0),
    (Told.NOTHING, _Amount.OVER): (60, 50, 40, 0, 0, 0),
}

AGREEING: Final = frozenset({PayerSays.KNOWN, PayerSays.NAMED, PayerSays.LIKELY})
"""Payers that speak for an account."""


def confidence(told: Told, fit: Fit, payer: PayerSays) -> int:
    """Percent."""
    return _TABLE[told, _AMOUNTS[fit]][_PAYERS.index(payer)]


def settles(fit: Fit) -> bool:
    """Whether the amount speaks for just these receivables."""
    return _AMOUNTS[fit] in {_Amount.FULL, _Amount.NEAR}


def is_full(fit: Fit) -> bool:
    """Whether nothing is left to be explained."""
    return _AMOUNTS[fit] is _Amount.FULL
