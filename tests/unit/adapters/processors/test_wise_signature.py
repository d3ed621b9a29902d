"""Wise's key is the same for all its customers: whose event it is, and what is only a test of the address."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from receivables.adapters.processors.wise.signature import verify
from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Endpoint, Secret
from receivables.payments.processors import Request
from tests.fakes.schemes import BODY, NOW, PublishedHere, every_scheme, p521_key, public_pem, rsa_key

(SCHEME,) = [scheme for scheme in every_scheme() if scheme.name == "wise"]
ENDPOINT = SCHEME.endpoint(SCHEME.secrets[0])


def test_an_event_of_another_profile_is_refused_though_wise_signed_it() -> None:
    for body in (BODY.replace(b"77", b"78"), BODY.replace(b"profile_id", b"id"), b"{}", b"[]", b"\xff"):
        with pytest.raises(Unauthenticated):
            verify(SCHEME.signed(body=body), ENDPOINT, NOW, PublishedHere())


def test_without_its_profile_an_endpoint_takes_nothing() -> None:
    for settings in ({}, {"profile_id": ""}, {"profile_id": "None"}):
        with pytest.raises(Unauthenticated):
            verify(SCHEME.signed(), replace(ENDPOINT, settings=settings), NOW, PublishedHere())


@pytest.mark.parametrize(
    "body", [b'{"data": {"profile_id": 77}}', b'{"data": {"resource": {"profile_id": "77"}}}']
)
def test_the_profile_may_stand_in_either_place(body: bytes) -> None:
    assert verify(SCHEME.signed(body=body), ENDPOINT, NOW, PublishedHere())


def test_a_test_delivery_passes_whatever_its_made_up_ids_are_but_never_under_the_id_of_an_event() -> None:
    def sent(headers: dict[str, str], body: bytes) -> str:
        signed = SCHEME.signed(body=body)
        request = replace(signed, headers={**signed.headers, **headers})
        return verify(request, ENDPOINT, NOW, PublishedHere())

    test = {"x-test-notification": "true"}
    assert sent(test, BODY.replace(b"77", b"1")).startswith("test:")
    assert sent(test, BODY) != sent({}, BODY)


def test_the_key_may_be_its_base64_alone() -> None:
    pem = public_pem(rsa_key("wise"))
    alone = "".join(pem.splitlines()[1:-1])
    endpoint = replace(ENDPOINT, secrets=(Secret(alone),))
    assert verify(SCHEME.signed(), endpoint, NOW, PublishedHere())


def test_a_key_that_is_too_short_or_of_another_kind_proves_nothing() -> None:
    short = rsa.generate_private_key(65537, 1024)
    signature = base64.b64encode(short.sign(BODY, padding.PKCS1v15(), SHA256())).decode()
    request = Request(BODY, {"x-signature-sha256": signature})
    for pem in (public_pem(short), public_pem(p521_key("x"))):
        with pytest.raises(Unauthenticated):
            verify(request, Endpoint((Secret(pem),), settings=SCHEME.settings), NOW, PublishedHere())
