"""Decisions that are overdue: disputes past their deadline, promises and plans that should have ended, short payments and
charges that have waited for a person for too long. Nothing that was agreed is ever forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any, Final, Protocol

from receivables.arrangements import Arrangement, ArrangementKind, Dispute, InFlight
from receivables.arrangements.parts import sum_of
from receivables.cases.ports import Finance, Message
from receivables.core.ids import derived_id
from receivables.core.money import Money
from receivables.ledger import OpenItem, Page

WAITS_DAYS: Final = 7
"""How long a short payment or a charge may wait for a person's decision before it is overdue."""
UPKEEP_DAYS: Final = 8
"""Within so many days after its end a promise or plan is decided by itself: a policy may write on one day of the week."""
MOST_TOLD: Final = 50


class Overdue(StrEnum):
    """What kind of decision waits."""

    DISPUTE = "dispute"
    PROMISE = "promise"
    PLAN = "plan"
    SHORT_PAYMENT = "short_payment"
    UNCLAIMED_CHARGE = "unclaimed_charge"


@dataclass(frozen=True, slots=True)
class OverdueDecision:
    """Something that waits for a person: `id` is that of the arrangement or the number of the receivable, `since` the
    day on which it was to be decided, or began to wait. `owner` is the person who has to, if one was named."""

    kind: Overdue
    id: str
    account_id: str
    since: date
    amount: Money
    owner: str = ""


class Worklists(Protocol):
    """What waits for a person, by the ledger's store."""

    def undecided(
        self, kind: ArrangementKind, before: date, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[Arrangement]: ...

    def short_payments(
        self, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[tuple[str, OpenItem]]: ...

    def unclaimed_charges(
        self, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[tuple[str, OpenItem]]: ...


class OverdueDecisions:
    """Lists them, kind by kind, the oldest of each first."""

    def __init__(self, worklists: Worklists) -> None:
        self._worklists = worklists

    def page(
        self, as_of: datetime, limit: int, position: Mapping[str, Any] | None = None
    ) -> tuple[Sequence[OverdueDecision], Mapping[str, Any] | None]:
        """Up to `limit` of one kind, and where the next page begins; a page may be short, or empty, before the last."""
        kinds = list(Overdue)
        kind = Overdue(position["kind"]) if position else kinds[0]
        found, following = self._of(kind, as_of, limit, position.get("at") if position else None)
        if following is not None:
            return found, {"kind": kind.value, "at": dict(following)}
        later = kinds[kinds.index(kind) + 1 :]
        return found, {"kind": later[0].value, "at": None} if later else None

    def all(self, as_of: datetime) -> Iterator[OverdueDecision]:
        """Every one of them, page by page."""
        position: Mapping[str, Any] | None = None
        while True:
            found, position = self.page(as_of, MOST_TOLD, position)
            yield from found
            if position is None:
                return

    def _of(
        self, kind: Overdue, as_of: datetime, limit: int, at: Mapping[str, str] | None
    ) -> tuple[Sequence[OverdueDecision], Mapping[str, str] | None]:
        today = as_of.date()
        if kind in (Overdue.SHORT_PAYMENT, Overdue.UNCLAIMED_CHARGE):
            return self._receivables(kind, today - timedelta(days=WAITS_DAYS), limit, at)
        late = 0 if kind is Overdue.DISPUTE else UPKEEP_DAYS
        page = self._worklists.undecided(ArrangementKind(kind.value), today - timedelta(days=late), limit, at)
        return [_arrangement(kind, each) for each in page.items], page.position

    def _receivables(
        self, kind: Overdue, before: date, limit: int, at: Mapping[str, str] | None
    ) -> tuple[Sequence[OverdueDecision], Mapping[str, str] | None]:
        short = kind is Overdue.SHORT_PAYMENT
        read = self._worklists.short_payments if short else self._worklists.unclaimed_charges
        page = read(limit, at)
        found = [_receivable(kind, account_id, item) for account_id, item in page.items]
        late = [each for each in found if each.since <= before]
        # The oldest come first: behind one that has time, all have.
        return late, page.position if len(late) == len(found) else None


class TellOverdue:
    """Tells finance once a day what is overdue, as long as it is."""

    def __init__(self, decisions: OverdueDecisions, finance: Finance) -> None:
        self._decisions, self._finance = decisions, finance

    def __call__(self, as_of: datetime) -> int:
        """How many were told; more than MOST_TOLD are told as "and more"."""
        found = list(islice(self._decisions.all(as_of), MOST_TOLD + 1))
        if found:
            self._finance.tell(overdue_message(found, as_of))
        return min(len(found), MOST_TOLD)


def overdue_message(found: Sequence[OverdueDecision], as_of: datetime) -> Message:
    """For finance: what waits for a person. Names ids, amounts and days, and no customer."""
    lines = [
        f"  {each.kind.value.replace('_', ' ')} {each.id} of account {each.account_id}: {each.amount}, since {each.since}"
        + (f", owner {each.owner}" if each.owner else "")
        for each in found[:MOST_TOLD]
    ]
    more = len(found) > MOST_TOLD
    count = f"more than {MOST_TOLD}" if more else str(len(found))
    text = "\n".join(
        (
            "These decisions are overdue. Until they are made, what is disputed or promised rests, and what was",
            "charged or paid short is neither claimed nor let go.",
            *lines,
            *(["  and more: see GET /decisions/overdue"] if more else []),
        )
    )
    return Message(
        derived_id("msg", "overdue", as_of.date().isoformat()),
        f"Overdue decisions: {count}",
        text,
        {"event": "overdue_decisions"},
    )


def _arrangement(kind: Overdue, of: Arrangement) -> OverdueDecision:
    if isinstance(of, Dispute):
        return OverdueDecision(kind, of.id, of.account_id, of.deadline, of.amount, of.owner)
    if isinstance(of, InFlight):
        return OverdueDecision(kind, of.id, of.account_id, of.until.date(), of.amount)
    return OverdueDecision(kind, of.id, of.account_id, of.parts[-1].on, sum_of(of.parts), of.recorded_by)


def _receivable(kind: Overdue, account_id: str, item: OpenItem) -> OverdueDecision:
    if item.short is not None and kind is Overdue.SHORT_PAYMENT:
        since = max((move.at.date() for move in item.moves), default=item.due_date)
        return OverdueDecision(kind, item.number, account_id, since, item.short.missing)
    return OverdueDecision(kind, item.number, account_id, item.issue_date, item.balance)
