"""TrueLayer's JWS: which key set, which key, which headers, which path."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from receivables.adapters.processors.truelayer.jws import tl_signature
from receivables.adapters.processors.truelayer.signature import verify
from receivables.core.errors import Refused, Unauthenticated
from receivables.payments.endpoints import Endpoint, Secret
from receivables.payments.processors import Request
from tests.fakes.schemes import (
    BODY,
    NOW,
    TRUELAYER_JWKS_URL,
    TRUELAYER_KID,
    PublishedHere,
    es512,
    jwks,
    jws,
    p521_key,
    private_pem,
    public_pem,
    rsa_key,
    truelayer_header,
    truelayer_request,
)

TOKEN = "a token of ours"
ENDPOINT = Endpoint((Secret(TOKEN),))
KID = TRUELAYER_KID.replace("-", "_")
OURS = jwks(**{KID: p521_key("truelayer")})
SANDBOX = "https://webhooks.truelayer-sandbox.com/.well-known/jwks"


def keys(published: bytes = OURS, **more: Any) -> PublishedHere:
    return PublishedHere({TRUELAYER_JWKS_URL: published}, **more)


def request(**how: Any) -> Request:
    return truelayer_request(BODY, TOKEN, NOW, **how)


def refused(it: Request, endpoint: Endpoint = ENDPOINT, published: PublishedHere | None = None) -> None:
    with pytest.raises(Unauthenticated):
        verify(it, endpoint, NOW, published or keys())


@pytest.mark.parametrize(
    "jku",
    [
        "https://evil.example/.well-known/jwks",
        "https://webhooks.truelayer.com.evil.example/.well-known/jwks",
        "https://webhooks.truelayer.com@evil.example/.well-known/jwks",
        "https://webhooks.truelayer.com/.well-known/jwks?x",
        "https://webhooks.truelayer.com/evil/jwks",
        "http://webhooks.truelayer.com/.well-known/jwks",
        "HTTPS://webhooks.truelayer.com/.well-known/jwks",
        SANDBOX,
        None,
    ],
)
def test_a_foreign_key_set_is_never_asked_for(jku: str | None) -> None:
    published = PublishedHere({str(jku): jwks(**{KID: p521_key("stranger")}), TRUELAYER_JWKS_URL: OURS})
    refused(request(key="stranger", jku=jku), published=published)
    assert published.asked == []


def test_a_rehearsal_takes_its_keys_from_the_sandbox() -> None:
    rehearsal = replace(ENDPOINT, livemode=False)
    published = PublishedHere({SANDBOX: OURS})
    assert verify(request(jku=SANDBOX), rehearsal, NOW, published) == "evt_1"
    refused(request(jku=SANDBOX), published=published)


def test_a_key_that_is_new_is_asked_for_once_more() -> None:
    published = keys(jwks(another=p521_key("stranger")), newer={TRUELAYER_JWKS_URL: OURS})
    assert verify(request(), ENDPOINT, NOW, published)
    refused(request(kid="unknown"), published=published)


@pytest.mark.parametrize(
    "published",
    [
        b"",
        b"[]",
        b"{}",
        b'{"keys": {}}',
        b'{"keys": [1]}',
        b"\xff",
        json.dumps({"keys": json.loads(OURS)["keys"] * 2}).encode(),
        OURS.replace(b"P-521", b"P-256"),
        OURS.replace(b'"EC"', b'"oct"'),
        OURS.replace(b'"x": "', b'"x": "AAAA'),
        OURS.replace(b'"y": "', b'"y": "?'),
        json.dumps({"keys": [{"kid": TRUELAYER_KID, "kty": "EC", "crv": "P-521"}]}).encode(),
        jwks(**{KID: p521_key("stranger")}),
    ],
)
def test_a_key_set_without_the_key_proves_nothing(published: bytes) -> None:
    refused(request(), published=keys(published))


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "none"},
        {"alg": "ES256"},
        {"alg": "ES384"},
        {"alg": "RS512"},
        {"alg": "HS512"},
        {"alg": "es512"},
        {"alg": ["ES512"]},
        {"alg": None},
        {"tl_version": "1"},
        {"tl_version": 2},
        {"kid": None},
        {"kid": 7},
        {"crit": ["exp"]},
        {"tl_headers": ""},
        {"tl_headers": "Content-Type"},
        {"tl_headers": "X-Tl-Webhook-Timestamp,X-Tl-Webhook-Timestamp"},
        {"tl_headers": "X-Tl-Webhook-Timestamp,"},
        {"tl_headers": None},
        {"tl_headers": ["X-Tl-Webhook-Timestamp"]},
    ],
)
def test_another_header_of_the_jws_is_refused_though_it_is_signed(changes: dict[str, Any]) -> None:
    assert verify(jws(truelayer_header(), es512(), request()), ENDPOINT, NOW, keys())
    refused(jws(truelayer_header(**changes), es512(), request()))


def test_signed_headers_count_in_their_order_and_by_their_values() -> None:
    both = truelayer_header(tl_headers="Content-Type,X-Tl-Webhook-Timestamp")
    made = jws(both, es512(), request())
    assert verify(made, ENDPOINT, NOW, keys())
    refused(replace(made, headers={**made.headers, "content-type": "text/plain"}))
    without = {name: value for name, value in made.headers.items() if name != "content-type"}
    refused(replace(made, headers=without))


def test_method_and_path_are_signed() -> None:
    refused(replace(request(), path="/webhooks/truelayer/other"))
    refused(replace(request(), method="PUT"))


def test_the_path_may_be_signed_with_its_query() -> None:
    it = request(path="/webhooks/truelayer/main?token=a+token+of+ours")
    assert verify(it, ENDPOINT, NOW, keys())
    refused(replace(it, query={"token": TOKEN, "more": "1"}))


@pytest.mark.parametrize("query", [{}, {"token": ""}, {"token": "another"}, {"Token": TOKEN}])
def test_without_the_token_of_our_address_nothing_passes(query: dict[str, str]) -> None:
    refused(replace(request(), query=query))


def test_our_own_signatures_satisfy_their_library() -> None:
    from truelayer_signing import verify_with_pem

    key = p521_key("ours")
    headers = [("Idempotency-Key", "key-1")]
    signature = tl_signature(private_pem(key), "kid-1", "POST", "/v3/payments", headers, BODY)
    verifier = verify_with_pem(public_pem(key))
    verifier.http_method = "POST"
    verifier = verifier.set_path("/v3/payments").set_body(BODY.decode()).add_headers(dict(headers))
    verifier.add_required_header("Idempotency-Key").verify(signature)


@pytest.mark.parametrize("key", ["", "nonsense", public_pem(p521_key("ours")), private_pem(rsa_key("wise"))])
def test_a_key_that_cannot_sign_is_said_so(key: str) -> None:
    with pytest.raises(Refused):
        tl_signature(key, "kid", "POST", "/", [], b"")
