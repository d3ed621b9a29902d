"""What the mail provider reports of a notice, and what follows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from receivables.adapters.ses import delivery_report
from receivables.core.clock import parse_instant
from receivables.core.errors import OutcomeUnknown
from receivables.customers import Channel
from receivables.notices.delivery import DeliveryReport, Fate
from receivables.notices.notice import NoticeState
from receivables.usecases.record_delivery import Outcome, RecordDelivery
from tests.unit.collection.world import ACCOUNT, World, at

SAMPLES = Path(__file__).parents[3] / "events" / "record_delivery"


def sample(name: str) -> dict[str, Any]:
    """The provider's event in a sample payload."""
    record = json.loads((SAMPLES / f"{name}.json").read_text())["Records"][0]
    event: dict[str, Any] = json.loads(record["body"])
    return event


@pytest.mark.parametrize(
    ("name", "fate", "reason"),
    [
        ("send", Fate.ACCEPTED, "send"),
        ("delivery", Fate.DELIVERED, "delivery"),
        ("bounce_permanent", Fate.BOUNCED, "bounce Permanent General"),
        ("bounce_transient", Fate.NOT_DELIVERED, "bounce Transient MailboxFull"),
        ("complaint", Fate.COMPLAINED, "complaint abuse"),
        ("reject", Fate.REJECTED, "reject Bad content"),
        ("rendering_failure", Fate.REJECTED, "rendering failure"),
        ("delivery_delay", Fate.DELAYED, "deliverydelay MailboxFull"),
    ],
)
def test_every_event_of_the_provider_is_understood(name: str, fate: Fate, reason: str) -> None:
    report = delivery_report(sample(name))
    assert report is not None
    assert (report.fate, report.reason, report.account_id) == (fate, reason, "C-001.EUR")
    assert report.notice_id == "ntc_01KJZ2Q7G0SAMPLE0000000000"


def test_the_time_of_the_event_is_its_own_not_that_of_the_mail() -> None:
    complaint, send = delivery_report(sample("complaint")), delivery_report(sample("send"))
    assert complaint is not None
    assert send is not None
    assert complaint.at == parse_instant("2026-03-06T10:00:00Z")
    assert send.at == parse_instant("2026-03-05T09:00:01Z")


@pytest.mark.parametrize("event", [{}, {"eventType": "Open"}, {"eventType": "Delivery", "mail": None}])
def test_what_is_not_about_a_notice_is_nothing(event: dict[str, Any]) -> None:
    assert delivery_report(event) is None
    assert delivery_report(sample("foreign")) is None


def test_no_address_is_in_a_reason() -> None:
    for path in SAMPLES.glob("*.json"):
        report = delivery_report(sample(path.stem))
        assert report is None or "@" not in report.reason


class TestRecording:
    def report(self, world: World, fate: Fate, days: int = 1, **changes: Any) -> Outcome:
        known = {"notice_id": world.notices[0].id, "account_id": ACCOUNT, "channel": Channel.EMAIL}
        said = DeliveryReport(**{**known, **changes}, fate=fate, reason=f"{fate}", at=at(days))
        return RecordDelivery(world.stores.notices, world.customers)(said)

    def sent(self) -> World:
        world = World()
        world.work(at(0))
        return world

    def test_a_delivery_settles_the_notice(self) -> None:
        world = self.sent()
        assert self.report(world, Fate.DELIVERED) is Outcome.SETTLED
        assert world.states() == [NoticeState.DELIVERED]
        assert world.customers.get("C-1").suppressed == {}

    def test_an_unknown_outcome_is_settled_by_the_providers_event(self) -> None:
        world = World()
        world.emails.lost = [OutcomeUnknown("ses: timeout")]
        world.work(at(0))
        assert self.report(world, Fate.ACCEPTED) is Outcome.SETTLED
        assert world.states() == [NoticeState.SENT]
        assert world.stores.notices.unsettled(at(5)) == []

    @pytest.mark.parametrize(
        ("fate", "state"),
        [(Fate.BOUNCED, NoticeState.BOUNCED), (Fate.COMPLAINED, NoticeState.COMPLAINED)],
    )
    def test_a_permanent_bounce_and_a_complaint_suppress_the_address(
        self, fate: Fate, state: NoticeState
    ) -> None:
        world = self.sent()
        self.report(world, fate)
        assert world.states() == [state]
        assert world.customers.get("C-1").suppressed == {"email": fate.value}
        world.work(at(3))
        assert len(world.emails.sent) == 1

    def test_a_passing_bounce_keeps_the_address(self) -> None:
        world = self.sent()
        self.report(world, Fate.NOT_DELIVERED)
        assert world.states() == [NoticeState.BOUNCED]
        assert world.customers.get("C-1").suppressed == {}

    def test_an_address_that_was_changed_since_is_not_suppressed(self) -> None:
        world = self.sent()
        world.customers.update(replace(world.customers.get("C-1"), email="new@example.com"))
        self.report(world, Fate.BOUNCED)
        assert world.customers.get("C-1").suppressed == {}

    def test_a_delay_settles_nothing(self) -> None:
        world = self.sent()
        assert self.report(world, Fate.DELAYED) is Outcome.STALE
        assert world.states() == [NoticeState.SENT]

    def test_events_may_come_twice_and_in_any_order(self) -> None:
        world = self.sent()
        assert self.report(world, Fate.COMPLAINED) is Outcome.SETTLED
        assert self.report(world, Fate.DELIVERED) is Outcome.STALE
        assert self.report(world, Fate.COMPLAINED) is Outcome.STALE
        assert world.states() == [NoticeState.COMPLAINED]

    def test_a_repeat_after_a_crash_between_suppressing_and_settling_finishes(self) -> None:
        world = self.sent()
        world.customers.suppress("C-1", Channel.EMAIL, "ada@example.com", "bounced")
        assert self.report(world, Fate.BOUNCED) is Outcome.SETTLED

    def test_a_notice_that_is_not_ours_is_counted_and_left(self) -> None:
        world = self.sent()
        assert self.report(world, Fate.BOUNCED, account_id="C-9.EUR") is Outcome.FOREIGN
        assert world.customers.get("C-1").suppressed == {}
