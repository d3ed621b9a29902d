"""Upkeep of verdicts: a promise that was kept does not stay on record as broken because its money was booked late."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from receivables.arrangements import Arrangement, Covered, Promise, PromiseState
from receivables.arrangements.promise_verdict import verdict
from receivables.core.money import Money
from receivables.ledger import Posting
from receivables.usecases.arrangement_endings import mend_promise
from receivables.usecases.covering import covered_by

JUDGED_AGAIN: Final = timedelta(days=180)
"""For so long after a verdict money that was there in time can be booked: what is later is history."""


def mended(
    arrangements: Iterable[Arrangement],
    paid: Callable[[tuple[Covered, ...]], Callable[[date], Money]],
    today: date,
    at: datetime,
) -> Sequence[Posting]:
    """The first of an account's promises of which the verdict is given again; none: empty. `paid` tells what was paid of what a
    promise covers, by day; `today` is the customer's."""
    known = list(arrangements)
    for promise in known:
        if (
            not isinstance(promise, Promise)
            or promise.ended_at is None
            or promise.ended_at < at - JUDGED_AGAIN
        ):
            continue
        found = verdict(promise, paid(promise.covers), today)
        if found.state is PromiseState.OPEN and any(
            covered_by(each.number, known) for each in promise.covers
        ):
            continue  # Something else was arranged for it since.
        if (posting := mend_promise(promise, found, at)) is not None:
            return (posting,)
    return ()
