"""What asking processors' APIs has in common: credentials, ids in addresses, answers and lists that can be read.

What is missing in an answer is the processor's failure, not the caller's; `service` is whom the error names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from receivables.adapters.processors.document import sections
from receivables.core.errors import DependencyFailed, NotFound, Refused
from receivables.core.money import CurrencyMismatch, Money, total
from receivables.payments.events import EventType, Fetch, MoneyEvent, OtherEvent, Told, Uninterpretable
from receivables.payments.processors import Credentials

UNTOLD: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When something happened that only fetching tells."""


Read: TypeAlias = list[MoneyEvent | OtherEvent]
"""What one record of a processor tells."""


def credential(credentials: Credentials, name: str, service: str) -> str:
    """One of the credentials. Raises Refused when it is not there: nothing is asked with half of them."""
    value = credentials.values.get(name, "")
    if not value:
        raise Refused(f"{service}: the credentials have no {name}")
    return value


def path_id(value: object, pattern: re.Pattern[str]) -> str:
    """An id that becomes part of an address. Raises Uninterpretable unless all of it is as the processor's ids are."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Uninterpretable("an id is not one of the processor's")
    return value


def segment(text: str, pattern: re.Pattern[str], service: str) -> str:
    """The same of an id that somebody asks for: one of another form is not there. Raises NotFound."""
    if not pattern.fullmatch(text):
        raise NotFound(f"{service}: thing of that id", "")
    return text


def text_of(document: Mapping[str, Any], name: str, service: str) -> str:
    """A text that must be there. Raises DependencyFailed."""
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise DependencyFailed(f"{service}: the answer has no {name}")
    return value


def objects_of(document: Mapping[str, Any], name: str, service: str) -> Sequence[Mapping[str, Any]]:
    """A list of objects, empty when it is not there. Raises DependencyFailed."""
    with understood(service):
        return sections(document, name)


@contextmanager
def understood(service: str) -> Iterator[None]:
    """Around the reading of an answer's frame: what is not understood of it is the processor's failure, DependencyFailed."""
    try:
        yield
    except Uninterpretable as error:
        raise DependencyFailed(f"{service}: {error}") from error


def to_fetch(
    kind: str, subject: str, event_id: str, raw_type: str, livemode: bool | None = None
) -> MoneyEvent:
    """An event that says only that something has changed."""
    return MoneyEvent(
        type=EventType.PAYMENT_PENDING,
        raw_type=raw_type,
        event_id=event_id,
        occurred=UNTOLD,
        livemode=livemode,
        fetch=Fetch(kind, subject),
    )


def summed(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of amounts that must be in one currency. Raises Uninterpretable."""
    try:
        return total(amounts, currency)
    except CurrencyMismatch as error:
        raise Uninterpretable("fees are in another currency than the money") from error


def as_told(event_id: str, raw_type: str, told: Read) -> Read:
    """What a webhook tells, by its own type, and its own id where it tells of one thing; of several each keeps its state's."""
    alone = len(told) == 1
    return [replace(each, raw_type=raw_type, event_id=event_id if alone else each.event_id) for each in told]


def readable(
    records: Iterable[Mapping[str, Any]], read: Callable[[Mapping[str, Any]], Sequence[Told]]
) -> Iterator[MoneyEvent]:
    """The events of a list's records that move money. A record that cannot be read does not hold up the others: its own
    webhook is parked in front of a person."""
    for record in records:
        try:
            told = read(record)
        except Uninterpretable:
            continue
        yield from (each for each in told if isinstance(each, MoneyEvent))


def further(page: Mapping[str, Any], name: str) -> str | None:
    """Where the next page begins, as the processor says it: however long, and never cut. None: this was the last."""
    value = page.get(name)
    return value if isinstance(value, str) and value else None


def place(cursor: str | None, lists: Sequence[str]) -> tuple[str, str]:
    """Which of the lists that are read one after the other a cursor is in, and where there (empty: at its beginning)."""
    if cursor is None:
        return lists[0], ""
    name, _, where = cursor.partition("|")
    return name, where


def onward(lists: Sequence[str], name: str, where: str | None) -> str | None:
    """The cursor of the next page: further on in the same list, or (`where` None) in the next one; None: it was the last."""
    if where is not None:
        return f"{name}|{where}"
    after = lists.index(name) + 1
    return lists[after] if after < len(lists) else None
