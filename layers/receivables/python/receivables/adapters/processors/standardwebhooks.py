"""Standard Webhooks (www.standardwebhooks.com, version 1.0.0, symmetric signatures): the way in for any other source.

Signed by `webhook-id`, `webhook-timestamp` and `webhook-signature`: base64 HMAC-SHA256 of `id.timestamp.body` under the
base64 key that follows `whsec_`. The event id is `webhook-id`. The payload is this product's own, neutral format:

    {"type": "payment.succeeded", "timestamp": "2026-03-01T08:00:00Z",
     "data": {"payment_id": "BANK-2026-000123", "amount": "123.45", "currency": "EUR",
              "invoice": "INV-1", "payer": "Example Ltd", "livemode": true}}

`timestamp` is when the money moved (RFC 3339, with a zone), `payment_id` names the movement and is unique at the
endpoint, `amount` is a decimal string in major units. `invoice`, `payer` and `livemode` may be left out. Other types
are stored and move nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from receivables.adapters.processors.document import (
    first_text,
    flag,
    identifier,
    is_identifier,
    parse,
    received,
    section,
)
from receivables.adapters.processors.signatures import (
    MOST_SIGNATURES,
    is_recent,
    is_signed,
    live_keys,
    signed_at,
)
from receivables.core.calendar import business_day
from receivables.core.clock import parse_instant
from receivables.core.errors import InvalidInput, Unauthenticated
from receivables.core.money import Money
from receivables.payments.endpoints import Secret
from receivables.payments.events import EventType, OtherEvent, PaymentEvent, Uninterpretable

# Separated by spaces; a proxy that joins repeated headers adds commas.
_SIGNATURE: Final = re.compile(r"(?<![^\s,])v1,([A-Za-z0-9+/]{43}=)(?![^\s,])")
_AMOUNT: Final = re.compile(r"[0-9]{1,16}(\.[0-9]{1,6})?")


class StandardWebhooks:
    """The symmetric scheme of Standard Webhooks and the neutral payment format."""

    name: Final = "standardwebhooks"
    kept_headers: Final = frozenset({"webhook-id", "webhook-timestamp", "webhook-signature", "content-type"})

    def verify(
        self, headers: Mapping[str, str], body: bytes, secrets: Sequence[Secret], now: datetime
    ) -> str:
        """See payments.events.Processor. The event id is `webhook-id`."""
        keys = live_keys(secrets, now, _key)
        event_id, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not is_identifier(event_id):
            raise Unauthenticated("webhook-id is missing or malformed")
        if not is_recent(signed_at(seconds), now):
            raise Unauthenticated("the signature is too old or from the future")
        offered = _SIGNATURE.findall(headers.get("webhook-signature", ""))[:MOST_SIGNATURES]
        content = f"{event_id}.{seconds}.".encode() + body
        if not is_signed(keys, content, [base64.b64decode(each) for each in offered]):
            raise Unauthenticated("no signature matches")
        return event_id

    def interpret(self, body: bytes) -> PaymentEvent | OtherEvent:
        """See payments.events.Processor."""
        document = parse(body)
        raw_type = identifier(document.get("type"), "type")
        if raw_type != "payment.succeeded":
            return OtherEvent(raw_type)
        data = section(document, "data")
        livemode = data.get("livemode")
        return PaymentEvent(
            type=EventType.PAYMENT_SUCCEEDED,
            raw_type=raw_type,
            payment_id=identifier(data.get("payment_id"), "payment_id"),
            amount=_amount(data),
            occurred=_instant(document.get("timestamp")),
            reference=first_text(data.get("invoice")),
            payer=first_text(data.get("payer")),
            livemode=None if livemode is None else flag(livemode, "livemode"),
        )


def _key(secret: str) -> bytes | None:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return None


def _amount(data: Mapping[str, Any]) -> Money:
    amount, currency = data.get("amount"), data.get("currency")
    if not isinstance(amount, str) or not _AMOUNT.fullmatch(amount):
        raise Uninterpretable("amount is not a decimal string")
    if not isinstance(currency, str):
        raise Uninterpretable("currency is missing")
    try:
        return received(Money.parse(amount, currency.upper()))
    except InvalidInput as error:
        raise Uninterpretable(f"{error.field} does not fit: {error.message}") from error


def _instant(value: object) -> datetime:
    try:
        instant = parse_instant(value if isinstance(value, str) else "", field="timestamp")
        business_day(instant.date(), field="timestamp")
    except InvalidInput as error:
        raise Uninterpretable("timestamp is not an RFC 3339 instant with a zone") from error
    return instant
