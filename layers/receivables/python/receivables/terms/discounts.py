"""Early-payment discounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Final

from receivables.core.amounts import Amounts
from receivables.core.errors import FieldError
from receivables.terms.due import DueRule, certainly_later, due_problems
from receivables.terms.figures import percent_problems, positive_problems, small_change_problems

MAX_TIERS: Final = 5
MAX_TOLERANCE_DAYS: Final = 60
_HUNDRED: Final = 100


class DiscountBase(StrEnum):
    """What a percentage is taken of."""

    TOTAL = "total"
    NET_OF_TAX = "net_of_tax"


class DiscountTax(StrEnum):
    """What a discount does to the tax of the invoice; it is the country's choice."""

    REDUCED = "reduced"
    """Tax is reduced in proportion: the discount is partly one of tax."""
    KEPT = "kept"
    """Tax stays as invoiced: all of the discount is one of the net price."""


@dataclass(frozen=True, slots=True)
class DiscountTier:
    """A discount for payment within a time: a percentage or a fixed amount, exactly one of the two."""

    within: DueRule
    percent: Decimal | None = None
    amount: Amounts | None = None


@dataclass(frozen=True, slots=True)
class DiscountRules:
    """The tiers, the best first, and how exactly they are to be met.

    `shares`: a payment of a part earns its share of the discount. `tolerance_days`: so many days late are overlooked;
    `tolerance`: so much too little is.
    """

    tiers: tuple[DiscountTier, ...]
    base: DiscountBase = DiscountBase.TOTAL
    tax: DiscountTax = DiscountTax.REDUCED
    shares: bool = False
    tolerance_days: int = 0
    tolerance: Amounts = Amounts()


def discount_problems(rules: DiscountRules, due: DueRule | None, at: str) -> Iterator[FieldError]:
    """What is wrong with discount rules that stand at that path of a document, where all is due by `due` (None: there are
    instalments)."""
    if not 1 <= len(rules.tiers) <= MAX_TIERS:
        yield FieldError(f"{at}.tiers", f"must be 1 to {MAX_TIERS} tiers")
    for i, tier in enumerate(rules.tiers):
        yield from _tier_problems(tier, f"{at}.tiers.{i}")
        if due is not None and certainly_later(tier.within, due):
            yield FieldError(f"{at}.tiers.{i}.within", "must not end after the due date")
    for i, (better, tier) in enumerate(pairwise(rules.tiers), start=1):
        yield from _order_problems(better, tier, f"{at}.tiers.{i}")
    if not 0 <= rules.tolerance_days <= MAX_TOLERANCE_DAYS:
        yield FieldError(f"{at}.tolerance_days", f"must be between 0 and {MAX_TOLERANCE_DAYS}")
    yield from small_change_problems(rules.tolerance, f"{at}.tolerance")


def _tier_problems(tier: DiscountTier, at: str) -> Iterator[FieldError]:
    yield from due_problems(tier.within, f"{at}.within")
    if (tier.percent is None) == (not tier.amount):
        yield FieldError(f"{at}.percent", "must be there, or an amount: exactly one of the two")
    if tier.percent is not None:
        yield from percent_problems(tier.percent, f"{at}.percent", most=_HUNDRED)
        if tier.percent == _HUNDRED:
            yield FieldError(f"{at}.percent", "must be less than 100")
    if tier.amount:
        yield from positive_problems(tier.amount, f"{at}.amount")


def _order_problems(better: DiscountTier, tier: DiscountTier, at: str) -> Iterator[FieldError]:
    if tier.within == better.within or certainly_later(better.within, tier.within):
        yield FieldError(f"{at}.within", "must end later than the better discount before it")
    if better.percent is not None and tier.percent is not None and better.percent <= tier.percent:
        yield FieldError(f"{at}.percent", "must be less than that of the tier before it")
    for amount in better.amount.each if better.amount else ():
        worse = tier.amount.in_(amount.currency) if tier.amount else None
        if worse is not None and amount <= worse:
            yield FieldError(f"{at}.amount", "must be less than that of the tier before it")
