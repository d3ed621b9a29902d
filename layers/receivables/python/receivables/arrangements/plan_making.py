"""Agreeing on a payment plan: what it covers, what was agreed beside its parts, and its bounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from receivables.arrangements.arrangement import Covered, Part
from receivables.arrangements.parts import check_covers, check_parts, sum_of
from receivables.arrangements.plan import Consequence, LateInterest, Plan
from receivables.arrangements.plan_schedule import MOST_PARTS
from receivables.core.errors import FieldError, InvalidFields, InvalidInput

LONGEST_DAYS: Final = 3660
"""A plan ends within ten years."""
MOST_GRACE_DAYS: Final = 60


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was agreed beside the parts: with whom (`agreed_by`), how (`channel`), and what follows from what."""

    agreed_by: str
    channel: str
    grace_days: int = 0
    missed_limit: int = 1
    consequence: Consequence = Consequence.RESUME
    late_interest: LateInterest = LateInterest.CONTINUES
    waive_if_kept: bool = False
    ages: bool = False
    note: str = ""


def make_plan(
    agreed: Understanding,
    covers: tuple[Covered, ...],
    parts: tuple[Part, ...],
    *,
    id: str,  # noqa: A002 - it is the plan's own
    account_id: str,
    recorded_by: str,
    agreed_at: datetime,
    today: date,
) -> Plan:
    """The plan, if its parts are in order, not past (`today` is the customer's local date) and add up exactly to what it
    covers. Raises InvalidFields (`receivables`, `parts.0.on`, `grace_days`, `missed_limit`...)."""
    check_covers(covers)
    owed = sum_of(covers)
    last = today + timedelta(days=LONGEST_DAYS)
    check_parts(parts, today=today, last=last, most=MOST_PARTS + 1, currency=owed.currency)
    if (sum_of_parts := sum_of(parts)) != owed:
        raise InvalidInput("parts", f"add up to {sum_of_parts}, not to the {owed} that is covered")
    if errors := list(_problems(agreed, len(parts))):
        raise InvalidFields(errors)
    return Plan(
        id=id,
        account_id=account_id,
        covers=covers,
        parts=parts,
        agreed_by=agreed.agreed_by,
        channel=agreed.channel,
        recorded_by=recorded_by,
        agreed_at=agreed_at,
        grace_days=agreed.grace_days,
        missed_limit=agreed.missed_limit,
        consequence=agreed.consequence,
        late_interest=agreed.late_interest,
        waive_if_kept=agreed.waive_if_kept,
        ages=agreed.ages,
        note=agreed.note,
    )


def _problems(agreed: Understanding, parts: int) -> list[FieldError]:
    errors = []
    if not 0 <= agreed.grace_days <= MOST_GRACE_DAYS:
        errors.append(FieldError("grace_days", f"must be between 0 and {MOST_GRACE_DAYS}"))
    if not 1 <= agreed.missed_limit <= parts:
        errors.append(FieldError("missed_limit", f"must be between 1 and {parts}, the number of parts"))
    return errors
