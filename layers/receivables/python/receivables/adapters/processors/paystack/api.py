"""Paystack's API (paystack.com/docs/api).

Credentials: `secret_key` (sk_live_… or sk_test_…), which is the secret of its webhooks too; `email`, which stands in for a
payer's that is not known: Paystack makes no page without one.

- Lists are paged by number and go by creation: refunds and disputes are read from `MOST_DAYS_OPEN` before the window.
- A page on which to pay is a transaction that was begun. Its reference is made of the order's key and is taken once: where it
  is taken already, and the answer with the address was lost, the next one (`….2`, `….3`) is begun. It ends with its
  session, not at our wish.
"""

from __future__ import annotations

import hashlib
import re
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
from receivables.adapters.processors.document import identifier, section, sections, units_of
from receivables.adapters.processors.paystack.events import (
    NUMBER,
    REFERENCE,
    UNITS,
    dispute,
    path_reference,
    refund,
    settlement,
    transaction,
)
from receivables.core.clock import format_instant
from receivables.core.errors import Conflict, DependencyFailed, NotFound
from receivables.payments.events import Fetch, Heard, MoneyEvent
from receivables.payments.processors import Credentials, Link, LinkOrder, Listed

MOST_DAYS_OPEN: Final = 14

_BASE: Final = "https://api.paystack.co"
_LISTS: Final = ("transaction", "refund", "dispute")
_PAGE: Final = 100
_TRIES: Final = 5


class Api:
    """Implements ProcessorApi and LinkMaker."""

    def __init__(self, credentials: Credentials, http: Http) -> None:
        self._credentials, self._http = credentials, http
        self._base = credentials.base_url or _BASE

    def fetch(self, need: Fetch, told: MoneyEvent) -> Heard:  # noqa: ARG002
        """See ProcessorApi. Of kind `refunds`: all refunds of the transaction of that reference."""
        if need.kind == "payment":
            reference = path_reference(need.id)
            return transaction(section(self._get("transaction", "verify", reference), "data"))
        if need.kind == "refunds":
            return self._refunds(path_reference(need.id))
        if need.kind == "dispute":
            return dispute(section(self._get("dispute", path_id(need.id, NUMBER)), "data"))
        raise NotFound("thing of that kind at Paystack", need.kind)

    @understood("paystack")
    def payments(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi."""
        name, where = place(cursor, _LISTS)
        found, further = self._page(name, since - timedelta(days=MOST_DAYS_OPEN), until, where)
        readers = {"transaction": transaction, "refund": self._refund, "dispute": dispute}
        return Listed(tuple(readable(found, readers[name])), onward(_LISTS, name, further))

    @understood("paystack")
    def payouts(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi."""
        found, further = self._page("settlement", since - timedelta(days=MOST_DAYS_OPEN), until, cursor or "")
        return Listed(tuple(readable(found, settlement)), further)

    @understood("paystack")
    def create_link(self, order: LinkOrder) -> Link:
        """See LinkMaker."""
        reference = _reference(order.key)
        for number in range(1, _TRIES + 1):
            taken = reference if number == 1 else f"{reference}.{number}"
            try:
                made = self._begin(order, taken)
            except Conflict as error:
                if "duplicate" not in str(error).lower():
                    raise
                continue
            where = identifier(made.get("authorization_url"), "authorization_url")
            return Link(path_reference(made.get("reference")), where, order.expires_at)
        raise DependencyFailed("paystack: every reference of this link is taken")

    def expire_link(self, link_id: str) -> None:
        """See LinkMaker. Raises Conflict: there is no such call."""
        path_id(link_id, REFERENCE)
        raise Conflict("paystack: a transaction that was begun ends by itself")

    def _begin(self, order: LinkOrder, reference: str) -> Mapping[str, Any]:
        metadata = {"account": order.account_id, **({"invoice": order.invoice} if order.invoice else {})}
        asked = {
            "email": order.payer.email or credential(self._credentials, "email", "paystack"),
            "amount": str(units_of(order.amount, UNITS)),
            "currency": order.amount.currency,
            "reference": reference,
            "callback_url": order.return_url,
            "metadata": metadata,
        }
        url = address(self._base, "transaction", "initialize")
        # Once more does no harm: a reference is taken once.
        answer = self._http.call(
            "POST", url, headers=self._headers(), json=asked, idempotent=True, service="paystack"
        )
        return section(answer.document(), "data")

    def _refunds(self, reference: str) -> Heard:
        page = self._get("refund", query={"reference": reference, "perPage": str(_PAGE), "page": "1"})
        return [each for one in sections(page, "data") for each in refund(one, reference)]

    def _refund(self, entity: Mapping[str, Any]) -> Read:
        """A refund in a list names its transaction by number only; the reference is asked for."""
        number = entity.get("transaction")
        if type(number) is not int or entity.get("dispute"):
            return refund(entity)
        of = section(self._get("transaction", path_id(str(number), NUMBER)), "data")
        return refund(entity, path_reference(of.get("reference")))

    def _page(
        self, name: str, since: datetime, until: datetime, where: str
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        number = int(where or 1)
        window = {"from": format_instant(since), "to": format_instant(until)}
        query = {**window, "perPage": str(_PAGE), "page": str(number)}
        found = list(sections(self._get(name, query=query), "data"))
        return found, str(number + 1) if len(found) == _PAGE else None

    def _get(self, *segments: str, query: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        url = address(self._base, *segments, query=query or {})
        return self._http.call("GET", url, headers=self._headers(), service="paystack").document()

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {credential(self._credentials, 'secret_key', 'paystack')}"}


def _reference(key: str) -> str:
    return (
        key if re.fullmatch(r"[A-Za-z0-9.=-]{1,60}", key) else hashlib.sha256(key.encode()).hexdigest()[:40]
    )
