"""Dunning: which step an account has earned, what is to be done about it now, and when to look again.

What is named here is loaded when it is first used; `decide` is imported from its module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from receivables.core.on_demand import on_demand

if TYPE_CHECKING:
    from receivables.dunning.decision import (
        Action,
        Decision,
        Listing,
        NoticeLine,
        OpenCase,
        SendNotice,
        StartCase,
        WakeCase,
    )
    from receivables.dunning.dues import Due
    from receivables.dunning.policy import DEFAULT_POLICY, Playbook, Policy, Step, StepAction, Tone

__all__ = [
    "DEFAULT_POLICY",
    "Action",
    "Decision",
    "Due",
    "Listing",
    "NoticeLine",
    "OpenCase",
    "Playbook",
    "Policy",
    "SendNotice",
    "StartCase",
    "Step",
    "StepAction",
    "Tone",
    "WakeCase",
]

if not TYPE_CHECKING:
    __getattr__ = on_demand(
        __name__,
        {
            "decision": "Action Decision Listing NoticeLine OpenCase SendNotice StartCase WakeCase",
            "dues": "Due",
            "policy": "DEFAULT_POLICY Playbook Policy Step StepAction Tone",
        },
    )
