"""Braintree's API (api.braintreegateway.com): XML, with the same documents as its webhooks.

XML rather than GraphQL, because the two name things differently: webhooks speak of transactions by the ids and in the documents
of the XML API, so one reader serves both, and a payment has one id.

Credentials: `merchant_id`, `public_key`, `private_key`. Braintree makes no pay links and draws nothing by itself; disbursements come
by webhook only (no list of them exists here): `payouts` is empty.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from receivables.adapters.http import Http, address
from receivables.adapters.processors.asking import credential, onward, path_id, place, understood
from receivables.adapters.processors.braintree.events import dispute, transaction
from receivables.adapters.processors.braintree.xml import child, moment, parse, required, text
from receivables.adapters.processors.document import is_identifier
from receivables.core.clock import format_instant
from receivables.core.errors import NotFound
from receivables.payments.events import (
    EventType,
    Fetch,
    Heard,
    MoneyEvent,
    OtherEvent,
    Told,
    Uninterpretable,
)
from receivables.payments.processors import Credentials, Listed

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_BASES: Final = {
    True: "https://api.braintreegateway.com",
    False: "https://api.sandbox.braintreegateway.com",
}
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,36}")
_LISTS: Final = ("transactions", "disputes")
_PAGE: Final = 50
"""As many transactions as Braintree gives at once."""

_PENDING: Final = "submitted_for_settlement settling settlement_pending settlement_confirmed".split()
_FAILED: Final = (
    "settlement_declined failed gateway_rejected processor_declined voided authorization_expired".split()
)
_STATES: Final = {
    "settled": EventType.PAYMENT_SUCCEEDED,
    **dict.fromkeys(_PENDING, EventType.PAYMENT_PENDING),
    **dict.fromkeys(_FAILED, EventType.PAYMENT_FAILED),
}
_DISPUTES: Final = {
    "open": EventType.DISPUTE_OPENED,
    "disputed": EventType.DISPUTE_OPENED,
    "under_review": EventType.DISPUTE_OPENED,
    "won": EventType.DISPUTE_WON,
    "lost": EventType.DISPUTE_LOST,
    "accepted": EventType.DISPUTE_LOST,
    "auto_accepted": EventType.DISPUTE_LOST,
    "expired": EventType.DISPUTE_LOST,
}


class Api:
    """Implements ProcessorApi."""

    def __init__(self, credentials: Credentials, http: Http) -> None:
        self._credentials, self._http = credentials, http
        self._base = credentials.base_url or _BASES[credentials.livemode]

    def fetch(self, need: Fetch, told: MoneyEvent) -> Heard:  # noqa: ARG002
        """See ProcessorApi. A refund is a transaction of its own."""
        return self._fetched(need.kind, path_id(need.id, _ID))

    @understood("braintree")
    def _fetched(self, kind: str, subject: str) -> Heard:
        if kind in {"payment", "refund"}:
            return [_transaction(self._get("transactions", subject))]
        if kind == "dispute":
            return [_dispute(self._get("disputes", subject))]
        raise NotFound("thing of that kind at Braintree", kind)

    @understood("braintree")
    def payments(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi. Transactions that were settled - before that nothing is booked - and disputes that took effect."""
        name, where = place(cursor, _LISTS)
        if name == "disputes":
            found, following = self._disputes(since, until, int(where or "1"))
        else:
            found, following = self._settled(since, until, int(where or "0"))
        events = tuple(each for each in found if isinstance(each, MoneyEvent) and each.fetch is None)
        return Listed(events, onward(_LISTS, name, following))

    def payouts(self, since: datetime, until: datetime, cursor: str | None) -> Listed:  # noqa: ARG002
        """See ProcessorApi. Braintree lists none."""
        return Listed(())

    def _settled(self, since: datetime, until: datetime, offset: int) -> tuple[list[Told], str | None]:
        window = _between("settled_at", since, until)
        answer = self._post("transactions", "advanced_search_ids", search=window)
        listed = child(answer, "ids")
        ids = [str(each.text) for each in (listed if listed is not None else ()) if is_identifier(each.text)]
        page = ids[offset : offset + _PAGE]
        if not page:
            return [], None
        items = "".join(f"<item>{path_id(each, _ID)}</item>" for each in page)
        found = self._post(
            "transactions", "advanced_search", search=f'{window}<ids type="array">{items}</ids>'
        )
        following = str(offset + _PAGE) if offset + _PAGE < len(ids) else None
        return list(_readable(found.findall("transaction"), _transaction)), following

    def _disputes(self, since: datetime, until: datetime, page: int) -> tuple[list[Told], str | None]:
        window = _between("effective_date", since, until)
        answer = self._post("disputes", "advanced_search", search=window, page=str(page))
        total, size = (int(text(answer, name) or "0") for name in ("total-items", "page-size"))
        following = str(page + 1) if page * size < total else None
        return list(_readable(answer.findall("dispute"), _dispute)), following

    def _get(self, *segments: str) -> Element:
        url = address(self._base, *self._merchant(), *segments)
        answer = self._http.call("GET", url, headers=self._headers(), service="braintree")
        return parse(answer.body)

    def _post(self, *segments: str, search: str, page: str = "") -> Element:
        """A search: it changes nothing, so it may be repeated."""
        url = address(self._base, *self._merchant(), *segments, query={"page": page} if page else {})
        answer = self._http.call(
            "POST",
            url,
            headers={**self._headers(), "content-type": "application/xml"},
            body=f"<search>{search}</search>".encode(),
            idempotent=True,
            service="braintree",
        )
        return parse(answer.body)

    def _merchant(self) -> tuple[str, str]:
        return "merchants", path_id(credential(self._credentials, "merchant_id", "braintree"), _ID)

    def _headers(self) -> dict[str, str]:
        names = ("public_key", "private_key")
        pair = ":".join(credential(self._credentials, name, "braintree") for name in names)
        return {
            "authorization": f"Basic {b64encode(pair.encode()).decode()}",
            "accept": "application/xml",
            "x-apiversion": "6",
        }


def _transaction(found: Element) -> Told:
    """A transaction as it is by now. What is only authorized has moved nothing."""
    own, status = required(found, "id"), required(found, "status")
    type_ = _STATES.get(status)
    if type_ is None:
        return OtherEvent(f"transaction.{status}", f"{own}/{status}", "nothing has moved")
    return transaction(type_, f"transaction.{status}", f"{own}/{status}", found, _since(found, status))


def _dispute(found: Element) -> Told:
    own, status = required(found, "id"), required(found, "status")
    type_ = _DISPUTES.get(status)
    if type_ is None:
        return OtherEvent(f"dispute.{status}", f"{own}/{status}")
    return dispute(type_, f"dispute.{status}", f"{own}/{status}", found, moment(found, "updated-at"))


def _since(found: Element, status: str) -> datetime:
    """When it came into its state, as its history tells."""
    history = child(found, "status-history")
    for event in reversed(list(history) if history is not None else []):
        if text(event, "status") == status:
            return moment(event, "timestamp")
    return moment(found, "updated-at")


def _readable(records: list[Element], read: Callable[[Element], Told]) -> Iterator[Told]:
    """What can be read of a list: the webhook of another record is parked in front of a person."""
    for record in records:
        try:
            yield read(record)
        except Uninterpretable:
            continue


def _between(name: str, since: datetime, until: datetime) -> str:
    least, most = (
        format_instant(each.replace(microsecond=0)).replace(".000000", "") for each in (since, until)
    )
    return f'<{name}><min type="datetime">{least}</min><max type="datetime">{most}</max></{name}>'
