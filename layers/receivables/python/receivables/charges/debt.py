"""A debt day by day: what is open of each part of an invoice at the end of each day, and from which day on a part is late.

Days are ordinals of local dates of the customer. What happens during a day is in effect at its end.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from receivables.arrangements import InterestFrom
from receivables.ledger import EntryKind, OpenItem
from receivables.ledger.instalments import reduced
from receivables.terms import Instalment, LateCharges


@dataclass(frozen=True, slots=True)
class LatePart:
    """A part of an invoice: the day by which it was to be paid at last (`due`, after an extension), the last day on which it
    bears no interest (`free_until`), and the last on which no fee arises (`grace_until`). `undecided`: it is open, and may still be
    paid in time - within its days of grace, or by the date to which it was extended."""

    due: int
    free_until: int
    grace_until: int
    undecided: bool


@dataclass(frozen=True, slots=True)
class Debt:
    """What is owed on an invoice. `open[i]` are the minor units open of each part from the end of `days[i]` on; the first of
    the days is before everything. `paid_on` are the days on which something was paid or credited."""

    due_dates: tuple[int, ...]
    days: tuple[int, ...]
    open: tuple[tuple[int, ...], ...]
    paid_on: tuple[int, ...]

    def at_end_of(self, day: int) -> tuple[int, ...]:
        """The minor units open of each part at the end of a day."""
        return self.open[max(0, bisect_right(self.days, day) - 1)]

    @property
    def settled_on(self) -> int | None:
        """The day at whose end nothing is open any more; None: something is."""
        if any(self.open[-1]):
            return None
        zero = len(self.open) - 1
        while zero and not any(self.open[zero - 1]):
            zero -= 1
        return self.days[zero]


def debt_of(item: OpenItem, tz: ZoneInfo) -> Debt:
    """The debt that an open item tells of by its moves, with the days of that zone."""
    plan = item.conditions.instalments or (Instalment(item.due_date, item.amount),)
    plan = tuple(sorted(plan, key=lambda part: part.due_date)) if len(plan) > 1 else plan
    amounts = tuple(part.amount.minor for part in plan)
    days, states = [0], [_filled(amounts, 0)]
    paid_on: list[int] = []
    credited = paid = 0
    moves = [(move.at.astimezone(tz).toordinal(), move) for move in sorted(item.moves, key=lambda m: m.at)]
    for day, move in moves:
        if move.kind is EntryKind.CREDIT_NOTE:
            credited -= move.minor
            amounts = _amounts(plan, credited, item)
        else:
            paid -= move.minor
        if move.minor < 0 and (not paid_on or paid_on[-1] != day):
            paid_on.append(day)
        state = _filled(amounts, paid)
        if days[-1] == day:
            states[-1] = state
        else:
            days.append(day)
            states.append(state)
    return Debt(tuple(part.due_date.toordinal() for part in plan), tuple(days), tuple(states), tuple(paid_on))


def late_parts(item: OpenItem, debt: Debt, rules: LateCharges, today: int) -> tuple[LatePart, ...]:
    """From when on each part is late, by the rules and by an extension, as far as it can be told at the end of `today`."""
    return tuple(_late_part(i, item, debt, rules, today) for i in range(len(debt.due_dates)))


def _late_part(i: int, item: OpenItem, debt: Debt, rules: LateCharges, today: int) -> LatePart:
    due, waiting = _extended(i, item, debt, today)
    grace_until = due + rules.grace_days
    unpaid = bool(debt.at_end_of(grace_until)[i])
    undecided = waiting or (bool(rules.grace_days) and today <= grace_until and unpaid)
    # What was paid in time after all, and is open again later (a chargeback), is late from then on only.
    late = unpaid and not undecided
    free_until = due if late and not rules.grace_is_free else grace_until
    return LatePart(due, free_until, grace_until, undecided)


def _extended(i: int, item: OpenItem, debt: Debt, today: int) -> tuple[int, bool]:
    """The due date that counts, and whether that cannot be told yet."""
    due, extension = debt.due_dates[i], item.extension
    if extension is None or extension.due_date.toordinal() <= due:
        return due, False
    new = extension.due_date.toordinal()
    if extension.interest is InterestFrom.NEW_DUE_DATE:
        return new, False
    if not debt.at_end_of(new)[i]:
        return new, False
    return due, today <= new


def _amounts(plan: Sequence[Instalment], credited: int, item: OpenItem) -> tuple[int, ...]:
    if len(plan) == 1:
        return (max(0, plan[0].amount.minor - credited),)
    left = reduced(tuple(plan), credited, item.conditions.credit_notes)
    return tuple(part.amount.minor for part in left)


def _filled(amounts: Sequence[int], paid: int) -> tuple[int, ...]:
    """What is open of each part when so much was paid: it fills the oldest first."""
    if len(amounts) == 1:
        return (max(0, amounts[0] - paid),)
    still = []
    for amount in amounts:
        covered = min(amount, max(0, paid))
        paid -= covered
        still.append(amount - covered)
    return tuple(still)
