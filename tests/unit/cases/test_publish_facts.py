"""Facts as events on the bus."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from receivables.adapters.dynamodb.facts import arrangement_fact
from receivables.arrangements import Covered, Part, Promise, PromiseState
from receivables.core.money import Money
from receivables.ledger import ArrangementChange, EntryKind
from receivables.usecases.publish_facts import (
    MOST_LISTED,
    PublishFacts,
    Recorded,
    event_types,
    events_of,
)
from tests.builders import day
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


def test_every_kind_of_entry_has_a_name_of_its_own_or_shares_it_on_purpose() -> None:
    names = [event_types({"kind": "entry", "entry_kind": kind.value})[0] for kind in EntryKind]
    assert {name for name in names if names.count(name) > 1} == {"charge.posted"}
    for name in ("invoice.credited", "payment.refunded", "payment.charged_back", "charge.waived"):
        assert name in names


def test_an_entry_names_what_it_moved_and_undid_but_not_the_words_of_people() -> None:
    legs = [
        {"ledger": "unapplied_credit", "minor": 50, "item": "crd_1"},
        {"ledger": "receivable", "minor": -20, "item": "INV-1"},
        {"ledger": "receivable", "minor": -30, "item": "INV-2"},
    ]
    fact = {
        "kind": "entry",
        "id": "ent_1",
        "at": "2026-03-01T08:00:00Z",
        "entry_kind": "reversal",
        "amount": 50,
        "currency": "EUR",
        "invoice": None,
        "legs": legs,
        "reason": "Ada called",
        "reverses": "ent_0",
    }
    [event] = events_of(ACCOUNT, fact)
    assert event.type == "entry.reversed"
    assert (event.detail["invoices"], event.detail["reverses"]) == (["INV-1", "INV-2"], "ent_0")
    assert "Ada" not in json.dumps(event.detail)
    [named] = events_of(ACCOUNT, fact | {"invoice": "INV-1", "legs": legs[:2]})
    assert "invoices" not in named.detail


def test_what_becomes_of_an_arrangement_is_told_by_its_kind() -> None:
    made = Promise(
        "prm_1", ACCOUNT, (Covered("I-1", Money(10_000, "EUR")),), (Part(day(5), Money(10_000, "EUR")),),
        "Ada Blum", "phone", "ann", OPENED, note="she was very sorry",
    )  # fmt: skip
    broken = replace(made, state=PromiseState.BROKEN, ended_at=OPENED + timedelta(days=9), ended_by="ann")
    facts = [
        arrangement_fact(ArrangementChange(None, made)),
        arrangement_fact(ArrangementChange(made, broken)),
    ]
    first, second = (events_of(ACCOUNT, fact)[0] for fact in facts)
    assert (first.type, second.type) == ("promise.made", "promise.broken")
    assert (first.detail["amount"], first.detail["invoices"], first.detail["until"]) == (
        "100.00", ["I-1"], day(5).isoformat(),
    )  # fmt: skip
    assert first.id != second.id
    for personal in ("Ada", "ann", "sorry"):
        assert personal not in json.dumps([first.detail, second.detail])
