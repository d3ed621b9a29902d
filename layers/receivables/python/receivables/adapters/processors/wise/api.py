"""Wise's API: what came into our balances, from their statements (docs.wise.com/api-reference/balance-statement).

Credentials: `api_token`, `profile_id`, and `private_key` (PEM, RSA) where Wise asks for strong customer authentication, as it does of
accounts in the EU and the United Kingdom: it refuses with a one-time token, which is sent again with its signature.

- A payment is a credit of kind `DEPOSIT` on the statement; its id there (`referenceNumber`) is the payment's. Other credits are our own:
  money that we added, converted or got back.
- What is credited is what came: what banks on the way kept is not told. Amounts are decimal numbers in major units.
- A balance at Wise is an account like one at a bank: it has no payouts. Wise makes no pay links for whom has to pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from receivables.adapters.http import Answer, Http, address
from receivables.adapters.processors.asking import Read, credential, readable, understood
from receivables.adapters.processors.document import (
    currency_code,
    first_text,
    identifier,
    instant,
    money_in_decimals,
    received,
    section,
    sections,
    texts,
)
from receivables.adapters.processors.wise.events import number
from receivables.core.clock import format_instant
from receivables.core.errors import DependencyFailed, NotFound, Refused
from receivables.payments.events import (
    EventType,
    Fetch,
    Heard,
    MoneyEvent,
    OtherEvent,
    Payer,
    References,
    Uninterpretable,
)
from receivables.payments.processors import Credentials, Listed

_BASES: Final = {True: "https://api.wise.com", False: "https://api.wise-sandbox.com"}
_AROUND: Final = timedelta(hours=1)
"""How far the time of a statement's line may be from that of its event. To hear more than asked for does no harm."""
_FORBIDDEN: Final = 403


class Api:
    """Implements ProcessorApi."""

    def __init__(self, credentials: Credentials, http: Http) -> None:
        self._credentials, self._http = credentials, http
        self._base = credentials.base_url or _BASES[credentials.livemode]

    def fetch(self, need: Fetch, told: MoneyEvent) -> Heard:
        """See ProcessorApi. What came into the balance around the event's time; DependencyFailed while it is not on the
        statement yet, so that it is asked for again."""
        if need.kind != "balance":
            raise NotFound("thing of that kind at Wise", need.kind)
        return self._came(number(need.id, "balance"), told.occurred)

    @understood("wise")
    def _came(self, asked: str, at: datetime) -> Heard:
        currency = next((code for each, code in self._balances() if each == asked), None)
        if currency is None:
            raise NotFound("balance at Wise", asked)
        found = self._deposits(asked, currency, at - _AROUND, at + _AROUND)
        if not found:
            raise DependencyFailed("wise: the credit is not on the statement yet")
        return found

    @understood("wise")
    def payments(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """See ProcessorApi. A page is a balance."""
        balances, place = self._balances(), int(cursor or "0")
        if place >= len(balances):
            return Listed(())
        found = self._deposits(*balances[place], since, until)
        return Listed(tuple(found), str(place + 1) if place + 1 < len(balances) else None)

    def payouts(self, since: datetime, until: datetime, cursor: str | None) -> Listed:  # noqa: ARG002
        """See ProcessorApi. There are none."""
        return Listed(())

    def _balances(self) -> list[tuple[str, str]]:
        """Our balances and their currencies, in the order of their ids."""
        url = address(self._base, "v4", "profiles", self._profile(), "balances", query={"types": "STANDARD"})
        found = self._get(url).json()
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise Uninterpretable("the balances are not a list of objects")
        return sorted((number(each.get("id"), "id"), currency_code(each.get("currency"))) for each in found)

    def _deposits(self, balance: str, currency: str, since: datetime, until: datetime) -> list[MoneyEvent]:
        query = {
            "currency": currency,
            "intervalStart": format_instant(since),
            "intervalEnd": format_instant(until),
            "type": "COMPACT",
        }
        place = ("v1", "profiles", self._profile(), "balance-statements", balance, "statement.json")
        statement = self._get(address(self._base, *place, query=query)).document()
        return list(readable(sections(statement, "transactions"), _deposit))

    def _profile(self) -> str:
        return number(credential(self._credentials, "profile_id", "wise"), "profile_id")

    def _get(self, url: str) -> Answer:
        token = {"authorization": f"Bearer {credential(self._credentials, 'api_token', 'wise')}"}
        answer = self._http.call("GET", url, headers=token, also={_FORBIDDEN}, service="wise")
        once = answer.headers.get("x-2fa-approval", "")
        if answer.status == _FORBIDDEN and once and "private_key" in self._credentials.values:
            signed = {"x-2fa-approval": once, "x-signature": self._signed(once)}
            answer = self._http.call("GET", url, headers={**token, **signed}, service="wise")
        if answer.status == _FORBIDDEN:
            raise Refused("wise: the token may not see this, or strong customer authentication is needed")
        return answer

    def _signed(self, once: str) -> str:
        from base64 import b64encode

        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(credential(self._credentials, "private_key", "wise").encode(), None)
        except (ValueError, TypeError):
            raise Refused("wise: the signing key is no private key") from None
        if not isinstance(key, RSAPrivateKey):
            raise Refused("wise: the signing key is not an RSA key")
        return b64encode(key.sign(once.encode(), PKCS1v15(), SHA256())).decode()


def _deposit(line: Mapping[str, Any]) -> Read:
    """A line of a statement, if it is money that somebody sent."""
    details, own = section(line, "details"), identifier(line.get("referenceNumber"), "referenceNumber")
    if line.get("type") != "CREDIT" or details.get("type") != "DEPOSIT":
        return [OtherEvent(str(details.get("type")), own, "not money that somebody sent")]
    amount = section(line, "amount")
    return [
        MoneyEvent(
            type=EventType.PAYMENT_SUCCEEDED,
            raw_type="DEPOSIT",
            event_id=own,
            occurred=instant(line.get("date"), "date"),
            payment_id=own,
            amount=received(money_in_decimals(_decimal(amount.get("value")), amount.get("currency"))),
            references=References(texts=texts(details.get("paymentReference"), details.get("description"))),
            payer=Payer(
                name=first_text(details.get("senderName")), account=first_text(details.get("senderAccount"))
            ),
        )
    ]


def _decimal(value: object) -> str:
    if type(value) is not int and not isinstance(value, Decimal):
        raise Uninterpretable("amount is not a number")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
