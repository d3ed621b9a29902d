"""Checkout.com's API (api-reference.checkout.com).

Credentials: `secret_key` (sk_…, with the scopes payments, payments:search, disputes:view, payment links); `prefix`, the first
part of the address that the account has of its own (left out: the common address); for links `country`, where payers are
billed when it is not known, and `processing_channel_id`.

- Payments are searched by when they were asked for, in slices of time that are halved until they fit in one answer, back to
  `MOST_DAYS_OPEN` before the window, because a capture or refund comes later. Of refunded ones the actions are read too.
- Payouts have no API: they come in reports and by the bank statement. None are listed.
- A payment link cannot be ended before its time, so that time should be short.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from receivables.adapters.http import Http, address
from receivables.adapters.processors.asking import (
    Read,
    credential,
    onward,
    path_id,
    place,
    readable,
    understood,
)
from receivables.adapters.processors.checkout.events import CHECKOUT_ID, UNITS, actions, dispute, payment
from receivables.adapters.processors.document import (
    first_text,
    identifier,
    section,
    sections,
    units_of,
    whole,
)
from receivables.core.clock import format_instant, parse_instant
from receivables.core.errors import Conflict, DependencyFailed, InvalidInput, NotFound
from receivables.core.money import DECIMALS, Money
from receivables.payments.events import Fetch, Heard, MoneyEvent
from receivables.payments.processors import Credentials, Link, LinkOrder, Listed

MOST_DAYS_OPEN: Final = 30
"""A capture follows within days, most refunds within weeks; later changes come by webhook."""

_SHORTEST: Final = timedelta(minutes=15)
_LISTS: Final = ("payments", "disputes")
_MOST_FOUND: Final = 1000
_LONGEST_SLICE: Final = 86_400
_DISPUTES_A_PAGE: Final = 250
_REFUNDED: Final = frozenset({"Refunded", "Partially Refunded", "Returned"})


class Api:
    """Implements ProcessorApi and LinkMaker."""

    def __init__(self, credentials: Credentials, http: Http) -> None:
        self._credentials, self._http = credentials, http
        host = "api.checkout.com" if credentials.livemode else "api.sandbox.checkout.com"
        prefix = credentials.values.get("prefix")
        self._base = credentials.base_url or f"https://{f'{prefix}.' if prefix else ''}{host}"

    def fetch(self, need: Fetch, told: MoneyEvent) -> Heard:  # noqa: ARG002
        """See ProcessorApi. Of a payment with its refunds."""
        subject = path_id(need.id, CHECKOUT_ID)
        if need.kind == "payment":
            return self._with_actions(self._get("payments", subject))
        if need.kind == "dispute":
            return dispute(self._get("disputes", subject))
        raise NotFound("thing of that kind at Checkout.com", need.kind)

    @understood("checkout")
    def payments(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi."""
        name, where = place(cursor, _LISTS)
        if name == "payments":
            return self._searched(since, until, where)
        query = {
            "from": format_instant(since),
            "to": format_instant(until),
            "limit": str(_DISPUTES_A_PAGE),
            "skip": where or "0",
        }
        page = self._get("disputes", query=query)
        found = sections(page, "data")
        after = int(where or 0) + len(found)
        more = bool(found) and after < whole(page.get("total_count"), "total_count")
        events = (each for each in readable(found, dispute) if since <= each.occurred < until)
        return Listed(tuple(events), onward(_LISTS, name, str(after) if more else None))

    def payouts(self, since: datetime, until: datetime, cursor: str | None) -> Listed:  # noqa: ARG002
        """See ProcessorApi. None: see the module."""
        return Listed(())

    @understood("checkout")
    def create_link(self, order: LinkOrder) -> Link:
        """See LinkMaker."""
        country = credential(self._credentials, "country", "checkout")
        channel = self._credentials.values.get("processing_channel_id")
        payer = {"name": order.payer.name, "email": order.payer.email}
        customer = {name: value for name, value in payer.items() if value}
        asked = {
            "amount": _units(order.amount),
            "currency": order.amount.currency,
            "reference": (order.invoice or order.account_id)[:50],
            "description": order.description[:100],
            "billing": {"address": {"country": country}},
            "expires_in": _seconds(order),
            "return_url": order.return_url,
            "metadata": {
                "account": order.account_id,
                **({"invoice": order.invoice} if order.invoice else {}),
            },
            **({"customer": customer} if customer else {}),
            **({"processing_channel_id": channel} if channel else {}),
        }
        made = self._http.call(
            "POST",
            address(self._base, "payment-links"),
            headers={**self._headers(), "cko-idempotency-key": order.key},
            json=asked,
            idempotent=True,
            service="checkout",
        ).document()
        where = section(section(made, "_links"), "redirect").get("href")
        return Link(identifier(made.get("id"), "id"), identifier(where, "redirect"), order.expires_at)

    def expire_link(self, link_id: str) -> None:
        """See LinkMaker. Raises Conflict: there is no such call."""
        path_id(link_id, CHECKOUT_ID)
        raise Conflict("checkout: a payment link ends by itself, and not before its time")

    def _searched(self, since: datetime, until: datetime, where: str) -> Listed:
        """The payments of one slice of time; `where` is its beginning and its length in seconds."""
        begin, _, length = where.partition("~")
        start = parse_instant(begin) if begin else since - timedelta(days=MOST_DAYS_OPEN)
        seconds = int(length) if length else _LONGEST_SLICE
        end = min(start + timedelta(seconds=seconds), until)
        asked = {
            "limit": _MOST_FOUND,
            "from": format_instant(start),
            "to": format_instant(end),
        }
        page = self._http.call(
            "POST",
            address(self._base, "payments", "search"),
            headers=self._headers(),
            json=asked,
            idempotent=True,
            service="checkout",
        ).document()
        found = sections(page, "data")
        if len(found) >= _MOST_FOUND:
            if seconds <= 1:
                raise DependencyFailed("checkout: more payments in a second than an answer holds")
            return Listed((), onward(_LISTS, "payments", f"{format_instant(start)}~{seconds // 2}"))
        inside = (each for each in readable(found, self._with_actions) if since <= each.occurred < until)
        longer = min(seconds * 2, _LONGEST_SLICE)
        further = f"{format_instant(end)}~{longer}" if end < until else None
        return Listed(tuple(inside), onward(_LISTS, "payments", further))

    def _with_actions(self, entity: Mapping[str, Any]) -> Read:
        subject = path_id(entity.get("id"), CHECKOUT_ID)
        if first_text(entity.get("status")) not in _REFUNDED:
            return payment(entity)
        url = address(self._base, "payments", subject, "actions")
        found = self._http.call("GET", url, headers=self._headers(), service="checkout").json()
        return [*payment(entity), *actions(entity, sections({"actions": found}, "actions"))]

    def _get(self, *segments: str, query: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        url = address(self._base, *segments, query=query or {})
        return self._http.call("GET", url, headers=self._headers(), service="checkout").document()

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {credential(self._credentials, 'secret_key', 'checkout')}"}


def _seconds(order: LinkOrder) -> int:
    """How long a page lasts. When it was ordered is told; else it is the shortest that pays."""
    lasts = order.expires_at - order.ordered_at if order.ordered_at else _SHORTEST
    return int(max(lasts, _SHORTEST).total_seconds())


def _units(amount: Money) -> int:
    units = units_of(amount, UNITS)
    if DECIMALS[amount.currency] == 3 and units % 10:
        raise InvalidInput("amount", f"has more decimals of {amount.currency} than Checkout.com takes")
    return units
