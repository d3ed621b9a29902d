"""The outcome of a decision: what to do now, why, and when to look again. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from receivables.core.money import Money
from receivables.dunning.dues import Due
from receivables.dunning.policy import Step, Tone


class Listing(StrEnum):
    """Why an invoice stands in a notice."""

    REACHED = "reached"
    """It newly reached the step named."""
    OUTSTANDING = "outstanding"
    """It is overdue and was reminded of before; listed so that the notice is complete."""
    RIDING = "riding"
    """A late charge for something that is listed."""


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One thing that a notice asks for, with the rule and the facts that put it there: the step by its key, its place in
    the policy (from 1) and its day relative to the due date. What it is, `due` tells; `balance` is what is asked for."""

    due: Due
    days_overdue: int
    listing: Listing
    step_key: str = ""
    step_index: int = 0
    step_offset: int = 0

    @property
    def key(self) -> str:
        return self.due.key

    @property
    def number(self) -> str:
        return self.due.number

    @property
    def balance(self) -> Money:
        return self.due.amount

    @property
    def issue_date(self) -> date:
        return self.due.issue_date

    @property
    def due_date(self) -> date:
        return self.due.due_date

    @property
    def description(self) -> str:
        return self.due.description


@dataclass(frozen=True, slots=True)
class SendNotice:
    """One consolidated message for the account, to go out on each channel of `step` that reaches the customer."""

    step: Step
    tone: Tone
    lines: tuple[NoticeLine, ...]
    total: Money


@dataclass(frozen=True, slots=True)
class OpenCase:
    """What reached the policy's escalation: open a case for it, or add it to the one that is open. `keys` are those of
    dues: the number of an invoice, or `number#2` for its second instalment."""

    keys: tuple[str, ...]
    step_key: str

    @property
    def invoices(self) -> tuple[str, ...]:
        """The numbers of the invoices, each once: a case takes an invoice as a whole."""
        return tuple(sorted({key.partition("#")[0] for key in self.keys}))


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

    `progress`, by the keys of dues, is the account's dunning progress once the actions are done: steps newly reached are raised, invoices
    no longer open are dropped. `next_action_at` (UTC) is when the account is to be looked at again; None: never,
    unless something happens. `reasons` say in words, per invoice or action, which rule and facts led here.
    """

    actions: tuple[Action, ...]
    progress: Mapping[str, int]
    next_action_at: datetime | None
    reasons: tuple[str, ...]
