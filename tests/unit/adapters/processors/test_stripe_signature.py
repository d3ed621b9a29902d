"""Stripe's signature scheme: what is authentic, and that everything else is refused in the same way."""

from __future__ import annotations

from datetime import timedelta

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from receivables.adapters.processors.stripe.signature import verify as verify_request
from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Endpoint, Secret
from receivables.payments.processors import Request
from tests.fakes.webhooks import NOW, STRIPE_SECRET, NoKeys, stripe_event, stripe_headers, stripe_signature

BODY = stripe_event("payment_intent.succeeded", {"id": "pi_1"}, event_id="evt_42")
SECONDS = int(NOW.timestamp())
SECRETS = [Secret(STRIPE_SECRET)]


def verify(header: str, body: bytes = BODY, secrets: list[Secret] = SECRETS) -> str:
    request = Request(body, {"stripe-signature": header})
    return verify_request(request, Endpoint(tuple(secrets)), NOW, NoKeys())


def header(body: bytes = BODY, seconds: int = SECONDS, secret: str = STRIPE_SECRET) -> str:
    return stripe_headers(body, secret=secret, at=seconds)["stripe-signature"]


def test_a_signed_event_is_authentic_and_known_by_its_own_id() -> None:
    assert verify(header()) == "evt_42"


@given(body=st.binary(max_size=200), secret=st.text(min_size=1).filter(lambda text: text.strip() != ""))
def test_stripes_own_library_agrees_with_our_signatures(body: bytes, secret: str) -> None:
    try:
        body.decode()
    except UnicodeDecodeError:
        return  # the library takes text only
    signed = stripe_headers(body, secret=secret, at=SECONDS)["stripe-signature"]
    assert stripe.WebhookSignature.verify_header(body.decode(), signed, secret)
    assert verify(signed, body, [Secret(secret)])


@pytest.mark.parametrize("offset", [-300, -299, 0, 299, 300])
def test_a_signature_within_five_minutes_of_our_clock_holds(offset: int) -> None:
    assert verify(header(seconds=SECONDS + offset))


@pytest.mark.parametrize("offset", [-301, 301, -86_400, 86_400])
def test_a_signature_older_or_newer_than_five_minutes_is_refused(offset: int) -> None:
    with pytest.raises(Unauthenticated, match="too old or from the future"):
        verify(header(seconds=SECONDS + offset))


def test_one_of_several_v1_signatures_is_enough() -> None:
    wrong = stripe_signature(BODY, secret="another", at=SECONDS)
    right = stripe_signature(BODY, at=SECONDS)
    assert verify(f"t={SECONDS},v1={wrong},v1={right},v0={wrong}") == "evt_42"


def test_a_v0_signature_proves_nothing() -> None:
    with pytest.raises(Unauthenticated):
        verify(f"t={SECONDS},v0={stripe_signature(BODY, at=SECONDS)}")


def test_a_header_repeated_by_a_proxy_still_holds() -> None:
    assert verify(f"{header()},{header()}") == "evt_42"


def test_two_different_times_are_ambiguous_and_refused() -> None:
    with pytest.raises(Unauthenticated):
        verify(f"{header()},{header(seconds=SECONDS + 1)}")


def test_every_live_secret_is_tried_and_the_others_are_not() -> None:
    old = Secret("old", valid_until=NOW - timedelta(seconds=1))
    current = Secret("current", valid_from=NOW - timedelta(days=30), valid_until=NOW + timedelta(days=3))
    coming = Secret("coming", valid_from=NOW + timedelta(seconds=1))
    next_one = Secret("next", valid_from=NOW)
    secrets = [old, current, coming, next_one]
    assert verify(header(secret="current"), secrets=secrets)
    assert verify(header(secret="next"), secrets=secrets)
    for dead in ("old", "coming", "never"):
        with pytest.raises(Unauthenticated):
            verify(header(secret=dead), secrets=secrets)


@pytest.mark.parametrize("secrets", [[], [Secret("")], [Secret("  ")], [Secret("x", valid_until=NOW)]])
def test_without_a_usable_secret_nothing_is_authentic(secrets: list[Secret]) -> None:
    empty = secrets[0].value if secrets else ""
    with pytest.raises(Unauthenticated):
        verify(header(secret=empty), secrets=secrets)


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        "nonsense",
        "t=,v1=",
        f"v1={stripe_signature(BODY, at=SECONDS)}",
        f"t={SECONDS}",
        f"t={SECONDS},v1=",
        f"t={SECONDS},v1=zz",
        f"t={SECONDS},v1=" + "ä" * 64,
        f"t={SECONDS},v1=" + "１" * 64,
        f"t={SECONDS},v1=\ud800",
        f"t=-{SECONDS},v1={stripe_signature(BODY, at=SECONDS)}",
        f"t={SECONDS}.0,v1={stripe_signature(BODY, at=SECONDS)}",
        "t=" + "9" * 400 + f",v1={stripe_signature(BODY, at=SECONDS)}",
        "t=١٢٣٤,v1=" + "0" * 64,
        "t=²,v1=" + "0" * 64,
        "," * 5000,
    ],
)
def test_a_malformed_header_is_refused_and_breaks_nothing(malformed: str) -> None:
    with pytest.raises(Unauthenticated):
        verify(malformed)


@given(st.text(max_size=200))
def test_no_header_whatsoever_breaks_the_verifier(text: str) -> None:
    with pytest.raises(Unauthenticated):
        verify(text)


@given(position=st.integers(0, len(BODY) - 1), bit=st.integers(0, 7))
def test_one_changed_bit_of_the_body_is_refused(position: int, bit: int) -> None:
    changed = bytearray(BODY)
    changed[position] ^= 1 << bit
    with pytest.raises(Unauthenticated):
        verify(header(), bytes(changed))


def test_a_reserialised_or_truncated_body_is_refused() -> None:
    for other in (BODY.replace(b": ", b":"), BODY[:-1], BODY + b"\n", b""):
        with pytest.raises(Unauthenticated):
            verify(header(), other)


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe not text",
        b"[]",
        b'"evt_1"',
        b"{}",
        b'{"id": null}',
        b'{"id": 7}',
        b'{"id": ""}',
        b'{"id": "evt_1", "id": "evt_2"}',
        b'{"id": "with space"}',
        b'{"id": "\\ud800"}',
        b'{"id": "' + b"x" * 300 + b'"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"",
    ],
)
def test_an_authentic_body_without_a_usable_id_is_known_by_its_content(body: bytes) -> None:
    event_id = verify(header(body), body)
    assert event_id.startswith("sha256:")
    assert event_id == verify(header(body, SECONDS + 5), body)
