"""Events as bytes, and back: the body of a message whose events are normalised already."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from receivables.core.errors import ReceivablesError
from receivables.core.trees import Trees
from receivables.payments.events import MoneyEvent, Uninterpretable

MOST_EVENTS: Final = 1_000
"""In one message: each is applied by itself, and all of them within one run of a function."""

_TREES: Final = Trees()


def dump_events(events: Sequence[MoneyEvent]) -> bytes:
    """Events as the body of a message of form EVENTS: the same bytes for the same events, so that an id may derive from
    them."""
    plain = [_TREES.dump(MoneyEvent, event) for event in events]
    return json.dumps(plain, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def load_events(body: bytes) -> tuple[MoneyEvent, ...]:
    """What `dump_events` has written. Raises Uninterpretable for anything else."""
    try:
        plain = json.loads(body)
        if not isinstance(plain, list) or not 0 < len(plain) <= MOST_EVENTS:
            raise Uninterpretable(f"a list of 1 to {MOST_EVENTS:,} events is expected")
        return tuple(_TREES.load(MoneyEvent, each) for each in plain)
    except (ValueError, TypeError, LookupError, AttributeError, ReceivablesError, RecursionError) as error:
        if isinstance(error, Uninterpretable):
            raise
        raise Uninterpretable("the events cannot be read") from error
