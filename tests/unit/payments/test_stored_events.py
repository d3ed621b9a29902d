"""Normalised events as the body of a message."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from receivables.core.money import Money
from receivables.payments.events import Fetch, MoneyEvent, Payer, References, Uninterpretable
from receivables.payments.stored import MOST_EVENTS, dump_events, load_events
from tests.unit.payments.lives import came, lives


@given(lives())
def test_events_come_back_as_they_were_and_the_same_bytes_for_the_same_events(life: list[MoneyEvent]) -> None:
    body = dump_events(life)
    assert list(load_events(body)) == life
    assert dump_events(load_events(body)) == body


def test_everything_that_an_event_can_tell_is_kept() -> None:
    full = came(
        1,
        subject_id="s",
        cumulative=True,
        fee=Money(12, "EUR"),
        parent_id="p",
        account="acct",
        livemode=False,
        references=References("INV-1", "RF18", ("a", "b"), "e2e", "C-1.EUR"),
        payer=Payer("Ada", "a@example.com", "DE02", "cus"),
        failure_code="x",
        will_retry=True,
        fetch=Fetch("payment", "tr_1"),
    )
    assert load_events(dump_events([full])) == (full,)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"{}",
        b"[]",
        b"[1]",
        b'[{"type": "unheard_of"}]',
        b'[{"type": "payout"}]',
        b"[" * 100_000,
        dump_events([came(1)]).replace(b"10000", b"1.5"),
        dump_events([came(1)]).replace(b"EUR", b"XYZ"),
        json.dumps(json.loads(dump_events([came(1)])) * (MOST_EVENTS + 1)).encode(),
    ],
)
def test_anything_else_is_not_understood(body: bytes) -> None:
    with pytest.raises(Uninterpretable):
        load_events(body)
