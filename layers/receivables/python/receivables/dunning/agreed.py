"""What was agreed about the receivables of an account, as far as it changes what is dunned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from receivables import arrangements
from receivables.core.clock import format_instant
from receivables.dunning.pauses import Pause, ends_of, longest
from receivables.ledger import OpenItem, WorkingSet

_WORDS: Final = {
    "pending": "its payment is on its way",
    "collecting": "it is being collected",
    "contested": "its payment is contested at the bank",
}


@dataclass(frozen=True, slots=True)
class Agreed:
    """What was agreed about the receivables of an account, by number."""

    tz: ZoneInfo
    as_of: datetime
    disputed: Mapping[str, int]
    plans: Mapping[str, arrangements.Plan]
    resting: Mapping[str, tuple[Pause, ...]]

    @classmethod
    def of(cls, working_set: WorkingSet, tz: ZoneInfo, as_of: datetime) -> Agreed:
        disputed: defaultdict[str, int] = defaultdict(int)
        plans: dict[str, arrangements.Plan] = {}
        resting: defaultdict[str, tuple[Pause, ...]] = defaultdict(tuple)
        for agreed in working_set.arrangements:
            if not agreed.active:
                continue
            match agreed:
                case arrangements.Dispute():
                    disputed[agreed.invoice] += agreed.amount.minor
                case arrangements.Plan():
                    plans.update((covered.number, agreed) for covered in agreed.covers)
                case _:
                    pause = _pause(agreed, tz)
                    for covered in agreed.covers if pause.lasts(as_of) else ():
                        resting[covered.number] += (pause,)
        return cls(tz, as_of, disputed, plans, resting)

    def pause(self, item: OpenItem) -> Pause | None:
        """Until when the receivable rests, by a promise, a payment in flight or a hold of its own."""
        pauses = list(self.resting.get(item.number, ()))
        if item.hold is not None and self.as_of < item.hold.until:
            pauses.append(
                Pause(
                    item.hold.until, f"on hold until {format_instant(item.hold.until)} ({item.hold.reason})"
                )
            )
        return longest(pauses)

    def still(self, item: OpenItem) -> Pause | None:
        """Likewise, or because of a plan, or because all of it is disputed: these end by what people do."""
        if item.number in self.plans:
            return Pause(None, f"payment plan {self.plans[item.number].id}")
        if self.contested(item) == item.balance.minor:
            return Pause(None, "all that is open of it is disputed")
        return self.pause(item)

    def contested(self, item: OpenItem) -> int:
        return min(self.disputed.get(item.number, 0), item.balance.minor)


def _pause(agreed: arrangements.Promise | arrangements.InFlight, tz: ZoneInfo) -> Pause:
    if isinstance(agreed, arrangements.Promise):
        # Also past its last day, as long as nobody has found that it was not kept.
        words = f"{agreed.made_by} promised to pay by {agreed.parts[-1].on}"
        return Pause(ends_of(agreed, tz), words, judged=True)
    return Pause(agreed.until, f"{_WORDS[agreed.cause.value]} ({agreed.payment or agreed.id})")
