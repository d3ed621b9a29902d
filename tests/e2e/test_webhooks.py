"""Payments that come in by webhook, over HTTP, as processors really send them."""

import base64
import hashlib
import hmac
import json
import time

import pytest

from receivables_cli.demo.rest import wait_until
from receivables_cli.demo.webhooks import sign_stripe
from tests.e2e.world import World, at

pytestmark = pytest.mark.engine


def stripe_event(event_id: str, event_type: str, subject: dict) -> bytes:
    created = int(at("2026-03-10", "12:00").timestamp())
    document = {
        "id": event_id,
        "type": event_type,
        "created": created,
        "livemode": True,
        "data": {"object": subject},
    }
    return json.dumps(document).encode()


def send_stripe(world: World, body: bytes, seconds: int = 0) -> int:
    """Signed with the endpoint's secret, at the present moved by so many seconds."""
    hook = sign_stripe(body, world.stack.webhook_secret("stripe"), int(time.time()) + seconds)
    status = world.deliver(hook, at("2026-03-10", "12:00"))
    wait_until(world.watch.inbox_is_empty, "the inbox")
    return status


def test_a_payment_is_booked_once_however_often_it_is_delivered(world: World) -> None:
    customer = world.customer(at("2026-03-01"))
    number = world.invoice(customer, "2026-03-01", "2026-03-31")
    receipt = world.receipt(number, at("2026-03-10", "12:00"), "60.00")
    for _ in range(3):
        world.pay(receipt)
    account = world.account(customer)
    assert account["balance"] == {"amount": "40.00", "currency": "EUR"}
    assert len([e for e in account["entries"] if e["entry_kind"] == "payment"]) == 1


def test_two_events_about_the_same_money_in_the_wrong_order_are_one_payment(world: World) -> None:
    customer = world.customer(at("2026-03-01"))
    number = world.invoice(customer, "2026-03-01", "2026-03-31")
    intent = {"id": "pi_order", "amount_received": 10_000, "currency": "eur", "metadata": {}}
    session = {
        "id": "cs_order",
        "payment_intent": "pi_order",
        "payment_status": "paid",
        "amount_total": 10_000,
        "currency": "eur",
        "metadata": {"invoice": number},
    }
    assert send_stripe(world, stripe_event("evt_order_2", "checkout.session.completed", session)) == 200
    assert send_stripe(world, stripe_event("evt_order_1", "payment_intent.succeeded", intent)) == 200
    account = world.account(customer)
    assert account["balance"]["amount"] == account["unapplied"]["amount"] == "0.00"
    assert world.api("read-only").get(f"/invoices/{number}")["status"] == "closed"


def test_an_overpayment_becomes_credit_and_an_unknown_reference_waits_for_a_person(world: World) -> None:
    customer = world.customer(at("2026-03-01"))
    number = world.invoice(customer, "2026-03-01", "2026-03-31")
    world.pay(world.receipt(number, at("2026-03-10", "12:00"), "130.50", "standardwebhooks"))
    assert world.account(customer)["unapplied"]["amount"] == "30.50"
    world.pay(world.receipt("PO-4711", at("2026-03-10", "12:00"), "9.99"))
    waiting = list(world.api("finance").listed("/payments", state="suspense"))
    assert "9.99" in [payment["amount"]["amount"] for payment in waiting]


@pytest.mark.parametrize("seconds", [-3_600, 3_600], ids=["stale", "from the future"])
def test_a_signature_of_another_time_is_refused(world: World, seconds: int) -> None:
    assert send_stripe(world, stripe_event("evt_late", "payment_intent.succeeded", {}), seconds) == 401


def test_what_is_not_signed_with_the_secret_is_refused_and_not_kept(world: World) -> None:
    hook = sign_stripe(b'{"id": "evt_forged"}', "whsec_of_somebody_else", int(time.time()))
    assert world.deliver(hook) == 401
    hook = sign_stripe(b'{"id": "evt_forged"}', world.stack.webhook_secret("stripe"), int(time.time()))
    changed = type(hook)(hook.path, hook.body + b" ", hook.headers)
    assert world.deliver(changed) == 401
    unsigned = type(hook)(hook.path, hook.body, {"Content-Type": "application/json"})
    assert world.deliver(unsigned) == 401
    key = {"id": {"S": "stripe#main#evt_forged"}}
    answer = world.client("dynamodb").get_item(TableName=world.stack.outputs["InboxTableName"], Key=key)
    assert "Item" not in answer


def test_what_nobody_understands_is_kept_and_put_in_front_of_a_person(world: World) -> None:
    broken = stripe_event("evt_broken", "payment_intent.succeeded", {"id": "pi_broken", "currency": "eur"})
    assert send_stripe(world, broken) == 200
    assert send_stripe(world, b"\xff\xfe is not text") == 200
    parked = {m["event_id"]: m for m in world.api("finance").listed("/inbox", state="parked")}
    assert parked["evt_broken"]["reason"]
    assert any(event_id.startswith("sha256:") for event_id in parked)


def test_a_parked_message_can_be_handed_out_again(world: World) -> None:
    broken = stripe_event("evt_again", "payment_intent.succeeded", {"id": "pi_again", "currency": "eur"})
    assert send_stripe(world, broken) == 200
    (found,) = [
        m for m in world.api("finance").listed("/inbox", state="parked") if m["event_id"] == "evt_again"
    ]
    world.api("finance").post(f"/inbox/{found['id']}/redrive", {})
    wait_until(world.watch.inbox_is_empty, "the inbox")
    (again,) = [
        m for m in world.api("finance").listed("/inbox", state="parked") if m["event_id"] == "evt_again"
    ]
    assert again["attempts"] == found["attempts"] + 1


def test_events_that_move_no_money_are_kept_and_change_nothing(world: World) -> None:
    assert send_stripe(world, stripe_event("evt_other", "customer.created", {"id": "cus_1"})) == 200
    key = {"id": {"S": "stripe#main#evt_other"}}
    answer = world.client("dynamodb").get_item(TableName=world.stack.outputs["InboxTableName"], Key=key)
    assert answer["Item"]["state"]["S"] == "ignored"


def test_the_signature_of_the_other_processor_opens_no_door(world: World) -> None:
    body, moment = b'{"type": "payment.succeeded"}', str(int(time.time()))
    secret = base64.b64decode(world.stack.webhook_secret("stripe").removeprefix("whsec_"))
    digest = hmac.new(secret, f"msg_1.{moment}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": moment,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }
    hook = type(sign_stripe(body, "whsec_x", 0))("/webhooks/standardwebhooks/main", body, headers)
    assert world.deliver(hook) == 401
