"""Replay: everything that was ever heard of money is applied once more. On books that are as they should be nothing changes; on books
that were lost everything is there again that came through the inbox.

It takes several runs where there is much: where it stopped is told, and handed in again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from receivables.core.errors import ReceivablesError
from receivables.payments.events import Uninterpretable
from receivables.payments.inbox import Inbox, InboxMessage, InboxState
from receivables.usecases.apply_payment import ApplyPayment, Outcome

MOST_NAMED: Final = 50
"""Messages that failed are named, up to so many; the number is that of all."""

_UNCHANGED: Final = frozenset(
    {Outcome.DUPLICATE, Outcome.IGNORED, Outcome.PARKED, Outcome.BOOKED, Outcome.UNASKED}
)


@dataclass(frozen=True, slots=True)
class Replay:
    """How far it is. `seen` messages were read, of which `waiting` (not applied yet, or parked) were left alone; `outcomes` counts
    what became of the events of the others, `changed` those by which something was booked. `failed` could not be applied again, of
    which some are `named`."""

    position: Mapping[str, str] | None = None
    seen: int = 0
    waiting: int = 0
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    failed: int = 0
    named: tuple[str, ...] = ()
    finished: bool = False

    @property
    def changed(self) -> int:
        return sum(number for outcome, number in self.outcomes.items() if outcome not in _UNCHANGED)


class ReplayInbox:
    """Walks the inbox from where a replay stopped. With `ask` processors are asked again for what they had only hinted at."""

    def __init__(self, inbox: Inbox, apply: ApplyPayment, *, ask: bool = False) -> None:
        self._inbox, self._apply, self._ask = inbox, apply, ask

    def __call__(self, replay: Replay, goes_on: Callable[[Replay], bool]) -> Replay:
        """Until everything is walked, or `goes_on`, which is shown the progress after each page, says no."""
        while not replay.finished:
            replay = self._page(replay)
            if not goes_on(replay):
                break
        return replay

    def _page(self, replay: Replay) -> Replay:
        page = self._inbox.everything(replay.position)
        outcomes, failed = Counter(replay.outcomes), list[str]()
        waiting = 0
        for message in page.items:
            if message.state in {InboxState.RECEIVED, InboxState.PARKED}:
                waiting += 1
            elif not self._again(message, outcomes):
                failed.append(message.id)
        return Replay(
            page.position,
            replay.seen + len(page.items),
            replay.waiting + waiting,
            dict(outcomes),
            replay.failed + len(failed),
            (*replay.named, *failed)[:MOST_NAMED],
            finished=page.position is None,
        )

    def _again(self, message: InboxMessage, outcomes: Counter[Outcome]) -> bool:
        try:
            outcomes.update(self._apply.again(message, ask=self._ask))
        except Uninterpretable:
            outcomes[Outcome.PARKED] += 1
        except ReceivablesError:
            return False
        return True
