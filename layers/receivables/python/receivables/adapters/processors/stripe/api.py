"""Stripe's API: what happened, pages on which to pay (Checkout Sessions), and money drawn from a saved payment method.

Credentials: `api_key` (a restricted key: read events, payment intents, charges, refunds, disputes, payouts and balance
transactions; write checkout sessions and payment intents). Events are kept by Stripe for 30 days.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from receivables.adapters.processors.asking import objects_of, readable, segment, text_of
from receivables.adapters.processors.document import identifier, money_in_units, unix_time
from receivables.adapters.processors.stripe.events import READERS, failed_payout, payout, read
from receivables.adapters.processors.stripe.forms import collection_form, session_form
from receivables.adapters.processors.stripe.objects import EXPONENTS, Envelope
from receivables.core.errors import Conflict, DependencyFailed, NotFound, Throttled
from receivables.core.money import Money, total
from receivables.payments.events import Fetch, Heard, MoneyEvent, Told, Uninterpretable
from receivables.payments.processors import Collection, CollectionOrder, Credentials, Link, LinkOrder, Listed

if TYPE_CHECKING:
    from receivables.adapters.http import Answer, Http

_SERVICE: Final = "stripe"
_LIVE: Final = "https://api.stripe.com"
_VERSION: Final = "2024-06-20"
_ID: Final = re.compile(r"[a-z]{2,10}_[A-Za-z0-9_]{1,250}")
_PAGE: Final = 100
_BUSY: Final = 409
"""Another request with the same idempotency key is under way (docs.stripe.com/error-low-level): it may well succeed."""
_LISTED: Final = (
    "charge.succeeded",
    "charge.captured",
    "charge.pending",
    "charge.failed",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
)
"""What tells of every payment, refund and dispute once or more; Stripe takes at most 20 types."""

_PAYMENT_STATES: Final = {
    "succeeded": "succeeded",
    "processing": "processing",
    "canceled": "canceled",
    "requires_payment_method": "payment_failed",
}


class Api:
    """Implements ProcessorApi, LinkMaker and Collector."""

    def __init__(self, credentials: Credentials, http: Http) -> None:
        self._credentials, self._http = credentials, http

    def fetch(self, need: Fetch, told: MoneyEvent) -> Heard:  # noqa: ARG002
        """See ProcessorApi. Of a payout also the fees that were kept of what is in it."""
        subject_id = segment(need.id, _ID, _SERVICE)
        if need.kind == "payout":
            return (self._payout(self._get("payouts", subject_id)),)
        if need.kind == "payment" and subject_id.startswith("pi_"):
            intent = self._get("payment_intents", subject_id, query=[("expand[]", "latest_charge")])
            return _of_state("payment_intent", intent, _PAYMENT_STATES)
        resource, name, states = _FETCHED.get(need.kind, ("", "", {}))
        if not resource:
            raise NotFound("kind of thing at Stripe", need.kind)
        return _of_state(name, self._get(resource, subject_id), states)

    def payments(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi: the events of these instants, just as webhooks tell them. What cannot be read is left out: its
        webhook is in front of a person."""
        query = [*_window(since, until), *(("types[]", kind) for kind in _LISTED)]
        page = self._list("events", query, cursor)
        told = readable(objects_of(page, "data", _SERVICE), lambda event: (read(event),))
        return Listed(tuple(told), _next(page))

    def payouts(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi: by the day on which they arrive, when it is known whether they did."""
        page = self._list("payouts", _window(since, until, "arrival_date"), cursor, limit=10)
        sent = filter(_was_sent, objects_of(page, "data", _SERVICE))
        return Listed(tuple(readable(sent, lambda each: (self._payout(each),))), _next(page))

    def create_link(self, order: LinkOrder) -> Link:
        """See LinkMaker: a Checkout Session. It must end in no less than 30 minutes and no more than 24 hours: Stripe refuses
        everything else."""
        answer = self._post(("checkout", "sessions"), session_form(order), order.key)
        session = answer.document()
        return Link(
            id=text_of(session, "id", _SERVICE),
            url=text_of(session, "url", _SERVICE),
            expires_at=_time(session, "expires_at"),
        )

    def expire_link(self, link_id: str) -> None:
        """See LinkMaker."""
        known = segment(link_id, _ID, _SERVICE)
        try:
            self._post(("checkout", "sessions", known, "expire"), [], None)
        except Conflict:
            if self._get("checkout", "sessions", known).get("status") == "open":
                raise
        except NotFound:
            return

    def collect(self, order: CollectionOrder) -> Collection:
        """See Collector: `mandate` is the payment method (`pm_…`) that the customer agreed to. Stripe draws at once: it knows
        no later day."""
        if order.customer is None:
            raise Conflict("stripe: a saved payment method belongs to a customer, and none is named")
        answer = self._post(("payment_intents",), collection_form(order), order.key)
        intent = answer.document()
        if intent.get("status") not in {"processing", "succeeded"}:
            raise Conflict(f"stripe: the payment intent is {intent.get('status')}")
        return Collection(text_of(intent, "id", _SERVICE))

    def _payout(self, subject: Mapping[str, Any]) -> Told:
        if subject.get("status") in {"failed", "canceled"}:
            return failed_payout(_envelope("payout.failed", subject), subject)
        return payout(_envelope("payout.paid", subject), subject, self._fees(subject), asked=True)

    def _fees(self, subject: Mapping[str, Any]) -> Money | None:
        """What was kept of all that is in a payout. Of one that was ordered by hand Stripe does not say what is in it."""
        if subject.get("automatic") is not True:
            return None
        code = str(subject.get("currency")).upper()
        fees: list[Money] = []
        cursor: str | None = None
        while True:
            page = self._list("balance_transactions", [("payout", text_of(subject, "id", _SERVICE))], cursor)
            kept = [entry for entry in objects_of(page, "data", _SERVICE) if entry.get("type") != "payout"]
            fees += [_units(entry.get("fee"), entry.get("currency")) for entry in kept]
            fees += [-_units(e.get("amount"), e.get("currency")) for e in kept if e.get("type") in _OWN_FEES]
            cursor = _next(page)
            if cursor is None:
                return total(fees, code)

    def _list(
        self, resource: str, query: Sequence[tuple[str, str]], cursor: str | None, limit: int = _PAGE
    ) -> Mapping[str, Any]:
        after = [("starting_after", segment(cursor, _ID, _SERVICE))] if cursor else []
        return self._get(resource, query=[*query, ("limit", str(limit)), *after])

    def _get(self, *path: str, query: Sequence[tuple[str, str]] = ()) -> Mapping[str, Any]:
        return self._call("GET", path, query=query).document()

    def _post(self, path: Sequence[str], form: Sequence[tuple[str, str]], key: str | None) -> Answer:
        return self._call("POST", path, form=form, key=key)

    def _call(
        self,
        method: str,
        path: Sequence[str],
        *,
        query: Sequence[tuple[str, str]] = (),
        form: Sequence[tuple[str, str]] | None = None,
        key: str | None = None,
    ) -> Answer:
        from receivables.adapters.http import address

        headers = {
            "authorization": f"Bearer {self._credentials.values.get('api_key', '')}",
            "stripe-version": _VERSION,
            **({"idempotency-key": key} if key else {}),
        }
        url = address(self._credentials.base_url or _LIVE, "v1", *path, query=query)
        # Without a key only an expiry is posted, which is the same done twice.
        answer = self._http.call(
            method, url, headers=headers, form=form, idempotent=True, also=(_BUSY,), service=_SERVICE
        )
        if answer.status == _BUSY:
            raise Throttled(f"{_SERVICE}: the same is being done just now")
        return answer


_FETCHED: Final[Mapping[str, tuple[str, str, Mapping[str, str]]]] = {
    "payment": ("charges", "charge", {"succeeded": "succeeded", "pending": "pending", "failed": "failed"}),
    "refund": (
        "refunds",
        "refund",
        dict.fromkeys(("pending", "requires_action", "succeeded", "failed", "canceled"), "updated"),
    ),
    "dispute": (
        "disputes",
        "charge.dispute",
        dict.fromkeys(("won", "lost", "warning_closed", "prevented"), "closed")
        | dict.fromkeys(
            ("needs_response", "under_review", "warning_needs_response", "warning_under_review"), "created"
        ),
    ),
}
_OWN_FEES: Final = frozenset({"stripe_fee", "stripe_fx_fee", "tax_fee"})
"""Entries that are a fee as a whole."""


def _of_state(name: str, subject: Mapping[str, Any], states: Mapping[str, str]) -> Heard:
    state = states.get(str(subject.get("status")))
    if state is None:
        return ()
    raw_type = f"{name}.{state}"
    return (READERS[raw_type](_envelope(raw_type, subject), subject),)


def _envelope(raw_type: str, subject: Mapping[str, Any]) -> Envelope:
    """As an event that the state itself would be: its id is the object's and its state's. Its time is the object's, that of an
    intent its last attempt's: earlier ones may have failed."""
    attempt = subject.get("latest_charge")
    made = attempt if isinstance(attempt, dict) else subject
    try:
        return Envelope(
            raw_type,
            f"{raw_type}/{identifier(subject.get('id'), 'id')}/{subject.get('status')}",
            unix_time(subject.get("arrival_date") or made.get("created"), "created"),
            livemode=subject.get("livemode") is not False,
        )
    except Uninterpretable as error:
        raise DependencyFailed(f"stripe: {error}") from None


def _was_sent(subject: Mapping[str, Any]) -> bool:
    return subject.get("status") in {"paid", "in_transit", "failed", "canceled"}


def _window(since: datetime, until: datetime, name: str = "created") -> list[tuple[str, str]]:
    return [(f"{name}[gte]", str(int(since.timestamp()))), (f"{name}[lt]", str(int(until.timestamp())))]


def _next(page: Mapping[str, Any]) -> str | None:
    found = objects_of(page, "data", _SERVICE)
    return text_of(found[-1], "id", _SERVICE) if page.get("has_more") is True and found else None


def _units(units: object, currency: object) -> Money:
    try:
        return money_in_units(units, currency, EXPONENTS)
    except Uninterpretable as error:
        raise DependencyFailed(f"stripe: {error}") from None


def _time(document: Mapping[str, Any], name: str) -> datetime:
    value = document.get(name)
    if type(value) is not int:
        raise DependencyFailed(f"stripe: the answer has no {name}")
    return datetime.fromtimestamp(value, UTC)
