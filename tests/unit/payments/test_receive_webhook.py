"""Receiving: verify, keep, and only then say yes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from receivables.adapters.processors.registry import webhooks
from receivables.core.errors import NotFound, TooLarge, Unauthenticated
from receivables.payments.endpoints import Endpoint, Secret
from receivables.payments.inbox import InboxState
from receivables.payments.processors import Request
from receivables.usecases.receive_webhook import MAX_BODY, Receipt, ReceiveWebhook, Webhook
from tests.fakes.crash import Crash, Fuse, every_crash
from tests.fakes.stores import MemoryStores
from tests.fakes.webhooks import (
    ADYEN_KEY,
    NOW,
    InMemoryEndpoints,
    NoKeys,
    adyen_item,
    adyen_notification,
    both_endpoints,
    intent,
    standard_headers,
    stripe_event,
    stripe_headers,
)

BODY = stripe_event("payment_intent.succeeded", intent())


class World:
    """A receiver over memory."""

    def __init__(self, endpoints: InMemoryEndpoints | None = None) -> None:
        self.inbox = MemoryStores().inbox
        self.endpoints = endpoints or both_endpoints()
        self.receive = ReceiveWebhook(self.endpoints, self.inbox, webhooks, NoKeys())

    def stripe(self, body: bytes = BODY, *, headers: dict[str, str] | None = None, **changes: Any) -> Receipt:
        return self.receive(replace(stripe_webhook(body, headers), **changes))


def stripe_webhook(body: bytes = BODY, headers: dict[str, str] | None = None) -> Webhook:
    request = Request(body, stripe_headers(body) if headers is None else headers)
    return Webhook("stripe", "main", request, received_at=NOW, as_of=NOW)


def test_a_verified_webhook_is_kept_as_it_came() -> None:
    world = World()
    headers = {
        **stripe_headers(BODY),
        "authorization": "Bearer x",
        "cookie": "c",
        "content-type": "application/json",
    }
    assert world.stripe(headers=headers) == Receipt("stripe#main#evt_1", new=True)
    kept = world.inbox.get("stripe#main#evt_1")
    assert kept.body == BODY
    assert set(kept.headers) == {"stripe-signature", "content-type"}
    assert (kept.state, kept.received_at, kept.livemode) == (InboxState.RECEIVED, NOW, True)


def test_a_repeat_is_accepted_and_changes_nothing() -> None:
    world = World()
    world.stripe()
    world.inbox.settle("stripe#main#evt_1", InboxState.PROCESSED)
    later = NOW + timedelta(seconds=60)
    repeat = world.stripe(headers=stripe_headers(BODY, at=later), received_at=later, as_of=later)
    assert repeat == Receipt("stripe#main#evt_1", new=False)
    assert world.inbox.get("stripe#main#evt_1").state is InboxState.PROCESSED
    assert world.inbox.get("stripe#main#evt_1").received_at == NOW


def test_the_same_event_id_at_another_endpoint_is_another_message() -> None:
    endpoints = both_endpoints()
    endpoints.endpoints["stripe", "second"] = endpoints.endpoints["stripe", "main"]
    world = World(endpoints)
    assert world.stripe().new
    assert world.stripe(endpoint="second") == Receipt("stripe#second#evt_1", new=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"processor": "paypal"},
        {"processor": "nobody"},
        {"processor": ""},
        {"endpoint": "other"},
        {"endpoint": ""},
        {"endpoint": "main/../main"},
        {"endpoint": "Main"},
        {"processor": "stripe#main", "endpoint": "x"},
        {"endpoint": "x" * 200},
        {"endpoint": "maïn"},
    ],
)
def test_unknown_processors_and_endpoints_are_not_told_apart(changes: dict[str, Any]) -> None:
    with pytest.raises(NotFound) as refused:
        World().stripe(**changes)
    assert str(refused.value) == "webhook endpoint '' does not exist"


def test_an_endpoint_without_secrets_accepts_nothing() -> None:
    for secrets in ((), (Secret(""),)):
        world = World(InMemoryEndpoints({("stripe", "main"): Endpoint(secrets)}))
        with pytest.raises(Unauthenticated):
            world.stripe(headers=stripe_headers(BODY, secret=""))


def test_a_bad_signature_keeps_nothing() -> None:
    world = World()
    for headers in (
        {},
        {"stripe-signature": "ä"},
        stripe_headers(BODY, secret="wrong"),
        standard_headers(BODY),
    ):
        with pytest.raises(Unauthenticated):
            world.stripe(headers=headers)
    assert not world.inbox.unprocessed(NOW + timedelta(days=1), 10)


def test_the_signatures_clock_is_when_it_was_received_even_if_the_business_rehearses_another_day() -> None:
    world = World()
    rehearsed = NOW + timedelta(days=90)
    world.stripe(as_of=rehearsed)
    assert world.inbox.get("stripe#main#evt_1").received_at == rehearsed
    with pytest.raises(Unauthenticated):
        world.stripe(received_at=rehearsed)


def test_a_secret_that_was_rotated_a_moment_ago_is_found() -> None:
    endpoints = both_endpoints()
    endpoints.remembered["stripe", "main"] = Endpoint((Secret("the old one"),))
    assert World(endpoints).stripe().new


def test_settings_that_changed_a_moment_ago_are_found_too() -> None:
    endpoints = InMemoryEndpoints({("adyen", "main"): Endpoint((Secret(ADYEN_KEY),))})
    endpoints.remembered["adyen", "main"] = Endpoint((Secret(ADYEN_KEY),), livemode=False)
    webhook = Webhook("adyen", "main", Request(adyen_notification(adyen_item())), received_at=NOW, as_of=NOW)
    assert World(endpoints).receive(webhook).message_id == "adyen#main#AUTHORISATION/PSP1/true"


def test_settings_that_the_events_are_read_by_are_kept_with_them_and_cannot_be_sent() -> None:
    settings = {"capture": "delayed", "url": "https://pay.example.com"}
    endpoints = InMemoryEndpoints({("adyen", "main"): Endpoint((Secret(ADYEN_KEY),), settings=settings)})
    world = World(endpoints)
    body = adyen_notification(adyen_item())
    sent = Request(body, {"endpoint-capture": "at once", "content-type": "application/json"})
    receipt = world.receive(Webhook("adyen", "main", sent, received_at=NOW, as_of=NOW))
    kept = world.inbox.get(receipt.message_id).headers
    assert kept == {"endpoint-capture": "delayed", "content-type": "application/json"}
    plain = World(InMemoryEndpoints({("adyen", "main"): Endpoint((Secret(ADYEN_KEY),))}))
    plain.receive(Webhook("adyen", "main", sent, received_at=NOW, as_of=NOW))
    assert "endpoint-capture" not in plain.inbox.get(receipt.message_id).headers


def test_an_address_is_checked_only_where_the_processor_does_so() -> None:
    world = World()
    check = Request(b"", method="GET", query={"bt_challenge": "x" * 20})
    for name, endpoint in (("stripe", "main"), ("nobody", "main"), ("stripe", "other")):
        with pytest.raises(NotFound):
            world.receive.challenge(Webhook(name, endpoint, check, received_at=NOW, as_of=NOW))


def test_a_secret_that_was_taken_out_is_refused_once_that_is_known() -> None:
    endpoints = both_endpoints()
    endpoints.endpoints["stripe", "main"] = Endpoint((Secret("the new one"),))
    with pytest.raises(Unauthenticated):
        World(endpoints).stripe()


def test_the_largest_body_fits_and_one_byte_more_does_not() -> None:
    body = BODY + b" " * (MAX_BODY - len(BODY))
    assert World().stripe(body).new
    with pytest.raises(TooLarge):
        World().stripe(body + b" ")


def test_a_body_that_is_no_text_is_verified_on_its_bytes_and_kept() -> None:
    body = b"\xff\xfe\x00 not text"
    world = World()
    receipt = world.stripe(body)
    assert receipt.message_id.startswith("stripe#main#sha256:")
    assert world.inbox.get(receipt.message_id).body == body


def test_rehearsal_endpoints_mark_what_they_receive() -> None:
    world = World(both_endpoints(livemode=False))
    assert not world.inbox.get(world.stripe().message_id).livemode


def test_a_failure_of_the_inbox_is_not_swallowed() -> None:
    class Down:
        def __getattr__(self, name: str) -> Any:
            raise ConnectionError("down")

    with pytest.raises(ConnectionError):
        ReceiveWebhook(both_endpoints(), Down(), webhooks, NoKeys())(stripe_webhook())


def test_receive_webhook_survives_a_crash_at_any_call() -> None:
    def receive(fuse: Fuse) -> tuple[MemoryStores, Callable[[], object]]:
        stores = MemoryStores()
        use_case = ReceiveWebhook(fuse.wrap(both_endpoints()), fuse.wrap(stores.inbox), webhooks, NoKeys())
        return stores, lambda: use_case(stripe_webhook())

    for fuse in every_crash(lambda fuse: receive(fuse)[1]()):
        stores, call = receive(fuse)
        with pytest.raises(Crash):
            call()
        fuse.at = 0
        call()
        assert [message.body for message in stores.shelf.inbox.values()] == [BODY]


def test_what_a_renewed_secret_proves_is_kept_in_the_mode_of_the_renewed_endpoint() -> None:
    endpoints = both_endpoints(livemode=False)
    endpoints.remembered["stripe", "main"] = Endpoint((Secret("whsec_of_before"),), livemode=True)
    world = World(endpoints)
    assert world.stripe().new
    assert world.inbox.get("stripe#main#evt_1").livemode is False


def test_six_megabytes_are_refused_before_anything_is_computed_of_them() -> None:
    world = World()
    with pytest.raises(TooLarge):
        world.stripe(body=b"x" * (6 * 1024 * 1024), headers={})
