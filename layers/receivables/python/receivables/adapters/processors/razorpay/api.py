"""Razorpay's API v1 (razorpay.com/docs/api).

Credentials: `key_id` (rzp_live_… or rzp_test_…) and `key_secret`; `currency` of the settlements where it is not INR.

- Lists go by creation, and take instants in seconds: each is read from `MOST_DAYS_OPEN` before the window, because a refund
  or dispute changes later.
- Links: no idempotency keys, but a link's `reference_id` is unique, and of 40 characters at most. Ours is made of the order's
  key; where Razorpay has one already, that one is found and given back.
"""

from __future__ import annotations

import base64
import hashlib
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
from receivables.adapters.processors.document import identifier, sections, units_of
from receivables.adapters.processors.razorpay.events import (
    HOME,
    RAZORPAY_ID,
    dispute,
    payment,
    razorpay_id,
    refund,
    settlement,
)
from receivables.core.errors import Conflict, NotFound
from receivables.payments.events import Fetch, Heard, MoneyEvent
from receivables.payments.processors import Credentials, Link, LinkOrder, Listed

MOST_DAYS_OPEN: Final = 14

_BASE: Final = "https://api.razorpay.com"
_LISTS: Final = ("payments", "refunds", "disputes")
_READERS: Final = {"payments": payment, "refunds": refund, "disputes": dispute}
_PAGE: Final = 100


class Api:
    """Implements ProcessorApi and LinkMaker."""

    def __init__(self, credentials: Credentials, http: Http) -> None:
        self._credentials, self._http = credentials, http
        self._base = f"{(credentials.base_url or _BASE).rstrip('/')}/v1"

    def fetch(self, need: Fetch, told: MoneyEvent) -> Heard:  # noqa: ARG002
        """See ProcessorApi."""
        subject = path_id(need.id, RAZORPAY_ID)
        if need.kind == "payment":
            return payment(self._get("payments", subject))
        if need.kind == "refund":
            return refund(self._get("refunds", subject))
        if need.kind == "dispute":
            return dispute(self._get("disputes", subject))
        if need.kind == "payout":
            return self._settlement(self._get("settlements", subject))
        raise NotFound("thing of that kind at Razorpay", need.kind)

    @understood("razorpay")
    def payments(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi."""
        name, where = place(cursor, _LISTS)
        found, further = self._page(name, since, until, where)
        return Listed(tuple(readable(found, _READERS[name])), onward(_LISTS, name, further))

    @understood("razorpay")
    def payouts(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi."""
        found, further = self._page("settlements", since, until, cursor or "")
        return Listed(tuple(readable(found, self._settlement)), further)

    @understood("razorpay")
    def create_link(self, order: LinkOrder) -> Link:
        """See LinkMaker."""
        reference = _reference(order.key)
        payer = {"name": order.payer.name, "email": order.payer.email}
        asked = {
            "amount": units_of(order.amount, {}),
            "currency": order.amount.currency,
            "accept_partial": False,
            "reference_id": reference,
            "description": order.description[:2048],
            "expire_by": int(order.expires_at.timestamp()),
            "customer": {name: value for name, value in payer.items() if value},
            "notify": {"sms": False, "email": False},
            "reminder_enable": False,
            "notes": {"account": order.account_id, **({"invoice": order.invoice} if order.invoice else {})},
            "callback_url": order.return_url,
            "callback_method": "get",
        }
        url = address(self._base, "payment_links")
        try:
            # Once more does no harm: a second link of the same reference is refused.
            made = self._http.call(
                "POST", url, headers=self._headers(), json=asked, idempotent=True, service="razorpay"
            ).document()
        except Conflict as refused:
            made = self._made_before(reference, refused)
        where = identifier(made.get("short_url"), "short_url")
        return Link(razorpay_id(made.get("id"), "id"), where, order.expires_at)

    def expire_link(self, link_id: str) -> None:
        """See LinkMaker. What is paid, has ended or was cancelled is refused by Razorpay with 400, and stays as it is."""
        url = address(self._base, "payment_links", path_id(link_id, RAZORPAY_ID), "cancel")
        self._http.call(
            "POST", url, headers=self._headers(), idempotent=True, also={400, 404}, service="razorpay"
        )

    def _made_before(self, reference: str, refused: Conflict) -> Mapping[str, Any]:
        """The link of a reference that is taken. Raises the refusal when there is none: it was about something else."""
        page = self._get("payment_links", query={"reference_id": reference})
        for each in sections(page, "payment_links"):
            if each.get("reference_id") == reference:
                return each
        raise refused

    def _page(
        self, name: str, since: datetime, until: datetime, where: str
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        skip = int(where or 0)
        query = {
            "from": str(int((since - timedelta(days=MOST_DAYS_OPEN)).timestamp())),
            "to": str(int(until.timestamp())),
            "count": str(_PAGE),
            "skip": str(skip),
        }
        found = list(sections(self._get(name, query=query), "items"))
        return found, str(skip + len(found)) if len(found) == _PAGE else None

    def _settlement(self, entity: Mapping[str, Any]) -> Read:
        return settlement(entity, self._credentials.values.get("currency", HOME))

    def _get(self, *segments: str, query: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        url = address(self._base, *segments, query=query or {})
        return self._http.call("GET", url, headers=self._headers(), service="razorpay").document()

    def _headers(self) -> dict[str, str]:
        pair = ":".join(credential(self._credentials, name, "razorpay") for name in ("key_id", "key_secret"))
        return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _reference(key: str) -> str:
    return key if len(key) <= 40 else hashlib.sha256(key.encode()).hexdigest()[:40]
