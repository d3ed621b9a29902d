"""Requests signed by others, where a folder of them is at hand; and the same checks on requests of our own."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from receivables.adapters.processors.registry import processor
from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Secret
from receivables.payments.events import Processor
from tests.fakes.webhooks import (
    NOW,
    STANDARD_SECRET,
    STRIPE_SECRET,
    intent,
    neutral_payment,
    standard_headers,
    stripe_event,
    stripe_headers,
)

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("WEBHOOK_VECTORS") or ROOT.parent / "shared" / "vectors")


@dataclass(frozen=True)
class Signed:
    """A request as it was sent, and when."""

    scheme: str
    secret: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime

    def verify(
        self, *, body: bytes | None = None, secret: str | None = None, at: datetime | None = None
    ) -> str:
        found = processor(self.scheme)
        assert found is not None
        headers = {name.lower(): value for name, value in self.headers.items()}
        secrets = [Secret(self.secret if secret is None else secret)]
        return found.verify(headers, self.body if body is None else body, secrets, at or self.at)


def own() -> list[Signed]:
    stripes = stripe_event("payment_intent.succeeded", intent())
    neutral = neutral_payment()
    return [
        Signed("stripe", STRIPE_SECRET, stripe_headers(stripes), stripes, NOW),
        Signed("standardwebhooks", STANDARD_SECRET, standard_headers(neutral), neutral, NOW),
    ]


def published() -> list[Signed]:
    paths = [
        path for scheme in ("stripe", "standardwebhooks") for path in sorted(FOLDER.glob(f"{scheme}_*.json"))
    ]
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return [
        Signed(
            document["provider"],
            document["secret"],
            document["headers"],
            base64.b64decode(document["body_b64"]),
            datetime.fromtimestamp(document["now"], UTC),
        )
        for document in documents
        if document["expected"] is True
    ]


every_request = pytest.mark.parametrize("signed", [*own(), *published()], ids=lambda signed: signed.scheme)


@every_request
def test_it_verifies(signed: Signed) -> None:
    assert signed.verify()


@every_request
def test_it_verifies_to_the_second_of_the_tolerance_and_not_beyond(signed: Signed) -> None:
    for seconds in (-300, 300):
        assert signed.verify(at=signed.at + timedelta(seconds=seconds))
    for seconds in (-301, 301):
        with pytest.raises(Unauthenticated):
            signed.verify(at=signed.at + timedelta(seconds=seconds))


@every_request
def test_a_tampered_truncated_or_reserialised_body_does_not_verify(signed: Signed) -> None:
    tampered = signed.body.replace(b'"', b"'", 1)
    reserialised = json.dumps(json.loads(signed.body), separators=(",", ":"), sort_keys=True).encode()
    for body in (tampered, signed.body[:-2], reserialised, signed.body + b" "):
        assert body != signed.body
        with pytest.raises(Unauthenticated):
            signed.verify(body=body)


@every_request
def test_another_secret_does_not_verify_it(signed: Signed) -> None:
    for secret in ("", "whsec_", signed.secret[:-4] + "AAAA", "whsec_bm90IHRoZSBzZWNyZXQ="):
        with pytest.raises(Unauthenticated):
            signed.verify(secret=secret)


@every_request
def test_it_is_interpreted_or_left_aside_but_breaks_nothing(signed: Signed) -> None:
    found: Processor | None = processor(signed.scheme)
    assert found is not None
    if "type" in json.loads(signed.body):
        assert found.interpret(signed.body).raw_type


def test_an_unknown_processor_is_none() -> None:
    assert processor("paypal") is None
