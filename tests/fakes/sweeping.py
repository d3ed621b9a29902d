"""What the sweep needs, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from receivables.ledger import Page
from receivables.usecases.sweep_accounts import Planned, SweepState
from tests.fakes.stores import Shelf


@dataclass
class InMemoryCensus:
    """The accounts of a shelf, so many a page."""

    shelf: Shelf
    size: int = 2

    def page(self, position: Mapping[str, str] | None) -> Page[Planned]:
        ids = [i for i in sorted(self.shelf.accounts) if position is None or i > position["pk"]]
        shown = [self.shelf.accounts[i] for i in ids[: self.size]]
        more = len(ids) > self.size
        planned = tuple(Planned(a.id, a.balance.minor, a.next_action_at) for a in shown)
        return Page(planned, {"pk": shown[-1].id} if more else None)


@dataclass
class InMemorySweepLog:
    state: SweepState = field(default_factory=SweepState)

    def read(self) -> SweepState:
        return self.state

    def keep(self, state: SweepState) -> None:
        self.state = state
