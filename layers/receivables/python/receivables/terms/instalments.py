"""Instalment splits: how an invoice's total is divided, each part with a due rule of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final, TypeAlias

from receivables.core.amounts import Amounts
from receivables.core.errors import FieldError
from receivables.terms.due import DueRule, certainly_later, due_problems
from receivables.terms.figures import currencies, percent_problems, positive_problems

MAX_INSTALMENTS: Final = 60
MAX_NAME: Final = 100
_HUNDRED: Final = 100


@dataclass(frozen=True, slots=True)
class PercentOfTotal:
    """A share of the invoice's total, in percent."""

    percent: Decimal


@dataclass(frozen=True, slots=True)
class PercentOfRemainder:
    """A share of what the parts before it have left, in percent."""

    percent: Decimal


@dataclass(frozen=True, slots=True)
class FixedAmount:
    """An amount, at most what is left."""

    amount: Amounts


@dataclass(frozen=True, slots=True)
class Remainder:
    """All that the parts before it have left."""


Share: TypeAlias = PercentOfTotal | PercentOfRemainder | FixedAmount | Remainder


@dataclass(frozen=True, slots=True)
class InstalmentRule:
    """One part of a split: how much, and when. A deposit is a first part that is due on receipt."""

    share: Share
    due: DueRule
    name: str = ""


def instalment_problems(rules: tuple[InstalmentRule, ...], at: str) -> Iterator[FieldError]:
    """What is wrong with a split that stands at that path of a document; none at all is none."""
    if len(rules) > MAX_INSTALMENTS:
        yield FieldError(at, f"must be at most {MAX_INSTALMENTS} parts")
    for i, rule in enumerate(rules):
        yield from due_problems(rule.due, f"{at}.{i}.due")
        yield from _share_problems(rule.share, f"{at}.{i}.share")
        if len(rule.name) > MAX_NAME:
            yield FieldError(f"{at}.{i}.name", f"must have at most {MAX_NAME} characters")
    for i, (earlier, rule) in enumerate(pairwise(rules), start=1):
        if certainly_later(earlier.due, rule.due):
            yield FieldError(f"{at}.{i}.due", "must not be due before the part before it")
    if rules:
        shares = [rule.share for rule in rules]
        yield from _fixed_problems(shares, at)
        yield from _whole_problems(shares, at)


def _share_problems(share: Share, at: str) -> Iterator[FieldError]:
    match share:
        case PercentOfTotal(percent) | PercentOfRemainder(percent):
            yield from percent_problems(percent, f"{at}.percent", most=_HUNDRED)
        case FixedAmount(amount):
            if not amount:
                yield FieldError(f"{at}.amount", "must be an amount in one currency at least")
            yield from positive_problems(amount, f"{at}.amount")
        case Remainder():
            pass


def _fixed_problems(shares: list[Share], at: str) -> Iterator[FieldError]:
    """An invoice is in one currency: where one part has no amount in it, it cannot be split."""
    fixed = [
        (i, currencies(share.amount)) for i, share in enumerate(shares) if isinstance(share, FixedAmount)
    ]
    for i, named in fixed:
        if named != fixed[0][1]:
            yield FieldError(
                f"{at}.{i}.share.amount", "must be in the same currencies as the other fixed amounts"
            )


def _whole_problems(shares: list[Share], at: str) -> Iterator[FieldError]:
    """The parts must make up the whole, whatever it is: by percentages of it, or because the last takes what is left."""
    last = len(shares) - 1
    for i, share in enumerate(shares[:-1]):
        if isinstance(share, Remainder):
            yield FieldError(f"{at}.{i}.share", "the remainder must be the last part")
    of_total = [
        (i, s.percent)
        for i, s in enumerate(shares)
        if isinstance(s, PercentOfTotal) and s.percent.is_finite()
    ]
    total = sum((percent for _, percent in of_total), Decimal(0))
    at_fault = f"{at}.{of_total[-1][0]}.share.percent" if of_total else at
    if isinstance(shares[last], Remainder):
        if total >= _HUNDRED:
            yield FieldError(
                at_fault, f"the percentages add up to {total:f}: nothing is left for the remainder"
            )
    elif not all(isinstance(share, PercentOfTotal) for share in shares):
        yield FieldError(f"{at}.{last}.share", "the last part must be the remainder")
    elif total != _HUNDRED:
        yield FieldError(at_fault, f"the percentages add up to {total:f}, not to 100")
