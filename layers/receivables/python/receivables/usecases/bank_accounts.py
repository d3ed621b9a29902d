"""Our accounts at banks: set up, changed, and how their CSV files are read - found out by an example, seen before it is saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from receivables.banking import mapping as mappings
from receivables.banking.account import BankAccount
from receivables.banking.balances import Gap, difference, gaps
from receivables.banking.mapping import CsvMapping
from receivables.banking.numbers import iban
from receivables.banking.ports import BankAccounts, Reader, Statements
from receivables.banking.statement import BankLine, Statement
from receivables.core import ids
from receivables.core.clock import zone
from receivables.core.errors import InvalidInput
from receivables.core.money import Money, decimals

MOST_PREVIEWED: Final = 20
"""Lines that are shown of a sample."""
_LOOKED_AT: Final = 400
"""Statements, the newest, between which gaps are looked for."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a sample looks like when it is read by a mapping: its first lines, how many there are, and what opening balance,
    lines and closing balance differ by (None: nothing, or no balances)."""

    mapping: CsvMapping
    lines: tuple[BankLine, ...]
    count: int
    came_in: Money
    went_out: Money
    missing: Money | None
    notes: tuple[str, ...]


class KeepBankAccounts:
    """Sets bank accounts up and changes them. `by_example` finds a mapping out of a sample: see `adapters.statements.csv_example`."""

    def __init__(
        self,
        accounts: BankAccounts,
        statements: Statements,
        read: Reader,
        by_example: Callable[[bytes, Mapping[str, Any]], CsvMapping],
    ) -> None:
        self._accounts, self._statements = accounts, statements
        self._read, self._by_example = read, by_example

    def keep(self, account: BankAccount) -> BankAccount:
        """Set it up (rev 0), or change it; how its CSV is read stays as it is. Raises InvalidInput, NotFound, AlreadyExists,
        StaleRevision."""
        wanted = _checked(account)
        if account.rev:
            stored = self._accounts.get(account.id)
            if stored.currency != account.currency:
                raise InvalidInput("currency", "of a bank account never changes: set up another one")
            wanted = replace(wanted, mapping=stored.mapping)
        return self._accounts.put(wanted)

    def preview(self, account_id: str, sample: bytes, told: Mapping[str, Any]) -> Preview:
        """How a sample of the bank's CSV would be read, by what is `told` of its columns and what the sample itself tells. Nothing is
        saved. Raises NotFound, and InvalidInput naming what the sample does not tell."""
        account = self._accounts.get(account_id)
        mapping = self._by_example(sample, told)
        return _previewed(mapping, self._read(sample, replace(account, mapping=mapping)), account.currency)

    def save_mapping(self, account_id: str, mapping: CsvMapping, rev: int) -> BankAccount:
        """Read the account's CSV files by this mapping from now on. Raises InvalidFields, NotFound, StaleRevision."""
        stored = self._accounts.get(account_id)
        return self._accounts.put(replace(stored, mapping=mappings.checked(mapping), rev=rev))

    def gaps(self, account_id: str) -> Sequence[Gap]:
        """Where the newest statements of the account do not follow one another: one is missing, or does not fit."""
        headers, _ = self._statements.of_account(account_id, _LOOKED_AT)
        return gaps(headers)


def _checked(account: BankAccount) -> BankAccount:
    ids.key(account.id, field="id")
    decimals(account.currency)
    zone(account.timezone, field="timezone")
    if not account.iban and not account.number:
        raise InvalidInput("iban", "or number is needed: statements are recognised by it")
    return replace(account, iban=iban(account.iban, field="iban") if account.iban else None, rev=account.rev)


def _previewed(mapping: CsvMapping, statements: Sequence[Statement], currency: str) -> Preview:
    lines = [line for statement in statements for line in statement.lines]
    nothing = Money.zero(currency)
    return Preview(
        mapping=mapping,
        lines=tuple(lines[:MOST_PREVIEWED]),
        count=len(lines),
        came_in=sum((line.amount for line in lines if line.amount.minor > 0), nothing),
        went_out=sum((line.amount for line in lines if line.amount.minor < 0), nothing),
        missing=next((found for each in statements if (found := difference(each))), None),
        notes=tuple(note for statement in statements for note in statement.notes),
    )
