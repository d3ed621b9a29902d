"""Money from anywhere on the deployed template: processors' webhooks, bank statements, pay links; in any order, and once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import date, datetime
from itertools import count
from typing import Any

import pytest

from receivables.core.clock import format_instant
from receivables.matching.references import reference_of
from receivables_cli.demo.rest import wait_until
from receivables_cli.demo.webhooks import Webhook, sign_stripe
from tests.bank_files import Move, camt
from tests.e2e.world import World, at, eventually

pytestmark = pytest.mark.engine

_numbers = count(1)


def euro(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def stripe(world: World, kind: str, when: datetime, **subject: Any) -> None:
    """A webhook of Stripe about a charge, intent, refund or dispute in euro; waits until it is dealt with."""
    event = {
        "id": f"evt_{kind.replace('.', '_')}_{next(_numbers)}",
        "type": kind,
        "created": int(when.timestamp()),
        "livemode": True,
        "data": {"object": {"currency": "eur", "created": int(when.timestamp()), **subject}},
    }
    hook = sign_stripe(json.dumps(event).encode(), world.stack.webhook_secret("stripe"), int(time.time()))
    assert world.deliver(hook, when) == 200
    wait_until(world.watch.inbox_is_empty, "the inbox")


def neutral(world: World, kind: str, when: datetime, **data: Any) -> None:
    """A webhook in the product's own format."""
    body = json.dumps({"type": kind, "timestamp": format_instant(when), "data": data}).encode()
    secret = base64.b64decode(world.stack.webhook_secret("standardwebhooks").removeprefix("whsec_"))
    message, seconds = f"msg_{next(_numbers)}", str(int(time.time()))
    digest = hmac.digest(secret, f"{message}.{seconds}.".encode() + body, hashlib.sha256)
    headers = {
        "webhook-id": message,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
    assert world.deliver(Webhook("/webhooks/standardwebhooks/main", body, headers), when) == 200
    wait_until(world.watch.inbox_is_empty, "the inbox")


def adyen_item(reference: str, number: str, minor: int | str) -> dict[str, Any]:
    return {
        "pspReference": reference,
        "merchantReference": number,
        "merchantAccountCode": "Acme",
        "amount": {"currency": "EUR", "value": minor},
        "eventCode": "AUTHORISATION",
        "success": "true",
        "eventDate": "2026-03-10T12:00:00+00:00",
        "paymentMethod": "visa",
    }


def adyen(world: World, *items: Mapping[str, Any]) -> int:
    """A webhook of Adyen, each item signed; the status of the answer."""
    key = bytes.fromhex(world.stack.webhook_secret("adyen"))
    signed = []
    for item in items:
        amount = item["amount"]
        told = (
            *(item["pspReference"], "", item["merchantAccountCode"], item["merchantReference"]),
            *(str(amount["value"]), amount["currency"], item["eventCode"], item["success"]),
        )
        digest = hmac.digest(key, ":".join(told).encode(), hashlib.sha256)
        additional = {"hmacSignature": base64.b64encode(digest).decode()}
        signed.append({"NotificationRequestItem": {**item, "additionalData": additional}})
    body = json.dumps({"live": "true", "notificationItems": signed}).encode()
    hook = Webhook("/webhooks/adyen/main", body, {"content-type": "application/json"})
    status = world.deliver(hook, at("2026-03-10", "12:00"))
    wait_until(world.watch.inbox_is_empty, "the inbox")
    return status


def invoice_of(world: World, number: str) -> Mapping[str, Any]:
    return dict(world.api("read-only").get(f"/invoices/{number}"))


def fetched(world: World, address: str, when: datetime, body: bytes | None = None) -> tuple[int, str]:
    """A page as a browser gets it: the status, and the page."""
    path = address.partition("/v1/")[2]
    request = urllib.request.Request(
        f"{world.stack.api_url}/{path}",
        data=body,
        headers={"X-As-Of": format_instant(when), "Accept-Language": "en"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_while_a_direct_debit_is_on_its_way_nobody_is_dunned_and_when_it_fails_dunning_resumes(
    world: World,
) -> None:
    customer = world.customer(at("2026-01-05"))
    number = world.invoice(customer, "2026-02-01", "2026-03-02")
    world.days("2026-03-02", "2026-03-03")
    before = world.steps(customer)
    metadata = {"invoice": number}
    stripe(
        world,
        "payment_intent.processing",
        at("2026-03-04", "09:00"),
        id="pi_debit",
        amount=10_000,
        metadata=metadata,
    )
    world.days("2026-03-04", "2026-03-09")
    assert world.steps(customer) == before, "it is on its way"
    awaited = world.account(customer)["arrangements"]
    assert [(each["kind"], each["invoices"]) for each in awaited] == [("in_flight", [number])]
    failed = {"id": "pi_debit", "amount": 10_000, "metadata": metadata, "status": "requires_payment_method"}
    stripe(world, "payment_intent.payment_failed", at("2026-03-10", "09:00"), **failed)
    world.days("2026-03-10", "2026-03-11")
    after = world.steps(customer)
    assert len(after) == len(before) + 1, "the highest step that it has earned, once"
    assert invoice_of(world, number)["status"] == "open"


def test_money_that_goes_back_opens_the_invoice_and_no_step_is_repeated(world: World) -> None:
    customer = world.customer(at("2026-01-05"))
    number = world.invoice(customer, "2026-02-01", "2026-03-02")
    world.days("2026-03-02", "2026-03-06")
    before = world.steps(customer)
    assert before
    paid = {"payment_id": f"SEPA-{customer}", "amount": "100.00", "currency": "EUR", "invoice": number}
    neutral(world, "payment.succeeded", at("2026-03-06", "19:00"), **paid)
    world.tick(at("2026-03-07"))
    assert invoice_of(world, number)["status"] == "closed"
    neutral(world, "payment.failed", at("2026-03-08", "09:00"), **paid)
    assert invoice_of(world, number)["status"] == "open"
    world.tick(at("2026-03-08"))
    assert world.steps(customer) == before, "dunning stands where it stood"


def test_a_refund_that_is_heard_of_before_its_payment_waits_for_it(world: World) -> None:
    customer = world.customer(at("2026-03-01"))
    number = world.invoice(customer, "2026-03-01", "2026-03-31")
    refund = {
        "id": "re_early",
        "object": "refund",
        "payment_intent": "pi_early",
        "amount": 3_000,
        "status": "succeeded",
    }
    stripe(world, "refund.created", at("2026-03-11", "12:00"), **refund)
    assert invoice_of(world, number)["balance"] == euro("100.00")
    paid = {"id": "pi_early", "amount_received": 10_000, "metadata": {"invoice": number}}
    stripe(world, "payment_intent.succeeded", at("2026-03-10", "12:00"), **paid)
    assert invoice_of(world, number)["balance"] == euro("30.00")
    stripe(world, "payment_intent.succeeded", at("2026-03-10", "12:00"), **paid)
    stripe(world, "refund.updated", at("2026-03-11", "12:00"), **refund)
    assert invoice_of(world, number)["balance"] == euro("30.00")


def test_a_chargeback_opens_the_invoice_without_dunning_and_winning_it_closes_it_again(world: World) -> None:
    customer = world.customer(at("2026-01-05"))
    number = world.invoice(customer, "2026-02-01", "2026-03-02")
    paid = {"id": "pi_contested", "amount_received": 10_000, "metadata": {"invoice": number}}
    stripe(world, "payment_intent.succeeded", at("2026-03-01", "12:00"), **paid)
    dispute = {"id": "dp_1", "object": "dispute", "payment_intent": "pi_contested", "amount": 10_000}
    stripe(world, "charge.dispute.created", at("2026-03-05", "12:00"), **dispute, status="needs_response")
    stripe(
        world, "charge.dispute.funds_withdrawn", at("2026-03-05", "12:01"), **dispute, status="needs_response"
    )
    assert invoice_of(world, number)["balance"] == euro("100.00")
    world.days("2026-03-05", "2026-03-12")
    assert world.steps(customer) == [], "the bank decides who is right"
    stripe(world, "charge.dispute.closed", at("2026-03-13", "12:00"), **dispute, status="won")
    stripe(world, "charge.dispute.funds_reinstated", at("2026-03-13", "12:01"), **dispute, status="won")
    assert invoice_of(world, number)["status"] == "closed"


def test_one_event_that_is_not_understood_does_not_hold_up_the_others(world: World) -> None:
    customer = world.customer(at("2026-03-01"))
    first, second = (world.invoice(customer, "2026-03-01", "2026-03-31") for _ in range(2))
    items = (
        adyen_item("ADY1", first, 10_000),
        adyen_item("ADY2", first, "many"),
        adyen_item("ADY3", second, 10_000),
    )
    assert adyen(world, *items) == 200
    assert {invoice_of(world, number)["status"] for number in (first, second)} == {"closed"}
    parked = list(world.api("finance").listed("/inbox", state="parked"))
    assert [message["processor"] for message in parked if "ADY2" in message["event_id"]] == ["adyen"]
    assert adyen(world, *items) == 200
    assert world.account(customer)["unapplied"] == euro("0.00")


def test_a_bank_statement_pays_what_it_names_and_proposes_what_it_may_mean(world: World) -> None:
    finance = world.api("finance", at("2026-04-02", "09:00"))
    world.api("admin", at("2026-04-02", "08:00")).post(
        "/bank-accounts",
        {"id": "house", "name": "House bank", "currency": "EUR", "iban": "DE02120300000000202051"},
    )
    named, guessed = world.customer(at("2026-03-01"), name="Named Ltd"), world.customer(at("2026-03-01"))
    by_reference = world.invoice(named, "2026-03-01", "2026-03-31", "250.00")
    by_number = world.invoice(named, "2026-03-02", "2026-04-01", "75.50")
    unnamed = world.invoice(guessed, "2026-03-01", "2026-03-31", "318.27")
    day = date(2026, 4, 1)
    file = camt(
        Move("250.00", structured=reference_of(by_reference) or "", name="Named Ltd", ref="B1", day=day),
        Move("75.50", f"thanks, invoice {by_number.lower()}", "Named Ltd", ref="B2", day=day),
        Move("318.27", "consulting march", "Somebody Else", "DE89370400440532013000", ref="B3", day=day),
        Move("-12.00", "account fees", "House bank", ref="B4", day=day),
    )
    body = {"content": base64.b64encode(file).decode()}
    job = finance.post("/bank-accounts/house/statements", body)
    done = imported(world, job)
    assert (done["state"], done["tally"]["payments"]) == ("done", 3), done
    wait_until(world.watch.inbox_is_empty, "the inbox")
    world.stack.invoke("match_payments", {"time": format_instant(at("2026-04-02", "09:30"))})
    assert invoice_of(world, by_reference)["status"] == "closed"
    assert invoice_of(world, by_number)["status"] == "closed"
    assert invoice_of(world, unnamed)["status"] == "open"

    waiting = [p for p in finance.listed("/payments", state="suspense") if p["amount"] == euro("318.27")]
    proposal = finance.get(f"/payments/{waiting[0]['id']}/proposal")
    best = proposal["candidates"][0]
    assert [part["number"] for part in best["invoices"]] == [unnamed]
    assert best["reasons"]
    finance.post(f"/payments/{waiting[0]['id']}/confirmation", {"candidate": 1, "at": proposal["at"]})
    assert invoice_of(world, unnamed)["status"] == "closed"

    again = imported(world, finance.post("/bank-accounts/house/statements", body))
    assert again["tally"]["new"] == 0
    wait_until(world.watch.inbox_is_empty, "the inbox")
    assert world.account(named)["unapplied"] == euro("0.00")


def imported(world: World, job: Mapping[str, Any]) -> Mapping[str, Any]:
    """The import, once it has come to its end."""

    def ended() -> Mapping[str, Any] | None:
        found = world.api("finance").get(f"/bank-accounts/house/imports/{job['id']}")
        return dict(found) if found["state"] in {"done", "refused", "failed"} else None

    return eventually(ended, "the import of the statement")


def test_a_payout_and_its_bank_line_are_one_and_the_books_add_up(world: World) -> None:
    customer = world.customer(at("2026-03-01"))
    number = world.invoice(customer, "2026-03-01", "2026-03-31", "500.00")
    paid = {"id": "pi_payout", "amount_received": 50_000, "metadata": {"invoice": number}}
    stripe(world, "payment_intent.succeeded", at("2026-04-01", "12:00"), **paid)
    sent = {
        "id": "po_1",
        "object": "payout",
        "amount": 48_500,
        "arrival_date": int(at("2026-04-03").timestamp()),
    }
    stripe(world, "payout.paid", at("2026-04-03", "06:00"), **sent, status="paid", automatic=False)
    payouts = list(world.api("finance").listed("/payouts", state="sent"))
    assert [(payout["amount"], payout["account"]) for payout in payouts] == [(euro("485.00"), "stripe/main")]
    world.stack.invoke("check_ledger", {"time": format_instant(at("2026-04-03")), "scope": "full"})
    books = world.api("read-only", at("2026-04-03")).get("/trial-balance")
    assert books["findings"] == []
    balances = {balance["currency"]: balance for balance in books["balances"]}
    assert balances["EUR"]["sum"] == euro("0.00")
    assert balances["EUR"]["ledgers"]["in_transit"] == euro("485.00")


def test_a_pay_link_shows_what_is_open_at_that_moment(world: World) -> None:
    admin = world.api("admin", at("2026-03-01"))
    company = admin.get("/company")
    settings = {key: value for key, value in company.items() if key in {"name", "rev"}}
    settings["creditor"] = {"name": "Acme GmbH", "iban": "DE89370400440532013000"}
    admin.put("/company", settings)
    customer = world.customer(at("2026-03-01"), name="Ada Blum")
    number = world.invoice(customer, "2026-03-01", "2026-03-31", "120.00")
    told = world.api("read-only", at("2026-03-10")).get(f"/invoices/{number}/pay-link")
    assert told["amount"] == euro("120.00")
    assert told["transfer"]["reference"] == reference_of(number)
    assert told["transfer"]["code"]["svg"].startswith("<svg")
    status, page = fetched(world, told["url"], at("2026-03-10"))
    assert status == 200
    assert "€120.00 to pay" in page
    assert "DE89 3704 0044 0532 0130 00" in page
    world.pay(world.receipt(number, at("2026-03-11"), "120.00"))
    assert "Nothing to pay" in fetched(world, told["url"], at("2026-03-12"))[1]
    assert fetched(world, told["url"][:-6] + "AAAAAA", at("2026-03-12"))[0] == 404


def test_a_reminder_leads_to_the_page_on_which_it_is_paid(world: World) -> None:
    customer = world.customer(at("2026-01-05"))
    world.invoice(customer, "2026-02-01", "2026-03-02")
    world.days("2026-03-02", "2026-03-06")
    text = world.mails(customer)[-1].text
    link = next(word for word in text.split() if "/pay/" in word)
    status, page = fetched(world, link, at("2026-03-06"))
    assert (status, "€100.00 to pay" in page) == (200, True)


def test_a_cheque_rests_dunning_until_it_bounces(world: World) -> None:
    customer = world.customer(at("2026-01-05"))
    number = world.invoice(customer, "2026-02-01", "2026-03-02")
    finance = world.api("finance", at("2026-03-01", "10:00"))
    cheque = {"id": f"CHQ-{customer}", "amount": euro("100.00"), "invoice": number, "number": "000123"}
    taken = finance.post("/cheques", cheque | {"taken_at": "2026-03-01T09:00:00Z"})
    wait_until(world.watch.inbox_is_empty, "the inbox")
    world.days("2026-03-02", "2026-03-06")
    assert world.steps(customer) == []
    world.api("finance", at("2026-03-07", "10:00")).post(
        f"/cheques/{taken['id']}/bounce", {"reason": "no funds"}
    )
    wait_until(world.watch.inbox_is_empty, "the inbox")
    world.tick(at("2026-03-07"))
    assert len(world.steps(customer)) == 1
