"""Runs of reconciliation: what is missing comes by the normal path, the rest is listed until it settles or is acknowledged."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from receivables.core.configuration import Company, ProcessorAccount
from receivables.core.errors import NotFound, Throttled
from receivables.ledger import LedgerName
from receivables.payments.events import (
    EventType,
    Fetch,
    Heard,
    MoneyEvent,
    OtherEvent,
    References,
    Uninterpretable,
)
from receivables.payments.inbox import Form, InboxMessage, InboxState
from receivables.payments.processors import ProcessorApi
from receivables.payments.reconciliations import Difference, DifferenceState, Phase
from receivables.payments.stored import dump_events
from receivables.usecases.compare_books import CompareBooks
from receivables.usecases.reconcile import OVERLAP, SETTLING, Reconcile, Reconciled, RequestRun
from tests.builders import NOW, eur
from tests.fakes.cases_gateways import InMemoryTopic
from tests.fakes.crash import Crash, Fuse, every_crash
from tests.fakes.directory import InMemoryCompany
from tests.fakes.processors import InMemoryProcessor
from tests.fakes.reconciling import InMemoryReconciliations
from tests.unit.payments.world import World

NIGHT = NOW + timedelta(hours=20)
STRIPE = ProcessorAccount("stripe", "main", reconciled=True)


def paid(id_: str = "pi_1", minor: int = 10_000, invoice: str | None = "INV-1") -> MoneyEvent:
    return MoneyEvent(
        EventType.PAYMENT_SUCCEEDED,
        "charge.succeeded",
        f"{id_}/succeeded",
        NOW,
        payment_id=id_,
        amount=eur(minor),
        references=References(invoice=invoice),
    )


def back(id_: str = "pi_1", minor: int = 3_000) -> MoneyEvent:
    refund = replace(paid(id_, minor), type=EventType.REFUND_SUCCEEDED, event_id=f"{id_}/refund")
    return replace(refund, subject_id=f"re_{id_}", occurred=NOW + timedelta(hours=1))


PAYOUT = MoneyEvent(
    EventType.PAYOUT, "payout.paid", "po_1/paid", NOW, amount=eur(9_700), fee=eur(300), subject_id="po_1"
)


class Desk(World):
    """A ledger, and a processor that knows what it knows."""

    def __init__(self, *accounts: ProcessorAccount) -> None:
        super().__init__()
        self.processor, self.log = InMemoryProcessor(), InMemoryReconciliations()
        self.finance, self.operations = InMemoryTopic(), InMemoryTopic()
        self.accounts = accounts or (STRIPE,)
        self.broken: set[str] = set()

    def api(self, processor: str, endpoint: str) -> ProcessorApi:
        if f"{processor}/{endpoint}" in self.broken:
            raise Throttled(f"{processor}: too many requests")
        return self.processor

    def reconcile(self, fuse: Fuse | None = None) -> Reconcile:
        wrap = (fuse or Fuse()).wrap
        log = wrap(self.log)
        books = CompareBooks(wrap(self.stores.ledger), wrap(self.stores.inbox), log)
        company = InMemoryCompany(Company(processors=self.accounts))
        api = (lambda *who: wrap(self.api(*who))) if fuse else self.api
        return Reconcile(company, log, books, api, wrap(self.finance), wrap(self.operations))

    def night(self, nights: int = 0, time_left: Callable[[], bool] = lambda: True) -> Reconciled:
        return self.reconcile().nightly(NIGHT + timedelta(days=nights), time_left)

    def hear(self, *events: MoneyEvent) -> None:
        """The processor's webhooks, applied."""
        for event in events:
            id_ = f"stripe#main#{event.event_id}"
            body = dump_events([event])
            message = InboxMessage(id_, "stripe", "main", event.event_id, body, NOW, {}, form=Form.EVENTS)
            self.deliver(message)

    def apply_all(self) -> None:
        """What waits in the inbox is applied, as its stream would see to."""
        for message in list(self.stores.shelf.inbox.values()):
            if message.state is InboxState.RECEIVED:
                self.apply(message)

    def waiting(self) -> list[Difference]:
        return list(self.log.waiting(None, 100).items)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_where_both_sides_agree_nothing_is_found(desk: Desk) -> None:
    desk.processor.events = [paid(), back(), paid("pi_2", 2_500, None)]
    desk.hear(*desk.processor.events)
    before = desk.summary()
    done = desk.night()
    assert (done.finished, done.found) == (1, {"payments": 2, "ours": 2})
    assert (desk.waiting(), desk.finance.messages, desk.summary()) == ([], [], before)


def test_what_is_missing_is_applied_by_the_normal_path_and_settles_the_next_night(desk: Desk) -> None:
    desk.processor.events = [paid(), back(), paid("pi_2", 2_500, None)]
    done = desk.night()
    assert done.found == {"payments": 2, "missing": 2}
    assert {each.state for each in desk.waiting()} == {DifferenceState.REPAIRED}
    messages = [desk.message(each.message) for each in desk.waiting()]
    assert {(each.form, each.livemode) for each in messages} == {(Form.EVENTS, True)}
    assert desk.finance.messages == []
    desk.apply_all()
    item = desk.open_item("INV-1")
    assert item is not None
    assert (item.balance, desk.summary().suspense) == (eur(3_000), 2_500)
    desk.check()
    again = desk.night(1)
    assert again.found == {"payments": 2, "settled": 2, "ours": 2}
    assert desk.waiting() == []
    assert {each.state for each in desk.log.differences.values()} == {DifferenceState.SETTLED}


def test_a_repair_that_changed_nothing_is_listed_for_people_with_the_reason(desk: Desk) -> None:
    desk.processor.events = [paid()]
    desk.night()
    (found,) = desk.waiting()
    desk.stores.inbox.settle(found.message, InboxState.PARKED, "cannot be applied")
    desk.night(1)
    (listed,) = desk.waiting()
    assert (listed.state, listed.reason) == (
        DifferenceState.OPEN,
        "the repair is parked: cannot be applied",
    )
    assert len(desk.stores.shelf.inbox) == 1
    (message,) = desk.finance.messages
    assert "missing stripe/main/pi_1: here nothing, there payment_succeeded 100.00 EUR" in message.text


def test_what_the_processor_does_not_know_is_extra_unless_it_knows_when_asked(desk: Desk) -> None:
    desk.hear(paid(), paid("pi_2", 500), paid("pi_3", 700))
    older = replace(paid("pi_3", 700), occurred=NOW - timedelta(days=90))
    desk.processor.events = [paid(), older]
    done = desk.night()
    assert done.found == {"payments": 1, "ours": 3, "extra": 1}
    (found,) = desk.waiting()
    assert (found.kind.value, found.key, found.theirs) == ("extra", "stripe/main/pi_2", None)
    assert found.ours is not None
    assert found.ours.amount == eur(500)
    desk.processor.events.append(paid("pi_2", 500))
    assert desk.night(1).found == {"payments": 2, "ours": 3, "settled": 1}


def test_a_difference_of_amounts_is_listed_with_both_sides(desk: Desk) -> None:
    desk.hear(paid())
    desk.processor.events = [paid(minor=9_900)]
    assert desk.night().found == {"payments": 1, "ours": 1, "amount": 1}
    (found,) = desk.waiting()
    assert (found.ours and found.ours.amount, found.theirs and found.theirs.amount) == (
        eur(10_000),
        eur(9_900),
    )
    assert desk.night(1).found == {"payments": 1, "ours": 1}
    assert len(desk.waiting()) == 1
    assert [message.attributes["event"] for message in desk.finance.messages] == [
        "reconciliation_differences"
    ] * 2


def test_a_refund_whose_payment_is_older_than_the_window_brings_its_payment_along(desk: Desk) -> None:
    older = replace(paid(), occurred=NOW - timedelta(days=90))
    desk.processor.events = [older, back()]
    assert desk.night().found == {"payments": 1, "missing": 1}
    desk.apply_all()
    item = desk.open_item("INV-1")
    assert item is not None
    assert item.balance == eur(3_000)


def test_a_refund_of_a_payment_that_neither_side_knows_is_an_orphan_and_is_not_repaired(desk: Desk) -> None:
    class Forgetful(InMemoryProcessor):
        def fetch(self, need: object, told: object) -> list[MoneyEvent]:
            raise NotFound("payment", "pi_9")

    desk.processor = Forgetful(events=[back("pi_9")])
    assert desk.night().found == {"payments": 1, "orphan": 1}
    assert (desk.stores.shelf.inbox, desk.waiting()[0].state) == ({}, DifferenceState.OPEN)


def test_payouts_that_were_not_heard_of_are_booked_with_their_fees(desk: Desk) -> None:
    desk.processor.sent = [PAYOUT]
    assert desk.night().found == {"payouts": 1, "missing": 1}
    desk.apply_all()
    entries = list(desk.stores.ledger.entries("clearing.EUR"))
    assert sum(entry.moved(LedgerName.PROCESSOR_FEES) for entry in entries) == 300
    assert desk.night(1).found == {"payouts": 1, "settled": 1}


def test_what_a_list_only_hints_at_is_asked_for_and_what_cannot_be_read_is_left_out(desk: Desk) -> None:
    hints = [
        replace(PAYOUT, subject_id=f"po_{n}", amount=None, fee=None, fetch=Fetch("payout", f"po_{n}"))
        for n in (1, 2, 3)
    ]

    class Terse(InMemoryProcessor):
        def fetch(self, need: Fetch, told: MoneyEvent) -> Heard:
            if need.id == "po_2":
                raise Uninterpretable("an amount of no currency")
            if need.id == "po_3":
                raise NotFound("payout", "po_3")
            return (PAYOUT, OtherEvent("payout.updated", "x"))

    desk.processor = Terse(sent=hints)
    assert desk.night().found == {"payouts": 1, "missing": 1}
    (found,) = desk.waiting()
    assert (found.key, found.events) == ("stripe/main/po_1", (PAYOUT,))


def test_a_run_goes_on_where_it_stopped(desk: Desk) -> None:
    desk.hear(paid("pi_0", 100), paid("pi_x", 100))
    desk.processor.events = [paid(f"pi_{number}", 100) for number in range(9)]
    done = desk.night(time_left=lambda: False)
    steps = 1
    while done.unfinished:
        done = desk.reconcile().go_on(NIGHT, lambda: False)
        steps += 1
    assert steps > 7
    assert (done.finished, done.failed) == (1, 0)
    run = desk.log.last("stripe/main")
    assert run is not None
    assert run.counts == {"payments": 9, "missing": 8, "ours": 2, "extra": 1}
    assert (run.phase, desk.log.pages) == (Phase.DONE, {})
    assert desk.reconcile().go_on(NIGHT, lambda: True) == Reconciled(found={})


def test_a_crash_at_any_moment_changes_nothing_about_what_is_found() -> None:
    desks: list[Desk] = []

    def run(fuse: Fuse) -> None:
        desk = Desk()
        desks.append(desk)
        desk.hear(paid(), paid("pi_x", 100))
        desk.processor.events = [paid(minor=9_000), paid("pi_2", 200, None), paid("pi_3", 300, None)]
        desk.processor.sent = [PAYOUT]
        desk.reconcile(fuse).nightly(NIGHT, lambda: True)

    for fuse in every_crash(run):
        with suppress(Crash):
            run(fuse)
        desk = desks[-1]
        desk.reconcile().go_on(NIGHT + timedelta(minutes=15), lambda: True)
        if desk.log.last("stripe/main") is None:
            desk.night(1)
        kinds = sorted(each.kind.value for each in desk.log.differences.values())
        assert kinds == ["amount", "extra", "missing", "missing", "missing"]
        assert len(desk.stores.shelf.inbox) == 5


def test_windows_overlap_and_leave_out_the_last_hour(desk: Desk) -> None:
    desk.night()
    first = desk.log.last("stripe/main")
    desk.night(1)
    second = desk.log.last("stripe/main")
    assert first is not None
    assert second is not None
    assert first.until == NIGHT - SETTLING
    assert second.since == first.until - OVERLAP
    assert second.until == NIGHT + timedelta(days=1) - SETTLING


def test_a_processor_that_fails_does_not_stop_the_others_and_is_tried_again() -> None:
    desk = Desk(ProcessorAccount("adyen", "eu", reconciled=True), STRIPE, ProcessorAccount("wise", "main"))
    desk.processor.events = [paid()]
    desk.broken = {"adyen/eu"}
    done = desk.night()
    assert (done.finished, done.failed) == (1, 1)
    stuck = desk.log.under_way("adyen/eu")
    assert stuck is not None
    assert "too many requests" in stuck.failure
    desk.broken = set()
    done = desk.reconcile().go_on(NIGHT, lambda: True)
    assert (done.finished, done.failed) == (1, 0)
    assert desk.log.under_way("adyen/eu") is None
    assert desk.log.last("wise/main") is None


def test_a_run_that_did_not_finish_in_a_day_is_told_of_and_its_window_is_covered_by_the_next(
    desk: Desk,
) -> None:
    desk.night()
    desk.broken = {"stripe/main"}
    desk.night(1)
    desk.broken = set()
    desk.night(2)
    (message,) = desk.operations.messages
    assert message.attributes["event"] == "reconciliation_given_up"
    last = desk.log.last("stripe/main")
    assert last is not None
    assert last.since == NIGHT - SETTLING - OVERLAP


def test_a_person_can_ask_for_a_run_once(desk: Desk) -> None:
    request = RequestRun(InMemoryCompany(Company(processors=(STRIPE,))), desk.log)
    run = request("stripe/main", "fay", NIGHT)
    assert (run.by, request("stripe/main", "ada", NIGHT)) == ("fay", run)
    with pytest.raises(NotFound):
        request("wise/main", "fay", NIGHT)
    desk.processor.events = [paid()]
    assert desk.reconcile().go_on(NIGHT, lambda: True).found == {"payments": 1, "missing": 1}


def test_rehearsals_are_compared_with_rehearsals_only() -> None:
    desk = Desk(replace(STRIPE, livemode=False))
    desk.processor.events = [replace(paid(), livemode=True), replace(paid("pi_2"), livemode=False)]
    assert desk.night().found == {"payments": 1, "missing": 1}
    (message,) = desk.stores.shelf.inbox.values()
    assert not message.livemode


def test_what_a_person_acknowledged_is_not_listed_again(desk: Desk) -> None:
    desk.hear(paid())
    desk.processor.events = [paid(minor=9_900)]
    desk.night()
    (found,) = desk.waiting()
    desk.log.change(replace(found, state=DifferenceState.ACKNOWLEDGED, reason="a gift", by="fay"))
    desk.finance.messages.clear()
    desk.night(1)
    assert (desk.waiting(), desk.finance.messages) == ([], [])
