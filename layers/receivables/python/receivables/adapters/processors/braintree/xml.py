"""Braintree's XML, read strictly: no document type, no entities, bounded; of the elements only their text.

`defusedxml` is imported inside: the receiver does not read the payload.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from receivables.adapters.processors.document import first_text, identifier, instant, money_in_decimals
from receivables.core.clock import parse_date
from receivables.core.errors import InvalidInput
from receivables.core.money import Money
from receivables.payments.events import Uninterpretable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MOST_BYTES: Final = 8 * 1024 * 1024
_MOST_ELEMENTS: Final = 200_000


def parse(content: bytes) -> Element:
    """The root of a document. Raises Uninterpretable with a reason that quotes nothing of it."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if len(content) > _MOST_BYTES:
        raise Uninterpretable("the XML is too large")
    try:
        root: Element = fromstring(content.strip(), forbid_dtd=True)
    except DefusedXmlException:
        raise Uninterpretable("the XML has a document type or entities") from None
    except (ParseError, ValueError, LookupError, RecursionError):
        raise Uninterpretable("what is in it is not XML") from None
    if sum(1 for _ in root.iter()) > _MOST_ELEMENTS:
        raise Uninterpretable("the XML has too many elements")
    return root


def child(element: Element, *names: str) -> Element | None:
    """An element below, by its path; None: it is not there. Raises Uninterpretable when it is ambiguous."""
    found: Element | None = element
    for name in names:
        below = [] if found is None else found.findall(name)
        if len(below) > 1:
            raise Uninterpretable(f"{name} is there more than once")
        found = below[0] if below else None
    return found


def text(element: Element, *names: str) -> str | None:
    """The text of an element below, trimmed; None: there is none."""
    found = child(element, *names)
    return None if found is None else first_text(found.text)


def required(element: Element, *names: str) -> str:
    """An id below. Raises Uninterpretable."""
    return identifier(text(element, *names), "/".join(names))


def money(element: Element, name: str, currency: str | None) -> Money:
    """An amount below: a decimal string in major units. Raises Uninterpretable."""
    return money_in_decimals(text(element, name), currency, name)


def moment(element: Element, *names: str) -> datetime:
    """An instant below. Raises Uninterpretable."""
    return instant(text(element, *names), "/".join(names))


def midnight(element: Element, *names: str) -> datetime | None:
    """The beginning (UTC) of a date below; None: there is none. Raises Uninterpretable."""
    found = text(element, *names)
    if found is None:
        return None
    try:
        day: date = parse_date(found[:10])
    except InvalidInput:
        raise Uninterpretable(f"{'/'.join(names)} is not a date") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
