"""What was agreed about the receivables of an account, as far as it changes what is dunned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from receivables import arrangements
from receivables.core.clock import format_instant
from receivables.dunning.pauses import Pause, ends_of, longest
from receivables.ledger import OpenItem, WorkingSet


@dataclass(frozen=True, slots=True)
class Agreed:
    """What was agreed about the receivables of an account, by number."""

    tz: ZoneInfo
    as_of: datetime
    disputed: Mapping[str, int]
    plans: Mapping[str, arrangements.Plan]
    promised: Mapping[str, tuple[Pause, ...]]

    @classmethod
    def of(cls, working_set: WorkingSet, tz: ZoneInfo, as_of: datetime) -> Agreed:
        disputed: defaultdict[str, int] = defaultdict(int)
        plans: dict[str, arrangements.Plan] = {}
        promised: defaultdict[str, tuple[Pause, ...]] = defaultdict(tuple)
        for agreed in working_set.arrangements:
            if not agreed.active:
                continue
            match agreed:
                case arrangements.Dispute():
                    disputed[agreed.invoice] += agreed.amount.minor
                case arrangements.Plan():
                    plans.update((covered.number, agreed) for covered in agreed.covers)
                case arrangements.Promise():
                    # Also past its last day, as long as nobody has found that it was not kept.
                    words = f"{agreed.made_by} promised to pay by {agreed.parts[-1].on}"
                    pause = Pause(ends_of(agreed, tz), words, judged=True)
                    for covered in agreed.covers:
                        promised[covered.number] += (pause,)
        return cls(tz, as_of, disputed, plans, promised)

    def pause(self, item: OpenItem) -> Pause | None:
        """Until when the receivable rests, by a promise or a hold of its own."""
        pauses = list(self.promised.get(item.number, ()))
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
