"""GoCardless' API: the amounts that its events leave out, pages on which to pay (billing requests), payments under mandates.

Credentials: `access_token` (read and write). `livemode` false asks the sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from receivables.adapters.processors.asking import objects_of, readable, segment, text_of, understood
from receivables.adapters.processors.document import first_text, instant, section, sections
from receivables.adapters.processors.gocardless.events import read
from receivables.adapters.processors.gocardless.orders import billing_request, collection, flow
from receivables.adapters.processors.gocardless.resources import as_it_stands, completed, payout
from receivables.core.clock import parse_date
from receivables.core.errors import Conflict, DependencyFailed, NotFound
from receivables.payments.events import Fetch, Heard, MoneyEvent, Uninterpretable
from receivables.payments.processors import Collection, CollectionOrder, Credentials, Link, LinkOrder, Listed

if TYPE_CHECKING:
    from receivables.adapters.http import Answer, Http

_SERVICE: Final = "gocardless"
_LIVE: Final = "https://api.gocardless.com"
_SANDBOX: Final = "https://api-sandbox.gocardless.com"
_VERSION: Final = "2015-07-06"
_ID: Final = re.compile(r"[A-Z]{2,4}[0-9A-Z]{1,60}")
_PAGE: Final = "250"
_CONFLICT: Final = 409
_USABLE: Final = frozenset({"pending_customer_approval", "pending_submission", "submitted", "active"})
_RESOURCES: Final = {"payment": "payments", "refund": "refunds", "payout": "payouts"}


class Api:
    """Implements ProcessorApi, LinkMaker and Collector."""

    def __init__(self, credentials: Credentials, http: Http) -> None:
        self._credentials, self._http = credentials, http

    def fetch(self, need: Fetch, told: MoneyEvent) -> Heard:
        """See ProcessorApi: what the event told, with what it left out. A payment's state is not needed for that: each event is
        a fact of its own time. Only who was told nothing by GoCardless is told the state."""
        resource = _RESOURCES.get(need.kind)
        if resource is None:
            raise NotFound("kind of thing at GoCardless", need.kind)
        found = self._one(resource, need.id)
        if need.kind == "payment" and not told.raw_type.startswith("payments."):
            told = as_it_stands(told, found)
        return (completed(told, found),)

    def payments(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi: the events of these instants about payments, then those about refunds. What cannot be read is left
        out: its webhook is in front of a person."""
        resource, _, after = (cursor or "payments:").partition(":")
        link = {"payments": "payment", "refunds": "refund"}.get(resource)
        if link is None:
            raise NotFound("cursor", "")
        asked = [("resource_type", resource), ("include", link)]
        page = self._list("events", [*_window(since, until), *asked], after)
        known = {one.get("id"): one for one in objects_of(section(page, "linked"), resource, _SERVICE)}
        following = _next(page)
        further = "refunds:" if resource == "payments" else None
        told = readable(objects_of(page, "events", _SERVICE), _completing(link, known))
        return Listed(tuple(told), f"{resource}:{following}" if following else further)

    def payouts(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi: payouts that were made within these instants and sent, or came back."""
        page = self._list("payouts", _window(since, until), cursor or "")
        told = readable(objects_of(page, "payouts", _SERVICE), lambda each: (payout(each),))
        return Listed(tuple(told), _next(page))

    def create_link(self, order: LinkOrder) -> Link:
        """See LinkMaker: a billing request and a page for it. The page is there for as long as GoCardless keeps it, a week."""
        request = self._created("billing_requests", billing_request(order), order.key)
        page = self._created(
            "billing_request_flows", flow(order, text_of(request, "id", _SERVICE)), f"{order.key}-flow"
        )
        expires_at = min(order.expires_at, _time(page, "expires_at"))
        return Link(
            id=text_of(request, "id", _SERVICE),
            url=text_of(page, "authorisation_url", _SERVICE),
            expires_at=expires_at,
        )

    def expire_link(self, link_id: str) -> None:
        """See LinkMaker."""
        known = segment(link_id, _ID, _SERVICE)
        try:
            self._call("POST", ("billing_requests", known, "actions", "cancel"), json={})
        except Conflict:
            if self._one("billing_requests", known).get("status") in {"pending", "ready_to_fulfil"}:
                raise
        except NotFound:
            return

    def collect(self, order: CollectionOrder) -> Collection:
        """See Collector. It is drawn on the day asked for, or the first on which the mandate allows it."""
        mandate = self._one("mandates", order.mandate)
        if mandate.get("status") not in _USABLE:
            raise Conflict(f"gocardless: the mandate is {mandate.get('status')}")
        earliest = mandate.get("next_possible_charge_date")
        on = max(order.on.isoformat(), earliest if isinstance(earliest, str) else "")
        payment = self._created("payments", collection(order, on), order.key)
        charged = payment.get("charge_date")
        return Collection(
            text_of(payment, "id", _SERVICE), parse_date(charged) if isinstance(charged, str) else None
        )

    def _one(self, resource: str, subject_id: str) -> Mapping[str, Any]:
        answer = self._call("GET", (resource, segment(subject_id, _ID, _SERVICE)))
        return _envelope(answer, resource)

    def _created(self, resource: str, document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """What was made under this key, now or before."""
        answer = self._call("POST", (resource,), json={resource: document}, key=key, also=(_CONFLICT,))
        if answer.status != _CONFLICT:
            return _envelope(answer, resource)
        with understood(_SERVICE):
            error = section(answer.document(), "error")
            for each in sections(error, "errors"):
                made = section(each, "links").get("conflicting_resource_id")
                if each.get("reason") == "idempotent_creation_conflict" and isinstance(made, str):
                    return self._one(resource, made)
        raise Conflict(f"gocardless: {first_text(error.get('message')) or 'refused'}")

    def _list(self, resource: str, query: Sequence[tuple[str, str]], after: str) -> Mapping[str, Any]:
        further = [("after", segment(after, _ID, _SERVICE))] if after else []
        return self._call("GET", (resource,), query=[*query, ("limit", _PAGE), *further]).document()

    def _call(
        self,
        method: str,
        path: Sequence[str],
        *,
        query: Sequence[tuple[str, str]] = (),
        json: object = None,
        key: str | None = None,
        also: Sequence[int] = (),
    ) -> Answer:
        from receivables.adapters.http import address

        headers = {
            "authorization": f"Bearer {self._credentials.values.get('access_token', '')}",
            "gocardless-version": _VERSION,
            **({"idempotency-key": key} if key else {}),
        }
        # Without a key only a cancellation is posted, which is the same done twice.
        return self._http.call(
            method,
            address(base_url(self._credentials), *path, query=query),
            headers=headers,
            json=json,
            idempotent=True,
            also=also,
            service=_SERVICE,
        )


def base_url(credentials: Credentials) -> str:
    """The address of the API: what the credentials say, else GoCardless' own."""
    return credentials.base_url or (_LIVE if credentials.livemode else _SANDBOX)


def _completing(link: str, known: Mapping[Any, Mapping[str, Any]]) -> Callable[[Mapping[str, Any]], Heard]:
    """Reads an event with what is linked to it in the same answer."""

    def read_whole(event: Mapping[str, Any]) -> Heard:
        told = read(event)
        if not isinstance(told, MoneyEvent):
            return (told,)
        return (completed(told, known.get(section(event, "links").get(link), {})),)

    return read_whole


def _window(since: datetime, until: datetime) -> list[tuple[str, str]]:
    return [("created_at[gte]", _instant(since)), ("created_at[lt]", _instant(until))]


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _next(page: Mapping[str, Any]) -> str | None:
    return first_text(section(section(page, "meta"), "cursors").get("after"))


def _envelope(answer: Answer, resource: str) -> Mapping[str, Any]:
    found = answer.document().get(resource)
    if not isinstance(found, dict):
        raise DependencyFailed(f"gocardless: the answer has no {resource}")
    return found


def _time(document: Mapping[str, Any], name: str) -> datetime:
    try:
        return instant(document.get(name), name)
    except Uninterpretable as error:
        raise DependencyFailed(f"gocardless: {error}") from None
