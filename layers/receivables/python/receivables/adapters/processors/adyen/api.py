"""Adyen's API: pages on which to pay (Pay by Link). What happened it tells by notifications only, with all that is needed.

Credentials: `api_key`, `merchant_account` and, for real money, `live_url_prefix`. `livemode` false asks the test environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from receivables.adapters.processors.adyen.events import EXPONENTS
from receivables.adapters.processors.asking import segment, text_of
from receivables.adapters.processors.document import instant, units_of
from receivables.core.errors import Conflict, DependencyFailed, NotFound, Refused
from receivables.payments.events import Uninterpretable
from receivables.payments.processors import Credentials, Link, LinkOrder

if TYPE_CHECKING:
    from receivables.adapters.http import Answer, Http

_SERVICE: Final = "adyen"
_TEST: Final = "https://checkout-test.adyen.com/v71"
_LIVE: Final = "https://{prefix}-checkout-live.adyenpayments.com/checkout/v71"
_PREFIX: Final = re.compile(r"[A-Za-z0-9-]{1,100}")
_ID: Final = re.compile(r"PL[A-Za-z0-9]{1,60}")


class Api:
    """Implements LinkMaker."""

    def __init__(self, credentials: Credentials, http: Http) -> None:
        self._credentials, self._http = credentials, http

    def create_link(self, order: LinkOrder) -> Link:
        """See LinkMaker. Adyen keeps it for 70 days at most."""
        link = self._call("POST", ("paymentLinks",), self._document(order), order.key).document()
        try:
            expires_at = instant(link.get("expiresAt"), "expiresAt")
        except Uninterpretable as error:
            raise DependencyFailed(f"adyen: {error}") from None
        return Link(
            id=text_of(link, "id", _SERVICE), url=text_of(link, "url", _SERVICE), expires_at=expires_at
        )

    def expire_link(self, link_id: str) -> None:
        """See LinkMaker."""
        known = segment(link_id, _ID, _SERVICE)
        try:
            self._call("PATCH", ("paymentLinks", known), {"status": "expired"})
        except Conflict:
            if self._call("GET", ("paymentLinks", known)).document().get("status") == "active":
                raise
        except NotFound:
            return

    def _document(self, order: LinkOrder) -> Mapping[str, Any]:
        invoice = {"invoice": order.invoice} if order.invoice else {}
        payer = {"shopperEmail": order.payer.email} if order.payer.email else {}
        return {
            "reference": order.invoice or order.account_id,
            "amount": {"currency": order.amount.currency, "value": units_of(order.amount, EXPONENTS)},
            "merchantAccount": _value(self._credentials, "merchant_account"),
            "description": order.description,
            "returnUrl": order.return_url,
            "expiresAt": _instant(order.expires_at),
            "shopperLocale": order.locale,
            "reusable": False,
            "metadata": {**invoice, "account": order.account_id},
            **payer,
        }

    def _call(
        self, method: str, path: Sequence[str], document: object = None, key: str | None = None
    ) -> Answer:
        from receivables.adapters.http import address

        headers = {
            "x-api-key": _value(self._credentials, "api_key"),
            **({"idempotency-key": key} if key else {}),
        }
        # Without a key a link is only set to expired, which is the same done twice.
        return self._http.call(
            method,
            address(base_url(self._credentials), *path),
            headers=headers,
            json=document,
            idempotent=True,
            service=_SERVICE,
        )


def base_url(credentials: Credentials) -> str:
    """The address of the API: what the credentials say, else Adyen's own. Raises Refused without a usable prefix."""
    if credentials.base_url or not credentials.livemode:
        return credentials.base_url or _TEST
    prefix = _value(credentials, "live_url_prefix")
    if not _PREFIX.fullmatch(prefix):
        raise Refused(f"{_SERVICE}: live_url_prefix of the credentials is not a name")
    return _LIVE.format(prefix=prefix)


def _value(credentials: Credentials, name: str) -> str:
    value = credentials.values.get(name)
    if not value:
        raise Refused(f"{_SERVICE}: the credentials have no {name}")
    return value


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
