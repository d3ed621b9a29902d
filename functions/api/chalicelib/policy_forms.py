"""Dunning policies as data."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, time
from typing import Annotated

from pydantic import Field, PlainSerializer

from chalicelib.documents import NewDocument, VersionForm, VersionReply
from chalicelib.fields import Form, Reply
from receivables.customers import Channel
from receivables.dunning.policy import (
    MAX_GRACE_DAYS,
    MAX_OFFSET_DAYS,
    MAX_PROMISES,
    MAX_STEPS,
    Playbook,
    Policy,
    PromiseRules,
    Step,
    StepAction,
    Tone,
)

LocalTime = Annotated[
    time,
    PlainSerializer(lambda value: value.strftime("%H:%M:%S"), return_type=str),
    Field(examples=["09:00:00"]),
]
Days = Annotated[int, Field(ge=1, le=MAX_OFFSET_DAYS)]


class StepForm(Form):
    """One step. `offset_days` counts calendar days from the due date; before it, it is negative."""

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9\-]{0,39}$", examples=["reminder-1"])
    offset_days: int = Field(ge=-MAX_OFFSET_DAYS, le=MAX_OFFSET_DAYS)
    action: StepAction = StepAction.NOTICE
    tone: Tone = Tone.REMINDER
    channels: list[Channel] = Field(default=[Channel.EMAIL], max_length=len(Channel))

    def step(self) -> Step:
        return Step(self.key, self.offset_days, self.action, self.tone, tuple(dict.fromkeys(self.channels)))

    @classmethod
    def of(cls, step: Step) -> StepForm:
        return cls(**(asdict(step) | {"channels": list(step.channels)}))


class PlaybookForm(Form):
    """How many calendar days a collection case waits between its stages."""

    formal_notice_days: Days = 10
    suspension_days: Days = 14
    review_days: Days = 30
    agency_days: Days = 180


class PromiseRulesForm(Form):
    """Which promises to pay are taken: at most `most_open` at a time on an account, none once more than `most_broken` were broken
    (null: no such limit), none further away than `longest_days`. Each date has `grace_days`. A broken promise resumes dunning at
    the step `resume_at` (null: where it stood), or with `escalate` goes straight to escalation."""

    most_open: int = Field(default=2, ge=0, le=MAX_PROMISES)
    most_broken: int | None = Field(default=None, ge=0, le=MAX_PROMISES)
    longest_days: Days = 30
    grace_days: int = Field(default=2, ge=0, le=MAX_GRACE_DAYS)
    resume_at: str | None = Field(default=None, max_length=40)
    escalate: bool = False


class PolicyVersionForm(VersionForm):
    """A version of a dunning policy. Notices go out at `send_at` on the customer's clocks, on the ISO weekdays `send_on`."""

    steps: list[StepForm] = Field(min_length=1, max_length=MAX_STEPS)
    send_at: LocalTime = time(9, 0)
    send_on: list[Annotated[int, Field(ge=1, le=7)]] = Field(
        default=[1, 2, 3, 4, 5], min_length=1, max_length=7
    )
    playbook: PlaybookForm = PlaybookForm()
    promises: PromiseRulesForm = PromiseRulesForm()

    def policy(self, policy_id: str, version: int, today: date) -> Policy:
        """Raises InvalidFields where the steps do not fit together."""
        return Policy(
            id=policy_id,
            version=version,
            name=self.name,
            in_force_from=self.in_force_from or today,
            steps=tuple(step.step() for step in self.steps),
            send_at=self.send_at,
            send_on=frozenset(self.send_on),
            playbook=Playbook(**self.playbook.model_dump()),
            promises=PromiseRules(**self.promises.model_dump()),
        )


class PolicyForm(PolicyVersionForm, NewDocument):
    """A new dunning policy: its first version."""


class PolicyVersion(VersionReply):
    """One version of a dunning policy."""

    steps: list[StepForm]
    send_at: LocalTime
    send_on: list[int]
    playbook: PlaybookForm
    promises: PromiseRulesForm

    @classmethod
    def of(cls, policy: Policy) -> PolicyVersion:
        return cls(
            id=policy.id,
            version=policy.version,
            name=policy.name,
            in_force_from=policy.in_force_from,
            steps=[StepForm.of(step) for step in policy.steps],
            send_at=policy.send_at,
            send_on=sorted(policy.send_on),
            playbook=PlaybookForm(**asdict(policy.playbook)),
            promises=PromiseRulesForm(**asdict(policy.promises)),
        )


class PolicyDocument(Reply):
    """A dunning policy: all versions, oldest first, and the number of the one in force today (null: none yet)."""

    id: str
    in_force: int | None
    versions: list[PolicyVersion]
