"""Money that goes back, or elsewhere, through the API: refunds, chargebacks, transfers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOW
from tests.builders import customer as somebody
from tests.integration.api.harness import Gateway
from tests.integration.api.money_world import (
    balance,
    books_are_right,
    euros,
    owed,
    paid,
    payment_path,
    unapplied,
)
from tests.integration.api.world import World

REFUND = {"id": "r-1", "amount": euros("30.00"), "paid": True, "reason": "paid twice"}
CHARGEBACK = {"id": "cb-1", "reason": "fraud claimed", "effective_at": "2026-03-02T07:00:00Z"}


@pytest.fixture(autouse=True)
def ada(world: World, finance: Gateway) -> None:
    world.customers.create(somebody())
    owed(finance)
    owed(finance, "INV-2", "50.00")


def test_a_part_of_a_payment_is_refunded_and_the_invoice_is_open_again(
    world: World, finance: Gateway
) -> None:
    paid(finance)
    refund = finance.post(f"{payment_path()}/refunds", REFUND)
    assert (refund.status, refund.body["state"], refund.body["kind"]) == (201, "paid", "refund")
    assert refund.body["reason"] == "paid twice"
    assert refund.body["source"] == "api/finn"
    assert balance(finance) == "30.00"
    payment = finance.get(payment_path()).body
    assert (payment["refunded"], payment["allocated"][0]["amount"]) == (euros("30.00"), euros("70.00"))
    assert finance.get(refund.body["refund"]).body == refund.body
    books_are_right(world, finance)


def test_credit_goes_back_before_what_was_paid_with_the_rest(world: World, finance: Gateway) -> None:
    paid(finance, amount="130.00")
    finance.post(f"{payment_path()}/refunds", REFUND)
    assert (balance(finance), unapplied(finance)) == ("0.00", "0.00")
    books_are_right(world, finance)


def test_without_an_amount_all_of_it_goes_back(world: World, finance: Gateway) -> None:
    paid(finance)
    refund = finance.post(f"{payment_path()}/refunds", {"id": "all", "reason": "cancelled"})
    assert refund.body["state"] == "payable"
    assert balance(finance) == "100.00"
    again = finance.post(f"{payment_path()}/refunds", {"id": "more", "reason": "cancelled"})
    assert again.status == 409
    books_are_right(world, finance)


def test_a_promised_refund_is_paid_once(world: World, finance: Gateway, reader: Gateway) -> None:
    paid(finance)
    promised = finance.post(f"{payment_path()}/refunds", REFUND | {"paid": False}).body
    assert (promised["state"], promised["paid_at"]) == ("payable", None)
    path = f"{promised['refund']}/payment"
    too_early = finance.post(path, {"effective_at": "2026-03-02T07:59:00Z"})
    assert (too_early.status, too_early.fields) == (400, ["effective_at"])
    tomorrow = Gateway("finn", "finance", at=NOW + timedelta(days=1))
    done = tomorrow.post(path, {"effective_at": "2026-03-02T17:00:00Z"})
    assert (done.status, done.body["state"]) == (201, "paid")
    assert done.body["paid_at"] == "2026-03-02T17:00:00.000000Z"
    again = tomorrow.post(path, {})
    assert (again.status, again.body) == (200, done.body)
    assert reader.get(promised["refund"]).body["state"] == "paid"
    sums = finance.get("/accounts/C-1.EUR/trial-balance").body["ledgers"]
    assert sums["cash"] == euros("70.00")
    assert sums.get("refunds_payable", euros("0.00")) == euros("0.00")
    books_are_right(world, finance)


def test_the_same_refund_again_is_harmless_and_another_with_its_id_is_refused(
    world: World, finance: Gateway
) -> None:
    paid(finance)
    first = finance.post(f"{payment_path()}/refunds", REFUND)
    again = finance.post(f"{payment_path()}/refunds", REFUND)
    assert (again.status, again.body) == (200, first.body)
    assert balance(finance) == "30.00"
    assert finance.post(f"{payment_path()}/refunds", REFUND | {"amount": euros("31.00")}).status == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": euros("100.01")}, "amount"),
        ({"amount": euros("0.00")}, "amount"),
        ({"amount": {"amount": "1.00", "currency": "USD"}}, "amount"),
        ({"effective_at": "2026-03-02T08:00:01Z"}, "effective_at"),
        ({"reason": ""}, "reason"),
        ({"paid": "yes"}, "paid"),
        ({"id": "a/b"}, "id"),
        ({"id": None}, "Idempotency-Key"),
    ],
)
def test_a_refund_that_is_wrong_is_refused_by_field(
    world: World, finance: Gateway, change: dict[str, Any], field: str
) -> None:
    paid(finance)
    answer = finance.post(f"{payment_path()}/refunds", REFUND | change)
    assert (answer.status, [name.split(".")[0] for name in answer.fields]) == (400, [field])
    assert balance(finance) == "0.00"


def test_what_is_not_there_cannot_go_back(world: World, finance: Gateway) -> None:
    assert finance.post("/payments/nowhere/refunds", REFUND).status == 404
    assert finance.get("/refunds/nowhere").status == 404
    assert finance.post("/refunds/nowhere/payment", {}).status == 404
    waiting = paid(finance, reference=None)
    assert finance.post(f"/payments/{waiting.body['id']}/refunds", REFUND).status == 409


def test_credit_of_a_credit_note_is_paid_out(world: World, finance: Gateway) -> None:
    paid(finance)
    note = {"number": "CN-1", "amount": euros("20.00"), "reason": "damaged"}
    finance.post("/invoices/INV-1/credit-notes", note)
    [credit] = finance.get("/accounts/C-1.EUR/credits").body["items"]
    order = {"id": "out", "credit_id": credit["id"], "paid": True, "reason": "asked for it"}
    refund = finance.post("/accounts/C-1.EUR/refunds", order)
    assert (refund.status, refund.body["amount"]["amount"].strip("-")) == (201, "20.00")
    assert unapplied(finance) == "0.00"
    assert finance.post("/accounts/C-1.EUR/refunds", order).status == 200
    assert finance.post("/accounts/C-1.EUR/refunds", order | {"credit_id": "crd_other"}).status == 409
    unknown = finance.post("/accounts/C-1.EUR/refunds", order | {"id": "other"})
    assert (unknown.status, unknown.fields) == (400, ["credit_id"])
    books_are_right(world, finance)


def test_a_chargeback_opens_the_invoice_again_and_its_reversal_pays_it(
    world: World, finance: Gateway
) -> None:
    paid(finance)
    back = finance.post(f"{payment_path()}/chargebacks", CHARGEBACK)
    assert (back.status, back.body["kind"], balance(finance)) == (201, "chargeback", "100.00")
    assert finance.get(payment_path()).body["charged_back"] == euros("100.00")
    assert finance.post(f"{payment_path()}/chargebacks", CHARGEBACK).status == 200
    reversal = {"chargeback": "cb-1", "reason": "won"}
    won = finance.post(f"{payment_path()}/chargeback-reversals", reversal)
    assert (won.status, won.body["kind"], balance(finance)) == (201, "chargeback_reversal", "0.00")
    again = finance.post(f"{payment_path()}/chargeback-reversals", reversal)
    assert (again.status, again.body) == (200, won.body)
    assert finance.get(payment_path()).body["charged_back"] == euros("0.00")
    books_are_right(world, finance)


def test_a_reversal_of_a_chargeback_that_never_was_is_refused(world: World, finance: Gateway) -> None:
    paid(finance)
    reversal = {"chargeback": "cb-9", "reason": "won"}
    answer = finance.post(f"{payment_path()}/chargeback-reversals", reversal)
    assert (answer.status, answer.fields) == (400, ["chargeback"])
    assert finance.post("/payments/nowhere/chargeback-reversals", reversal).status == 404
    assert finance.post("/payments/nowhere/chargebacks", CHARGEBACK).status == 404


def test_what_was_paid_on_the_wrong_invoice_is_moved_to_another(world: World, finance: Gateway) -> None:
    paid(finance)
    move = {"id": "t-1", "from": "INV-1", "to": "INV-2", "amount": euros("50.00"), "reason": "named wrongly"}
    moved = finance.post(f"{payment_path()}/transfers", move)
    assert (moved.status, moved.body["kind"]) == (201, "transfer")
    assert (balance(finance, "INV-1"), balance(finance, "INV-2")) == ("50.00", "0.00")
    assert finance.post(f"{payment_path()}/transfers", move).status == 200
    allocated = {each["invoice"]: each["amount"] for each in finance.get(payment_path()).body["allocated"]}
    assert allocated == {"INV-1": euros("50.00"), "INV-2": euros("50.00")}
    books_are_right(world, finance)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to": "INV-9"}, "to"),
        ({"to": "INV-1"}, "to"),
        ({"from": "INV-9"}, "from"),
        ({"amount": euros("100.01")}, "amount"),
        ({"reason": None}, "reason"),
    ],
)
def test_a_transfer_that_is_wrong_is_refused_by_field(
    world: World, finance: Gateway, change: dict[str, Any], field: str
) -> None:
    paid(finance)
    move = {"id": "t-1", "from": "INV-1", "to": "INV-2", "reason": "named wrongly"}
    answer = finance.post(f"{payment_path()}/transfers", move | change)
    assert (answer.status, answer.fields) == (400, [field])
