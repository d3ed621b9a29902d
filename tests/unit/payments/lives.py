"""Lives of payments: events that tell of one, as a processor would, for tests that put them into any order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from receivables.arrangements import InFlight
from receivables.core.money import Money
from receivables.ledger import EntryKind, PostOutcome
from receivables.payments.events import EventType, MoneyEvent, References
from receivables.terms import Settlement
from receivables.usecases.keep_up_credit import apply_automatically
from tests.fakes.webhooks import NOW
from tests.unit.payments.world import ACCOUNT, World

MINOR = 10_000
BEGIN = NOW - timedelta(days=90)


def event(
    type_: EventType | str,
    on: float = 0,
    minor: int | None = MINOR,
    *,
    payment: str = "pi_1",
    currency: str = "EUR",
    invoice: str | None = None,
    **members: Any,
) -> MoneyEvent:
    """Something that happened to a payment, so many days after BEGIN. Its id is that of what happened, and when."""
    kind = EventType(type_)
    subject = members.get("subject_id") or ""
    return MoneyEvent(
        type=kind,
        raw_type=f"test.{kind.value}",
        event_id=members.pop("event_id", f"{payment}-{kind.value}-{subject}-{on:g}"),
        occurred=members.pop("occurred", BEGIN + timedelta(days=on)),
        payment_id=payment,
        amount=None if minor is None else Money(minor, currency),
        references=members.pop("references", References(invoice=invoice)),
        **members,
    )


def came(on: float = 0, **members: Any) -> MoneyEvent:
    return event(EventType.PAYMENT_SUCCEEDED, on, **members)


def failed(on: float, **members: Any) -> MoneyEvent:
    return event(EventType.PAYMENT_FAILED, on, None, **members)


def pending(on: float = 0, **members: Any) -> MoneyEvent:
    return event(EventType.PAYMENT_PENDING, on, **members)


def reversed_(on: float, minor: int | None = None, **members: Any) -> MoneyEvent:
    return event(EventType.PAYMENT_REVERSED, on, minor, **members)


def refunded(on: float, minor: int, refund: str = "re_1", **members: Any) -> MoneyEvent:
    return event(EventType.REFUND_SUCCEEDED, on, minor, subject_id=refund, **members)


def refund_failed(on: float, minor: int | None, refund: str = "re_1", **members: Any) -> MoneyEvent:
    return event(EventType.REFUND_FAILED, on, minor, subject_id=refund, **members)


def refunded_in_all(on: float, minor: int, **members: Any) -> MoneyEvent:
    return event(EventType.REFUND_SUCCEEDED, on, minor, cumulative=True, **members)


def disputed(on: float, minor: int | None, dispute: str = "dp_1", **members: Any) -> MoneyEvent:
    return event(EventType.DISPUTE_OPENED, on, minor, subject_id=dispute, **members)


def won(on: float, minor: int | None = None, dispute: str = "dp_1", **members: Any) -> MoneyEvent:
    return event(EventType.DISPUTE_WON, on, minor, subject_id=dispute, **members)


def lost(on: float, minor: int | None = None, dispute: str = "dp_1", **members: Any) -> MoneyEvent:
    return event(EventType.DISPUTE_LOST, on, minor, subject_id=dispute, **members)


@dataclass(frozen=True)
class Books:
    """What has to come out the same, whatever the order, the repetitions and the crashes."""

    accounts: dict[str, tuple[int, int]]
    items: dict[str, int]
    payments: list[tuple[int, ...]]
    """Amounts of each record; which of two that came and went has which key depends on what was heard first."""
    totals: dict[str, int]
    in_flight: set[tuple[str, str, tuple[str, ...]]]
    kinds: Counter[tuple[str, int]]
    entries: Counter[tuple[str, int, datetime]]


def books_of(world: World) -> Books:
    """After the upkeep of the account: what is credit, and what pays, depends on what went back first until then."""
    apply_credit(world)
    shelf = world.stores.shelf
    return Books(
        accounts={a.id: (a.balance.minor, a.unapplied.minor) for a in shelf.accounts.values()},
        items={item.number: item.balance.minor for item in shelf.open_items.values()},
        payments=sorted(
            (
                r.payment.amount.minor,
                sum(part.minor for part in r.allocated),
                r.credit,
                r.refunded,
                r.charged_back,
                r.returned,
                r.waiting.minor,
            )
            for r in shelf.payments.values()
        ),
        totals={name.value: minor for name, minor in world.summary().totals.items()},
        in_flight={
            (each.payment, each.cause.value, tuple(c.number for c in each.covers))
            for each in shelf.arrangements.values()
            if isinstance(each, InFlight) and each.active
        },
        kinds=Counter(
            (e.kind.value, e.amount.minor) for e in world.entries() if e.kind is not EntryKind.ALLOCATION
        ),
        entries=Counter(
            (e.kind.value, e.amount.minor, e.effective_at)
            for e in world.entries()
            if e.kind is not EntryKind.ALLOCATION
        ),
    )


def apply_credit(world: World) -> None:
    ledger = world.stores.ledger
    working_set = ledger.working_set(ACCOUNT)
    while working_set is not None and working_set.credits:
        postings = apply_automatically(working_set, Settlement(), ledger.payment, ZoneInfo("UTC"), NOW)
        if not postings:
            return
        assert all(ledger.post(posting) is PostOutcome.POSTED for posting in postings)
        working_set = ledger.working_set(ACCOUNT)


minors = st.integers(1, MINOR)


@st.composite
def tries(draw: st.DrawFn) -> list[MoneyEvent]:
    """How the money came: at once or after days, at the first try or a later one; perhaps it went back, and came again."""
    events: list[MoneyEvent] = []
    day = 0.0
    for _ in range(draw(st.integers(0, 2))):
        if draw(st.booleans()):
            events.append(pending(day))
        events.append(failed(day + 1, will_retry=draw(st.booleans())))
        day += 2
    if draw(st.booleans()):
        events.append(pending(day))
    events.append(came(day + 1))
    for round_ in range(draw(st.integers(0, 2))):
        on = day + 2 + 4 * round_
        events.append(draw(st.sampled_from([failed(on), reversed_(on), failed(on, will_retry=True)])))
        if draw(st.booleans()):
            events.append(came(on + 2))
        else:
            break
    return events


@st.composite
def refunds(draw: st.DrawFn, most: int, begin: float, name: str = "re") -> list[MoneyEvent]:
    """Refunds of no more than that together; some do not reach the payer."""
    events: list[MoneyEvent] = []
    left = most
    for number in range(draw(st.integers(0, 3))):
        minor = draw(st.integers(1, max(1, left // 2)))
        if minor > left:
            break
        left -= minor
        refund, on = f"{name}_{number}", begin + number
        if draw(st.booleans()):
            events.append(event(EventType.REFUND_PENDING, on, minor, subject_id=refund))
        fate = draw(st.sampled_from(["went", "went", "came back", "never went"]))
        if fate != "never went":
            events.append(refunded(on + 0.5, minor, refund))
        if fate != "went":
            events.append(refund_failed(on + 0.7, minor, refund))
    return events


@st.composite
def disputes(draw: st.DrawFn, most: int, begin: float, name: str = "dp_1") -> list[MoneyEvent]:
    """A dispute of no more than that, perhaps asked about first; won or lost or neither, and opened again after it was won."""
    events: list[MoneyEvent] = []
    if most <= 0 or not draw(st.booleans()):
        return events
    minor = draw(st.integers(1, most))
    if draw(st.booleans()):
        events.append(disputed(begin, None, name))
    events.append(disputed(begin + 1, minor, name))
    end = draw(st.sampled_from(["open", "won", "lost", "won and opened again"]))
    if end.startswith("won"):
        events.append(won(begin + 2, minor, name))
    if end == "won and opened again":
        events.append(disputed(begin + 3, minor, name))
    if end == "lost":
        events.append(lost(begin + 2, None, name))
    return events


@st.composite
def lives(draw: st.DrawFn) -> list[MoneyEvent]:
    """One payment, from its first try to the end of its disputes. What is asked back is no more than there is."""
    events = draw(tries())
    asked = draw(st.integers(0, MINOR))
    if events[-1].type is EventType.PAYMENT_SUCCEEDED:
        events += draw(refunds(MINOR - asked, 40.0))
        events += draw(disputes(asked, 50.0))
    return _naming(events, draw(invoices))


@st.composite
def wild_lives(draw: st.DrawFn) -> list[MoneyEvent]:
    """Likewise, but more may be asked back than there is, in several ways, also of money that has gone."""
    events = draw(tries())
    for begin in (0.0, 40.0):
        events += draw(refunds(MINOR, begin + draw(st.integers(0, 9)), f"re_{begin:g}"))
        events += draw(disputes(MINOR, begin + draw(st.integers(0, 9)), f"dp_{begin:g}"))
    return _naming(events, draw(invoices))


invoices = st.sampled_from(["INV-1", "INV-1", "INV-2", "INV-404", None])


def _naming(events: list[MoneyEvent], invoice: str | None) -> list[MoneyEvent]:
    return [replace(each, references=References(invoice=invoice)) for each in events]
