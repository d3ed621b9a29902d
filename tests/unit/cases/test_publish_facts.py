"""Facts as events on the bus."""

from __future__ import annotations

import json
from datetime import timedelta

from receivables.usecases.publish_facts import MOST_LISTED, PublishFacts, Recorded, events_of
from tests.fakes.case_world import ACCOUNT, OPENED, World
from tests.fakes.cases_gateways import InMemoryBus


def full_life() -> World:
    world = World()
    world.run()
    for days in (10, 24):
        world.on(OPENED + timedelta(days=days))
        world.decide(approve=True)
        world.run()
    world.pay_all(at=OPENED + timedelta(days=30))
    world.wake()
    world.run()
    return world


def recorded(world: World) -> list[Recorded]:
    facts = world.stores.ledger.timeline(ACCOUNT, 1_000).items
    return [Recorded(str(n), ACCOUNT, fact) for n, fact in enumerate(reversed(facts))]


def test_a_suspension_a_placement_and_their_end_are_told_to_the_systems_concerned() -> None:
    bus = InMemoryBus()
    assert PublishFacts(bus).publish(recorded(full_life())) == frozenset()
    types = [event.type for event in bus.events]
    for each in (
        "invoice.issued",
        "payment.received",
        "notice.sent",
        "case.opened",
        "case.suspended",
        "service.suspended",
        "approval.decided",
        "case.placed",
        "case.closed",
        "service.restored",
        "case.recalled",
    ):
        assert each in types
    assert len({event.id for event in bus.events}) == len(bus.events)


def test_a_case_that_was_never_suspended_restores_nothing() -> None:
    world = World()
    world.pay_all()
    world.run()
    types = {e.type for r in recorded(world) for e in events_of(r.account_id, r.fact)}
    assert "case.closed" in types
    assert not types & {"service.restored", "case.recalled"}


def test_amounts_are_decimal_text_and_no_personal_data_goes_out() -> None:
    details = [e.detail for r in recorded(full_life()) for e in events_of(r.account_id, r.fact)]
    text = json.dumps(details)
    assert '"amount": "250.00"' in text
    for personal in ("ada@example.com", "Ada", "because", '"ann"'):
        assert personal not in text


def test_facts_that_the_bus_does_not_take_are_named() -> None:
    world = full_life()
    everything = recorded(world)
    unlucky = events_of(ACCOUNT, everything[3].fact)[0].id
    assert PublishFacts(InMemoryBus(refuse={unlucky})).publish(everything) == {"3"}


def test_a_notice_of_very_many_invoices_still_fits_into_an_event() -> None:
    items = [{"number": f"{n:064}", "balance": 1, "step_offset": 1, "reached": True} for n in range(5_000)]
    fact = {"kind": "notice", "id": "ntc_1", "at": "2026-03-01T08:00:00Z", "state": "sent", "items": items}
    [event] = events_of(ACCOUNT, fact)
    assert len(json.dumps(event.detail)) < 64 * 1024
    assert event.detail["invoices"] == [item["number"] for item in items[:MOST_LISTED]]
    assert event.detail["invoice_count"] == 5_000


def test_a_case_that_very_many_invoices_join_still_fits_into_an_event() -> None:
    joined = ", ".join(f"{n:064}" for n in range(5_000))
    fact = {
        "kind": "case_event",
        "id": "case_1-00002",
        "at": "2026-03-01T08:00:00Z",
        "event": "joined",
        "facts": {"invoices": joined},
    }
    [event] = events_of(ACCOUNT, fact)
    assert len(json.dumps(event.detail)) < 64 * 1024
    assert event.detail["invoice_count"] == 5_000
