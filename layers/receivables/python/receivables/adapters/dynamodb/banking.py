"""Bank accounts, statements and what is remembered of their lines, in the configuration table.

BANKACCOUNTS                  <account>            our accounts at banks
BANK#<account>                stm#<last day>#<id>  headers of statements
                              job#<id>             imports of files
                              att#<line>           lines in front of a person, and what was decided
                              lease                who works on the account
DAY#<account>#<day>           <line>               what is remembered of a movement
REF#<account>#<reference>     <line>               movements that came in, by end-to-end id and reference of the bank
STM#<statement>               p#<position>         lines, in compressed pages
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from receivables.adapters.dynamodb.table import Table, new_attempt
from receivables.adapters.dynamodb.values import (
    Item,
    Value,
    binary,
    binary_at,
    instant,
    number,
    number_at,
    text,
    text_at,
)
from receivables.banking.account import BankAccount
from receivables.banking.headers import KeptLine, StatementHeader, StatementJob
from receivables.core import trees
from receivables.core.errors import AlreadyExists, NotFound, StaleRevision

_ACCOUNTS: Final = "BANKACCOUNTS"
_PAGE_BYTES: Final = 350_000
"""Of a compressed page: an item takes 400 KB."""


class _Store:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def _replace(self, item: Item) -> None:
        self._table.write(self._table.put(item, condition=None))


class DynamoBankAccounts(_Store):
    """Implements `banking.ports.BankAccounts`."""

    def get(self, account_id: str) -> BankAccount:
        item = self._table.get(_key(_ACCOUNTS, account_id))
        if item is None:
            raise NotFound("bank account", account_id)
        return _account(item)

    def put(self, account: BankAccount) -> BankAccount:
        attempt = new_attempt()
        item = {
            **_key(_ACCOUNTS, account.id),
            "kind": text("bank_account"),
            "account": text(trees.dumps(BankAccount, account)),
            "rev": number(account.rev + 1),
            "attempt": text(attempt),
        }
        put = self._table.put(item)
        if account.rev:
            put = self._table.put(item, "rev = :rev", {":rev": number(account.rev)})
        found = self._table.write(put)
        if found is None or text_at(found, "attempt") == attempt:
            return _account(item)
        if not account.rev:
            raise AlreadyExists("bank account", account.id)
        raise StaleRevision(f"bank account {account.id!r} has changed since it was read")

    def all(self) -> Sequence[BankAccount]:
        return [_account(item) for item in self._table.query("pk = :pk", {":pk": text(_ACCOUNTS)})]


class DynamoStatements(_Store):
    """Implements `banking.ports.Statements`. The id of a statement names its account and last day: `main.2026-03-02.01J...`."""

    def keep_lines(self, statement_id: str, first: int, lines: Sequence[KeptLine]) -> None:
        content = zlib.compress(json.dumps([trees.dump(KeptLine, line) for line in lines]).encode())
        if len(content) > _PAGE_BYTES and len(lines) > 1:
            half = len(lines) // 2
            self.keep_lines(statement_id, first, lines[:half])
            self.keep_lines(statement_id, first + half, lines[half:])
            return
        key = _key(f"STM#{statement_id}", f"p#{first:07d}")
        self._replace({**key, "kind": text("statement_lines"), "lines": binary(content)})

    def conclude(self, header: StatementHeader) -> None:
        item = {"kind": text("statement"), "header": text(trees.dumps(StatementHeader, header))}
        self._replace(_header_key(header.id) | item)

    def get(self, statement_id: str) -> StatementHeader:
        item = self._table.get(_header_key(statement_id))
        if item is None:
            raise NotFound("statement", statement_id)
        return _header(item)

    def of_account(
        self, account_id: str, limit: int, position: str | None = None
    ) -> tuple[Sequence[StatementHeader], str | None]:
        items, more = _newest(self._table, account_id, "stm#", limit, position)
        return [_header(item) for item in items], items[-1]["sk"]["S"] if more else None

    def ending_from(self, account_id: str, first: date, last: date) -> Sequence[StatementHeader]:
        values = {
            ":pk": text(f"BANK#{account_id}"),
            ":first": text(f"stm#{first}"),
            ":last": text(f"stm#{last}~"),
        }
        return [
            _header(item) for item in self._table.query("pk = :pk AND sk BETWEEN :first AND :last", values)
        ]

    def lines(self, statement_id: str, position: int | None = None) -> tuple[Sequence[KeptLine], int | None]:
        values = {":pk": text(f"STM#{statement_id}"), ":from": text(f"p#{position or 0:07d}")}
        found = list(self._pages(values))
        if not found:
            return (), None
        lines = [
            trees.load(KeptLine, each) for each in json.loads(zlib.decompress(binary_at(found[0], "lines")))
        ]
        return lines, int(found[1]["sk"]["S"][2:]) if len(found) > 1 else None

    def _pages(self, values: Item) -> Iterable[Item]:
        items, _ = self._table.first(2, "pk = :pk AND sk >= :from", values, None)
        return items


class DynamoStatementJobs(_Store):
    """Implements `banking.ports.StatementJobs`."""

    def get(self, account_id: str, job_id: str) -> StatementJob:
        item = self._table.get(_key(f"BANK#{account_id}", f"job#{job_id}"))
        if item is None:
            raise NotFound("import", job_id)
        return _job(item)

    def put(self, job: StatementJob) -> None:
        item = {"kind": text("statement_job"), "job": text(trees.dumps(StatementJob, job))}
        self._replace(_key(f"BANK#{job.account}", f"job#{job.id}") | item)

    def of_account(
        self, account_id: str, limit: int, position: str | None = None
    ) -> tuple[Sequence[StatementJob], str | None]:
        items, more = _newest(self._table, account_id, "job#", limit, position)
        return [_job(item) for item in items], items[-1]["sk"]["S"] if more else None


class DynamoLease(_Store):
    """Implements `banking.ports.Lease`."""

    def take(self, account_id: str, owner: str, now: datetime, until: datetime) -> bool:
        update = self._table.update(
            _key(f"BANK#{account_id}", "lease"),
            "SET holder = :owner, leased_until = :until",
            {":owner": text(owner), ":until": instant(until), ":now": instant(now)},
            "attribute_not_exists(pk) OR holder = :owner OR leased_until < :now",
        )
        return self._table.change(update) is not None

    def give_back(self, account_id: str, owner: str) -> None:
        update = self._table.update(
            _key(f"BANK#{account_id}", "lease"),
            "SET leased_until = :past",
            {":past": text(""), ":owner": text(owner)},
            "holder = :owner",
        )
        self._table.change(update)


def _newest(
    table: Table, account_id: str, prefix: str, limit: int, position: str | None
) -> tuple[list[Item], bool]:
    pk = f"BANK#{account_id}"
    start = None if position is None else {"pk": pk, "sk": position}
    values = {":pk": text(pk), ":prefix": text(prefix)}
    return table.first(limit, "pk = :pk AND begins_with(sk, :prefix)", values, start, ScanIndexForward=False)


def _key(pk: str, sk: str) -> Item:
    return {"pk": text(pk), "sk": text(sk)}


def _header_key(statement_id: str) -> Item:
    account, _, rest = statement_id.partition(".")
    return _key(f"BANK#{account}", f"stm#{rest}")


def _account(item: Mapping[str, Value]) -> BankAccount:
    return replace(trees.loads(BankAccount, text_at(item, "account")), rev=number_at(item, "rev"))


def _header(item: Mapping[str, Value]) -> StatementHeader:
    return trees.loads(StatementHeader, text_at(item, "header"))


def _job(item: Mapping[str, Value]) -> StatementJob:
    return trees.loads(StatementJob, text_at(item, "job"))
