"""Carries out the notices of one claim, channel by channel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from receivables.core.errors import Throttled
from receivables.usecases.send_notice import Fate

if TYPE_CHECKING:
    from receivables.notices.notice import Notice
    from receivables.notices.ports import Email, NoticeStore, Sms
    from receivables.usecases.send_notice import SendNotice

Tally = Counter[str]
"""Counts by the names of the metrics: Claimed, Sent, Unknown, Refused, Released, Unreachable, ..."""

_COUNTED: Final[Mapping[Fate, str]] = {
    Fate.SENT: "Sent",
    Fate.REFUSED: "Refused",
    Fate.UNKNOWN: "Unknown",
    Fate.STOPPED: "Released",
    Fate.THROTTLED: "Released",
}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A notice and the message that says it, rendered before the claim; None: nothing can be sent."""

    notice: Notice
    message: Email | Sms | None


@dataclass(frozen=True, slots=True)
class Courier:
    """Sends what was claimed, each parcel by itself."""

    notices: NoticeStore
    sender: SendNotice

    def deliver(self, parcels: Sequence[Parcel], at: datetime, tally: Tally) -> None:
        """Send the parcels of one claim in order, each once.

        When the kill switch stops one, it and all after it are released. When the provider has no time for the first,
        all are released and Throttled is raised: nothing of the claim went out, so it gives its steps back and the
        message may come again. When it has no time for a later one, only that one is released: the step has had its
        effect on another channel and is not repeated for it. An unknown outcome stays claimed and is never repeated.
        """
        waiting = [(parcel.notice, parcel.message) for parcel in parcels if parcel.message is not None]
        for position, (notice, message) in enumerate(waiting):
            after = [later for later, _ in waiting[position + 1 :]]
            try:
                sending = self.sender.send(notice, message, at)
            except Exception:
                # Whatever became of this one, those after it were certainly not sent.
                self._release(after, "not tried: a failure before it", at, tally)
                raise
            tally[_COUNTED[sending.fate]] += 1
            if sending.fate is Fate.STOPPED:
                self._release(after, sending.reason, at, tally)
                return
            if sending.fate is Fate.THROTTLED and position == 0:
                self._release(after, "not tried: the first channel was throttled", at, tally)
                raise Throttled(sending.reason)

    def _release(self, notices: Sequence[Notice], reason: str, at: datetime, tally: Tally) -> None:
        for notice in notices:
            tally["Released"] += self.notices.release(notice, reason, at)
