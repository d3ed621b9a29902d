"""PayPal's certificate: whose it is, who issued it, when it holds, and from where it is taken."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import timedelta

import pytest

from receivables.adapters.processors.paypal.signature import verify
from receivables.adapters.published_keys import PublishedKeys
from receivables.core.errors import DependencyFailed, Unauthenticated
from receivables.payments.endpoints import Endpoint, Secret
from tests.fakes.recorded_server import Exchange, RecordedServer, redirect
from tests.fakes.schemes import (
    BODY,
    NOW,
    PAYPAL_CERT_URL,
    PAYPAL_NAME,
    PublishedHere,
    authority,
    certificate,
    p521_key,
    paypal_certificate,
    paypal_request,
    rsa_key,
)
from tests.unit.adapters.test_published_keys import Clock, Wired

WEBHOOK_ID = "4JH86294D6297924G"
ENDPOINT = Endpoint((Secret(WEBHOOK_ID),), settings={"authorities": authority().pem})
REQUEST = paypal_request(BODY, WEBHOOK_ID, NOW)
SANDBOX_NAME = "messageverificationcerts.sandbox.paypal.com"
SANDBOX_URL = PAYPAL_CERT_URL.replace("api.", "api.sandbox.")


def publishing(pem: bytes, url: str = PAYPAL_CERT_URL) -> PublishedHere:
    return PublishedHere({url: pem})


def issued(**how: object) -> bytes:
    return certificate(rsa_key("paypal"), issuer=authority(), **how)  # type: ignore[arg-type]


def test_the_message_is_known_by_the_id_of_its_transmission() -> None:
    told = verify(REQUEST, ENDPOINT, NOW, publishing(paypal_certificate()))
    assert told == REQUEST.headers["paypal-transmission-id"]


def test_another_body_with_the_same_crc_is_the_same_message_and_so_a_repeat() -> None:
    evil = BODY.replace(b"1000", b"9999").rstrip(b"}") + b', "pad": "'
    forged = _with_crc(evil, zlib.crc32(BODY))
    assert forged != BODY
    assert zlib.crc32(forged) == zlib.crc32(BODY)
    keys = publishing(paypal_certificate())
    assert verify(replace(REQUEST, body=forged), ENDPOINT, NOW, keys) == verify(REQUEST, ENDPOINT, NOW, keys)


def _with_crc(body: bytes, wanted: int) -> bytes:
    """The body and four bytes that give it that CRC-32: it is linear, so each bit of them is found by elimination."""
    base = zlib.crc32(body + bytes(4))
    rows = [(zlib.crc32(body + (1 << bit).to_bytes(4, "little")) ^ base, 1 << bit) for bit in range(32)]
    left, patch = wanted ^ base, 0
    for place in range(32):
        pivot = next(row for row in rows if row[0] >> place & 1)
        rows = [
            (r ^ pivot[0], p ^ pivot[1]) if r >> place & 1 else (r, p) for r, p in rows if (r, p) != pivot
        ]
        if left >> place & 1:
            left, patch = left ^ pivot[0], patch ^ pivot[1]
    return body + patch.to_bytes(4, "little")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v1/notifications/certs/CERT-1",
        "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
        "https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1",
        "https://api-m.paypal.com/v1/notifications/certs/CERT-1",
        "https://www.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com/v1/oauth2/token",
        "https://api.paypal.com/v1/notifications/certs/../../evil",
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        SANDBOX_URL,
        "",
    ],
)
def test_a_certificate_from_a_foreign_address_is_never_asked_for(url: str) -> None:
    keys = PublishedHere({url: paypal_certificate(), PAYPAL_CERT_URL: paypal_certificate()})
    with pytest.raises(Unauthenticated):
        verify(paypal_request(BODY, WEBHOOK_ID, NOW, url=url), ENDPOINT, NOW, keys)
    assert url not in keys.asked


def test_a_redirected_certificate_is_not_followed() -> None:
    with RecordedServer() as server:
        path = PAYPAL_CERT_URL.removeprefix("https://api.paypal.com")
        server.play(Exchange("GET", path, redirect(f"{server.url}/certificate")))
        with pytest.raises(DependencyFailed):
            verify(REQUEST, ENDPOINT, NOW, PublishedKeys(Wired(server), Clock()))


@pytest.mark.parametrize(
    "pem",
    [
        pytest.param(certificate(rsa_key("paypal")), id="issued by itself"),
        pytest.param(
            certificate(rsa_key("paypal"), issuer=authority("A Stranger")), id="of an unknown authority"
        ),
        pytest.param(issued(names=["www.paypal.com"]), id="for another name"),
        pytest.param(issued(names=["*.paypal.com"]), id="for all of a domain"),
        pytest.param(issued(names=[f"{PAYPAL_NAME}.evil.example"]), id="for a longer name"),
        pytest.param(issued(names=[SANDBOX_NAME]), id="of the sandbox"),
        pytest.param(issued(names=[]), id="without a name"),
        pytest.param(issued(ends=NOW - timedelta(days=1)), id="expired"),
        pytest.param(issued(begins=NOW + timedelta(days=1)), id="not valid yet"),
        pytest.param(certificate(p521_key("x"), issuer=authority()), id="of no RSA key"),
        pytest.param(certificate(rsa_key("stranger"), issuer=authority()), id="of another key"),
        pytest.param(authority().pem.encode(), id="the authority itself"),
        pytest.param(authority().pem.encode() + paypal_certificate(), id="not the first of its chain"),
        pytest.param(paypal_certificate() * 9, id="far too many"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>", id="no certificate"),
        pytest.param(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", id="a broken one"),
        pytest.param(paypal_certificate()[:-60], id="a cut one"),
    ],
)
def test_no_other_certificate_will_do(pem: bytes) -> None:
    with pytest.raises(Unauthenticated):
        verify(REQUEST, ENDPOINT, NOW, publishing(pem))


def test_an_authority_that_came_with_the_certificate_is_not_trusted_for_it() -> None:
    stranger = authority("A Stranger")
    chain = certificate(rsa_key("paypal"), issuer=stranger) + stranger.pem.encode()
    with pytest.raises(Unauthenticated):
        verify(REQUEST, ENDPOINT, NOW, publishing(chain))


def test_without_the_setting_only_the_pinned_roots_are_trusted() -> None:
    with pytest.raises(Unauthenticated):
        verify(REQUEST, replace(ENDPOINT, settings={}), NOW, publishing(paypal_certificate()))


def test_authorities_that_cannot_be_read_refuse_everything() -> None:
    endpoint = replace(ENDPOINT, settings={"authorities": "nonsense"})
    with pytest.raises(Unauthenticated):
        verify(REQUEST, endpoint, NOW, publishing(paypal_certificate()))


@pytest.mark.parametrize("name", [PAYPAL_NAME, SANDBOX_NAME])
def test_a_rehearsal_takes_its_certificate_from_the_sandbox(name: str) -> None:
    request = paypal_request(BODY, WEBHOOK_ID, NOW, url=SANDBOX_URL)
    rehearsal = replace(ENDPOINT, livemode=False)
    keys = publishing(issued(names=[name]), SANDBOX_URL)
    assert verify(request, rehearsal, NOW, keys)
    with pytest.raises(Unauthenticated):
        verify(request, ENDPOINT, NOW, keys)


def test_the_webhooks_id_may_be_a_setting_where_there_is_no_secret() -> None:
    keys = publishing(paypal_certificate())
    named = {**ENDPOINT.settings, "webhook_id": WEBHOOK_ID}
    assert verify(REQUEST, replace(ENDPOINT, secrets=(), settings=named), NOW, keys)
    ended = replace(ENDPOINT, secrets=(Secret(WEBHOOK_ID, valid_until=NOW),), settings=named)
    with pytest.raises(Unauthenticated):
        verify(REQUEST, ended, NOW, keys)


def test_the_pinned_authorities_are_those_that_their_fingerprints_name_and_issue_each_other() -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    from receivables.adapters.processors.paypal import authorities

    roots = x509.load_pem_x509_certificates(authorities.ROOTS.encode())
    assert {root.fingerprint(SHA256()).hex() for root in roots} == {
        "7431e5f4c3c1ce4690774f0b61e05440883ba9a01ed00ba6abd7806ed3b118cf",
        "4348a0e9444c78cb265e058d5e8944b4d84f9662bd26db257f8934a443c70161",
        "cb3ccbb76031e5e0138f8dd39a23f9de47ffc35e43c1144cea27d46a5ab1cb5f",
        "371a00dc0533b3721a7eeb40e8419e70799d2b0a0f2c1d80693165f7cec4ad75",
    }
    for between in x509.load_pem_x509_certificates(authorities.BETWEEN.encode()):
        (issuer,) = [root for root in roots if root.subject == between.issuer]
        between.verify_directly_issued_by(issuer)
