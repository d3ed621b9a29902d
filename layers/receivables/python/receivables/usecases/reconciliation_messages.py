"""What finance reads of reconciliation and payouts. Names ids and amounts, and no customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from receivables.cases.ports import Message
from receivables.core.ids import derived_id
from receivables.ledger.payouts import Payout
from receivables.payments.reconciliations import Difference, Run
from receivables.payments.reconciling import Side

MOST_NAMED: Final = 50


def differences_found(run: Run, waiting: Sequence[Difference], more: bool) -> Message:
    """For finance: an account on which the two sides differ."""
    text = "\n".join(
        (
            f"{run.account} was compared with the ledger, from {run.since:%Y-%m-%d %H:%M} to {run.until:%Y-%m-%d %H:%M} UTC.",
            "What was missing here has been handed in and takes the normal path. These differences wait for a person, until both",
            "sides agree or somebody acknowledges them:",
            *(_line(each) for each in waiting),
            *(["  and more: see GET /reconciliation-differences"] if more else []),
        )
    )
    return Message(
        derived_id("msg", "reconciliation", run.id),
        f"Reconciliation of {run.account}: differences",
        text,
        {"event": "reconciliation_differences", "account": run.account, "run": run.id},
    )


def run_given_up(run: Run) -> Message:
    """For operations: a comparison that did not finish within a day. The next one covers what it should have."""
    text = "\n".join(
        (
            f"The reconciliation of {run.account} that began at {run.began_at:%Y-%m-%d %H:%M} UTC did not finish.",
            f"It stopped at: {run.phase}. {run.failure or 'There was not enough time.'}",
            "A new run begins where the last that finished ended.",
        )
    )
    return Message(
        derived_id("msg", "reconciliation_given_up", run.id),
        f"Reconciliation of {run.account} did not finish",
        text,
        {"event": "reconciliation_given_up", "account": run.account, "run": run.id},
    )


def payouts_late(late: Sequence[Payout], more: bool, as_of: datetime) -> Message:
    """For finance: payouts that should be on a statement of our bank, and are on none."""
    text = "\n".join(
        (
            "These payouts were sent by payment processors and are on no statement of our bank yet:",
            *(f"  {each.key}: {each.amount}, sent {each.sent_at:%Y-%m-%d}" for each in late),
            *(["  and more: see GET /payouts?state=late"] if more else []),
        )
    )
    return Message(
        derived_id("msg", "payouts_late", as_of.date().isoformat()),
        "Payouts that did not arrive",
        text,
        {"event": "payouts_late"},
    )


def _line(of: Difference) -> str:
    reason = f" ({of.reason})" if of.reason else ""
    return f"  {of.kind.value} {of.key}: here {_side(of.ours)}, there {_side(of.theirs)}{reason}"


def _side(side: Side | None) -> str:
    if side is None:
        return "nothing"
    return " ".join(str(part) for part in (side.what, side.amount) if part is not None)
