"""What a policy says about promises."""

from __future__ import annotations

from dataclasses import replace

import pytest

from receivables.core.errors import InvalidFields
from receivables.dunning.policy import DEFAULT_POLICY, Policy, PromiseRules


def with_rules(rules: PromiseRules, policy: Policy = DEFAULT_POLICY) -> Policy:
    return replace(policy, promises=rules)


@pytest.mark.parametrize(
    ("rules", "resume_at"),
    [
        (PromiseRules(), None),
        (PromiseRules(resume_at="reminder-3"), 21),
        (PromiseRules(escalate=True), 30),
    ],
    ids=["where it stood", "at a step", "escalation"],
)
def test_a_broken_promise_resumes_where_the_policy_says(rules: PromiseRules, resume_at: int | None) -> None:
    assert with_rules(rules).resume_at == resume_at


@pytest.mark.parametrize(
    ("rules", "wrong"),
    [
        (PromiseRules(most_open=-1), "promises.most_open"),
        (PromiseRules(most_open=51), "promises.most_open"),
        (PromiseRules(most_broken=-1), "promises.most_broken"),
        (PromiseRules(longest_days=0), "promises.longest_days"),
        (PromiseRules(longest_days=366), "promises.longest_days"),
        (PromiseRules(grace_days=-1), "promises.grace_days"),
        (PromiseRules(resume_at="no-such-step"), "promises.resume_at"),
        (PromiseRules(resume_at="due", escalate=True), "promises.escalate"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rules_that_make_no_sense_are_refused_by_their_field(rules: PromiseRules, wrong: str) -> None:
    with pytest.raises(InvalidFields) as caught:
        with_rules(rules)
    assert [each.field for each in caught.value.errors] == [wrong]


def test_a_policy_without_escalation_cannot_escalate_broken_promises() -> None:
    reminders = replace(DEFAULT_POLICY, steps=DEFAULT_POLICY.steps[:-1])
    assert reminders.escalation is None
    with pytest.raises(InvalidFields) as caught:
        with_rules(PromiseRules(escalate=True), reminders)
    assert caught.value.errors[0].field == "promises.escalate"


def test_the_last_step_before_escalation_is_a_notice() -> None:
    assert DEFAULT_POLICY.last_notice is not None
    assert DEFAULT_POLICY.last_notice.key == "reminder-3"
