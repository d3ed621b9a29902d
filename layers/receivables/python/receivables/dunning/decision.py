"""The outcome of a decision: what to do now, why, and when to look again. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from receivables.core.money import Money
from receivables.dunning.policy import Step, Tone


class Listing(StrEnum):
    """Why an invoice stands in a notice."""

    REACHED = "reached"
    """It newly reached the step named."""
    OUTSTANDING = "outstanding"
    """It is overdue and was reminded of before; listed so that the notice is complete."""


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One invoice in a notice, with the rule and the facts that put it there: the step by its key, its place in the policy
    (from 1) and its day relative to the due date."""

    number: str
    balance: Money
    issue_date: date
    due_date: date
    days_overdue: int
    listing: Listing
    step_key: str
    step_index: int
    step_offset: int
    description: str = ""


@dataclass(frozen=True, slots=True)
class SendNotice:
    """One consolidated message for the account, to go out on each channel of `step` that reaches the customer."""

    step: Step
    tone: Tone
    lines: tuple[NoticeLine, ...]
    total: Money


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Invoices that reached the policy's escalation: open a case, or add them to the one that is open."""

    invoices: tuple[str, ...]
    step_key: str


@dataclass(frozen=True, slots=True)
class StartCase:
    """The account's case has no workflow yet that is known to run: start it (again)."""

    case_id: str


@dataclass(frozen=True, slots=True)
class WakeCase:
    """The case's date has come, or what it collects is paid: wake its workflow."""

    case_id: str


Action = SendNotice | OpenCase | StartCase | WakeCase


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do for an account at `as_of`.

    `progress` is the account's dunning progress once the actions are done: steps newly reached are raised, invoices
    no longer open are dropped. `next_action_at` (UTC) is when the account is to be looked at again; None: never,
    unless something happens. `reasons` say in words, per invoice or action, which rule and facts led here.
    """

    actions: tuple[Action, ...]
    progress: Mapping[str, int]
    next_action_at: datetime | None
    reasons: tuple[str, ...]
