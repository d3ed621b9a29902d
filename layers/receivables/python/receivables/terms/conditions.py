"""Conditions: what the terms, as they were when an invoice was issued, made of it. They stay with the invoice for ever."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from receivables.terms.offers import Discount, Instalment


class ChargesOrder(StrEnum):
    """Whether late charges are paid before what they were charged for. Some laws say so (German Civil Code, section 367)."""

    BEFORE_PRINCIPAL = "before_principal"
    AFTER_PRINCIPAL = "after_principal"


class CreditNoteOrder(StrEnum):
    """Which instalments a credit note reduces."""

    LAST_FIRST = "last_first"
    FIRST_FIRST = "first_first"
    PROPORTIONAL = "proportional"


@dataclass(frozen=True, slots=True)
class Conditions:
    """All that settling, ageing and charging an invoice needs to know of its terms.

    `instalments` are there when there are two or more; they add up to the invoice's amount. `discounts` have the best
    first. `charged`: late charges are agreed, in the terms version that the invoice names. `rounding`: minor units
    that are written off rather than left open or kept as credit.
    """

    instalments: tuple[Instalment, ...] = ()
    discounts: tuple[Discount, ...] = ()
    charged: bool = False
    charges: ChargesOrder = ChargesOrder.AFTER_PRINCIPAL
    credit_notes: CreditNoteOrder = CreditNoteOrder.LAST_FIRST
    rounding: int = 0


PLAIN = Conditions()
"""Net terms without anything else."""
