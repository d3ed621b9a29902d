"""Differences that people settle: somebody knows why the two sides differ, and that it stays so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from receivables.core.errors import Conflict
from receivables.payments.reconciliations import Difference, DifferenceState, Reconciliations


class AcknowledgeDifference:
    """Takes a difference off the list, with the reason and who gave it."""

    def __init__(self, log: Reconciliations) -> None:
        self._log = log

    def __call__(self, difference_id: str, reason: str, by: str, at: datetime) -> Difference:
        """The difference as acknowledged; the same again is that. Raises NotFound, StaleRevision, and Conflict when it has
        settled, or somebody else has acknowledged it for another reason."""
        difference = self._log.difference(difference_id)
        if difference.waits:
            known = replace(difference, state=DifferenceState.ACKNOWLEDGED, reason=reason, by=by, ended_at=at)
            return self._log.change(known)
        if (difference.state, difference.reason, difference.by) == (DifferenceState.ACKNOWLEDGED, reason, by):
            return difference
        raise Conflict(f"the difference is {difference.state.value} already")
