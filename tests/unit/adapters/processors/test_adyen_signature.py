"""Adyen's signatures: each item of a notification by itself, other webhooks as a whole."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

import pytest
from Adyen.util import is_valid_hmac_notification
from hypothesis import given
from hypothesis import strategies as st

from receivables.adapters.processors.adyen.signature import verify as verify_request
from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Endpoint, Secret
from receivables.payments.processors import Request
from tests.fakes.webhooks import ADYEN_KEY, NOW, NoKeys, adyen_item, adyen_notification, adyen_signature

LIVE = Endpoint((Secret(ADYEN_KEY),))
TEST = Endpoint((Secret(ADYEN_KEY),), livemode=False)
REPORT = {"type": "recurring.token.disabled", "environment": "live", "data": {"storedPaymentMethodId": "T1"}}


def verify(body: bytes, endpoint: Endpoint = LIVE, headers: dict[str, str] | None = None) -> str:
    return verify_request(Request(body, headers or {}), endpoint, NOW, NoKeys())


def whole(body: bytes, key: str = ADYEN_KEY) -> dict[str, str]:
    return {"hmacsignature": base64.b64encode(hmac.digest(bytes.fromhex(key), body, "sha256")).decode()}


def changed(body: bytes, index: int, **members: Any) -> bytes:
    document = json.loads(body)
    document["notificationItems"][index]["NotificationRequestItem"].update(members)
    return json.dumps(document).encode()


def test_a_single_item_is_known_by_what_happened_to_what() -> None:
    assert verify(adyen_notification(adyen_item())) == "AUTHORISATION/PSP1/true"


def test_several_items_are_known_by_all_of_theirs() -> None:
    first, second = adyen_item(), adyen_item("CAPTURE", pspReference="PSP2")
    together = verify(adyen_notification(first, second))
    assert together.startswith("sha256:")
    assert together == verify(adyen_notification(first, second))
    assert together != verify(adyen_notification(first, adyen_item("CAPTURE", pspReference="PSP3")))


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)


without_colons = texts.filter(lambda text: ":" not in text)


@given(reference=texts, original=without_colons, value=st.integers(0, 10**12))
def test_adyens_own_library_agrees_also_on_colons_and_backslashes(
    reference: str, original: str, value: int
) -> None:
    amount = {"currency": "EUR", "value": value}
    item = adyen_item(merchantReference=reference, originalReference=original, amount=amount)
    body = adyen_notification(item)
    signed = json.loads(body)["notificationItems"][0]["NotificationRequestItem"]
    assert is_valid_hmac_notification(signed, ADYEN_KEY)
    assert verify(body)


@pytest.mark.parametrize(
    "forged", [{"amount": {"currency": "EUR", "value": 1}}, {"success": "false"}, {"additionalData": {}}]
)
def test_a_forged_second_item_refuses_the_whole_request(forged: dict[str, Any]) -> None:
    body = adyen_notification(adyen_item(), adyen_item("REFUND", pspReference="PSP2"))
    assert verify(body)
    with pytest.raises(Unauthenticated):
        verify(changed(body, 1, **forged))


@pytest.mark.parametrize(
    "members",
    [
        {"pspReference": "PSP9"},
        {"originalReference": "PSP9"},
        {"merchantAccountCode": "Other"},
        {"merchantReference": "INV-2"},
        {"amount": {"currency": "EUR", "value": 10_001}},
        {"amount": {"currency": "USD", "value": 10_000}},
        {"amount": None},
        {"eventCode": "REFUND"},
        {"success": "false"},
        {"success": "maybe"},
        {"success": None},
        {"pspReference": 7},
        {"additionalData": {"hmacSignature": ""}},
        {"additionalData": {"hmacSignature": None}},
        {"additionalData": {"hmacSignature": "ä"}},
        {"additionalData": {"hmacSignature": "\ud800"}},
        {"additionalData": {"hmacSignature": "AAAA"}},
        {"additionalData": "text"},
        {"additionalData": None},
    ],
)
def test_what_is_signed_cannot_be_changed_and_the_signature_not_be_left_out(members: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verify(changed(adyen_notification(adyen_item()), 0, **members))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b"{}",
        b'{"notificationItems": []}',
        b'{"notificationItems": null}',
        b'{"notificationItems": {}}',
        b'{"notificationItems": [{}]}',
        b'{"notificationItems": [7]}',
        b'{"notificationItems": [{"NotificationRequestItem": null}]}',
        b"[" * 50_000,
        b'{"a":' * 50_000,
    ],
)
def test_a_body_without_items_proves_nothing(body: bytes) -> None:
    with pytest.raises(Unauthenticated):
        verify(body)


def test_a_key_that_comes_twice_in_the_body_proves_nothing() -> None:
    body = adyen_notification(adyen_item())
    with pytest.raises(Unauthenticated):
        verify(body.replace(b'"success": "true"', b'"success": "true", "success": "false"'))


def test_a_test_is_refused_where_there_is_real_money_and_the_other_way_round() -> None:
    assert verify(adyen_notification(adyen_item(), live="false"), TEST)
    for live, endpoint in (("false", LIVE), ("true", TEST), ("perhaps", LIVE)):
        with pytest.raises(Unauthenticated):
            verify(adyen_notification(adyen_item(), live=live), endpoint)


@pytest.mark.parametrize("endpoint", [LIVE, TEST])
def test_what_does_not_say_whether_it_is_a_test_is_refused(endpoint: Endpoint) -> None:
    # It is not signed: anybody could leave it out.
    document = json.loads(adyen_notification(adyen_item()))
    del document["live"]
    with pytest.raises(Unauthenticated):
        verify(json.dumps(document).encode(), endpoint)


def test_other_webhooks_are_signed_as_a_whole() -> None:
    body = json.dumps(REPORT).encode()
    assert verify(body, headers=whole(body)).startswith("sha256:")
    for headers in (
        {},
        {"hmacsignature": ""},
        {"hmacsignature": "ä"},
        whole(body + b" "),
        whole(body, "11" * 32),
    ):
        with pytest.raises(Unauthenticated):
            verify(body, headers=headers)
    with pytest.raises(Unauthenticated):
        verify(body, TEST, whole(body))


def test_a_signature_of_the_whole_does_not_stand_in_for_those_of_the_items() -> None:
    body = changed(adyen_notification(adyen_item()), 0, success="false")
    with pytest.raises(Unauthenticated):
        verify(body, headers=whole(body))


@pytest.mark.parametrize("key", ["", " ", "zz", ADYEN_KEY[:-1], "11" * 32, "ä"])
def test_another_key_or_none_proves_nothing(key: str) -> None:
    with pytest.raises(Unauthenticated):
        verify(adyen_notification(adyen_item()), Endpoint((Secret(key),)))


def test_both_keys_of_a_rotation_hold_even_in_one_request() -> None:
    new = "55" * 32
    both = Endpoint((Secret(ADYEN_KEY), Secret(new)))
    for key in (ADYEN_KEY, new):
        assert verify(adyen_notification(adyen_item(), key=key), both)


@given(st.binary(max_size=300))
def test_no_body_whatsoever_breaks_the_verifier(body: bytes) -> None:
    with pytest.raises(Unauthenticated):
        verify(body)


def test_what_was_signed_once_cannot_be_cut_into_other_fields() -> None:
    signed = adyen_item(originalReference="PSP0", merchantReference="INV:1")
    other = {
        "pspReference": "PSP1:PSP0",
        "originalReference": "ExampleCOM",
        "merchantAccountCode": "INV",
        "merchantReference": "1",
    }
    assert adyen_signature({**signed, **other}) == adyen_signature(signed)
    assert verify(adyen_notification(signed))
    with pytest.raises(Unauthenticated):
        verify(changed(adyen_notification(signed), 0, **other))
