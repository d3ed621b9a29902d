"""What is asked of a payment processor: to prove and explain its webhooks, to answer questions, to take payments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from receivables.core.money import Money
from receivables.payments.endpoints import Endpoint
from receivables.payments.events import Fetch, Heard, MoneyEvent, Payer


@dataclass(frozen=True, slots=True)
class Request:
    """A webhook as it came. `headers` have lower-case names; values of one that came more than once are joined by commas, as HTTP
    says. `path` is that of the public address, without the query."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    path: str = "/"
    query: Mapping[str, str] = field(default_factory=dict)


class Keys(Protocol):
    """Public keys and certificates that processors publish, fetched and remembered."""

    def get(self, url: str, hosts: frozenset[str]) -> bytes:
        """What is at the address, remembered for hours. Raises Unauthenticated unless it is https, of one of the hosts (exactly), on
        the usual port and without credentials; a redirect is not followed. Raises DependencyFailed when it cannot be had."""

    def renewed(self, url: str, hosts: frozenset[str]) -> bytes:
        """What is there now, for a key that is not among those remembered; asked too often, what is remembered. Raises alike."""


class Webhooks(Protocol):
    """A processor's signature scheme and event format. Nothing that only the latter needs is imported for the former."""

    @property
    def name(self) -> str:
        """As in the path of its webhooks."""

    @property
    def kept_headers(self) -> frozenset[str]:
        """Lower-case names of the headers that prove or describe the event; no other is stored."""

    @property
    def kept_settings(self) -> frozenset[str]:
        """Names of the endpoint's settings that its events cannot be read without: each is stored with what came, as the header
        `endpoint-<name>`, so that it is read the same for ever."""

    def verify(self, request: Request, endpoint: Endpoint, now: datetime, keys: Keys) -> str:
        """The id of what was delivered (of the event, or of the batch), if the raw body is signed with a live secret within the
        tolerance. Raises Unauthenticated, whatever is wrong; fails closed without a secret. Raises DependencyFailed when a
        published key cannot be had."""

    def challenge(self, request: Request, endpoint: Endpoint, now: datetime) -> str:
        """The answer to a GET by which the processor checks a new address. Raises NotFound where there is no such thing."""

    def interpret(self, body: bytes, headers: Mapping[str, str]) -> Heard:
        """What it tells, normalised. Raises Uninterpretable when nothing of it can be read."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What our calls of a processor's API are authenticated with. `base_url` replaces the processor's own address (a sandbox, a
    rehearsal); `values` are named as the processor names them (`api_key`, `client_id`, ...)."""

    values: Mapping[str, str] = field(repr=False, default_factory=dict)
    base_url: str | None = None
    livemode: bool = True


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of what a processor has on record; `cursor` None: it was the last."""

    events: tuple[MoneyEvent, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class LinkOrder:
    """A page on which a payer can pay. `key` makes it once for ever (idempotency); `invoice` is the number that the processor
    is to hand back with the payment (None: the account as a whole, `account_id`). It ends at `expires_at` (UTC); `ordered_at`
    (UTC) is for processors that want to be told how long it lasts instead."""

    key: str
    amount: Money
    description: str
    return_url: str
    expires_at: datetime
    account_id: str
    invoice: str | None = None
    payer: Payer = field(default_factory=Payer)
    locale: str = "en"
    ordered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A page on which to pay: its id at the processor, where it is, and until when (UTC)."""

    id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CollectionOrder:
    """Money that is to be drawn under a mandate, not before `on` (a local date of the company). `key` makes it once for ever."""

    key: str
    amount: Money
    mandate: str
    customer: str | None
    on: date
    description: str
    account_id: str
    invoice: str | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """What the processor makes of it: the canonical id of the payment, and when it will be drawn."""

    payment_id: str
    on: date | None = None


class ProcessorApi(Protocol):
    """A processor's HTTP API, of one endpoint. Every call is bounded in time, repeated only when that is safe, and raises
    DependencyFailed, Throttled, or Conflict with the processor's own words when it refuses for good."""

    def fetch(self, need: Fetch, told: MoneyEvent) -> Heard:
        """What the thing is by now, as events: ids derive from its state, so that the same state is the same event. Raises NotFound."""

    def payments(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """Payments, refunds and disputes that were made or changed within these instants (UTC)."""

    def payouts(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        """Payouts, with the fees that were kept. Empty where the processor has none."""


class LinkMaker(Protocol):
    """The part of a processor's API that makes pages on which to pay."""

    def create_link(self, order: LinkOrder) -> Link:
        """The same key gives the same page."""

    def expire_link(self, link_id: str) -> None:
        """Nobody can pay there any more. Harmless when it was paid or has ended."""


class Collector(Protocol):
    """The part of a processor's API that draws money under mandates."""

    def collect(self, order: CollectionOrder) -> Collection:
        """The same key gives the same payment. Raises Conflict when the mandate is not active."""
