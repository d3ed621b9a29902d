"""The processors' pages that payers were sent to, beside their account: `6#link#<processor's account>#<invoice>`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from receivables.adapters.dynamodb.keys import account_id_of, partition
from receivables.adapters.dynamodb.table import Table
from receivables.adapters.dynamodb.values import (
    Item,
    Value,
    instant,
    instant_at,
    money_at,
    number,
    optional_text,
    present,
    text,
    text_at,
)
from receivables.payments.pay_links import LiveLink, PayTarget

_PREFIX: Final = "6#link#"


class DynamoPayLinks:
    """Implements payments.pay_links.LinkStore."""

    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def of_account(self, account_id: str) -> Sequence[LiveLink]:
        values = {":pk": text(partition(account_id)), ":links": text(_PREFIX)}
        return [link_from(item) for item in self._table.query("pk = :pk AND begins_with(sk, :links)", values)]

    def keep(self, link: LiveLink) -> None:
        self._table.write(self._table.put(link_item(link), None))

    def forget(self, link: LiveLink) -> None:
        self._table.write(self._table.delete(_key(link), "link_id = :id", {":id": text(link.id)}))


def link_item(link: LiveLink) -> Item:
    return {
        **_key(link),
        **present(
            kind=text("pay_link"),
            link_id=text(link.id),
            processor=text(link.processor),
            invoice=text(link.target.invoice) if link.target.invoice else None,
            url=text(link.url),
            amount=number(link.amount.minor),
            currency=text(link.amount.currency),
            expires_at=instant(link.expires_at),
        ),
    }


def link_from(item: Mapping[str, Value]) -> LiveLink:
    return LiveLink(
        PayTarget(account_id_of(text_at(item, "pk")), optional_text(item, "invoice")),
        text_at(item, "processor"),
        text_at(item, "link_id"),
        text_at(item, "url"),
        money_at(item),
        instant_at(item, "expires_at"),
    )


def _key(link: LiveLink) -> Item:
    place = f"{_PREFIX}{link.processor}#{link.target.invoice or ''}"
    return {"pk": text(partition(link.target.account_id)), "sk": text(place)}
