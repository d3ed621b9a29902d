"""Ends a promise, plan or dispute by a person's decision: dunning goes on where it stood."""

from __future__ import annotations

from datetime import datetime

from receivables.arrangements import Arrangement, Dispute, InFlight, Plan, Promise
from receivables.arrangements import disputing as disputes
from receivables.arrangements import plan_standing as plans
from receivables.arrangements import promise_verdict as promises
from receivables.core.clock import format_instant
from receivables.core.errors import Conflict
from receivables.ledger import LedgerStore, Posting
from receivables.usecases.arrangement_endings import changed
from receivables.usecases.booking import post_again


class CancelArrangement:
    """Takes promises and plans back, and lets customers withdraw disputes."""

    def __init__(self, ledger: LedgerStore) -> None:
        self._ledger = ledger

    def cancel(self, arrangement_id: str, reason: str, by: str, at: datetime) -> Arrangement:
        """The arrangement as it ended: cancelled, or a dispute withdrawn. Raises NotFound, and Conflict when it has ended
        already, or is not a person's to end."""

        def build() -> Posting:
            before = self._ledger.arrangement(arrangement_id)
            if isinstance(before, InFlight):
                until = format_instant(before.until)
                raise Conflict(f"{before.id} is a payment in flight: its processor decides it, or {until}")
            if ended_by_this(before, by, at, reason):
                return Posting(before.account_id)
            after = _cancelled(before, by, reason, at)
            return Posting(before.account_id, arrangements=(changed(before, after),))

        post_again(self._ledger, build)
        return self._ledger.arrangement(arrangement_id)


def ended_by_this(arrangement: Promise | Plan | Dispute, by: str, at: datetime, words: str) -> bool:
    """This very request has ended it: the answer to its first attempt was lost."""
    said = arrangement.resolution if isinstance(arrangement, Dispute) else arrangement.ending
    return (arrangement.ended_by, arrangement.ended_at, said) == (by, at, words)


def _cancelled(arrangement: Promise | Plan | Dispute, by: str, reason: str, at: datetime) -> Arrangement:
    if isinstance(arrangement, Promise):
        return promises.cancelled(arrangement, by, reason, at)
    if isinstance(arrangement, Plan):
        return plans.cancelled(arrangement, by, reason, at)
    return disputes.withdraw(arrangement, by, reason, at)
