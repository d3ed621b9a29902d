"""Cheques and payments in person through the API; what is in flight as callers see it."""

from __future__ import annotations

from typing import Any

import pytest

from receivables.payments.inbox import InboxState
from tests.builders import customer as somebody
from tests.fakes.applying import applying
from tests.integration.api.harness import Gateway
from tests.integration.api.money_world import balance, euros, owed, paid
from tests.integration.api.world import World

CHEQUE = {"id": "c-1", "number": "000123", "amount": euros("100.00"), "invoice": "INV-1", "payer": "Ada"}


@pytest.fixture(autouse=True)
def ada(world: World, finance: Gateway) -> None:
    world.customers.create(somebody())
    owed(finance)


def stream(world: World) -> None:
    """What the inbox keeps is handed out."""
    apply = applying(world.stores.ledger, world.stores.inbox, world.directory)
    for message in list(world.stores.shelf.inbox.values()):
        if message.state is InboxState.RECEIVED:
            apply(message)


def test_a_cheque_rests_its_invoice_until_it_clears(world: World, finance: Gateway, reader: Gateway) -> None:
    taken = finance.post("/cheques", CHEQUE)
    assert (taken.status, taken.body["state"], taken.body["number"]) == (201, "pending", "000123")
    stream(world)
    (flight,) = reader.get("/accounts/C-1.EUR/arrangements").body["items"]
    assert (flight["kind"], flight["in_flight"]["cause"], flight["active"]) == ("in_flight", "pending", True)
    assert flight["in_flight"]["payment_id"] == taken.body["payment_id"]
    assert reader.get(flight["self"]).body == flight
    refused = finance.post(f"{flight['self']}/cancellation", {"reason": "no"})
    assert refused.status == 409
    cleared = finance.post("/cheques/c-1/clearing", {})
    assert (cleared.status, cleared.body["state"]) == (200, "cleared")
    stream(world)
    assert balance(finance) == "0.00"
    assert reader.get("/cheques/c-1").body["state"] == "cleared"
    assert reader.get(f"/payments/{taken.body['payment_id']}").body["payer"] == "Ada"
    assert reader.get(flight["self"]).body["state"] == "settled"


def test_a_cheque_that_bounces_is_asked_for_again(world: World, finance: Gateway) -> None:
    finance.post("/cheques", CHEQUE)
    finance.post("/cheques/c-1/clearing", {})
    stream(world)
    bounced = finance.post("/cheques/c-1/bounce", {"reason": "refer to drawer"})
    assert bounced.body["state"] == "bounced"
    stream(world)
    assert balance(finance) == "100.00"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": euros("0.00")}, "amount"),
        ({"invoice": "INV-404"}, "invoice"),
        ({"account_id": "C-1.EUR"}, "account_id"),
        ({"taken_at": "2027-01-01T00:00:00Z"}, "taken_at"),
        ({"number": ""}, "number"),
    ],
)
def test_a_cheque_that_cannot_be_is_refused(finance: Gateway, changes: dict[str, Any], field: str) -> None:
    refused = finance.post("/cheques", CHEQUE | changes)
    assert (refused.status, [error["field"] for error in refused.body["errors"]]) == (400, [field])


def test_a_cheque_of_another_key_is_not_found_and_readers_take_none_in(
    finance: Gateway, reader: Gateway
) -> None:
    assert finance.post("/cheques/c-404/clearing", {}).status == 404
    assert reader.post("/cheques", CHEQUE).status == 403


def test_how_a_payment_in_person_was_made_is_kept(finance: Gateway) -> None:
    answer = paid(finance, "till-1", method="cash")
    assert answer.body["method"] == "cash"
    assert finance.post("/payments", {**answer.body, "method": "Cash!"}).status == 400
