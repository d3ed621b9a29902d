"""Dunning: which step an account has earned, what is to be done about it now, and when to look again."""

from receivables.dunning.decide import decide
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
from receivables.dunning.policy import DEFAULT_POLICY, Playbook, Policy, Step, StepAction, Tone

__all__ = [
    "DEFAULT_POLICY",
    "Action",
    "Decision",
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
    "decide",
]
