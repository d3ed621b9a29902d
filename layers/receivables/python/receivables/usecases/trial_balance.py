"""Trial balances: of one account, worked out when asked for; of all, as the last nightly check found it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from receivables.core.errors import NotFound
from receivables.core.ids import split_account_id
from receivables.ledger import LedgerName
from receivables.ledger.checks import check_account
from receivables.ledger.trial_balance import trial_balance
from receivables.usecases.check_books import CheckLog, CheckState, OneOfTheBooks


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """The sums of an account's entries by named ledger account (minor units), how many entries there are, and what does
    not agree with them, in words."""

    sums: Mapping[LedgerName, int]
    entries: int
    differences: tuple[str, ...]


class TryBalance:
    """Reads trial balances."""

    def __init__(self, books: OneOfTheBooks, log: CheckLog) -> None:
        self._books, self._log = books, log

    def of_account(self, account_id: str) -> AccountBalance:
        """Worked out now, from all of the account's entries. Raises NotFound, and InvalidInput (`account_id`)."""
        _, currency = split_account_id(account_id)
        books = self._books.read(account_id)
        if books is None:
            raise NotFound("account", account_id)
        balance = trial_balance(books.entries)
        differences = tuple(f"{d.what} is {d.found}, should be {d.expected}" for d in check_account(books))
        return AccountBalance(balance.sums.get(currency, {}), balance.entries, differences)

    def of_all(self) -> CheckState:
        """The last nightly check. Raises NotFound when there was none yet."""
        last = self._log.last()
        if last is None:
            raise NotFound("trial balance", "of the nightly check")
        return last
