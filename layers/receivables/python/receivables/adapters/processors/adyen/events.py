"""What Adyen's notifications mean.

Money comes by `AUTHORISATION`, because captures follow by themselves; where the endpoint's setting `capture` is `delayed`, by
`CAPTURE`. A payment has the `pspReference` of its authorisation; everything about it names that as `originalReference`.
A refund or dispute has its own `pspReference`, the same in all that is told of it.

- `success` false of a request of ours (capture, cancel) changes nothing. Of a refund: it did not reach the payer.
- `CANCELLATION`, `TECHNICAL_CANCEL` (the same by our own reference) and `EXPIRE` end an authorisation. Where captures are by
  hand they move nothing: what was captured stays.
- `CAPTURE_FAILED` takes back what was thought to come. `REFUND_FAILED` and `REFUNDED_REVERSED`: the refund is with us again.
- `REQUEST_FOR_INFORMATION` and `NOTIFICATION_OF_CHARGEBACK` take no money yet. `CHARGEBACK` does, `CHARGEBACK_REVERSED` gives it
  back until the issuer answers, `SECOND_CHARGEBACK`, `PREARBITRATION_LOST` and `ARBITRATION_LOST` take it for good,
  `PREARBITRATION_WON`, `ARBITRATION_WON` and `ISSUER_RESPONSE_TIMEFRAME_EXPIRED` give it back for good. A direct debit that the
  bank returns is a `CHARGEBACK` too, but nothing that could be won.
- Adyen tells the merchant of no payouts by webhook: they are in its reports.

Of several partial captures of one authorisation only one amount can be the payment's: they are not supported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from receivables.adapters.processors.adyen.signature import item_id, items
from receivables.adapters.processors.document import (
    alone,
    fingerprint,
    first_text,
    identifier,
    instant,
    money_in_units,
    parse,
    received,
    section,
    texts,
)
from receivables.core.money import Money
from receivables.payments.events import (
    EventType,
    Heard,
    MoneyEvent,
    OtherEvent,
    Payer,
    Poison,
    References,
    Told,
    Uninterpretable,
)

EXPONENTS: Final = {"CLP": 2, "CVE": 0, "IDR": 0, "ISK": 2}
"""Decimals of Adyen's amounts where they are not ISO 4217's (docs.adyen.com, "Currency codes and minor units")."""

_RETURNED_BY_BANK: Final = frozenset({"sepadirectdebit", "ach", "directdebit_GB", "eft_directdebit_CA"})


def interpret(body: bytes, headers: Mapping[str, str]) -> Heard:
    """See Webhooks."""
    document = parse(body)
    if "notificationItems" not in document:
        return (_other_webhook(document, body),)
    delayed = headers.get("endpoint-capture") == "delayed"
    return [told for item in items(document) for told in _read(item, document.get("live"), delayed)]


def _read(item: Mapping[str, Any], live: object, delayed: bool) -> Heard:
    try:
        return _Item(item, live, delayed).told()
    except Uninterpretable as error:
        body = alone({"live": live, "notificationItems": [{"NotificationRequestItem": item}]})
        return (Poison(_safe_id(item), body, str(error)),)


def _safe_id(item: Mapping[str, Any]) -> str:
    try:
        return item_id(item)
    except Uninterpretable:
        return fingerprint(alone(item))


class _Item:
    """One item, read by its event code."""

    def __init__(self, item: Mapping[str, Any], live: object, delayed: bool) -> None:
        self._item, self._live, self._delayed = item, live, delayed
        self._code = identifier(item.get("eventCode"), "eventCode")
        self._id, self._success = item_id(item), str(item.get("success")).lower() == "true"
        self._data = section(item, "additionalData")

    def told(self) -> Heard:
        reader = _READERS.get(self._code)
        return reader(self) if reader else (self._other(),)

    def authorised(self) -> Heard:
        if not self._success:
            return (self._event(EventType.PAYMENT_FAILED, self._own(), failed=True),)
        if self._delayed:
            return (self._other("authorised, not captured"),)
        if not self._money().minor:
            return (self._other("nothing was taken"),)
        return (self._event(EventType.PAYMENT_SUCCEEDED, self._own()),)

    def pending(self) -> Heard:
        return (self._event(EventType.PAYMENT_PENDING, self._own()),)

    def offer_closed(self) -> Heard:
        return (self._event(EventType.PAYMENT_FAILED, self._own(), failed=True),)

    def captured(self) -> Heard:
        if not self._success:
            return (self._other("the capture was refused"),)
        if not self._delayed:
            return (self._other("the authorisation told of it"),)
        return (self._event(EventType.PAYMENT_SUCCEEDED, self._original()),)

    def gone(self) -> Heard:
        """It will not come, or what was thought to have come did not."""
        if not self._success:
            return (self._other("it was refused"),)
        return (self._event(EventType.PAYMENT_FAILED, self._original(), failed=True),)

    def let_go(self) -> Heard:
        """What is left of an authorisation will not be captured. What was captured before stays."""
        return (self._other("what was captured stays"),) if self._delayed else self.gone()

    def refunded(self) -> Heard:
        kind = EventType.REFUND_SUCCEEDED if self._success else EventType.REFUND_FAILED
        return (self._about(kind, failed=not self._success),)

    def refund_came_back(self) -> Heard:
        return (self._about(EventType.REFUND_FAILED, failed=True),)

    def cancelled_or_refunded(self) -> Heard:
        action = self._data.get("modification.action")
        if action == "refund":
            return self.refunded()
        if action == "cancel" or not self._success:
            return self.let_go()
        raise Uninterpretable("neither a cancellation nor a refund")

    def asked(self) -> Heard:
        return (self._about(EventType.DISPUTE_OPENED, amount=False),)

    def charged_back(self) -> Heard:
        if self._item.get("paymentMethod") in _RETURNED_BY_BANK:
            return (self._about(EventType.PAYMENT_REVERSED, failed=True),)
        return (self._about(EventType.DISPUTE_OPENED, failed=True),)

    def won(self) -> Heard:
        return (self._about(EventType.DISPUTE_WON, amount=False),)

    def given_back(self) -> Heard:
        return (self._about(EventType.DISPUTE_WON),)

    def lost(self) -> Heard:
        """Taken again, and for good."""
        taken = self._about(EventType.DISPUTE_OPENED, failed=True)
        return (taken, self._about(EventType.DISPUTE_LOST, suffix="/lost"))

    def defence_ended(self) -> Heard:
        if self._data.get("disputeStatus") != "Lost":
            return (self._other("the dispute goes on"),)
        return (self._about(EventType.DISPUTE_LOST, amount=False),)

    def _about(
        self, kind: EventType, *, amount: bool = True, failed: bool = False, suffix: str = ""
    ) -> MoneyEvent:
        """Of a refund or dispute of a payment."""
        return self._event(
            kind, self._original(), subject=self._own(), amount=amount, failed=failed, suffix=suffix
        )

    def _event(
        self,
        kind: EventType,
        payment_id: str,
        *,
        subject: str | None = None,
        amount: bool = True,
        failed: bool = False,
        suffix: str = "",
    ) -> MoneyEvent:
        money = self._money() if amount else None
        return MoneyEvent(
            type=kind,
            raw_type=self._code,
            event_id=self._id + suffix,
            occurred=instant(self._item.get("eventDate"), "eventDate"),
            payment_id=payment_id,
            amount=received(money) if money else None,
            subject_id=subject,
            account=first_text(self._item.get("merchantAccountCode")),
            livemode=_live(self._live),
            references=self._references(),
            payer=self._payer(),
            failure_code=first_text(self._item.get("reason")) if failed else None,
        )

    def _own(self) -> str:
        return identifier(self._item.get("pspReference"), "pspReference")

    def _original(self) -> str:
        return identifier(self._item.get("originalReference"), "originalReference")

    def _money(self) -> Money:
        amount = section(self._item, "amount")
        return money_in_units(amount.get("value"), amount.get("currency"), EXPONENTS)

    def _references(self) -> References:
        own = self._item.get("merchantReference")
        named = [self._data.get(f"metadata.{name}") for name in ("invoice", "invoice_number", "invoice_id")]
        metadata = [value for name, value in self._data.items() if name.startswith("metadata.")]
        # Without metadata the reference of a page for an account as a whole is the account's id.
        account = first_text(self._data.get("metadata.account"), own)
        return References(invoice=first_text(*named, own), texts=texts(*metadata, own), account=account)

    def _payer(self) -> Payer:
        data = self._data
        return Payer(
            name=first_text(data.get("ownerName"), data.get("cardHolderName"), data.get("shopperName")),
            email=first_text(data.get("shopperEmail")),
            account=first_text(data.get("iban")),
            customer=first_text(data.get("shopperReference")),
        )

    def _other(self, why: str = "") -> OtherEvent:
        return OtherEvent(self._code, self._id, why)


_READERS: Final[Mapping[str, Callable[[_Item], Heard]]] = {
    "AUTHORISATION": _Item.authorised,
    "PENDING": _Item.pending,
    "OFFER_CLOSED": _Item.offer_closed,
    "CAPTURE": _Item.captured,
    "CAPTURE_FAILED": _Item.gone,
    "CANCELLATION": _Item.let_go,
    "TECHNICAL_CANCEL": _Item.let_go,
    "EXPIRE": _Item.let_go,
    "CANCEL_OR_REFUND": _Item.cancelled_or_refunded,
    "VOID_PENDING_REFUND": _Item.cancelled_or_refunded,
    "REFUND": _Item.refunded,
    "REFUND_FAILED": _Item.refund_came_back,
    "REFUNDED_REVERSED": _Item.refund_came_back,
    "REQUEST_FOR_INFORMATION": _Item.asked,
    "NOTIFICATION_OF_CHARGEBACK": _Item.asked,
    "CHARGEBACK": _Item.charged_back,
    "CHARGEBACK_REVERSED": _Item.given_back,
    "SECOND_CHARGEBACK": _Item.lost,
    "PREARBITRATION_LOST": _Item.lost,
    "ARBITRATION_LOST": _Item.lost,
    "PREARBITRATION_WON": _Item.given_back,
    "ARBITRATION_WON": _Item.given_back,
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED": _Item.won,
    "DISPUTE_DEFENSE_PERIOD_ENDED": _Item.defence_ended,
}


def _other_webhook(document: Mapping[str, Any], body: bytes) -> Told:
    """What is signed as a whole: only that a stored payment method can no longer be used is of interest."""
    kind = identifier(document.get("type"), "type")
    event_id = fingerprint(body)
    if kind != "recurring.token.disabled":
        return OtherEvent(kind, event_id)
    data = section(document, "data")
    return MoneyEvent(
        type=EventType.MANDATE_CANCELLED,
        raw_type=kind,
        event_id=event_id,
        occurred=instant(document.get("createdAt"), "createdAt"),
        subject_id=identifier(data.get("storedPaymentMethodId"), "storedPaymentMethodId"),
        account=first_text(data.get("merchantAccount")),
        livemode=_live(document.get("environment")),
        payer=Payer(customer=first_text(data.get("shopperReference"))),
    )


def _live(value: object) -> bool | None:
    return {"true": True, "live": True, "false": False, "test": False}.get(str(value).lower())
