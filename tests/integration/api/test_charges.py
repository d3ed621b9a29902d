"""Late charges and short payments through the API: shown with their working, and decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from receivables.ledger import ChargeDetail, ShortPayment, ShortPaymentReason, WorkingRow
from tests.builders import customer as somebody
from tests.builders import eur
from tests.integration.api.harness import Gateway
from tests.integration.api.money_world import (
    ACCOUNT,
    balance,
    books_are_right,
    charged,
    euros,
    owed,
    paid,
    unapplied,
)
from tests.integration.api.world import World

DETAIL = ChargeDetail(
    rule="interest",
    terms="net-30/2",
    period="2026-03",
    rows=(WorkingRow(date(2026, 3, 2), date(2026, 3, 31), 30, eur(10_000), "11.27", "92.63"),),
    notes=("rounded half up",),
)


@pytest.fixture(autouse=True)
def ada(world: World, finance: Gateway) -> None:
    world.customers.create(somebody())
    owed(finance)
    owed(finance, "KA-2", "50.00")


def unclaimed(world: World, number: str = "LC-1") -> None:
    """The charge is on record, and not asked for."""
    charged(world, number, charge=DETAIL)
    place = (ACCOUNT, number)
    world.stores.shelf.open_items[place] = replace(world.stores.shelf.open_items[place], claimed=False)


def test_a_charge_is_shown_with_all_of_its_working(world: World, reader: Gateway) -> None:
    charged(world, charge=DETAIL)
    charge = reader.get("/charges/LC-1").body
    assert (charge["kind"], charge["invoice"], charge["amount"]) == ("fee", "INV-1", euros("40.00"))
    assert (charge["rule"], charge["terms"], charge["period"]) == ("interest", "net-30/2", "2026-03")
    assert charge["rows"] == [
        {
            "first": "2026-03-02",
            "last": "2026-03-31",
            "days": 30,
            "balance": euros("100.00"),
            "rate": "11.27",
            "amount": "92.63",
        }
    ]
    assert (charge["notes"], charge["claimed"], charge["self"]) == (
        ["rounded half up"],
        True,
        "/charges/LC-1",
    )
    assert reader.get("/charges/INV-1").status == 404
    assert reader.get("/charges/LC-9").status == 404


def test_the_charges_of_an_account_are_listed_without_its_invoices(world: World, reader: Gateway) -> None:
    for number in ("LC-1", "LC-2", "LC-3"):
        charged(world, number)
    first = reader.get(f"/charges?account_id={ACCOUNT}&limit=2").body
    rest = reader.get(f"/charges?account_id={ACCOUNT}&limit=2&next={first['next']}").body
    assert [charge["number"] for charge in first["items"] + rest["items"]] == ["LC-1", "LC-2", "LC-3"]
    assert rest["next"] is None


def test_a_list_of_charges_says_which(world: World, reader: Gateway) -> None:
    assert reader.get("/charges").fields == ["account_id"]
    assert reader.get(f"/charges?account_id={ACCOUNT}&state=unclaimed").fields == ["account_id"]
    assert reader.get("/charges?account_id=nonsense").fields == ["account_id"]
    assert reader.get("/charges?state=open").fields == ["state"]


def test_a_charge_waits_until_it_is_claimed(world: World, finance: Gateway) -> None:
    unclaimed(world)
    [waiting] = finance.get("/charges?state=unclaimed").body["items"]
    assert (waiting["number"], waiting["claimed"], waiting["account_id"]) == ("LC-1", False, ACCOUNT)
    claimed = finance.post("/charges/LC-1/claim", {"reason": "agreed by phone"})
    assert (claimed.status, claimed.body["claimed"]) == (200, True)
    assert finance.get("/charges?state=unclaimed").body["items"] == []
    assert finance.post("/charges/LC-1/claim", {"reason": "again"}).status == 200
    events = [f for f in finance.get(f"/accounts/{ACCOUNT}").body["timeline"] if f["kind"] == "account_event"]
    assert [(event["by"], event["reason"]) for event in events] == [("api/finn", "agreed by phone")]
    assert finance.post("/charges/INV-1/claim", {"reason": "x"}).status == 404
    assert finance.post("/charges/LC-1/claim", {}).fields == ["reason"]


def test_a_charge_is_waived_in_part_and_then_the_rest(world: World, finance: Gateway) -> None:
    unclaimed(world)
    order = {"id": "w-1", "amount": euros("10.00"), "reason": "goodwill"}
    waived = finance.post("/charges/LC-1/waiver", order)
    assert (waived.status, waived.body["kind"], waived.body["reason"]) == (201, "waiver", "goodwill")
    assert finance.get("/charges/LC-1").body["balance"] == euros("30.00")
    again = finance.post("/charges/LC-1/waiver", order)
    assert (again.status, again.body) == (200, waived.body)
    left = finance.get("/charges/LC-1").body
    assert left["total"] == left["balance"] != left["amount"]
    assert finance.post("/charges/LC-1/waiver", {"id": "w-2", "reason": "goodwill"}).status == 201
    charge = finance.get("/charges/LC-1").body
    assert (charge["balance"], charge["status"]) == (euros("0.00"), "closed")
    books_are_right(world, finance)


def test_a_charge_that_was_paid_becomes_credit_when_it_is_waived(world: World, finance: Gateway) -> None:
    charged(world)
    paid(finance, amount="40.00", reference="LC-1")
    assert finance.post("/charges/LC-1/waiver", {"id": "w-1", "reason": "goodwill"}).status == 201
    assert unapplied(finance) == "40.00"
    books_are_right(world, finance)


def test_a_waiver_that_is_wrong_is_refused(world: World, finance: Gateway) -> None:
    charged(world)
    too_much = finance.post("/charges/LC-1/waiver", {"id": "w", "amount": euros("40.01"), "reason": "x"})
    assert (too_much.status, too_much.fields) == (400, ["amount"])
    assert finance.post("/charges/LC-1/waiver", {"id": "w"}).fields == ["reason"]
    assert finance.post("/charges/LC-1/waiver", {"reason": "x"}).fields == ["Idempotency-Key"]
    assert finance.post("/charges/INV-1/waiver", {"id": "w", "reason": "x"}).status == 404
    assert finance.post("/charges/LC-9/waiver", {"id": "w", "reason": "x"}).status == 404


def paid_short(world: World, finance: Gateway) -> None:
    """98.00 came for INV-1, as if a discount of 2 % had been earned."""
    paid(finance, amount="98.00")
    place = (ACCOUNT, "INV-1")
    short = ShortPayment(
        "api/manual/bank-1", eur(200), ShortPaymentReason.DISCOUNT_TOO_LATE, "grant: two days late"
    )
    world.stores.shelf.open_items[place] = replace(world.stores.shelf.open_items[place], short=short)


def test_a_short_payment_waits_with_a_proposal(world: World, finance: Gateway, reader: Gateway) -> None:
    paid_short(world, finance)
    [waiting] = reader.get("/short-payments").body["items"]
    assert waiting == {
        "account_id": ACCOUNT,
        "invoice": "INV-1",
        "self": "/invoices/INV-1",
        "payment": "/payments/api~2Fmanual~2Fbank-1",
        "balance": euros("2.00"),
        "missing": euros("2.00"),
        "reason": "discount_too_late",
        "proposal": "grant: two days late",
    }


def test_a_short_payment_is_granted_as_a_discount(world: World, finance: Gateway) -> None:
    paid_short(world, finance)
    order = {"id": "s-1", "decision": "grant", "reason": "a good customer"}
    granted = finance.post("/invoices/INV-1/short-payment", order)
    assert (granted.status, granted.body["balance"]) == (200, euros("0.00"))
    assert finance.get("/short-payments").body["items"] == []
    assert finance.post("/invoices/INV-1/short-payment", order).status == 200
    sums = finance.get(f"/accounts/{ACCOUNT}/trial-balance").body["ledgers"]
    assert sums["discounts"] == euros("2.00")
    books_are_right(world, finance)


def test_a_short_payment_is_claimed_and_stays_open(world: World, finance: Gateway) -> None:
    paid_short(world, finance)
    order = {"id": "s-1", "decision": "claim", "reason": "every time"}
    claimed = finance.post("/invoices/INV-1/short-payment", order)
    assert (claimed.status, claimed.body["balance"]) == (200, euros("2.00"))
    assert finance.get("/short-payments").body["items"] == []
    assert balance(finance) == "2.00"


def test_where_nothing_was_paid_short_there_is_nothing_to_decide(world: World, finance: Gateway) -> None:
    for decision in ("claim", "grant"):
        order = {"id": "s-1", "decision": decision, "reason": "x"}
        assert finance.post("/invoices/INV-1/short-payment", order).status == 409
        assert finance.post("/invoices/INV-9/short-payment", order).status == 404
    wrong = finance.post("/invoices/INV-1/short-payment", {"id": "s", "decision": "maybe", "reason": "x"})
    assert wrong.fields == ["decision"]
