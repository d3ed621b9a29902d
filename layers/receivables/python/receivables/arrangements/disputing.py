"""Raising and ending disputes: how much can be contested, and what an answer means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from receivables.arrangements.arrangement import Arrangement
from receivables.arrangements.dispute import Dispute, DisputeReason, DisputeState, Evidence
from receivables.core.errors import Conflict, InvalidInput
from receivables.core.money import Money, total

LONGEST_DAYS: Final = 180
"""Days that finance can give itself to answer."""
MOST_LINES: Final = 50
MOST_EVIDENCE: Final = 20


@dataclass(frozen=True, slots=True)
class ContestedLine:
    """A line of the invoice, by the name that the customer gives it, and what is contested of it."""

    name: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Objection:
    """What the customer says: the whole invoice (neither amount nor lines), an amount of it, or some of its lines."""

    reason: DisputeReason
    raised_by: str
    channel: str
    owner: str
    deadline: date
    amount: Money | None = None
    lines: tuple[ContestedLine, ...] = ()
    note: str = ""


def disputed(number: str, arrangements: Iterable[Arrangement]) -> Money | None:
    """What is contested of a receivable by open disputes, all in all; it can be more than what is still open of it.
    None: nothing."""
    amounts = [
        each.amount
        for each in arrangements
        if isinstance(each, Dispute) and each.active and each.invoice == number
    ]
    return total(amounts, amounts[0].currency) if amounts else None


def raise_dispute(
    objection: Objection,
    balance: Money,
    already: Money | None,
    *,
    id: str,  # noqa: A002 - it is the dispute's own
    account_id: str,
    invoice: str,
    recorded_by: str,
    raised_at: datetime,
    today: date,
) -> Dispute:
    """The dispute, of what is open of the invoice (`balance`) and not contested yet (`already` is).

    Raises InvalidInput (`amount...`, `lines...`, `deadline`), and Conflict when nothing is left to contest.
    """
    left = balance - already if already else balance
    if left.minor <= 0:
        raise Conflict(f"nothing of {invoice} is open that is not disputed already")
    if not today <= objection.deadline <= today + timedelta(days=LONGEST_DAYS):
        raise InvalidInput("deadline", f"must be within {LONGEST_DAYS} days from now")
    field, amount = _contested(objection, left)
    if amount > left:
        raise InvalidInput(field, f"is more than the {left} that is open and not disputed already")
    return Dispute(
        id=id,
        account_id=account_id,
        invoice=invoice,
        amount=amount,
        reason=objection.reason,
        raised_by=objection.raised_by,
        channel=objection.channel,
        recorded_by=recorded_by,
        raised_at=raised_at,
        owner=objection.owner,
        deadline=objection.deadline,
        lines=tuple(line.name for line in objection.lines),
        note=objection.note,
    )


def resolve(dispute: Dispute, credited: Money | None, resolution: str, by: str, at: datetime) -> Dispute:
    """The dispute with its answer: a credit note over all of it, over a part (`credited`), or a rejection (None).

    Raises InvalidInput (`credited...`) and Conflict when it has ended already.
    """
    if credited is None:
        state = DisputeState.REJECTED
    elif credited.currency != dispute.amount.currency:
        raise InvalidInput("credited.currency", f"must be {dispute.amount.currency}")
    elif not 0 < credited.minor <= dispute.amount.minor:
        raise InvalidInput(
            "credited.amount", f"must be more than zero, at most the {dispute.amount} disputed"
        )
    else:
        state = DisputeState.CREDITED if credited == dispute.amount else DisputeState.PARTLY_CREDITED
    return _ended(dispute, state, credited, resolution, by, at)


def withdraw(dispute: Dispute, by: str, reason: str, at: datetime) -> Dispute:
    """The dispute taken back by the customer. Raises Conflict when it has ended already."""
    return _ended(dispute, DisputeState.WITHDRAWN, None, reason, by, at)


def with_evidence(dispute: Dispute, evidence: Evidence) -> Dispute:
    """The dispute with one more file. Raises Conflict when it has ended or has MOST_EVIDENCE."""
    _must_be_open(dispute)
    if len(dispute.evidence) >= MOST_EVIDENCE:
        raise Conflict(f"a dispute has at most {MOST_EVIDENCE} files")
    return replace(dispute, evidence=(*dispute.evidence, evidence))


def _contested(objection: Objection, left: Money) -> tuple[str, Money]:
    """What is contested, and the field that says so."""
    if objection.amount is not None and objection.lines:
        raise InvalidInput("amount", "say either an amount or lines")
    if objection.amount is not None:
        _positive(objection.amount, left, "amount")
        return "amount.amount", objection.amount
    if not objection.lines:
        return "amount", left
    if len(objection.lines) > MOST_LINES:
        raise InvalidInput("lines", f"must be at most {MOST_LINES}")
    for i, line in enumerate(objection.lines):
        _positive(line.amount, left, f"lines.{i}.amount")
    if len({line.name for line in objection.lines}) < len(objection.lines):
        raise InvalidInput("lines", "name a line twice")
    return "lines", total((line.amount for line in objection.lines), left.currency)


def _positive(amount: Money, left: Money, field: str) -> None:
    if amount.currency != left.currency:
        raise InvalidInput(f"{field}.currency", f"must be {left.currency}")
    if amount.minor <= 0:
        raise InvalidInput(f"{field}.amount", "must be more than zero")


def _ended(
    dispute: Dispute, state: DisputeState, credited: Money | None, resolution: str, by: str, at: datetime
) -> Dispute:
    _must_be_open(dispute)
    return replace(dispute, state=state, credited=credited, resolution=resolution, ended_at=at, ended_by=by)


def _must_be_open(dispute: Dispute) -> None:
    if not dispute.active:
        raise Conflict(f"dispute {dispute.id} is {dispute.state.value} already")
