"""Runs of reconciliation and differences, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from receivables.core.errors import NotFound, StaleRevision
from receivables.ledger import Page
from receivables.payments.reconciliations import Difference, DifferenceState, Run
from tests.fakes.stores import page_of


@dataclass
class InMemoryReconciliations:
    kept: dict[str, Run] = field(default_factory=dict)
    current: dict[str, str] = field(default_factory=dict)
    done: dict[str, str] = field(default_factory=dict)
    pages: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    differences: dict[str, Difference] = field(default_factory=dict)
    found: dict[str, set[str]] = field(default_factory=dict)

    def under_way(self, account: str) -> Run | None:
        return self.kept[self.current[account]] if account in self.current else None

    def last(self, account: str) -> Run | None:
        return self.kept[self.done[account]] if account in self.done else None

    def keep(self, run: Run) -> None:
        self.kept[run.id] = run
        if run.finished_at is None:
            self.current[run.account] = run.id
            return
        self.done[run.account] = run.id
        if self.current.get(run.account) == run.id:
            del self.current[run.account]

    def forget(self, run: Run) -> None:
        self.pages = {place: keys for place, keys in self.pages.items() if place[0] != run.id}

    def run(self, run_id: str) -> Run:
        try:
            return self.kept[run_id]
        except KeyError:
            raise NotFound("reconciliation", run_id) from None

    def runs(self, limit: int, position: Mapping[str, str] | None = None) -> Page[Run]:
        rows = sorted(self.kept.items(), reverse=True)
        return page_of(rows, limit, position, newest_first=True)

    def see(self, run: Run, page: int, keys: Iterable[str]) -> None:
        self.pages[run.id, page] = tuple(keys)

    def seen(self, run: Run) -> frozenset[str]:
        return frozenset(key for (id_, _), keys in self.pages.items() if id_ == run.id for key in keys)

    def find(self, difference: Difference) -> Difference:
        before = self.differences.get(difference.id)
        if before is None:
            self.differences[difference.id] = replace(difference, rev=0)
        elif before.state is DifferenceState.SETTLED:
            self.differences[difference.id] = replace(difference, rev=before.rev + 1)
        self.found.setdefault(difference.run, set()).add(difference.id)
        return self.differences[difference.id]

    def change(self, difference: Difference) -> Difference:
        if self.difference(difference.id).rev != difference.rev:
            raise StaleRevision(f"difference {difference.id!r} has changed since it was read")
        self.differences[difference.id] = replace(difference, rev=difference.rev + 1)
        return self.differences[difference.id]

    def difference(self, difference_id: str) -> Difference:
        try:
            return self.differences[difference_id]
        except KeyError:
            raise NotFound("difference", difference_id) from None

    def waiting(
        self, account: str | None, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[Difference]:
        rows = [
            (f"{each.account}#{each.kind.value}#{each.id}", each)
            for each in self.differences.values()
            if each.waits and account in {None, each.account}
        ]
        return page_of(sorted(rows, key=lambda row: row[0]), limit, position)

    def of_run(self, run_id: str, limit: int, position: Mapping[str, str] | None = None) -> Page[Difference]:
        rows = [(each, self.differences[each]) for each in sorted(self.found.get(run_id, ()))]
        return page_of(rows, limit, position)
