"""Stripe: `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=…]`, HMAC-SHA256 of `t.body` under the secret as it stands.

Money comes in by `payment_intent.succeeded`, `charge.succeeded`, `charge.captured`, `checkout.session.completed` and
`checkout.session.async_payment_succeeded`. All that tell of one payment have its payment intent's id (a charge without
an intent: its own), so any of them, in any order and number, is one payment.

- A charge that is authorised and not captured has moved nothing, nor has a session that is not paid.
- `invoice.paid` and its kin move nothing here: the payment of a Stripe invoice is told by its own payment intent and
  charge, newer API versions no longer name the intent on the invoice, and "paid out of band" is no money at Stripe.
- The reference is the first that has text of: `metadata.invoice`, `metadata.invoice_number`, `client_reference_id`.
- The time is the event's `created`: when the money moved. (The object's own is when the attempt to pay began.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from receivables.adapters.processors.document import (
    first_text,
    flag,
    identifier,
    is_identifier,
    parse,
    received,
    section,
    unix_time,
    whole,
)
from receivables.adapters.processors.signatures import (
    MOST_SIGNATURES,
    fingerprint,
    is_recent,
    is_signed,
    live_keys,
    signed_at,
)
from receivables.core.errors import InvalidInput, Unauthenticated
from receivables.core.money import DECIMALS, Money
from receivables.payments.endpoints import Secret
from receivables.payments.events import EventType, OtherEvent, PaymentEvent, Uninterpretable

_UNITS: Final[dict[str, int]] = {
    # Decimals of Stripe's amounts, from its list of currencies and special cases (docs.stripe.com/currencies). All
    # others have two. MGA is whole at Stripe though ISO 4217 gives it two decimals; ISK and UGX have none in
    # ISO 4217 but are still counted in hundredths. HUF and TWD differ for payouts only.
    **dict.fromkeys("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("ISK UGX".split(), 2),
    **dict.fromkeys("BHD JOD KWD OMR TND".split(), 3),
}
_HEX_LENGTH: Final = 64


class Stripe:
    """Stripe's webhook signatures and snapshot events."""

    name: Final = "stripe"
    kept_headers: Final = frozenset({"stripe-signature", "content-type"})

    def verify(
        self, headers: Mapping[str, str], body: bytes, secrets: Sequence[Secret], now: datetime
    ) -> str:
        """See payments.events.Processor. The event id is the event's own, else the body's SHA-256."""
        keys = live_keys(secrets, now, lambda secret: secret.encode() if secret.strip() else None)
        times, offered = _parts(headers.get("stripe-signature", ""))
        if len(times) != 1:
            raise Unauthenticated("Stripe-Signature is missing or malformed")
        (seconds,) = times
        if not is_recent(signed_at(seconds), now):
            raise Unauthenticated("the signature is too old or from the future")
        if not is_signed(keys, f"{seconds}.".encode() + body, offered):
            raise Unauthenticated("no signature matches")
        return _event_id(body)

    def interpret(self, body: bytes) -> PaymentEvent | OtherEvent:
        """See payments.events.Processor."""
        event = parse(body)
        raw_type = identifier(event.get("type"), "type")
        read = _READERS.get(raw_type)
        if read is None:
            return OtherEvent(raw_type)
        subject = section(section(event, "data"), "object")
        found = read(subject)
        if isinstance(found, str):
            return OtherEvent(raw_type, found)
        payment_id, units = found
        return PaymentEvent(
            type=EventType.PAYMENT_SUCCEEDED,
            raw_type=raw_type,
            payment_id=payment_id,
            amount=_money(units, subject.get("currency")),
            occurred=unix_time(event.get("created"), "created"),
            reference=_reference(subject),
            payer=_payer(subject),
            livemode=flag(event.get("livemode"), "livemode"),
        )


def _parts(header: str) -> tuple[set[str], list[bytes]]:
    """Times and v1 signatures; other versions (v0 is for test mode) prove nothing."""
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = {value for name, _, value in pairs if name == "t"}
    signatures = [value for name, _, value in pairs if name == "v1"][:MOST_SIGNATURES]
    return times, [digest for digest in map(_digest, signatures) if digest]


def _digest(signature: str) -> bytes | None:
    if len(signature) != _HEX_LENGTH or not signature.isascii():
        return None
    try:
        return bytes.fromhex(signature)
    except ValueError:
        return None


def _event_id(body: bytes) -> str:
    try:
        event_id = parse(body).get("id")
    except Uninterpretable:
        return fingerprint(body)
    return str(event_id) if is_identifier(event_id) else fingerprint(body)


def _intent(subject: Mapping[str, Any]) -> tuple[str, int] | str:
    return identifier(subject.get("id"), "id"), whole(subject.get("amount_received"), "amount_received")


def _charge(subject: Mapping[str, Any]) -> tuple[str, int] | str:
    if subject.get("captured") is False:
        return "authorised, not captured"
    payment_id = _intent_id(subject) or identifier(subject.get("id"), "id")
    captured = subject.get("amount_captured", subject.get("amount"))
    return payment_id, whole(captured, "amount_captured")


def _session(subject: Mapping[str, Any]) -> tuple[str, int] | str:
    if subject.get("payment_status") != "paid":
        return "not paid"
    payment_id = _intent_id(subject)
    if payment_id is None:
        # Of a subscription: its charge or intent tells of the same money under an id that the session does not name.
        raise Uninterpretable("a paid checkout session without a payment intent")
    return payment_id, whole(subject.get("amount_total"), "amount_total")


_READERS: Final[dict[str, Callable[[Mapping[str, Any]], tuple[str, int] | str]]] = {
    "payment_intent.succeeded": _intent,
    "charge.succeeded": _charge,
    "charge.captured": _charge,
    "checkout.session.completed": _session,
    "checkout.session.async_payment_succeeded": _session,
}


def _intent_id(subject: Mapping[str, Any]) -> str | None:
    """The payment intent's id, which may be expanded to the whole object."""
    intent = subject.get("payment_intent")
    if isinstance(intent, dict):
        intent = intent.get("id")
    return None if intent is None else identifier(intent, "payment_intent")


def _money(units: int, currency: object) -> Money:
    code = currency.upper() if isinstance(currency, str) else ""
    places = _UNITS.get(code, 2)
    if code not in DECIMALS or (code not in _UNITS and DECIMALS[code] != places):
        raise Uninterpretable("the currency is not one of Stripe's")
    try:
        return received(Money.parse(str(Decimal(units).scaleb(-places)), code))
    except InvalidInput as error:
        raise Uninterpretable(f"the amount does not fit the currency: {error.message}") from error


def _reference(subject: Mapping[str, Any]) -> str | None:
    metadata = section(subject, "metadata")
    return first_text(
        metadata.get("invoice"), metadata.get("invoice_number"), subject.get("client_reference_id")
    )


def _payer(subject: Mapping[str, Any]) -> str | None:
    details = section(subject, "customer_details") or section(subject, "billing_details")
    return first_text(
        details.get("name"), details.get("email"), subject.get("receipt_email"), subject.get("customer")
    )
