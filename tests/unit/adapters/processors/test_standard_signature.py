"""The schemes of Standard Webhooks: shared secrets, and ed25519."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
import standardwebhooks
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from receivables.adapters.processors.standardwebhooks.signature import verify as verify_request
from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Endpoint, Secret
from receivables.payments.processors import Request
from tests.fakes.webhooks import (
    NOW,
    STANDARD_SECRET,
    NoKeys,
    neutral_payment,
    standard_headers,
    standard_signature,
)

BODY = neutral_payment()
SECONDS = int(NOW.timestamp())
SECRETS = [Secret(STANDARD_SECRET)]
OTHER = "whsec_" + "b3RoZXI" * 4
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"thirty-two bytes of a test's key")
PUBLIC = "whpk_" + base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()


def verify(headers: dict[str, str], body: bytes = BODY, secrets: list[Secret] = SECRETS) -> str:
    return verify_request(Request(body, headers), Endpoint(tuple(secrets)), NOW, NoKeys())


def test_a_signed_message_is_authentic_and_known_by_its_id() -> None:
    assert verify(standard_headers(BODY, event_id="msg_7")) == "msg_7"


@given(text=st.text(max_size=200))
def test_the_reference_library_signs_as_we_do(text: str) -> None:
    theirs = standardwebhooks.Webhook(STANDARD_SECRET).sign("msg_1", NOW, text)
    assert theirs == standard_signature(text.encode())


def test_a_secret_works_with_and_without_its_prefix() -> None:
    bare = STANDARD_SECRET.removeprefix("whsec_")
    assert verify(standard_headers(BODY), secrets=[Secret(bare)])


@pytest.mark.parametrize("separator", [" ", ",", ", ", "  "])
def test_one_signature_of_the_list_is_enough_however_it_was_joined(separator: str) -> None:
    others = [standard_signature(BODY, secret=OTHER), "v1a," + "A" * 86 + "=="]
    joined = separator.join([*others, standard_signature(BODY)])
    assert verify({**standard_headers(BODY), "webhook-signature": joined})


@pytest.mark.parametrize("offset", [-300, 0, 300])
def test_a_signature_within_five_minutes_holds(offset: int) -> None:
    assert verify(standard_headers(BODY, at=SECONDS + offset))


@pytest.mark.parametrize("offset", [-301, 301])
def test_a_stale_or_future_signature_is_refused(offset: int) -> None:
    with pytest.raises(Unauthenticated, match="too old or from the future"):
        verify(standard_headers(BODY, at=SECONDS + offset))


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-id": ""},
        {"webhook-id": "msg_2"},
        {"webhook-id": "msg ä"},
        {"webhook-id": "m" * 300},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": f"{SECONDS}.0"},
        {"webhook-timestamp": f"+{SECONDS}"},
        {"webhook-timestamp": str(SECONDS - 1)},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,äöü"},
        {"webhook-signature": "\ud800"},
        {"webhook-signature": standard_signature(BODY)[:-2]},
        {"webhook-signature": standard_signature(BODY).replace("v1,", "v2,")},
        {"webhook-signature": standard_signature(BODY).replace("v1,", "v1a,")},
        {"webhook-signature": "x" + standard_signature(BODY)},
        {"webhook-signature": standard_signature(BODY, secret=OTHER)},
    ],
)
def test_anything_missing_changed_or_malformed_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        verify({**standard_headers(BODY), **changes})


def test_missing_headers_are_refused() -> None:
    complete = standard_headers(BODY)
    for name in complete:
        with pytest.raises(Unauthenticated):
            verify({k: v for k, v in complete.items() if k != name})


@pytest.mark.parametrize(
    "secrets",
    [[], [Secret("")], [Secret("whsec_")], [Secret("whsec_***")], [Secret("whsec_ä")], [Secret(STANDARD_SECRET, valid_until=NOW)]],
)  # fmt: skip
def test_without_a_usable_secret_nothing_is_authentic(secrets: list[Secret]) -> None:
    with pytest.raises(Unauthenticated, match="no usable secret"):
        verify(standard_headers(BODY), secrets=secrets)


def test_a_broken_secret_does_not_stop_the_good_one() -> None:
    assert verify(standard_headers(BODY), secrets=[Secret("whsec_***"), *SECRETS])


def test_both_secrets_of_a_rotation_hold() -> None:
    until = Secret(STANDARD_SECRET, valid_until=NOW + timedelta(hours=72))
    for secret in (STANDARD_SECRET, OTHER):
        assert verify(standard_headers(BODY, secret=secret), secrets=[until, Secret(OTHER)])


def test_the_raw_bytes_are_verified_even_if_they_are_no_text() -> None:
    body = b"\xff\xfe\x00"
    assert verify(standard_headers(body), body) == "msg_1"


@given(st.dictionaries(st.sampled_from(sorted(standard_headers(BODY))), st.text(max_size=100)))
def test_no_headers_whatsoever_break_the_verifier(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        verify(headers)


def asymmetric(
    body: bytes = BODY, event_id: str = "msg_1", key: Ed25519PrivateKey = PRIVATE
) -> dict[str, str]:
    signature = base64.b64encode(key.sign(f"{event_id}.{SECONDS}.".encode() + body)).decode()
    return {**standard_headers(body, event_id=event_id), "webhook-signature": f"v1a,{signature}"}


def test_an_ed25519_signature_holds_under_the_public_key() -> None:
    assert verify(asymmetric(), secrets=[Secret(PUBLIC)]) == "msg_1"
    assert verify(asymmetric(), secrets=[*SECRETS, Secret(PUBLIC)]) == "msg_1"


def test_one_ed25519_signature_of_a_list_is_enough() -> None:
    other = Ed25519PrivateKey.from_private_bytes(b"thirty-two bytes of another key!")
    wrong, right = asymmetric(key=other)["webhook-signature"], asymmetric()["webhook-signature"]
    listed = {
        **asymmetric(),
        "webhook-signature": f"{standard_signature(BODY, secret=OTHER)} {wrong} {right}",
    }
    assert verify(listed, secrets=[Secret(PUBLIC)])


def test_each_kind_of_secret_proves_its_own_kind_of_signature_only() -> None:
    as_secret = "whsec_" + PUBLIC.removeprefix("whpk_")
    with pytest.raises(Unauthenticated):
        verify(asymmetric(), secrets=[Secret(as_secret)])
    # Everybody knows a public key: nothing that is signed with it as if it were secret may hold.
    forged = standard_headers(BODY, secret=as_secret)
    with pytest.raises(Unauthenticated):
        verify(forged, secrets=[Secret(PUBLIC)])


@pytest.mark.parametrize(
    "headers",
    [
        asymmetric(b"another body"),
        {**asymmetric(), "webhook-id": "msg_2"},
        {**asymmetric(), "webhook-signature": "v1a," + "A" * 86 + "=="},
        {**asymmetric(), "webhook-signature": asymmetric()["webhook-signature"].replace("v1a,", "v1,")},
        {**asymmetric(), "webhook-signature": asymmetric()["webhook-signature"][:-4]},
        asymmetric(key=Ed25519PrivateKey.from_private_bytes(b"thirty-two bytes of another key!")),
    ],
)
def test_an_ed25519_signature_of_anything_else_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        verify(headers, secrets=[Secret(PUBLIC)])


@pytest.mark.parametrize("key", ["whpk_", "whpk_AAAA", "whpk_***", PUBLIC[:-8], "whpk_" + "AAAA" * 16])
def test_a_public_key_that_is_none_is_no_usable_secret(key: str) -> None:
    with pytest.raises(Unauthenticated, match="no usable secret"):
        verify(asymmetric(), secrets=[Secret(key)])


def test_a_point_that_is_not_on_the_curve_proves_nothing() -> None:
    with pytest.raises(Unauthenticated):
        verify(asymmetric(), secrets=[Secret("whpk_" + base64.b64encode(b"\xff" * 32).decode())])
