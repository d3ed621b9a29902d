"""Arrangements: promises, payment plans, disputes, holds and extensions. What was agreed, and what became of it.

They know nothing of the ledger: how much was paid is told to them. What is named here is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from receivables.core.on_demand import on_demand

if TYPE_CHECKING:
    from receivables.arrangements.arrangement import Arrangement, ArrangementKind, Covered, Part
    from receivables.arrangements.credit import CreditRelease
    from receivables.arrangements.dispute import Dispute, DisputeReason, DisputeState, Evidence
    from receivables.arrangements.hold import Extension, Hold, InterestFrom
    from receivables.arrangements.in_flight import Cause, InFlight, InFlightState
    from receivables.arrangements.plan import Consequence, LateInterest, Plan, PlanState
    from receivables.arrangements.promise import Promise, PromiseState

__all__ = [
    "Arrangement",
    "ArrangementKind",
    "Cause",
    "Consequence",
    "Covered",
    "CreditRelease",
    "Dispute",
    "DisputeReason",
    "DisputeState",
    "Evidence",
    "Extension",
    "Hold",
    "InFlight",
    "InFlightState",
    "InterestFrom",
    "LateInterest",
    "Part",
    "Plan",
    "PlanState",
    "Promise",
    "PromiseState",
]

if not TYPE_CHECKING:
    __getattr__ = on_demand(
        __name__,
        {
            "arrangement": "Arrangement ArrangementKind Covered Part",
            "credit": "CreditRelease",
            "dispute": "Dispute DisputeReason DisputeState Evidence",
            "hold": "Extension Hold InterestFrom",
            "in_flight": "Cause InFlight InFlightState",
            "plan": "Consequence LateInterest Plan PlanState",
            "promise": "Promise PromiseState",
        },
    )
