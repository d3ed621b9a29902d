"""In flight: for how long collection waits for a payment that is on its way, or contested."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from receivables.arrangements import Cause
from receivables.core.ids import derived_id
from receivables.payments.facts import Story, Waiting

PATIENCE: Final = {Cause.PENDING: timedelta(days=14), Cause.CONTESTED: timedelta(days=120)}
"""How long after the last word on it. The slowest bank debits are certain within 14 days; card schemes decide disputes within
about 75 days, in two rounds 120."""


def flight_id(payment: str, cause: Cause, number: int) -> str:
    """The id of the `number`-th time that a payment is in flight for a cause."""
    return derived_id("flt", payment, cause.value, str(number))


def until(cause: Cause, waiting: Waiting) -> datetime:
    """When collection resumes if nothing more is heard (UTC)."""
    return waiting.heard + PATIENCE[cause]


def awaited(story: Story, cause: Cause) -> Waiting | None:
    """Since when it is on its way, or contested; None: it is not. Of money that went back otherwise nothing is contested."""
    if cause is Cause.PENDING:
        return story.pending
    return story.contested if _here(story) else None


def arrived(story: Story, cause: Cause) -> bool:
    """What has ended ended with the money here."""
    if cause is Cause.PENDING:
        return _here(story)
    return _here(story) and not any(taking.back is None for taking in story.chargebacks)


def _here(story: Story) -> bool:
    return bool(story.episodes) and story.episodes[-1].went is None
