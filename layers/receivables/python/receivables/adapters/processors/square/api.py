"""Square's Connect API v2 (developer.squareup.com/reference/square).

Credentials: `access_token`, `location_id` (of our links, and of what is listed).

- Lists of payments and refunds go by the time of the last change; disputes take no dates and are few: all are read.
- A payment link does not end by itself: whoever made it ends it when its time is over, by deleting it.
- The number of the invoice stands in the payment's note, which is the one text that a link hands on to its payment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from receivables.adapters.http import Http, address
from receivables.adapters.processors.asking import (
    Read,
    credential,
    further,
    onward,
    path_id,
    place,
    readable,
    understood,
)
from receivables.adapters.processors.document import identifier, section, sections, units_of
from receivables.adapters.processors.square.events import (
    ACCOUNT_NOTE,
    INVOICE_NOTE,
    SQUARE_ID,
    dispute,
    payment,
    payout,
    refund,
)
from receivables.core.clock import format_instant
from receivables.core.errors import DependencyFailed, NotFound
from receivables.payments.events import Fetch, Heard, MoneyEvent
from receivables.payments.processors import Credentials, Link, LinkOrder, Listed

VERSION: Final = "2026-09-16"
"""The version of the API that this was written for, sent with each call so that answers keep their form."""

_LIVE: Final = "https://connect.squareup.com"
_SANDBOX: Final = "https://connect.squareupsandbox.com"
_LISTS: Final = ("payments", "refunds", "disputes")
_READERS: Final = {"payments": payment, "refunds": refund, "disputes": dispute}
_MOST_ENTRY_PAGES: Final = 200


class Api:
    """Implements ProcessorApi and LinkMaker."""

    def __init__(self, credentials: Credentials, http: Http) -> None:
        self._credentials, self._http = credentials, http
        own = _LIVE if credentials.livemode else _SANDBOX
        self._base = f"{(credentials.base_url or own).rstrip('/')}/v2"

    def fetch(self, need: Fetch, told: MoneyEvent) -> Heard:  # noqa: ARG002
        """See ProcessorApi."""
        subject = path_id(need.id, SQUARE_ID)
        if need.kind == "payment":
            return payment(section(self._get("payments", subject), "payment"))
        if need.kind == "refund":
            return refund(section(self._get("refunds", subject), "refund"))
        if need.kind == "dispute":
            return dispute(section(self._get("disputes", subject), "dispute"))
        if need.kind == "payout":
            return self._payout(section(self._get("payouts", subject), "payout"))
        raise NotFound("thing of that kind at Square", need.kind)

    @understood("square")
    def payments(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi."""
        name, where = place(cursor, _LISTS)
        page = self._get(name, query={**self._window(name, since, until), **_from(where)})
        found = tuple(readable(sections(page, name), _READERS[name]))
        if name == "disputes":
            found = tuple(each for each in found if since <= each.occurred < until)
        return Listed(found, onward(_LISTS, name, further(page, "cursor")))

    @understood("square")
    def payouts(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi. One call for each payout brings its fees."""
        window = {"begin_time": format_instant(since), "end_time": format_instant(until)}
        query = {
            "location_id": self._location(),
            **window,
            "sort_order": "ASC",
            "limit": "100",
            **_from(cursor),
        }
        page = self._get("payouts", query=query)
        found = readable(sections(page, "payouts"), self._payout)
        return Listed(tuple(found), further(page, "cursor"))

    @understood("square")
    def create_link(self, order: LinkOrder) -> Link:
        """See LinkMaker."""
        price = {"amount": units_of(order.amount, {}), "currency": order.amount.currency}
        asked = {
            "idempotency_key": order.key,
            "quick_pay": {
                "name": order.description[:255],
                "price_money": price,
                "location_id": self._location(),
            },
            "checkout_options": {"redirect_url": order.return_url, "allow_tipping": False},
            "payment_note": f"{INVOICE_NOTE}{order.invoice}"
            if order.invoice
            else f"{ACCOUNT_NOTE}{order.account_id}",
            **({"pre_populated_data": {"buyer_email": order.payer.email}} if order.payer.email else {}),
        }
        url = address(self._base, "online-checkout", "payment-links")
        answer = self._http.call(
            "POST", url, headers=self._headers(), json=asked, idempotent=True, service="square"
        )
        made = section(answer.document(), "payment_link")
        return Link(identifier(made.get("id"), "id"), identifier(made.get("url"), "url"), order.expires_at)

    def expire_link(self, link_id: str) -> None:
        """See LinkMaker."""
        url = address(self._base, "online-checkout", "payment-links", path_id(link_id, SQUARE_ID))
        self._http.call(
            "DELETE", url, headers=self._headers(), idempotent=True, also={404, 410}, service="square"
        )

    def _payout(self, entity: Mapping[str, Any]) -> Read:
        subject = path_id(entity.get("id"), SQUARE_ID)
        entries: list[Mapping[str, Any]] = []
        cursor: str | None = ""
        for _ in range(_MOST_ENTRY_PAGES):
            page = self._get("payouts", subject, "payout-entries", query={"limit": "100", **_from(cursor)})
            entries += sections(page, "payout_entries")
            cursor = further(page, "cursor")
            if cursor is None:
                return payout(entity, entries)
        raise DependencyFailed("square: a payout has no end of entries")

    def _window(self, name: str, since: datetime, until: datetime) -> dict[str, str]:
        if name == "disputes":
            return {"location_id": self._location()}
        return {
            "location_id": self._location(),
            "updated_at_begin_time": format_instant(since),
            "updated_at_end_time": format_instant(until),
            "sort_field": "UPDATED_AT",
            "sort_order": "ASC",
            "limit": "100",
        }

    def _get(
        self, *segments: str, query: Mapping[str, str] | Sequence[tuple[str, str]] = ()
    ) -> Mapping[str, Any]:
        url = address(self._base, *segments, query=query)
        return self._http.call("GET", url, headers=self._headers(), service="square").document()

    def _location(self) -> str:
        return credential(self._credentials, "location_id", "square")

    def _headers(self) -> dict[str, str]:
        token = credential(self._credentials, "access_token", "square")
        return {"authorization": f"Bearer {token}", "square-version": VERSION}


def _from(cursor: str | None) -> dict[str, str]:
    return {"cursor": cursor} if cursor else {}
