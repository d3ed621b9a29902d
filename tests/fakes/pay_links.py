"""Pay links in memory, and a processor that makes pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from secrets import token_hex

from receivables.core.configuration import ProcessorAccount
from receivables.core.errors import Conflict, DependencyFailed, NotFound
from receivables.payments.pay_links import LiveLink
from receivables.payments.processors import Link, LinkOrder
from receivables_local.engine import Engine


class InMemoryPayLinks:
    def __init__(self) -> None:
        self.links: dict[tuple[str, str, str], LiveLink] = {}

    def of_account(self, account_id: str) -> Sequence[LiveLink]:
        return [link for (account, *_), link in sorted(self.links.items()) if account == account_id]

    def keep(self, link: LiveLink) -> None:
        self.links[_place(link)] = link

    def forget(self, link: LiveLink) -> None:
        if (known := self.links.get(_place(link))) is not None and known.id == link.id:
            del self.links[_place(link)]


@dataclass
class PageMaker:
    """A processor as its API is: the same key makes the same page, and is for the same order only; what was paid on cannot be
    ended."""

    orders: dict[str, LinkOrder] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    paid: set[str] = field(default_factory=set)
    silent: bool = False

    def create_link(self, order: LinkOrder) -> Link:
        self._answer()
        if self.orders.setdefault(order.key, order) != order:
            raise Conflict("the same key, and another order")
        return Link(order.key, f"https://pay.processor.example/{order.key}", order.expires_at)

    def expire_link(self, link_id: str) -> None:
        self._answer()
        if link_id in self.paid:
            raise Conflict("it was paid on")
        self.ended.append(link_id)

    @property
    def last(self) -> LinkOrder:
        return list(self.orders.values())[-1]

    def __call__(self, account: ProcessorAccount) -> PageMaker:
        if account.endpoint == "without-credentials":
            raise NotFound("credentials", account.id)
        return self

    def _answer(self) -> None:
        if self.silent:
            raise DependencyFailed("no answer")


def pay_link_secret(engine: Engine) -> str:
    """The name of a secret as the template makes it, on the embedded AWS."""
    name = f"pay-links-{token_hex(4)}"
    engine.client("secretsmanager").create_secret(Name=name, SecretString='{"key": "a key of a test"}')
    return name


def _place(link: LiveLink) -> tuple[str, str, str]:
    return link.target.account_id, link.processor, link.target.invoice or ""
