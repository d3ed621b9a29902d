"""What a provider reports of a notice: settles it, and stops writing to addresses that cannot or will not be written to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from receivables.core.errors import NotFound
from receivables.customers import Channel
from receivables.notices.delivery import STATE_OF, SUPPRESSING, DeliveryReport

if TYPE_CHECKING:
    from receivables.notices.ports import NoticeStore


class Suppressions(Protocol):
    """As much of the customers as feedback needs."""

    def suppress(self, customer_id: str, channel: Channel, address: str, reason: str) -> None: ...


class Outcome(StrEnum):
    """What became of a report."""

    SETTLED = "settled"
    STALE = "stale"
    """It told nothing new: a repeat, or older news than what is known."""
    FOREIGN = "foreign"
    """It is about nothing that was sent from here."""


@dataclass(frozen=True, slots=True)
class RecordDelivery:
    """The use case: safe to repeat, in any order."""

    notices: NoticeStore
    customers: Suppressions

    def __call__(self, report: DeliveryReport) -> Outcome:
        try:
            notice = self.notices.get(report.notice_id, report.account_id)
        except NotFound:
            return Outcome.FOREIGN
        if report.fate in SUPPRESSING and notice.address is not None:
            # First: a repeat after a crash between the two finds the notice settled, and must still get here.
            self.customers.suppress(notice.customer_id, report.channel, notice.address, report.reason)
        state = STATE_OF.get(report.fate)
        if state is None:
            return Outcome.STALE
        settled = self.notices.settle(report.notice_id, report.account_id, state, report.reason, report.at)
        return Outcome.SETTLED if settled else Outcome.STALE
