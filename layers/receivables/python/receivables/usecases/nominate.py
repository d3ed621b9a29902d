"""The tick: ask the index whose turn it is, and queue them. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from receivables.dunning.ports import MOST_AT_ONCE

if TYPE_CHECKING:
    from receivables.dunning.ports import AccountQueue, Agenda
    from receivables.notices.ports import KillSwitch


@dataclass(frozen=True, slots=True)
class Nominated:
    """How many accounts were queued; `halted`: none, because the kill switch is engaged."""

    count: int
    as_of: datetime
    halted: bool = False


@dataclass(frozen=True, slots=True)
class Nominate:
    """Queues every account whose next action is at or before `as_of`: O(due)."""

    agenda: Agenda
    queue: AccountQueue
    switch: KillSwitch

    def __call__(self, as_of: datetime) -> Nominated:
        if self.switch.engaged():
            return Nominated(0, as_of, halted=True)
        due, count = self.agenda.due(as_of), 0
        while batch := list(islice(due, MOST_AT_ONCE)):
            self.queue.put(batch, as_of)
            count += len(batch)
        return Nominated(count, as_of)
