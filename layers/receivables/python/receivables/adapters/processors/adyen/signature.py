"""Adyen signs each item of a standard notification, and other webhooks as a whole; both by base64 HMAC-SHA256, hexadecimal key.

- `notificationItems[i].NotificationRequestItem.additionalData.hmacSignature`: over `pspReference`, `originalReference`,
  `merchantAccountCode`, `merchantReference`, `amount.value`, `amount.currency`, `eventCode` and `success`, joined by colons
  and not escaped; what is missing is empty. One item that is not signed refuses the whole request.
- Everything else by the header `hmacsignature`, over the raw body.

(docs.adyen.com, "Verify HMAC signatures".) Which of the two applies is told by the body, never by what happens to be there.
`live` is not signed, so it must be what the endpoint is for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from receivables.adapters.processors.document import fingerprint, parse, section, sections
from receivables.adapters.processors.signatures import hex_key, offered, require_hmac
from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Endpoint
from receivables.payments.events import Uninterpretable
from receivables.payments.processors import Keys, Request

KEPT_HEADERS: Final = frozenset({"hmacsignature", "protocol", "content-type"})
KEPT_SETTINGS: Final = frozenset({"capture"})

_SIGNED_TEXTS: Final = ("pspReference", "originalReference", "merchantAccountCode", "merchantReference")
_WITHOUT_COLONS: Final = ("pspReference", "originalReference", "merchantAccountCode", "eventCode")
"""Adyen makes these without colons. Only the merchant's reference may have some: so nobody can cut what was signed once into other
fields, and have one payment taken for another."""
_FLAGS: Final = {True: "true", False: "false", "true": "true", "false": "false"}


def verify(request: Request, endpoint: Endpoint, now: datetime, keys: Keys) -> str:  # noqa: ARG001
    """See Webhooks. The id is that of the only item; of several, or of another webhook, a SHA-256."""
    try:
        document = parse(request.body)
        if "notificationItems" not in document:
            return _whole(request, document, endpoint, now)
        found = items(document)
        for item in found:
            _require_signed(item, endpoint, now)
        _require_mode(document.get("live"), endpoint)
        ids = [item_id(item) for item in found]
    except Uninterpretable as error:
        raise Unauthenticated(f"nothing that could be signed: {error}") from None
    return ids[0] if len(ids) == 1 else fingerprint("\n".join(ids).encode())


def items(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The items of a standard notification. Raises Uninterpretable when there is none."""
    found = [
        section(wrapper, "NotificationRequestItem") for wrapper in sections(document, "notificationItems")
    ]
    if not found or not all(found):
        raise Uninterpretable("a notification without items")
    return found


def item_id(item: Mapping[str, Any]) -> str:
    """The id of an item: what happened, to what, and whether it succeeded. Repeats have the same."""
    parts = (_text(item, "eventCode"), _text(item, "pspReference"), _success(item))
    name = "/".join(parts)
    return name if all("!" <= c <= "~" for c in name) and len(name) <= 255 else fingerprint(name.encode())


def _whole(request: Request, document: Mapping[str, Any], endpoint: Endpoint, now: datetime) -> str:
    signatures = offered(request.headers, "hmacsignature")
    require_hmac(endpoint, now, request.body, signatures, encoding="base64", key=hex_key)
    if (environment := document.get("environment")) is not None:  # signed with the rest, where it is told
        _require_mode({"live": "true", "test": "false"}.get(str(environment)), endpoint)
    return fingerprint(request.body)


def _require_signed(item: Mapping[str, Any], endpoint: Endpoint, now: datetime) -> None:
    signature = section(item, "additionalData").get("hmacSignature")
    signatures = [signature] if isinstance(signature, str) else []
    require_hmac(endpoint, now, _signed(item), signatures, encoding="base64", key=hex_key)


def _signed(item: Mapping[str, Any]) -> bytes:
    amount = section(item, "amount")
    value = amount.get("value")
    units = "" if value is None else str(value)
    texts = [_text(item, name) for name in _SIGNED_TEXTS]
    if any(":" in _text(item, name) for name in _WITHOUT_COLONS):
        raise Uninterpretable("where a signed field ends is not signed")
    signed = ":".join([*texts, units, _text(amount, "currency"), _text(item, "eventCode"), _success(item)])
    return signed.encode("utf-8", "surrogatepass")


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    if value is not None and not isinstance(value, str):
        raise Uninterpretable(f"{name} is not text")
    return value or ""


def _success(item: Mapping[str, Any]) -> str:
    value = item.get("success")
    flag = _FLAGS.get(value) if isinstance(value, (str, bool)) else None
    if flag is None:
        raise Uninterpretable("success is not true or false")
    return flag


def _require_mode(live: object, endpoint: Endpoint) -> None:
    if _FLAGS.get(live if isinstance(live, (str, bool)) else "") != _FLAGS[endpoint.livemode]:
        raise Unauthenticated("a test at an endpoint for real money, or the other way round")
