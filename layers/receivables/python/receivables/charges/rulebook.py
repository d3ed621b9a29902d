"""What late charges are worked out with, and what comes of it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

from receivables.arrangements import Arrangement, LateInterest, Plan
from receivables.charges.rates import RateTable
from receivables.core.clock import local_date
from receivables.core.money import Money
from receivables.ledger import Accrued, ChargeDetail, ItemKind, OpenItem
from receivables.terms import Terms


@dataclass(frozen=True, slots=True)
class Pause:
    """Days (local, both included; `last` None: until further notice) that bear no interest, and why."""

    first: date
    last: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All that the charges of one account are worked out with, besides its receivables.

    `terms` are known by version (`net-30/2`), `tables` of reference rates by id, `pauses` by the number of a
    receivable. `tz` is the customer's zone: its days count. `business`: the customer is one.
    """

    terms: Mapping[str, Terms]
    tables: Mapping[str, RateTable]
    tz: ZoneInfo
    business: bool = True
    pauses: Mapping[str, tuple[Pause, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewCharge:
    """A charge that has arisen for `invoice`: its number, amount and working. `covers` are other receivables that the
    same fee is for, when it is one per account."""

    number: str
    invoice: str
    kind: ItemKind
    rule: str
    first: date
    last: date
    amount: Money
    detail: ChargeDetail
    claimed: bool
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """A period of an invoice that was charged, and would be charged otherwise by what is known now.

    `accrued` is as it stands, `minor` the amount that is right, `detail` its working.
    """

    invoice: str
    accrued: Accrued
    number: str
    kind: ItemKind
    minor: int
    currency: str
    detail: ChargeDetail
    claimed: bool

    @property
    def difference(self) -> int:
        return self.minor - self.accrued.minor


@dataclass(frozen=True, slots=True)
class ChargesDue:
    """What is to be posted: charges that arose, periods that come out otherwise now, receivables that became late while
    a fee of the account covers all that is late (with the mark of it), and paid invoices whose last charges are worked out.

    `local_day` is the customer's day as of which it was worked out.
    """

    local_day: date
    new: tuple[NewCharge, ...] = ()
    corrections: tuple[Correction, ...] = ()
    covered: tuple[tuple[str, Accrued], ...] = ()
    settled: tuple[OpenItem, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.corrections or self.covered or self.settled)

    def within(self, room: int, there: Container[str]) -> ChargesDue:
        """As much of it as opens at most `room` receivables more than are `there`. What is left out is due as before: its
        invoices do not go, and no mark tells that a fee covers them."""
        reopening = [each for each in self.corrections if each.difference > 0 and each.number not in there]
        if len(self.new) + len(reopening) <= room:
            return self
        left_out: list[NewCharge | Correction] = [
            *reopening[max(0, room) :],
            *self.new[max(0, room - len(reopening)) :],
        ]
        waiting = {each.invoice for each in left_out}
        missing = {each.number for each in left_out}
        return replace(
            self,
            new=tuple(each for each in self.new if each not in left_out),
            corrections=tuple(each for each in self.corrections if each not in left_out),
            covered=tuple((number, mark) for number, mark in self.covered if mark.charge not in missing),
            settled=tuple(item for item in self.settled if item.number not in waiting),
        )

    @property
    def documents(self) -> frozenset[str]:
        """Numbers of the charges whose documents `post_charges` needs."""
        return frozenset(correction.number for correction in self.corrections if correction.accrued.charge)


def pauses(arrangements: Iterable[Arrangement], tz: ZoneInfo) -> Mapping[str, tuple[Pause, ...]]:
    """The days on which payment plans suspend interest: from the day after they were agreed to the day they ended."""
    found: dict[str, list[Pause]] = {}
    for plan in arrangements:
        if isinstance(plan, Plan) and plan.late_interest is LateInterest.SUSPENDED:
            ended = local_date(plan.ended_at, tz) if plan.ended_at else None
            pause = Pause(local_date(plan.agreed_at, tz), ended, f"payment plan {plan.id}")
            for covered in plan.covers:
                found.setdefault(covered.number, []).append(pause)
    return {number: tuple(each) for number, each in found.items()}
