"""Mandates through the API."""

from __future__ import annotations

import pytest

from receivables.core.configuration import Company, ProcessorAccount
from receivables.core.errors import NotFound
from receivables.customers import Mandate
from receivables.ledger import AT_ONCE
from tests.builders import customer as somebody
from tests.builders import invoice, issued
from tests.integration.api.harness import Gateway
from tests.integration.api.world import World

MANDATE = {
    "processor": "gocardless",
    "endpoint": "main",
    "id": "MD0001",
    "customer": "CU0001",
    "method": "sepa_core",
}


@pytest.fixture(autouse=True)
def company(world: World) -> None:
    accounts = (ProcessorAccount("gocardless", "main"), ProcessorAccount("wise", "main"))
    world.company.put(Company("Blum AG", processors=accounts))
    world.directory.create(somebody("C-1"))
    issued(world.ledger, invoice("A", "C-1.EUR"))


def test_a_mandate_is_given_told_to_the_accounts_and_taken_away(
    world: World, finance: Gateway, reader: Gateway
) -> None:
    given = finance.put("/customers/C-1/mandate", MANDATE)
    assert (given.status, given.body["mandate"]) == (200, MANDATE | {"active": True, "ended": ""})
    assert reader.get("/customers/C-1").body == given.body
    assert world.processors.mandates.holders("gocardless/main/MD0001") == ["C-1"]
    assert world.account().next_action_at == AT_ONCE
    taken = finance.delete("/customers/C-1/mandate")
    assert (taken.status, taken.body["mandate"]) == (200, None)
    told = {fact["event"] for fact in world.ledger.timeline("C-1.EUR", 10).items if "event" in fact}
    assert told == {"mandate_given", "mandate_removed"}


def test_a_new_mandate_takes_the_place_of_one_that_has_ended(world: World, finance: Gateway) -> None:
    finance.put("/customers/C-1/mandate", MANDATE)
    finance.put("/customers/C-1/mandate", MANDATE | {"id": "MD0002"})
    assert world.directory.get("C-1").mandate == Mandate(
        "gocardless", "main", "MD0002", "CU0001", "sepa_core"
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"processor": "wise"}, "processor"),
        ({"processor": "piggybank"}, "processor"),
        ({"endpoint": "other"}, "endpoint"),
        ({"endpoint": "MAIN"}, "endpoint"),
        ({"id": ""}, "id"),
        ({"id": "MD1/../payments"}, "id"),
        ({"customer": "CU 1"}, "customer"),
        ({"method": "sepa\ncore"}, "method"),
        ({"active": False}, "active"),
    ],
)
def test_a_mandate_under_which_nothing_could_be_drawn_is_refused_by_field(
    world: World, finance: Gateway, change: dict, field: str
) -> None:
    answer = finance.put("/customers/C-1/mandate", MANDATE | change)
    assert (answer.status, answer.fields) == (400, [field])
    assert world.directory.get("C-1").mandate is None


def test_nobody_has_no_mandate(world: World, finance: Gateway, reader: Gateway) -> None:
    assert finance.put("/customers/C-9/mandate", MANDATE).status == 404
    assert finance.delete("/customers/C-9/mandate").status == 404
    assert reader.put("/customers/C-1/mandate", MANDATE).status == 403
    with pytest.raises(NotFound):
        world.directory.get("C-9")
    assert world.processors.mandates.holders("gocardless/main/MD0001") == []
