"""Dunning policies: immutable versions; ordered steps before and after the due date; the case's playbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date, time
from enum import StrEnum
from typing import Final

from receivables.core.calendar import MONDAY_TO_FRIDAY
from receivables.core.errors import FieldError, InvalidFields
from receivables.customers import Channel

MAX_STEPS: Final = 30
MAX_OFFSET_DAYS: Final = 365
MAX_PROMISES: Final = 50
MAX_GRACE_DAYS: Final = 60


class StepAction(StrEnum):
    """What a step does when it is earned."""

    NOTICE = "notice"
    ESCALATE = "escalate"


class Tone(StrEnum):
    """How a notice speaks; selects its template."""

    FRIENDLY = "friendly"
    DUE = "due"
    REMINDER = "reminder"
    FIRM = "firm"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `offset_days` are calendar days relative to the due date (negative: before it)."""

    key: str
    offset_days: int
    action: StepAction = StepAction.NOTICE
    tone: Tone = Tone.REMINDER
    channels: tuple[Channel, ...] = (Channel.EMAIL,)


@dataclass(frozen=True, slots=True)
class Playbook:
    """How long a collection case waits between its stages, in calendar days."""

    formal_notice_days: int = 10
    suspension_days: int = 14
    review_days: int = 30
    agency_days: int = 180


@dataclass(frozen=True, slots=True)
class PromiseRules:
    """Which promises to pay are taken, and what a broken one leads to.

    At most `most_open` at a time on an account, none once more than `most_broken` were broken there (None: no such limit), none
    for a day more than `longest_days` calendar days away; each date has `grace_days`. A broken one resumes dunning at the
    step `resume_at` (its key; None: where it stood), or goes straight to escalation where `escalate` says so.
    """

    most_open: int = 2
    most_broken: int | None = None
    longest_days: int = 30
    grace_days: int = 2
    resume_at: str | None = None
    escalate: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """One immutable version of a dunning policy.

    Notices go out at `send_at` local time of the customer, on the ISO weekdays in `send_on`; a step that falls on
    another day moves to the next of them. Raises InvalidFields when steps are unordered, repeat a key or are
    out of bounds.
    """

    id: str
    version: int
    name: str
    in_force_from: date
    steps: tuple[Step, ...]
    send_at: time = time(9, 0)
    send_on: frozenset[int] = MONDAY_TO_FRIDAY
    playbook: Playbook = field(default_factory=Playbook)
    promises: PromiseRules = PromiseRules()

    def __post_init__(self) -> None:
        if errors := _problems(self):
            raise InvalidFields(errors)

    @property
    def escalation(self) -> Step | None:
        """The step that escalates: the last, if it does."""
        return self.steps[-1] if self.steps[-1].action is StepAction.ESCALATE else None

    @property
    def last_notice(self) -> Step | None:
        """The last step before escalation."""
        return next((step for step in reversed(self.steps) if step.action is StepAction.NOTICE), None)

    @property
    def resume_at(self) -> int | None:
        """The step at which dunning resumes when a promise is broken, by its day; None: where it stood."""
        if self.promises.escalate:
            return self.escalation.offset_days if self.escalation else None
        return next((step.offset_days for step in self.steps if step.key == self.promises.resume_at), None)


def _problems(policy: Policy) -> list[FieldError]:
    errors = []
    if not policy.name.strip():
        errors.append(FieldError("name", "must not be empty"))
    if not 1 <= len(policy.steps) <= MAX_STEPS:
        errors.append(FieldError("steps", f"must be 1 to {MAX_STEPS} steps"))
    if not policy.send_on or not policy.send_on <= frozenset(range(1, 8)):
        errors.append(
            FieldError("send_on", "must be ISO weekdays from 1 (Monday) to 7 (Sunday), at least one")
        )
    if policy.send_at.tzinfo is not None:
        errors.append(FieldError("send_at", "is a local time, without zone"))
    errors.extend(_order_problems(policy.steps))
    for i, step in enumerate(policy.steps):
        errors.extend(_step_problems(step, f"steps.{i}", last=i == len(policy.steps) - 1))
    errors.extend(
        FieldError(f"playbook.{field.name}", f"must be between 1 and {MAX_OFFSET_DAYS}")
        for field in fields(policy.playbook)
        if not 1 <= getattr(policy.playbook, field.name) <= MAX_OFFSET_DAYS
    )
    errors.extend(_promise_problems(policy))
    return errors


def _promise_problems(policy: Policy) -> Iterator[FieldError]:
    rules = policy.promises
    bounds = (
        ("most_open", 0, MAX_PROMISES),
        ("most_broken", 0, MAX_PROMISES),
        ("longest_days", 1, MAX_OFFSET_DAYS),
        ("grace_days", 0, MAX_GRACE_DAYS),
    )
    for name, least, most in bounds:
        value = getattr(rules, name)
        if value is not None and not least <= value <= most:
            yield FieldError(f"promises.{name}", f"must be between {least} and {most}")
    if rules.resume_at is not None and all(step.key != rules.resume_at for step in policy.steps):
        yield FieldError("promises.resume_at", f"{rules.resume_at!r} is not a step of this policy")
    if rules.escalate and rules.resume_at is not None:
        yield FieldError("promises.escalate", "say either this or resume_at")
    elif rules.escalate and all(step.action is not StepAction.ESCALATE for step in policy.steps):
        yield FieldError("promises.escalate", "this policy has no escalation")


def _order_problems(steps: tuple[Step, ...]) -> Iterator[FieldError]:
    seen: set[str] = set()
    for i, step in enumerate(steps):
        if step.key in seen:
            yield FieldError(f"steps.{i}.key", f"{step.key!r} is used twice")
        seen.add(step.key)
        if i and step.offset_days <= steps[i - 1].offset_days:
            yield FieldError(f"steps.{i}.offset_days", "must be later than the step before it")


def _step_problems(step: Step, at: str, *, last: bool) -> Iterator[FieldError]:
    if abs(step.offset_days) > MAX_OFFSET_DAYS:
        yield FieldError(f"{at}.offset_days", f"must be within {MAX_OFFSET_DAYS} days of the due date")
    if step.action is StepAction.NOTICE and not step.channels:
        yield FieldError(f"{at}.channels", "must name at least one channel")
    if step.action is StepAction.ESCALATE and not last:
        yield FieldError(f"{at}.action", "escalation must be the last step")


DEFAULT_POLICY: Final = Policy(
    id="standard",
    version=1,
    name="Standard collection",
    in_force_from=date(1970, 1, 1),
    steps=(
        Step("friendly", -7, tone=Tone.FRIENDLY),
        Step("due", 0, tone=Tone.DUE),
        Step("reminder-1", 3, tone=Tone.REMINDER),
        Step("reminder-2", 10, tone=Tone.FIRM, channels=(Channel.EMAIL, Channel.SMS)),
        Step("reminder-3", 21, tone=Tone.FINAL, channels=(Channel.EMAIL, Channel.SMS)),
        Step("escalate", 30, action=StepAction.ESCALATE),
    ),
)
"""What applies where neither the customer nor the company has chosen."""
