"""Every signature scheme against everything that must not pass: one table, signed by the vendors' own libraries where they can."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from receivables.adapters.processors import registry
from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Endpoint, Secret
from receivables.payments.processors import Keys, Request
from tests.fakes.schemes import NOW, PublishedHere, Scheme, every_scheme

SCHEMES = every_scheme()
SECOND = timedelta(seconds=1)

every = pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
in_a_header = pytest.mark.parametrize(
    "scheme", [each for each in SCHEMES if each.header], ids=lambda scheme: scheme.name
)
timed = pytest.mark.parametrize(
    "scheme", [each for each in SCHEMES if each.timed], ids=lambda scheme: scheme.name
)
timeless = pytest.mark.parametrize(
    "scheme", [each for each in SCHEMES if not each.timed], ids=lambda scheme: scheme.name
)


def verify(
    scheme: Scheme,
    request: Request,
    endpoint: Endpoint | None = None,
    now: datetime = NOW,
    keys: Keys | None = None,
) -> str:
    found = registry.webhooks(scheme.processor)
    assert found is not None
    return found.verify(request, endpoint or scheme.endpoint(*scheme.secrets[:1]), now, keys or scheme.keys)


def refused(scheme: Scheme, request: Request, **how: Any) -> None:
    with pytest.raises(Unauthenticated):
        verify(scheme, request, **how)


def test_every_processor_has_a_scheme_in_the_table() -> None:
    assert {scheme.processor for scheme in SCHEMES} == registry.NAMES


@every
def test_what_is_signed_is_authentic_and_a_repeat_has_the_same_id(scheme: Scheme) -> None:
    event_id = verify(scheme, scheme.signed())
    assert event_id.strip()
    assert verify(scheme, scheme.signed()) == event_id


@pytest.mark.parametrize("scheme", [each for each in SCHEMES if each.oracle], ids=lambda scheme: scheme.name)
def test_the_vendors_own_library_agrees(scheme: Scheme) -> None:
    assert scheme.oracle is not None
    good = scheme.signed()
    assert scheme.oracle(good, scheme.secrets[0])
    assert not scheme.oracle(replace(good, body=scheme.tampered(good.body)), scheme.secrets[0])


@every
def test_a_tampered_body_is_refused(scheme: Scheme) -> None:
    request = scheme.signed()
    tampered = scheme.tampered(request.body)
    assert tampered != request.body
    refused(scheme, replace(request, body=tampered))


@every
def test_a_truncated_body_is_refused(scheme: Scheme) -> None:
    request = scheme.signed()
    for length in (len(request.body) - 1, len(request.body) // 2, 0):
        refused(scheme, replace(request, body=request.body[:length]))


@pytest.mark.parametrize(
    "scheme", [each for each in SCHEMES if each.reserialised], ids=lambda scheme: scheme.name
)
def test_a_body_that_means_the_same_but_is_written_otherwise_is_refused(scheme: Scheme) -> None:
    assert scheme.reserialised is not None
    request = scheme.signed()
    other = scheme.reserialised(request.body)
    assert other != request.body
    refused(scheme, replace(request, body=other))


@timed
def test_the_edges_of_the_tolerance_hold_and_a_second_beyond_does_not(scheme: Scheme) -> None:
    assert scheme.timed is not None
    past, future = scheme.timed
    for at in (NOW - past, NOW - past + SECOND, NOW, NOW + future - SECOND, NOW + future):
        assert verify(scheme, scheme.signed(at=at))
    for at in (
        NOW - past - SECOND,
        NOW + future + SECOND,
        NOW - timedelta(days=365),
        NOW + timedelta(days=9),
    ):
        refused(scheme, scheme.signed(at=at))


@timeless
def test_what_tells_no_time_holds_as_long_as_its_secret(scheme: Scheme) -> None:
    for after in (timedelta(0), timedelta(days=14)):
        assert verify(scheme, scheme.signed(), now=NOW + after)


@every
def test_another_secret_is_refused(scheme: Scheme) -> None:
    refused(scheme, scheme.signed(secret=scheme.secrets[1]))


@every
def test_both_secrets_are_good_while_they_rotate_and_each_only_in_its_time(scheme: Scheme) -> None:
    old, new = scheme.secrets
    overlap = scheme.endpoint(
        Secret(old, valid_until=NOW + timedelta(hours=72)), Secret(new, valid_from=NOW - timedelta(hours=1))
    )
    for secret in (old, new):
        assert verify(scheme, scheme.signed(secret=secret), endpoint=overlap)
    for dead in (Secret(old, valid_until=NOW), Secret(old, valid_from=NOW + SECOND)):
        refused(scheme, scheme.signed(), endpoint=scheme.endpoint(dead))
        refused(scheme, scheme.signed(), endpoint=scheme.endpoint(dead, new))
        assert verify(scheme, scheme.signed(secret=new), endpoint=scheme.endpoint(dead, new))


@every
@pytest.mark.parametrize("secrets", [[], [""], ["  "], [":"], ["whsec_"], ["whpk_"], ["nonsense é"]])
def test_without_a_usable_secret_nothing_is_authentic(scheme: Scheme, secrets: list[str]) -> None:
    refused(scheme, scheme.signed(), endpoint=scheme.endpoint(*secrets))


MALFORMED = [
    "",
    " ",
    ",",
    "nonsense",
    "é" * 64,
    "１" * 64,
    "\ud800" * 3,
    "\x00",
    "0" * 40,
    "0" * 64,
    "0" * 128,
    "AAAA",
    "A" * 43 + "=",
    "t=,v1=",
    "sha256=",
    "v1,",
    "a.b.c",
    "..",
    "e30..AAAA",
    "bnVsbA..AAAA",
    "," * 5000,
    "x" * 100_000,
]


@every
@pytest.mark.parametrize("text", MALFORMED, ids=lambda text: ascii(text)[:12])
def test_a_malformed_signature_is_refused_and_breaks_nothing(scheme: Scheme, text: str) -> None:
    refused(scheme, scheme.with_signature(scheme.signed(), text))


@in_a_header
def test_a_missing_signature_is_refused(scheme: Scheme) -> None:
    request = scheme.signed()
    for missing in request.headers.keys() - set(scheme.unsigned):
        left = {name: value for name, value in request.headers.items() if name != missing}
        refused(scheme, replace(request, headers=left))
    refused(scheme, replace(request, headers={}))


@in_a_header
def test_a_signature_that_is_cut_or_longer_is_refused(scheme: Scheme) -> None:
    request = scheme.signed()
    good = scheme.signature_of(request)
    for other in (good[:-1], good[: len(good) // 2], good + "A", good + "=", good[:-4] + "\u0660" * 4):
        refused(scheme, scheme.with_signature(request, other))


@in_a_header
def test_a_header_that_came_twice_is_good_only_where_it_may_come_twice(scheme: Scheme) -> None:
    request = scheme.signed()
    good = scheme.signature_of(request)
    wrong = scheme.signature_of(
        scheme.signed(secret=scheme.secrets[1], body=b'{"id": "evt_2", "environment": "live"}')
    )
    refused(scheme, scheme.with_signature(request, f"{wrong},{wrong}"))
    for both in (f"{wrong},{good}", f"{good},{wrong}"):
        if scheme.repeats:
            assert verify(scheme, scheme.with_signature(request, both))
        else:
            refused(scheme, scheme.with_signature(request, both))


@every
def test_weaker_algorithms_and_confused_ones_prove_nothing(scheme: Scheme) -> None:
    assert scheme.downgrades
    for sign in scheme.downgrades:
        refused(scheme, sign(scheme.body, scheme.secrets[0], NOW))


@pytest.mark.parametrize("scheme", [each for each in SCHEMES if each.modes], ids=lambda scheme: scheme.name)
def test_real_money_does_not_pass_at_an_endpoint_for_rehearsals(scheme: Scheme) -> None:
    assert verify(scheme, scheme.signed())
    refused(scheme, scheme.signed(), endpoint=scheme.endpoint(*scheme.secrets, livemode=False))


@every
def test_an_id_that_is_not_signed_cannot_make_one_delivery_look_like_another(scheme: Scheme) -> None:
    caught, coming = scheme.signed(), scheme.signed(body=scheme.body.replace(b"PSP1", b"PSP3") + b"\n")
    borrowed = {name: coming.headers[name] for name in scheme.unsigned if name in coming.headers}
    for headers in ({**caught.headers, **borrowed}, {**caught.headers, "x-test-notification": "true"}):
        told = verify(scheme, replace(caught, headers=headers))
        if scheme.unsigned:
            assert told != verify(scheme, coming)
            assert told == verify(scheme, caught) or told.startswith("test:")


@given(text=st.text(max_size=300))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@every
def test_no_signature_whatsoever_breaks_a_verifier(scheme: Scheme, text: str) -> None:
    refused(scheme, scheme.with_signature(scheme.signed(), text))


@given(data=st.data())
@settings(max_examples=25)
@in_a_header
def test_no_header_whatsoever_breaks_a_verifier(scheme: Scheme, data: st.DataObject) -> None:
    request = scheme.signed()
    name = data.draw(st.sampled_from(sorted(request.headers.keys() - set(scheme.unsigned))))
    value = data.draw(st.text(max_size=200).filter(lambda text: text != request.headers[name]))
    try:
        verify(scheme, replace(request, headers={**request.headers, name: value}))
    except Unauthenticated:
        return
    assert name == "paypal-cert-url" or name.endswith("time")  # written otherwise, and the same


@given(body=st.binary(max_size=200))
@settings(max_examples=25)
@every
def test_no_body_whatsoever_breaks_a_verifier(scheme: Scheme, body: bytes) -> None:
    refused(scheme, replace(scheme.signed(), body=body))


def test_the_receiver_imports_no_cryptography_and_no_events_to_verify_an_hmac() -> None:
    import subprocess
    import sys

    code = (
        "import sys\n"
        "from receivables.adapters.processors import registry\n"
        "names = 'adyen braintree checkout gocardless mollie paystack razorpay square stripe paypal wise truelayer'\n"
        "assert all(registry.webhooks(name) for name in names.split())\n"
        "heavy = {'cryptography', 'urllib3', 'defusedxml', 'xml', 'botocore'} & {m.partition('.')[0] for m in sys.modules}\n"
        "assert not heavy, heavy\n"
        "assert not [m for m in sys.modules if m.endswith(('.events', '.api')) and '.processors.' in m]\n"
    )
    subprocess.run(
        [sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )


# What others have signed, where it is at hand


def _vectors() -> Iterator[dict[str, Any]]:
    beside = Path(__file__).resolve().parents[5] / "shared" / "vectors"
    folder = Path(os.environ.get("RECEIVABLES_VECTORS", beside))
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        yield json.loads(path.read_text())


def _at(vector: dict[str, Any]) -> datetime:
    if "now" in vector:
        return datetime.fromtimestamp(vector["now"], UTC)
    return datetime(2021, 11, 29, 11, 43, tzinfo=UTC) if vector["provider"] == "truelayer" else NOW


def _given(vector: dict[str, Any]) -> tuple[str, Request, Endpoint, Keys]:
    """The processor, request, endpoint and published keys of a vector."""
    body, headers = base64.b64decode(vector["body_b64"]), {k.lower(): v for k, v in vector["headers"].items()}
    name, secret = vector["provider"].partition("-")[0], vector["secret"]
    request = Request(body, headers, vector.get("method", "POST"), vector.get("path", "/"))
    match name:
        case "paypal":
            keys = PublishedHere({headers["paypal-cert-url"]: vector["cert_pem"].encode()})
            return name, request, Endpoint((Secret(secret["webhook_id"]),), livemode=False), keys
        case "braintree":
            pair = f"{secret['public_key']}:{secret['private_key']}"
            return name, request, Endpoint((Secret(pair),)), PublishedHere()
        case "wise":
            endpoint = Endpoint((Secret(vector["public_key_pem"]),), settings={"profile_id": "16055450"})
            return name, request, endpoint, PublishedHere()
        case "truelayer":
            published = PublishedHere({"https://webhooks.truelayer.com/.well-known/jwks": _jwks(vector)})
            return name, replace(request, query={"token": "t"}), Endpoint((Secret("t"),)), published
        case "square":
            endpoint = Endpoint((Secret(secret),), settings={"url": vector["notification_url"]})
            return name, request, endpoint, PublishedHere()
    return name, request, Endpoint((Secret(secret),), livemode=name != "adyen"), PublishedHere()


def _jwks(vector: dict[str, Any]) -> bytes:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key = load_pem_public_key(vector["public_key_pem"].encode())
    point = key.public_numbers()  # type: ignore[union-attr]
    kid = json.loads(base64.urlsafe_b64decode(vector["headers"]["Tl-Signature"].partition(".")[0] + "=="))[
        "kid"
    ]
    x, y = (
        base64.urlsafe_b64encode(each.to_bytes(66)).rstrip(b"=").decode()
        for each in (point.x, point.y)  # type: ignore[union-attr]
    )
    return json.dumps({"keys": [{"kty": "EC", "crv": "P-521", "kid": kid, "x": x, "y": y}]}).encode()


def _proves(vector: dict[str, Any], now: datetime | None = None, **changes: Any) -> bool:
    name, request, endpoint, keys = _given(vector)
    found = registry.webhooks(name)
    assert found is not None
    request = replace(request, **{k: v for k, v in changes.items() if k != "endpoint"})
    try:
        return bool(found.verify(request, changes.get("endpoint", endpoint), now or _at(vector), keys))
    except Unauthenticated:
        return False


def _tampered(vector: dict[str, Any], body: bytes) -> list[bytes]:
    other = {
        "adyen-item": body.replace(b"1130", b"1131"),
        "braintree": body.replace(b"bt_payload=C", b"bt_payload=D"),
    }.get(vector["provider"], body.replace(b"e", b"f", 1))
    return [other, body[:-1] if vector["provider"] != "braintree" else body[:-5], body[: len(body) // 2], b""]


def test_what_others_have_signed_holds() -> None:
    for vector in _vectors():
        assert _proves(vector) is vector["expected"], vector["source"]


def test_what_others_have_signed_does_not_hold_when_anything_is_changed() -> None:
    for vector in _vectors():
        _, request, endpoint, _ = _given(vector)
        for body in _tampered(vector, request.body):
            assert body != request.body
            assert not _proves(vector, body=body), vector["source"]
        other = Endpoint((Secret("00" * 32),), endpoint.livemode, endpoint.settings)
        assert not _proves(vector, endpoint=other), vector["source"]
        assert not _proves(vector, endpoint=replace(endpoint, secrets=())), vector["source"]
        if vector["provider"] not in {"adyen-item", "braintree"}:
            again = json.dumps(json.loads(request.body), indent=3).encode()
            assert not _proves(vector, body=again), vector["source"]
            assert not _proves(vector, headers={}), vector["source"]


def test_what_others_have_signed_does_not_hold_too_late_or_too_early() -> None:
    told = {"stripe": 301, "standardwebhooks": 301, "paypal": 4 * 86400 + 60, "truelayer": 4 * 86400 + 60}
    for vector in _vectors():
        seconds = told.get(vector["provider"])
        if seconds:
            late = timedelta(seconds=seconds)
            assert not _proves(vector, now=_at(vector) + late), vector["source"]
            assert not _proves(vector, now=_at(vector) - timedelta(seconds=400)), vector["source"]
