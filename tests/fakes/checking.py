"""What the nightly check needs, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from receivables.ledger import Entry, Page
from receivables.ledger.checks import AccountBooks, payments_in, payouts_in
from receivables.usecases.check_books import CheckState
from tests.fakes.stores import Shelf


@dataclass
class InMemoryBooks:
    """The books of a shelf, so many accounts a page, ours too. `torn` is what a page shows of an account
    that was being written; `read_again` are accounts that were read by themselves."""

    shelf: Shelf
    size: int = 2
    torn: dict[str, AccountBooks] = field(default_factory=dict)
    read_again: list[str] = field(default_factory=list)

    def page(self, position: Mapping[str, str] | None) -> Page[AccountBooks]:
        accounts = {*self.shelf.accounts, *self.shelf.timeline}
        ids = [i for i in sorted(accounts) if position is None or i > position["pk"]]
        shown = ids[: self.size]
        more = len(ids) > self.size
        return Page(
            tuple(self.torn.get(each) or self.books(each) for each in shown),
            {"pk": shown[-1]} if more else None,
        )

    def read(self, account_id: str) -> AccountBooks | None:
        self.read_again.append(account_id)
        known = account_id in self.shelf.accounts or account_id in self.shelf.timeline
        return self.books(account_id) if known else None

    def books(self, account_id: str) -> AccountBooks:
        shelf = self.shelf
        entries = [e for e in shelf.timeline.get(account_id, {}).values() if isinstance(e, Entry)]
        named = sorted(payments_in(entries) & shelf.payments.keys())
        sent = sorted(payouts_in(entries) & shelf.payouts.keys())
        return AccountBooks(
            account_id,
            shelf.accounts.get(account_id),
            tuple(item for (owner, _), item in sorted(shelf.open_items.items()) if owner == account_id),
            tuple(credit for (owner, _), credit in sorted(shelf.credits.items()) if owner == account_id),
            tuple(each for each in shelf.invoices.values() if each.account_id == account_id),
            tuple(shelf.payments[key] for key in named),
            tuple(entries),
            tuple(shelf.payouts[key] for key in sent),
        )


@dataclass
class InMemoryCheckLog:
    state: CheckState | None = None
    result: CheckState | None = None

    def under_way(self) -> CheckState | None:
        return self.state if self.state and self.state.finished_at is None else None

    def last(self) -> CheckState | None:
        return self.result

    def keep(self, state: CheckState) -> None:
        self.state = state

    def conclude(self, state: CheckState) -> None:
        self.state = self.result = state
