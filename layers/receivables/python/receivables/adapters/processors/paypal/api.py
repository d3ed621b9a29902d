"""PayPal's API: orders (v2) as pay links, captures, refunds and disputes, and the list of transactions (developer.paypal.com/api/rest).

Credentials: `client_id`, `client_secret`.

- A pay link is an order that the payer approves. To approve moves nothing: the money is taken when PayPal has told of it
  (`CHECKOUT.ORDER.APPROVED`, a fetch of kind `order`), once, because the call names the order as its key.
- An order cannot be withdrawn. It is ended by writing so into it, and an ended one is never taken the money of.
- The list of transactions is some hours late (PayPal says up to three) and takes 31 days at most: longer windows are cut.
- PayPal takes HUF, JPY and TWD without decimals (developer.paypal.com/api/rest/reference/currency-codes).
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from receivables.adapters.http import Answer, Http, address
from receivables.adapters.processors.asking import Read, credential, path_id, readable, understood
from receivables.adapters.processors.bearer import Bearer
from receivables.adapters.processors.document import identifier, instant, section, sections, units_of, whole
from receivables.adapters.processors.paypal.events import dispute, payment, refund
from receivables.adapters.processors.paypal.fields import is_ours, payer_of
from receivables.adapters.processors.paypal.transactions import listed, withdrawn
from receivables.core.clock import format_instant
from receivables.core.errors import DependencyFailed, NotFound
from receivables.core.money import Money
from receivables.payments.events import Fetch, Heard, MoneyEvent, OtherEvent, Told, Uninterpretable
from receivables.payments.processors import Credentials, Link, LinkOrder, Listed

_BASES: Final = {True: "https://api-m.paypal.com", False: "https://api-m.sandbox.paypal.com"}
_ID: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{3,63}")
_WINDOW: Final = timedelta(days=31)
_PAGE: Final = 500
_WITHOUT_DECIMALS: Final = {"HUF": 0, "JPY": 0, "TWD": 0}
_MOST_CUSTOM: Final = 127
_UNPROCESSABLE: Final = 422
_CAME: Final = {"PARTIALLY_REFUNDED": "COMPLETED", "REFUNDED": "COMPLETED"}
_UNITS: Final = "/purchase_units/@reference_id=='default'"


class Api:
    """Implements ProcessorApi and LinkMaker."""

    def __init__(self, credentials: Credentials, http: Http) -> None:
        self._credentials, self._http = credentials, http
        self._base = credentials.base_url or _BASES[credentials.livemode]
        self._bearer = Bearer(self._token)

    def fetch(self, need: Fetch, told: MoneyEvent) -> Heard:  # noqa: ARG002
        """See ProcessorApi. An order of our pay links that the payer has approved is paid by it."""
        return self._fetched(need.kind, path_id(need.id, _ID))

    @understood("paypal")
    def _fetched(self, kind: str, subject: str) -> Heard:
        match kind:
            case "order":
                return self._order(subject)
            case "payment":
                return _capture(self._get("v2", "payments", "captures", subject))
            case "refund":
                found = self._get("v2", "payments", "refunds", subject)
                return list(refund("refund", _state(found), found, _changed(found)))
            case "dispute":
                found = self._get("v1", "customer", "disputes", subject)
                return list(dispute("dispute", _state(found, "dispute_id"), found, _changed(found)))
        raise NotFound("thing of that kind at PayPal", kind)

    @understood("paypal")
    def payments(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi. Payments, refunds and reversals, by when they were made."""
        return self._list(since, until, cursor, listed)

    @understood("paypal")
    def payouts(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi. Withdrawals to our bank; the fees were kept of each payment."""
        return self._list(since, until, cursor, withdrawn)

    @understood("paypal")
    def create_link(self, order: LinkOrder) -> Link:
        """See LinkMaker."""
        experience = {
            "return_url": order.return_url,
            "cancel_url": order.return_url,
            "user_action": "PAY_NOW",
            "shipping_preference": "NO_SHIPPING",
        }
        unit = {
            "custom_id": _custom(order),
            "description": order.description[:_MOST_CUSTOM],
            "amount": {"currency_code": order.amount.currency, "value": _decimal(order.amount)},
        }
        asked = {
            "intent": "CAPTURE",
            "purchase_units": [unit],
            "payment_source": {"paypal": {"experience_context": experience}},
        }
        made = self._call(
            "POST", "v2", "checkout", "orders", key=order.key, json=asked, prefer="return=minimal"
        )
        links = {link.get("rel"): link.get("href") for link in sections(made, "links")}
        url = links.get("payer-action") or links.get("approve")
        if not isinstance(url, str) or not url.startswith("https://"):
            raise DependencyFailed("paypal: the order has no link for the payer")
        return Link(identifier(made.get("id"), "id"), url, order.expires_at)

    def expire_link(self, link_id: str) -> None:
        """See LinkMaker."""
        ended = [{"op": "replace", "path": f"{_UNITS}/custom_id", "value": "ended=1"}]
        url = address(self._base, "v2", "checkout", "orders", path_id(link_id, _ID))
        # 404: it has lapsed. 422: it is paid, and nothing more can be paid there.
        self._authorized("PATCH", url, json=ended, idempotent=True, also={404, _UNPROCESSABLE})

    def _order(self, subject: str) -> Heard:
        order = self._get("v2", "checkout", "orders", subject)
        if order.get("status") == "APPROVED" and all(map(is_ours, sections(order, "purchase_units"))):
            order = self._taken(subject)
        payer = payer_of(order)
        captures = [
            each
            for unit in sections(order, "purchase_units")
            for each in sections(section(unit, "payments"), "captures")
        ]
        told: list[Told] = [each for capture in captures for each in _capture(capture, payer)]
        return told or [OtherEvent("order", _state(order), "nothing was taken for it")]

    def _taken(self, subject: str) -> Mapping[str, Any]:
        """The order when its money is taken; as it is when it was taken before, or cannot be."""
        url = address(self._base, "v2", "checkout", "orders", subject, "capture")
        headers = {"paypal-request-id": f"capture-{subject}", "prefer": "return=representation"}
        answer = self._authorized(
            "POST", url, headers=headers, json={}, idempotent=True, also={_UNPROCESSABLE}
        )
        if answer.status == _UNPROCESSABLE:
            return self._get("v2", "checkout", "orders", subject)
        return answer.document()

    def _list(
        self, since: datetime, until: datetime, cursor: str | None, read: Callable[[Mapping[str, Any]], Read]
    ) -> Listed:
        window, page = (int(part) for part in (cursor or "0|1").split("|"))
        begin = since + window * _WINDOW
        end = min(begin + _WINDOW, until)
        query = {
            "start_date": _text(begin),
            "end_date": _text(end),
            "fields": "transaction_info,payer_info",
            "page_size": str(_PAGE),
            "page": str(page),
        }
        found = self._get("v1", "reporting", "transactions", query=query)
        events = tuple(readable(sections(found, "transaction_details"), read))
        if page < whole(found.get("total_pages", 1), "total_pages"):
            return Listed(events, f"{window}|{page + 1}")
        return Listed(events, f"{window + 1}|1" if end < until else None)

    def _get(self, *segments: str, query: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        return self._authorized("GET", address(self._base, *segments, query=query or {})).document()

    def _call(self, method: str, *segments: str, key: str, json: object, prefer: str) -> Mapping[str, Any]:
        headers = {"paypal-request-id": key, "prefer": prefer}
        url = address(self._base, *segments)
        return self._authorized(method, url, headers=headers, json=json, idempotent=True).document()

    def _authorized(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        idempotent: bool = False,
        also: frozenset[int] | set[int] = frozenset(),
    ) -> Answer:
        return self._bearer.call(
            lambda token: self._http.call(
                method,
                url,
                headers={**(headers or {}), **token},
                json=json,
                idempotent=idempotent,
                also={401, *also},
                service="paypal",
            )
        )

    def _token(self) -> Answer:
        pair = ":".join(
            credential(self._credentials, name, "paypal") for name in ("client_id", "client_secret")
        )
        return self._http.call(
            "POST",
            address(self._base, "v1", "oauth2", "token"),
            headers={"authorization": f"Basic {b64encode(pair.encode()).decode()}"},
            form={"grant_type": "client_credentials"},
            idempotent=True,
            service="paypal",
        )


def _capture(found: Mapping[str, Any], payer: Any = None) -> list[Told]:
    """A capture as it is by now."""
    status = str(found.get("status"))
    kind = f"capture.{_CAME.get(status, status)}"
    if kind not in {f"capture.{name}" for name in ("COMPLETED", "PENDING", "DECLINED", "FAILED")}:
        raise Uninterpretable("a capture in an unknown state")
    told = payment(kind, _state(found), found, _changed(found))
    return [replace(each, payer=payer) if payer and isinstance(each, MoneyEvent) else each for each in told]


def _state(found: Mapping[str, Any], name: str = "id") -> str:
    return f"{identifier(found.get(name), name)}/{identifier(found.get('status'), 'status')}"


def _changed(found: Mapping[str, Any]) -> datetime:
    return instant(found.get("update_time") or found.get("create_time"), "update_time")


def _custom(order: LinkOrder) -> str:
    """What names the invoice and the account; without the latter where both are too long for PayPal."""
    both = {**({"invoice": order.invoice} if order.invoice else {}), "account": order.account_id}
    text = urlencode(both)
    return text if len(text) <= _MOST_CUSTOM or not order.invoice else urlencode({"invoice": order.invoice})


def _decimal(amount: Money) -> str:
    if amount.currency in _WITHOUT_DECIMALS:
        return str(units_of(amount, _WITHOUT_DECIMALS))
    return f"{amount.decimal:f}"


def _text(moment: datetime) -> str:
    return format_instant(moment.replace(microsecond=0)).replace(".000000Z", "Z")
