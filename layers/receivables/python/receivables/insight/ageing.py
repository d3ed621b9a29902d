"""Ageing: how long what is owed has been overdue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from receivables.arrangements import Plan
from receivables.core.money import Money, total
from receivables.ledger import OpenItem
from receivables.ledger.instalments import outstanding
from receivables.terms import Instalment


class Bucket(StrEnum):
    """Calendar days past the due date. Current: not due yet, or due today."""

    CURRENT = "current"
    UP_TO_30 = "1-30"
    UP_TO_60 = "31-60"
    UP_TO_90 = "61-90"
    OVER_90 = "91+"


_LAST_DAY: Final = (
    (Bucket.CURRENT, 0),
    (Bucket.UP_TO_30, 30),
    (Bucket.UP_TO_60, 60),
    (Bucket.UP_TO_90, 90),
)


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is owed in one currency on a day, by bucket. Every bucket is there; together they are the total."""

    on: date
    currency: str
    buckets: Mapping[Bucket, Money]

    @property
    def total(self) -> Money:
        return total(self.buckets.values(), self.currency)

    @property
    def overdue(self) -> Money:
        return self.total - self.buckets[Bucket.CURRENT]


def bucket_of(due_date: date, on: date) -> Bucket:
    """The bucket, on a day, of what was due on `due_date`."""
    days = (on - due_date).days
    return next((bucket for bucket, last in _LAST_DAY if days <= last), Bucket.OVER_90)


def ageing(items: Iterable[OpenItem], on: date, plans: Iterable[Plan] = ()) -> tuple[Ageing, ...]:
    """The open balances by age on a day, one Ageing for each currency that occurs, by currency code.

    By due date, not by invoice date; instalment by instalment, the oldest paid first; charges by their own due dates. What an
    active plan covers ages by the plan's dates, if it says so. Sums are exact; currencies are never added to each other.
    """
    there, plans = tuple(items), tuple(plans)
    parts = [part for plan in plans if plan.active and plan.ages for part in _of_plan(plan, there)]
    covered = {each.number for plan in plans if plan.active and plan.ages for each in plan.covers}
    parts += [part for item in there if item.number not in covered for part in outstanding(item)]
    sums: dict[str, dict[Bucket, Money]] = {}
    for part in parts:
        currency = part.amount.currency
        buckets = sums.setdefault(currency, {bucket: Money.zero(currency) for bucket in Bucket})
        bucket = bucket_of(part.due_date, on)
        buckets[bucket] = buckets[bucket] + part.amount
    return tuple(Ageing(on, currency, sums[currency]) for currency in sorted(sums))


def _of_plan(plan: Plan, items: Iterable[OpenItem]) -> list[Instalment]:
    """What is open of all that the plan covers, by its parts: what was paid fills the oldest first, so what is left is
    that of the last ones. More than the plan is of is due with its first part."""
    left = sum(item.balance.minor for item in items if item.number in {each.number for each in plan.covers})
    parts = []
    for part in reversed(plan.parts):
        minor = left if part is plan.parts[0] else min(left, part.amount.minor)
        left -= minor
        parts.append(Instalment(part.on, Money(minor, part.amount.currency)))
    return parts
