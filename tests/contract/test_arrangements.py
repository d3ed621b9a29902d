"""Arrangements: made once, in the working set while they are active, found for ever, and never forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from receivables.arrangements import (
    Arrangement,
    ArrangementKind,
    Dispute,
    DisputeReason,
    DisputeState,
    Evidence,
    Part,
    Plan,
    PlanState,
    PromiseState,
)
from receivables.core.errors import NotFound
from receivables.ledger import AT_ONCE, Posting, PostOutcome
from tests.builders import NOW, day, eur, invoice, issued
from tests.contract.conftest import Stores
from tests.contract.postings import ACCOUNT, arranging, promise
from tests.contract.steps import account, working_set

LATER = NOW + timedelta(days=12)


def plan(plan_id: str = "pln_1") -> Plan:
    """INV-1 in two parts."""
    said = promise()
    parts = (Part(day(20), eur(5_000)), Part(day(50), eur(5_000)))
    return Plan(
        plan_id,
        ACCOUNT,
        said.covers,
        parts,
        "Ada Blum",
        "phone",
        "ben",
        NOW,
        grace_days=3,
        waive_if_kept=True,
    )


def dispute(dispute_id: str = "dsp_1") -> Dispute:
    """Thirty euros of INV-1 are contested."""
    return Dispute(
        dispute_id, ACCOUNT, "INV-1", eur(3_000), DisputeReason.DAMAGED, "Ada Blum", "e-mail", "ben", NOW,
        "carla", day(14), lines=("2",), note="two boxes crushed",
    )  # fmt: skip


@pytest.fixture
def known(stores: Stores) -> Stores:
    """The stores with an account that is planned for nothing."""
    issued(stores.ledger, invoice("INV-1"))
    stores.agenda.replan(ACCOUNT, 1, progress={}, worked_at=NOW, next_action_at=None)
    return stores


@pytest.mark.parametrize("made", [promise(), plan(), dispute()], ids=lambda made: made.kind)
def test_what_is_agreed_is_in_the_working_set_and_wakes_the_account(known: Stores, made: Arrangement) -> None:
    assert known.ledger.post(arranging(made)) is PostOutcome.POSTED
    assert working_set(known).arrangements == (made,)
    assert known.ledger.arrangement(made.id) == made
    assert account(known).next_action_at == AT_ONCE


@pytest.mark.parametrize(
    ("made", "ended"),
    [
        (promise(), {"state": PromiseState.KEPT, "ended_at": LATER}),
        (plan(), {"state": PlanState.DEFAULTED, "ended_at": LATER}),
        (
            dispute(),
            {"state": DisputeState.CREDITED, "credited": eur(3_000), "ended_at": LATER, "ended_by": "carla"},
        ),
    ],
    ids=["promise", "plan", "dispute"],
)
def test_what_has_ended_is_history_but_still_found(
    known: Stores, made: Arrangement, ended: dict[str, Any]
) -> None:
    known.ledger.post(arranging(made))
    after = replace(made, rev=1, **ended)
    assert known.ledger.post(arranging(after, before=made)) is PostOutcome.POSTED
    assert working_set(known).arrangements == ()
    assert known.ledger.arrangement(made.id) == after
    assert known.ledger.arrangements(ACCOUNT, 9).items == (after,)
    assert known.ledger.undecided(made.kind, day(99), 9).items == ()
    assert known.ledger.post(arranging(after, before=made)) is not PostOutcome.POSTED


def test_what_had_ended_can_be_open_again_as_if_it_never_had(known: Stores) -> None:
    """A promise that was judged before its money was booked."""
    known.ledger.post(arranging(promise()))
    broken = replace(promise(), state=PromiseState.BROKEN, ended_at=LATER, ended_by="ledger", rev=1)
    known.ledger.post(arranging(broken, before=promise()))
    again = replace(promise(), rev=2)
    assert known.ledger.post(arranging(again, before=broken)) is PostOutcome.POSTED
    assert working_set(known).arrangements == (again,)
    assert known.ledger.arrangements(ACCOUNT, 9).items == (again,)
    assert known.ledger.undecided(again.kind, day(99), 9).items == (again,)
    assert known.ledger.post(arranging(again, before=broken)) is not PostOutcome.POSTED


def test_an_arrangement_is_made_once(known: Stores) -> None:
    known.ledger.post(arranging(promise()))
    assert known.ledger.post(arranging(promise(made_at=LATER))) is PostOutcome.DUPLICATE
    assert known.ledger.arrangement("prm_1") == promise()


def test_an_arrangement_that_changed_meanwhile_is_read_again(known: Stores) -> None:
    made = dispute()
    known.ledger.post(arranging(made))
    photo = Evidence("disputes/dsp_1/1", "photo.jpg", "image/jpeg", "ben", NOW + timedelta(hours=1))
    with_photo = replace(made, evidence=(photo,))
    assert known.ledger.post(arranging(with_photo, before=made)) is PostOutcome.POSTED
    stored = known.ledger.arrangement(made.id)
    assert stored == replace(with_photo, rev=1)
    rejected = replace(made, state=DisputeState.REJECTED, ended_at=LATER)
    assert known.ledger.post(arranging(rejected, before=made)) is PostOutcome.STALE
    assert working_set(known).arrangements == (stored,)


def test_nothing_is_agreed_on_an_account_that_does_not_exist(stores: Stores) -> None:
    with pytest.raises(NotFound):
        stores.ledger.post(arranging(promise()))
    with pytest.raises(NotFound):
        stores.ledger.arrangement("prm_1")


def test_every_change_is_in_the_timeline(known: Stores) -> None:
    said, contested = promise(), dispute()
    known.ledger.post(arranging(said))
    known.ledger.post(arranging(contested))
    photo = Evidence("disputes/dsp_1/1", "photo.jpg", "image/jpeg", "ben", NOW + timedelta(hours=1))
    known.ledger.post(arranging(replace(contested, evidence=(photo,)), before=contested))
    broken = replace(said, state=PromiseState.BROKEN, ended_at=LATER, ended_by="system")
    known.ledger.post(arranging(broken, before=said, broken=1))
    facts = [f for f in known.ledger.timeline(ACCOUNT, 9).items if f["kind"] == "arrangement"]
    assert [(fact["arrangement_kind"], fact["event"], fact["id"]) for fact in facts] == [
        ("promise", "broken", "prm_1-00001"),
        ("dispute", "changed", "dsp_1-00001"),
        ("promise", "made", "prm_1-00000"),
        ("dispute", "raised", "dsp_1-00000"),
    ]
    assert facts[2] == {
        "kind": "arrangement",
        "id": "prm_1-00000",
        "at": "2026-03-02T08:00:00.000000Z",
        "arrangement_kind": "promise",
        "arrangement_id": "prm_1",
        "event": "made",
        "state": "open",
        "by": "ben",
        "amount": 10_000,
        "currency": "EUR",
        "invoices": ["INV-1"],
        "until": "2026-03-12",
    }
    assert (facts[3]["reason"], facts[0]["by"]) == ("damaged", "system")
    assert account(known).promises.broken == 1


def test_arrangements_are_listed_by_id_active_and_ended(known: Stores) -> None:
    made = [promise(f"prm_{number}") for number in range(5)]
    known.ledger.post(Posting(ACCOUNT, arrangements=arranging(*made).arrangements))
    ended = replace(made[2], state=PromiseState.CANCELLED, ended_at=LATER, ended_by="ben")
    known.ledger.post(arranging(ended, before=made[2]))
    seen, position = [], None
    for _ in range(3):
        page = known.ledger.arrangements(ACCOUNT, 2, position)
        seen.append([(each.id, each.active) for each in page.items])
        position = page.position
    assert seen == [
        [("prm_0", True), ("prm_1", True)],
        [("prm_2", False), ("prm_3", True)],
        [("prm_4", True)],
    ]
    assert position is None
    assert known.ledger.arrangements("C-2.EUR", 2).items == ()


def test_what_has_ended_is_told_apart_by_id(known: Stores) -> None:
    made = [promise(f"prm_{number}") for number in range(4)]
    known.ledger.post(Posting(ACCOUNT, arrangements=arranging(*made).arrangements))
    ended = [
        replace(each, state=PromiseState.CANCELLED, ended_at=LATER, ended_by="ben", rev=1)
        for each in (made[3], made[1])
    ]
    for after in ended:
        before = replace(after, state=PromiseState.OPEN, ended_at=None, ended_by="", rev=0)
        known.ledger.post(arranging(after, before=before))
    assert list(known.ledger.ended_arrangements(ACCOUNT)) == [ended[1], ended[0]]
    assert list(known.ledger.ended_arrangements("C-2.EUR")) == []


def test_what_should_have_been_decided_is_listed_oldest_first(known: Stores) -> None:
    known.ledger.post(
        arranging(
            promise("prm_1"),
            promise("prm_2", parts=(Part(day(3), eur(1)), Part(day(5), eur(1))), grace_days=2),
            promise("prm_3", parts=(Part(day(8), eur(1)),)),
            plan(),
            dispute(),
        )
    )
    first = known.ledger.undecided(ArrangementKind.PROMISE, day(10), 1)
    assert [each.id for each in first.items] == ["prm_2"]
    second = known.ledger.undecided(ArrangementKind.PROMISE, day(10), 1, first.position)
    assert ([each.id for each in second.items], second.position) == (["prm_3"], None)
    assert known.ledger.undecided(ArrangementKind.PLAN, day(53), 9).items == ()
    assert known.ledger.undecided(ArrangementKind.PLAN, day(54), 9).items == (plan(),)
    assert known.ledger.undecided(ArrangementKind.DISPUTE, day(15), 9).items == (dispute(),)
