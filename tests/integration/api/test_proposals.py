"""What matching proposes, through the API: read, confirmed, corrected, given back."""

from __future__ import annotations

from typing import Any

import pytest

from receivables.ledger import Payment, PostOutcome
from receivables.ledger.payments import Remittance
from receivables.ledger.receiving import to_suspense
from receivables.matching.candidates import Candidate, Fit, Part, Told
from receivables.matching.ports import Proposal
from tests.builders import NOW, eur
from tests.builders import customer as somebody
from tests.integration.api.harness import Gateway
from tests.integration.api.money_world import euros, owed
from tests.integration.api.world import World

KEY = "bank/main/1"
PATH = "/payments/bank~2Fmain~2F1"
AT = "2026-03-02T08:00:00Z"


@pytest.fixture(autouse=True)
def proposed(world: World, finance: Gateway) -> None:
    """80.00 wait, and may be for INV-1 or be credit."""
    world.customers.create(somebody())
    owed(finance, "INV-1", "80.00")
    owed(finance, "INV-2", "50.00")
    told = Remittance(("thank you",), account="DE89370400440532013000")
    money = Payment(KEY, eur(8_000), NOW, NOW, None, KEY, "Ada Blum", remittance=told)
    assert world.stores.ledger.post(to_suspense(money)) is PostOutcome.POSTED
    candidates = (
        Candidate("C-1.EUR", (Part("INV-1"),), 80, ("the amount fits",), Fit.EXACT, Told.NOTHING, (8_000,)),
        Candidate("C-1.EUR", (), 60, ("the payer's name",)),
    )
    world.money.proposal_store.put(Proposal(KEY, candidates, NOW))


def test_what_waits_is_listed_with_what_is_proposed(reader: Gateway) -> None:
    listed = reader.get("/payments?state=suspense").body["items"]
    assert [(each["id"], each["waiting"], each["texts"]) for each in listed] == [
        ("bank~2Fmain~2F1", euros("80.00"), ["thank you"])
    ]
    assert listed[0]["proposal"] == reader.get(f"{PATH}/proposal").body
    assert listed[0]["proposal"]["candidates"][0] == {
        "account_id": "C-1.EUR",
        "invoices": [{"number": "INV-1", "amount": None}],
        "confidence": 80,
        "fit": "exact",
        "told": "nothing",
        "reasons": ["the amount fits"],
    }


def test_what_was_never_looked_at_has_no_proposal(world: World, reader: Gateway) -> None:
    assert reader.get("/payments/bank~2Fmain~2F9/proposal").status == 404
    other = Payment("bank/main/2", eur(1), NOW, NOW, None, "bank/main/2")
    world.stores.ledger.post(to_suspense(other))
    assert reader.get("/payments/bank~2Fmain~2F2/proposal").status == 404


def test_finance_confirms_and_the_same_again_is_harmless(finance: Gateway, reader: Gateway) -> None:
    for _ in range(2):
        placed = finance.post(f"{PATH}/confirmation", {"candidate": 1, "at": AT})
        assert (placed.status, placed.body["state"], placed.body["invoice"]) == (200, "placed", "INV-1")
    after = reader.get(f"{PATH}/proposal").body
    assert (after["standing"], after["by"]) == ("confirmed", "finn")
    assert reader.get("/payments?state=suspense").body["items"] == []


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"candidate": 3, "at": AT}, 400, "candidate"),
        ({"candidate": 9, "at": AT}, 400, "candidate"),
        ({"candidate": 1}, 400, "at"),
        ({"candidate": 1, "at": "2026-03-02T07:00:00Z"}, 409, None),
    ],
)
def test_what_cannot_be_confirmed_is_refused(
    finance: Gateway, body: dict[str, Any], status: int, field: str | None
) -> None:
    answer = finance.post(f"{PATH}/confirmation", body)
    assert answer.status == status
    if field:
        assert answer.fields == [field]


def test_only_finance_decides(reader: Gateway) -> None:
    assert reader.post(f"{PATH}/confirmation", {"candidate": 1, "at": AT}).status == 403
    assert reader.post(f"{PATH}/return", {"id": "r1", "reason": "not ours"}).status == 403


def test_finance_places_it_otherwise_and_otherwise_again(finance: Gateway, reader: Gateway) -> None:
    first = finance.post(f"{PATH}/placement", {"account_id": "C-1.EUR", "invoice": "INV-2"})
    assert (first.status, first.body["credit"]) == (200, euros("30.00"))
    assert finance.post(f"{PATH}/placement", {"account_id": "C-1.EUR", "invoice": "INV-1"}).status == 409
    wanted = {"account_id": "C-1.EUR", "invoice": "INV-1", "placed_on": "C-1.EUR"}
    assert finance.post(f"{PATH}/correction", wanted | {"placed_on": "C-2.EUR"}).status == 409
    second = finance.post(f"{PATH}/correction", wanted)
    assert (second.status, second.body["invoice"], second.body["credit"]) == (200, "INV-1", euros("0.00"))
    assert reader.get("/invoices/INV-2").body["balance"] == euros("50.00")
    assert reader.get(f"{PATH}/proposal").body["standing"] == "corrected"


def test_money_that_is_not_ours_goes_back(finance: Gateway) -> None:
    order = {"id": "r1", "reason": "not ours", "amount": euros("30.00")}
    part = finance.post(f"{PATH}/return", order)
    assert (part.status, part.body["kind"]) == (201, "refund")
    assert part.body["payment_after"]["returned"] == euros("30.00")
    assert finance.post(f"{PATH}/return", order).status == 200
    rest = finance.post(f"{PATH}/return", {"id": "r2", "reason": "not ours"})
    assert rest.body["payment_after"]["state"] == "returned"
    assert finance.post(f"{PATH}/return", {"id": "r3", "reason": "again"}).status == 409


def test_more_than_waits_does_not_go_back(finance: Gateway) -> None:
    order = {"id": "r1", "reason": "not ours", "amount": euros("81.00")}
    refused = finance.post(f"{PATH}/return", order)
    assert (refused.status, refused.fields) == (400, ["amount"])
    assert finance.post(f"{PATH}/return", order | {"amount": {"amount": "1", "currency": "USD"}}).fields == [
        "amount.currency"
    ]
