"""Reconciliation and payouts through the API."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from receivables.core.configuration import Company, ProcessorAccount
from receivables.ledger.payouts import Payout
from receivables.payments.events import EventType, MoneyEvent
from receivables.payments.reconciliations import Difference, DifferenceState, Run, difference_of
from receivables.payments.reconciling import DifferenceKind, Finding, Side
from receivables.usecases.payouts import BookPayout
from tests.builders import NOW, eur
from tests.integration.api.harness import Gateway
from tests.integration.api.world import World

ACCOUNT = {"processor": "stripe", "endpoint": "main"}


@pytest.fixture(autouse=True)
def company(world: World) -> None:
    accounts = (ProcessorAccount("stripe", "main", reconciled=True), ProcessorAccount("wise", "main"))
    world.company.put(Company("Blum AG", processors=accounts))


def differ(world: World, key: str = "stripe/main/pi_1", **changes: object) -> Difference:
    """A run has found that the amounts of a payment differ."""
    run = Run("rec_1", "stripe/main", NOW - timedelta(days=3), NOW, NOW, "schedule", finished_at=NOW)
    world.processors.reconciliations.keep(run)
    sides = Side("applied", eur(10_000), NOW), Side("payment_succeeded", eur(9_900), NOW)
    found = difference_of(Finding(DifferenceKind.AMOUNT, key, *sides), run, NOW)
    return world.processors.reconciliations.find(replace(found, **changes))  # type: ignore[arg-type]


def test_a_run_is_asked_for_once_while_it_is_under_way(
    world: World, finance: Gateway, reader: Gateway
) -> None:
    asked = finance.post("/reconciliations", ACCOUNT)
    assert (asked.status, asked.body["account"], asked.body["by"]) == (202, "stripe/main", "finn")
    assert (asked.body["phase"], asked.body["finished_at"]) == ("again", None)
    assert finance.post("/reconciliations", ACCOUNT).body == asked.body
    assert reader.get(f"/reconciliations/{asked.body['id']}").body == asked.body
    assert reader.get("/reconciliations").body == {"items": [asked.body], "next": None}


@pytest.mark.parametrize("body", [ACCOUNT | {"endpoint": "other"}, {"processor": "wise", "endpoint": "main"}])
def test_an_account_that_is_not_reconciled_has_no_run(
    world: World, finance: Gateway, reader: Gateway, body: dict
) -> None:
    assert finance.post("/reconciliations", body).status == 404
    assert finance.post("/reconciliations", ACCOUNT | {"endpoint": "a/b"}).fields == ["endpoint"]
    assert reader.post("/reconciliations", ACCOUNT).status == 403
    assert reader.get("/reconciliations").body["items"] == []


def test_differences_are_listed_with_both_sides(world: World, reader: Gateway) -> None:
    found = differ(world)
    listed = reader.get("/reconciliation-differences").body["items"]
    assert listed == reader.get("/reconciliations/rec_1/differences").body["items"]
    assert listed == [
        {
            "id": found.id,
            "account": "stripe/main",
            "kind": "amount",
            "payment": "stripe/main/pi_1",
            "ours": {
                "what": "applied",
                "amount": {"amount": "100.00", "currency": "EUR"},
                "at": "2026-03-02T08:00:00.000000Z",
            },
            "theirs": {
                "what": "payment_succeeded",
                "amount": {"amount": "99.00", "currency": "EUR"},
                "at": "2026-03-02T08:00:00.000000Z",
            },
            "state": "open",
            "found_at": "2026-03-02T08:00:00.000000Z",
            "message": None,
            "reason": "",
            "by": None,
            "ended_at": None,
        }
    ]
    assert reader.get(f"/reconciliation-differences/{found.id}").body == listed[0]
    assert reader.get("/reconciliation-differences?account=stripe/main").body["items"] == listed
    assert reader.get("/reconciliation-differences?account=adyen/eu").body["items"] == []
    assert reader.get("/reconciliation-differences?account=stripe").fields == ["account"]
    assert reader.get("/reconciliations/rec_9/differences").status == 404


def test_differences_are_listed_page_by_page(world: World, reader: Gateway) -> None:
    for number in range(5):
        differ(world, f"stripe/main/pi_{number}")
    seen, path = [], "/reconciliation-differences?limit=2"
    while path:
        page = reader.get(path).body
        seen += [each["payment"] for each in page["items"]]
        path = f"/reconciliation-differences?limit=2&next={page['next']}" if page["next"] else ""
    assert len(seen) == len(set(seen)) == 5


def test_a_person_acknowledges_a_difference_with_a_reason(
    world: World, finance: Gateway, reader: Gateway
) -> None:
    found = differ(world)
    path = f"/reconciliation-differences/{found.id}/acknowledgement"
    assert finance.post(path, {}).fields == ["reason"]
    assert reader.post(path, {"reason": "x"}).status == 403
    known = finance.post(path, {"reason": "a fee that the processor shows as part of it"})
    assert (known.status, known.body["state"], known.body["by"]) == (200, "acknowledged", "finn")
    assert finance.post(path, {"reason": "a fee that the processor shows as part of it"}).status == 200
    assert finance.post(path, {"reason": "another"}).status == 409
    assert reader.get("/reconciliation-differences").body["items"] == []
    assert reader.get("/reconciliations/rec_1/differences").body["items"] == [known.body]


def test_what_has_settled_needs_no_acknowledgement(world: World, finance: Gateway) -> None:
    found = differ(world)
    world.processors.reconciliations.change(replace(found, state=DifferenceState.SETTLED))
    path = f"/reconciliation-differences/{found.id}/acknowledgement"
    assert finance.post(path, {"reason": "late"}).status == 409
    assert finance.post("/reconciliation-differences/dif_9/acknowledgement", {"reason": "x"}).status == 404


def test_payouts_are_listed_by_state_and_the_late_ones_among_them(world: World, reader: Gateway) -> None:
    payout = MoneyEvent(
        EventType.PAYOUT, "payout.paid", "evt_1", NOW, amount=eur(9_700), fee=eur(300), subject_id="po_1"
    )
    book = BookPayout(world.stores.ledger)
    book(payout, "stripe", "main", NOW)
    book(replace(payout, subject_id="po_0", occurred=NOW - timedelta(days=20)), "stripe", "main", NOW)
    sent = reader.get("/payouts?state=sent").body["items"]
    assert {each["id"] for each in sent} == {"stripe/main/po_0", "stripe/main/po_1"}
    (late,) = reader.get("/payouts?state=late").body["items"]
    assert late == {
        "id": "stripe/main/po_0",
        "account": "stripe/main",
        "amount": {"amount": "97.00", "currency": "EUR"},
        "fee": {"amount": "3.00", "currency": "EUR"},
        "state": "sent",
        "sent_at": "2026-02-10T08:00:00.000000Z",
        "arrives_on": None,
        "payment": None,
    }
    assert reader.get("/payouts?state=arrived").body["items"] == []
    assert reader.get("/payouts?state=lost").fields == ["state"]
    assert reader.get("/payouts").fields == ["state"]
    assert isinstance(world.processors.payouts.payout("stripe/main/po_1"), Payout)
