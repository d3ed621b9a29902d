"""Braintree's challenge, its pairs of keys, and the forms that are none."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlencode

import pytest

from receivables.adapters.processors.braintree.signature import challenge, verify
from receivables.core.errors import NotFound, Unauthenticated
from receivables.payments.endpoints import Endpoint, Secret
from receivables.payments.processors import Request
from tests.fakes.schemes import (
    BRAINTREE_XML,
    NOW,
    PublishedHere,
    braintree_fields,
    braintree_library,
    every_scheme,
)

(SCHEME,) = [scheme for scheme in every_scheme() if scheme.name == "braintree"]
ENDPOINT = SCHEME.endpoint("public_a:private_a")


def refused(request: Request, endpoint: Endpoint = ENDPOINT) -> None:
    with pytest.raises(Unauthenticated):
        verify(request, endpoint, NOW, PublishedHere())


@pytest.mark.parametrize("asked", ["20f9f8ed05f77439fe955c977e4c8a53", "abcdef0123456789abcd"])
def test_a_challenge_is_answered_as_their_library_does(asked: str) -> None:
    braintree = braintree_library()
    configuration = braintree.Configuration(braintree.Environment.Sandbox, "m", "public_a", "private_a")
    theirs = braintree.BraintreeGateway(configuration).webhook_notification.verify(asked)
    assert challenge(Request(b"", query={"bt_challenge": asked}), ENDPOINT, NOW) == theirs


@pytest.mark.parametrize("asked", ["", "x" * 32, "a" * 19, "a" * 33, "A" * 32, "a" * 32 + "\n", "é" * 32])
def test_what_is_no_challenge_is_not_signed(asked: str) -> None:
    with pytest.raises(NotFound):
        challenge(Request(b"", query={"bt_challenge": asked}), ENDPOINT, NOW)
    with pytest.raises(NotFound):
        challenge(Request(b""), ENDPOINT, NOW)


def test_without_keys_no_challenge_is_answered() -> None:
    for endpoint in (Endpoint(()), SCHEME.endpoint(Secret("public_a:private_a", valid_until=NOW))):
        with pytest.raises(Unauthenticated):
            challenge(Request(b"", query={"bt_challenge": "a" * 32}), endpoint, NOW)


def test_what_we_signed_as_a_challenge_is_no_payload() -> None:
    asked = "abcdef0123456789abcdef0123456789"
    answer = challenge(Request(b"", query={"bt_challenge": asked}), ENDPOINT, NOW)
    for payload in (asked, asked + "\n"):
        refused(Request(urlencode({"bt_signature": answer, "bt_payload": payload}).encode()))


def test_a_private_key_alone_goes_with_the_public_key_of_the_settings() -> None:
    endpoint = Endpoint((Secret("private_a"),), settings={"public_key": "public_a"})
    assert verify(SCHEME.signed(), endpoint, NOW, PublishedHere())
    refused(SCHEME.signed(), Endpoint((Secret("private_a"),)))


def test_a_signature_under_another_public_key_is_not_looked_at() -> None:
    fields = braintree_fields(SCHEME.signed().body)
    digest = fields["bt_signature"].partition("|")[2]
    refused(Request(urlencode({**fields, "bt_signature": f"public_b|{digest}"}).encode()))
    both = f"public_b|{'0' * 40}&public_a|{digest}"
    assert verify(
        Request(urlencode({**fields, "bt_signature": both}).encode()), ENDPOINT, NOW, PublishedHere()
    )


def test_a_payload_that_lost_its_last_line_break_holds() -> None:
    fields = braintree_fields(SCHEME.signed().body)
    stripped = {**fields, "bt_payload": fields["bt_payload"].rstrip("\n")}
    ours = verify(Request(urlencode(stripped).encode()), ENDPOINT, NOW, PublishedHere())
    assert ours == verify(SCHEME.signed(), ENDPOINT, NOW, PublishedHere())
    assert ours == f"sha256:{hashlib.sha256(BRAINTREE_XML).hexdigest()}"


def test_a_field_that_comes_twice_or_among_very_many_is_no_form() -> None:
    body = SCHEME.signed().body
    for other in (body + b"&bt_payload=x", body + b"&bt_signature=x", b"a=1&" * 20 + body, b"\xff" + body):
        refused(Request(other))


def test_a_payload_of_other_characters_is_refused_though_it_is_signed() -> None:
    payload = "<notification/>"
    key = hashlib.sha1(b"private_a").digest()
    signature = f"public_a|{hmac.new(key, payload.encode(), hashlib.sha1).hexdigest()}"
    refused(Request(urlencode({"bt_signature": signature, "bt_payload": payload}).encode()))
