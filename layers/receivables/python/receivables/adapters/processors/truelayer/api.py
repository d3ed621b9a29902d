"""TrueLayer's API v3: payments by open banking with its hosted page, what came of them, merchant accounts (docs.truelayer.com).

Credentials: `client_id`, `client_secret`; `kid` and `private_key` (PEM, P-521) of the key that signs our requests;
`merchant_account_<CUR>` for each currency that is taken, for example `merchant_account_GBP`.

- Whatever changes something is signed (`jws`), with its idempotency key; the body that is signed is the body that is sent, byte by byte.
- A page on which to pay is a payment and its token, good for some minutes after it was made; its end is the earlier of the order's
  and the token's. So a link is made when the payer is about to pay, not when the invoice is sent.
- TrueLayer wants the payer's name and e-mail address or nothing is made.
- Fees are invoiced, not kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from receivables.adapters.http import Answer, Http, address
from receivables.adapters.processors.asking import Read, credential, further, path_id, readable, understood
from receivables.adapters.processors.asymmetric import from_base64url
from receivables.adapters.processors.bearer import Bearer
from receivables.adapters.processors.document import parse, section, sections
from receivables.adapters.processors.truelayer.events import uuid
from receivables.adapters.processors.truelayer.jws import tl_signature
from receivables.adapters.processors.truelayer.things import paid_out, payment, payout, refund, transaction
from receivables.core.clock import format_instant
from receivables.core.errors import Conflict, NotFound, Unauthenticated
from receivables.payments.events import EventType, Fetch, Heard, MoneyEvent, Uninterpretable
from receivables.payments.processors import Credentials, Link, LinkOrder, Listed

_DOMAINS: Final = {True: "truelayer.com", False: "truelayer-sandbox.com"}
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_AROUND: Final = timedelta(hours=1)
_MOST_METADATA: Final = 500
_ACCOUNT: Final = "merchant_account_"


class Api:
    """Implements ProcessorApi and LinkMaker."""

    def __init__(self, credentials: Credentials, http: Http) -> None:
        self._credentials, self._http = credentials, http
        domain = _DOMAINS[credentials.livemode]
        self._base = credentials.base_url or f"https://api.{domain}"
        self._auth = credentials.base_url or f"https://auth.{domain}"
        self._page = f"https://payment.{domain}/payments"
        self._bearer = Bearer(self._token)

    def fetch(self, need: Fetch, told: MoneyEvent) -> Heard:
        """See ProcessorApi. A reversal and a dispute are told by the event only; the payment says how much it is about."""
        return self._fetched(need.kind, path_id(need.id, _UUID), told)

    @understood("truelayer")
    def _fetched(self, kind: str, subject: str, told: MoneyEvent) -> Heard:
        match kind:
            case "payment":
                return _as_told(payment(self._get("payments", subject)), told)
            case "refund":
                of = path_id(told.payment_id, _UUID)
                return refund(self._get("payments", of, "refunds", subject), of)
            case "payout":
                return payout(self._get("payouts", subject))
            case "merchant_account":
                window = {
                    "from": format_instant(told.occurred - _AROUND),
                    "to": format_instant(told.occurred + _AROUND),
                }
                page = self._get("merchant-accounts", subject, "transactions", query=window)
                return list(readable(sections(page, "items"), transaction))
        raise NotFound("thing of that kind at TrueLayer", kind)

    @understood("truelayer")
    def payments(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi. What came to and went from the merchant accounts; what was never settled moved nothing there."""
        return self._list(since, until, cursor, transaction)

    @understood("truelayer")
    def payouts(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi."""
        return self._list(since, until, cursor, paid_out)

    @understood("truelayer")
    def create_link(self, order: LinkOrder) -> Link:
        """See LinkMaker. Raises Conflict without the payer's name and e-mail address."""
        if not order.payer.name or not order.payer.email:
            raise Conflict("truelayer: the payer's name and e-mail address are needed")
        currency = order.amount.currency
        beneficiary = {
            "type": "merchant_account",
            "merchant_account_id": credential(self._credentials, f"{_ACCOUNT}{currency}", "truelayer"),
        }
        metadata = {**({"invoice": order.invoice} if order.invoice else {}), "account": order.account_id}
        made = self._change(
            "/v3/payments",
            order.key,
            {
                "amount_in_minor": order.amount.minor,
                "currency": currency,
                "payment_method": {
                    "type": "bank_transfer",
                    "provider_selection": {"type": "user_selected"},
                    "beneficiary": beneficiary,
                },
                "user": {"name": order.payer.name, "email": order.payer.email},
                "metadata": {name: value[:_MOST_METADATA] for name, value in metadata.items()},
            },
        ).document()
        own, token = uuid(made.get("id"), "id"), _page_token(made.get("resource_token"))
        parts = {"payment_id": own, "resource_token": token, "return_uri": order.return_url}
        url = f"{self._page}#{urlencode(parts, quote_via=quote)}"
        return Link(own, url, min(order.expires_at, _end_of(token) or order.expires_at))

    def expire_link(self, link_id: str) -> None:
        """See LinkMaker. The payment is cancelled, if nobody has begun to pay."""
        subject = path_id(link_id, _UUID)
        self._change(f"/v3/payments/{subject}/actions/cancel", f"cancel-{subject}", {}, also={404, 409})

    def _list(
        self, since: datetime, until: datetime, cursor: str | None, read: Callable[[Mapping[str, Any]], Read]
    ) -> Listed:
        accounts = sorted(
            value for name, value in self._credentials.values.items() if name.startswith(_ACCOUNT)
        )
        number, _, where = (cursor or "0|").partition("|")
        if int(number) >= len(accounts):
            return Listed(())
        query = {"from": format_instant(since), "to": format_instant(until)}
        asked = {**query, "cursor": where} if where else query
        subject = path_id(accounts[int(number)], _UUID)
        page = self._get("merchant-accounts", subject, "transactions", query=asked)
        found = tuple(readable(sections(page, "items"), read))
        if onward := further(section(page, "pagination"), "next_cursor"):
            return Listed(found, f"{number}|{onward}")
        return Listed(found, f"{int(number) + 1}|" if int(number) + 1 < len(accounts) else None)

    def _get(self, *segments: str, query: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        url = address(self._base, "v3", *segments, query=query or {})
        return self._bearer.call(
            lambda token: self._http.call("GET", url, headers=token, also={401}, service="truelayer")
        ).document()

    def _change(
        self, path: str, key: str, asked: object, also: frozenset[int] | set[int] = frozenset()
    ) -> Answer:
        body = json.dumps(asked, separators=(",", ":")).encode()
        private, kid = (credential(self._credentials, name, "truelayer") for name in ("private_key", "kid"))
        signed = {
            "idempotency-key": key,
            "tl-signature": tl_signature(private, kid, "POST", path, [("Idempotency-Key", key)], body),
            "content-type": "application/json",
        }
        return self._bearer.call(
            lambda token: self._http.call(
                "POST",
                f"{self._base.rstrip('/')}{path}",
                headers={**signed, **token},
                body=body,
                idempotent=True,
                also={401, *also},
                service="truelayer",
            )
        )

    def _token(self) -> Answer:
        names = ("client_id", "client_secret")
        pair = {name: credential(self._credentials, name, "truelayer") for name in names}
        return self._http.call(
            "POST",
            address(self._auth, "connect", "token"),
            form={"grant_type": "client_credentials", "scope": "payments", **pair},
            idempotent=True,
            service="truelayer",
        )


def _page_token(value: object) -> str:
    """The token of a hosted page, which is longer than an id. Raises Uninterpretable."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9._-]{1,4096}", value):
        raise Uninterpretable("the payment has no token")
    return value


def _end_of(token: str) -> datetime | None:
    """When the token ends, as it says itself (a JWT; it is not relied upon, only shown); None: it does not say."""
    try:
        seconds = parse(from_base64url(token.split(".")[1])).get("exp")
    except (IndexError, Unauthenticated, Uninterpretable):
        return None
    return datetime.fromtimestamp(seconds, UTC) if type(seconds) is int and 0 < seconds < 2**33 else None


def _as_told(found: Read, told: MoneyEvent) -> Read:
    """The payment; and what the event says of it that the payment does not."""
    if told.type not in {EventType.PAYMENT_REVERSED, EventType.DISPUTE_OPENED}:
        return found
    reversed_ = told.type is EventType.PAYMENT_REVERSED
    return [
        *found,
        *(
            replace(told, amount=each.amount if reversed_ else None, references=each.references, fetch=None)
            for each in found
            if isinstance(each, MoneyEvent)
        ),
    ]
