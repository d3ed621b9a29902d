"""Mollie's classic webhooks: unsigned, so that they may only make us ask; taken only where the endpoint says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from receivables.adapters.processors.mollie.signature import verify
from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Endpoint, Secret
from receivables.payments.processors import Request
from tests.fakes.webhooks import NOW, NoKeys

CLASSIC = Endpoint((), settings={"classic": "yes"})
BODY = b"id=tr_5B8cwPMGnU"


def test_each_classic_webhook_is_news_even_two_within_a_second() -> None:
    first, later = (
        verify(Request(BODY), CLASSIC, NOW + timedelta(milliseconds=n), NoKeys()) for n in (0, 400)
    )
    assert first != later
    assert first.startswith("tr_5B8cwPMGnU@")
    assert first == verify(Request(BODY), CLASSIC, NOW, NoKeys())


@pytest.mark.parametrize(
    "endpoint",
    [
        Endpoint((Secret("key"),)),
        Endpoint((Secret("key"),), settings={"classic": "no"}),
        Endpoint((), settings={"classic": "YES"}),
    ],
)
def test_nothing_unsigned_passes_where_it_is_not_agreed(endpoint: Endpoint) -> None:
    with pytest.raises(Unauthenticated):
        verify(Request(BODY), endpoint, NOW, NoKeys())


@pytest.mark.parametrize(
    "body",
    [b"", b"id=", b"id=tr_1/../x", b"id=tr_12345&id=tr_6", b"id=tr_12345\n", b"id=TR_12345", b"id=tr_\xc3\xa412", b" id=tr_12345"],
)  # fmt: skip
def test_an_injected_id_is_refused_where_it_comes_in(body: bytes) -> None:
    with pytest.raises(Unauthenticated):
        verify(Request(body), CLASSIC, NOW, NoKeys())


def test_a_signature_that_is_there_must_hold_even_where_unsigned_ones_are_taken() -> None:
    for signature in ("", "sha256=" + "00" * 32):
        with pytest.raises(Unauthenticated):
            verify(Request(BODY, {"x-mollie-signature": signature}), CLASSIC, NOW, NoKeys())
