"""Mollie's API v2 (docs.mollie.com/reference).

Credentials: `api_key` (live_… or test_…); `organization_token`, without which no settlements are listed, because an API
key may not see them; `webhook_url` of the classic webhooks that payments of our links are to send (left out: none).

- Lists go from new to old by creation and take no dates: payments are read back until `MOST_DAYS_PENDING` before the
  window - so long after it was made one may still become paid -, refunds and chargebacks until `MOST_DAYS_OPEN` before it.
- Idempotency keys are honoured for an hour. Payment links take no metadata: the number stands in the description.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from receivables.adapters.http import Answer, Http, address
from receivables.adapters.processors.asking import (
    Read,
    credential,
    onward,
    path_id,
    place,
    readable,
    understood,
)
from receivables.adapters.processors.document import identifier, instant, section, sections
from receivables.adapters.processors.mollie.events import (
    MOLLIE_ID,
    chargeback,
    mollie_id,
    payment,
    refund,
)
from receivables.adapters.processors.mollie.settlements import settlement
from receivables.core.errors import NotFound
from receivables.payments.events import Fetch, Heard, MoneyEvent
from receivables.payments.processors import Credentials, Link, LinkOrder, Listed

MOST_DAYS_PENDING: Final = 30
"""A bank transfer is waited for 12 days unless its maker wanted longer, a direct debit takes a week."""
MOST_DAYS_OPEN: Final = 14
"""After this a refund has reached the payer's bank, or has failed; later changes come by webhook."""

_BASE: Final = "https://api.mollie.com"
_LISTS: Final = ("payments", "refunds", "chargebacks")
_READERS: Final = {"payments": payment, "refunds": refund, "chargebacks": chargeback}
_PAGE: Final = "250"
_MOST_DESCRIPTION: Final = 255


class Api:
    """Implements ProcessorApi and LinkMaker."""

    def __init__(self, credentials: Credentials, http: Http) -> None:
        self._credentials, self._http = credentials, http
        self._base = f"{(credentials.base_url or _BASE).rstrip('/')}/v2"

    def fetch(self, need: Fetch, told: MoneyEvent) -> Heard:  # noqa: ARG002
        """See ProcessorApi. Of a payment with its refunds and chargebacks; of a payment link every payment made there."""
        subject = path_id(need.id, MOLLIE_ID)
        if need.kind == "payment":
            return self._payment(subject)
        if need.kind == "payment_link":
            page = self._get("payment-links", subject, "payments", query={"limit": _PAGE})
            found = [mollie_id(each.get("id"), "id") for each in _embedded(page, "payments")]
            return [each for one in found for each in self._payment(one)]
        raise NotFound("thing of that kind at Mollie", need.kind)

    @understood("mollie")
    def payments(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi."""
        name, where = place(cursor, _LISTS)
        page = self._get(name, query={"limit": _PAGE, **({"from": where} if where else {})})
        records = _embedded(page, name)
        days = MOST_DAYS_PENDING if name == "payments" else MOST_DAYS_OPEN
        back_to = since - timedelta(days=days)
        found = [each for each in readable(records, _READERS[name]) if each.occurred < until]
        if name == "payments":
            found = [each for each in found if each.occurred >= since]
        old = bool(records) and _created(records[-1]) < back_to
        return Listed(tuple(found), onward(_LISTS, name, None if old else _next(page)))

    @understood("mollie")
    def payouts(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi. Settlements; empty without an `organization_token`."""
        token = self._credentials.values.get("organization_token")
        if not token:
            return Listed(())
        page = self._get(
            "settlements", query={"limit": _PAGE, **({"from": cursor} if cursor else {})}, key=token
        )
        records = _embedded(page, "settlements")
        found = [each for each in readable(records, settlement) if since <= each.occurred < until]
        old = bool(records) and _created(records[-1]) < since - timedelta(days=MOST_DAYS_OPEN)
        return Listed(tuple(found), None if old else _next(page))

    def create_link(self, order: LinkOrder) -> Link:
        """See LinkMaker."""
        webhook_url = self._credentials.values.get("webhook_url")
        asked = {
            "description": _description(order),
            "amount": {"currency": order.amount.currency, "value": f"{order.amount.decimal:f}"},
            "redirectUrl": order.return_url,
            "expiresAt": order.expires_at.astimezone(UTC).isoformat(timespec="seconds"),
            "reusable": False,
            **({"webhookUrl": webhook_url} if webhook_url else {}),
        }
        made = self._http.call(
            "POST",
            address(self._base, "payment-links"),
            headers={**self._headers(), "idempotency-key": order.key},
            json=asked,
            idempotent=True,
            service="mollie",
        )
        return _link(made, order.expires_at)

    def expire_link(self, link_id: str) -> None:
        """See LinkMaker. It is archived: nobody can pay there, and what was paid stays on record."""
        self._http.call(
            "PATCH",
            address(self._base, "payment-links", path_id(link_id, MOLLIE_ID)),
            headers=self._headers(),
            json={"archived": True},
            idempotent=True,
            also={404, 410},  # it is gone
            service="mollie",
        )

    def _payment(self, subject: str) -> Read:
        return payment(self._get("payments", subject, query={"embed": "refunds,chargebacks"}))

    def _get(self, *segments: str, query: Mapping[str, str], key: str = "") -> Mapping[str, Any]:
        url = address(self._base, *segments, query=query)
        return self._http.call("GET", url, headers=self._headers(key), service="mollie").document()

    def _headers(self, key: str = "") -> dict[str, str]:
        return {"authorization": f"Bearer {key or credential(self._credentials, 'api_key', 'mollie')}"}


def _embedded(page: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    return sections(section(page, "_embedded"), name)


def _next(page: Mapping[str, Any]) -> str | None:
    """The id from which the next page goes on, out of the address that Mollie gives for it; None: there is none."""
    href = section(section(page, "_links"), "next").get("href")
    found = parse_qs(urlsplit(href).query).get("from", []) if isinstance(href, str) else []
    return mollie_id(found[0], "from") if found else None


def _created(record: Mapping[str, Any]) -> datetime:
    return instant(record.get("createdAt"), "createdAt")


def _description(order: LinkOrder) -> str:
    """The one thing that comes back with the payment: it must name what is paid."""
    name = order.invoice or order.account_id
    told = order.description if name in order.description and order.invoice else f"{name} {order.description}"
    return told[:_MOST_DESCRIPTION]


@understood("mollie")
def _link(made: Answer, expires_at: datetime) -> Link:
    document = made.document()
    where = section(section(document, "_links"), "paymentLink").get("href")
    return Link(mollie_id(document.get("id"), "id"), identifier(where, "paymentLink"), expires_at)
