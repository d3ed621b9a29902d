"""A preview is the decision itself, again and again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.arrangements import Covered, Hold, Part, Plan, Promise
from receivables.core.errors import InvalidInput
from receivables.dunning.decision import OpenCase, SendNotice
from receivables.dunning.policy import DEFAULT_POLICY
from receivables.ledger import OpenItem
from receivables.usecases.preview_policy import MAX_DAYS, Happening, imagined_account, preview_policy
from tests.builders import NOW, customer, eur

FIRST = date(2026, 1, 1)
ADA = customer()

items = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(1, 10**6)), min_size=1, max_size=6
).map(
    lambda rows: [
        OpenItem(
            f"INV-{number}",
            eur(minor),
            eur(minor),
            FIRST + timedelta(days=issued),
            FIRST + timedelta(days=issued + net),
        )
        for number, (issued, net, minor) in enumerate(rows)
    ]
)


def previewed(invoices: list[OpenItem], first: date = FIRST, days: int = 300) -> list[Happening]:
    account = imagined_account(ADA, invoices)
    return list(preview_policy(DEFAULT_POLICY, ADA, account, first, first + timedelta(days=days)))


def reached(happening: Happening) -> dict[str, int]:
    """The invoices that newly reach a step, with the step's index."""
    if isinstance(happening.action, OpenCase):
        return dict.fromkeys(happening.action.invoices, len(DEFAULT_POLICY.steps))
    return {
        line.number: line.step_index for line in happening.action.lines if line.listing.value == "reached"
    }


@given(items)
def test_every_invoice_climbs_its_steps_once_and_ends_in_the_case(invoices: list[OpenItem]) -> None:
    steps: dict[str, list[int]] = {}
    for happening in previewed(invoices):
        for number, index in reached(happening).items():
            steps.setdefault(number, []).append(index)
    for invoice in invoices:
        climbed = steps[invoice.number]
        assert climbed == sorted(set(climbed))
        assert climbed[-1] == len(DEFAULT_POLICY.steps)


@given(items)
def test_it_happens_in_order_on_days_that_the_policy_sends_on_and_with_a_reason(
    invoices: list[OpenItem],
) -> None:
    happenings = previewed(invoices)
    assert [each.at for each in happenings] == sorted(each.at for each in happenings)
    for each in happenings:
        assert each.on.isoweekday() in DEFAULT_POLICY.send_on
        assert len(each.reasons) == len(reached(each))


@given(items, st.integers(1, 200))
def test_a_part_of_a_preview_from_its_beginning_is_the_beginning_of_it(
    invoices: list[OpenItem], days: int
) -> None:
    whole = previewed(invoices)
    assert previewed(invoices, days=days) == [each for each in whole if (each.on - FIRST).days <= days]


def test_what_was_missed_before_the_first_day_comes_once() -> None:
    invoice = OpenItem("INV-1", eur(100), eur(100), FIRST, FIRST)
    happenings = previewed([invoice], first=date(2026, 1, 15))
    assert isinstance(happenings[0].action, SendNotice)
    assert [each.action.step.key for each in happenings if isinstance(each.action, SendNotice)] == [
        "reminder-2",
        "reminder-3",
    ]


def test_a_hold_of_the_account_pauses_in_the_preview_too() -> None:
    account = imagined_account(ADA, [OpenItem("INV-1", eur(100), eur(100), FIRST, FIRST)])
    hold = Hold("disputed", "finn", NOW - timedelta(days=90), NOW)
    held = replace(account, account=replace(account.account, hold=hold))
    happenings = list(preview_policy(DEFAULT_POLICY, ADA, held, FIRST, FIRST + timedelta(days=90)))
    assert min(each.at for each in happenings) >= NOW


@pytest.mark.parametrize("days", [-1, MAX_DAYS + 1])
def test_a_span_that_makes_no_sense_is_refused(days: int) -> None:
    with pytest.raises(InvalidInput):
        previewed([OpenItem("INV-1", eur(100), eur(100), FIRST, FIRST)], days=days)


def test_an_imagined_account_has_one_currency() -> None:
    with pytest.raises(InvalidInput):
        imagined_account(ADA, [])


def promised(minor: int, on: date, *, resume_at: int | None) -> Promise:
    covers = (Covered("INV-1", eur(minor)),)
    return Promise(
        "prm_1", "C-1.EUR", covers, (Part(on, eur(minor)),), "Ada", "phone", "fay", NOW, resume_at=resume_at
    )


def with_(invoice: OpenItem, *arrangements: Promise | Plan) -> list[tuple[date, str]]:
    account = replace(imagined_account(ADA, [invoice]), arrangements=arrangements)
    found = preview_policy(DEFAULT_POLICY, ADA, account, FIRST, FIRST + timedelta(days=120))
    return [
        (each.on, each.action.step.key if isinstance(each.action, SendNotice) else "case") for each in found
    ]


def one(days: int = 10) -> OpenItem:
    return OpenItem("INV-1", eur(100), eur(100), FIRST, FIRST + timedelta(days=days))


def test_a_promise_is_imagined_to_be_broken_and_dunning_resumes_at_its_step() -> None:
    on = FIRST + timedelta(days=12)  # A Tuesday.
    found = with_(one(), promised(100, on, resume_at=10))
    assert found == [
        (date(2026, 1, 14), "reminder-2"),
        (date(2026, 2, 2), "reminder-3"),
        (date(2026, 2, 10), "case"),
    ]


def test_a_plan_is_imagined_to_be_missed() -> None:
    parts = (Part(FIRST + timedelta(days=4), eur(40)), Part(FIRST + timedelta(days=60), eur(60)))
    plan = Plan("pln_1", "C-1.EUR", (Covered("INV-1", eur(100)),), parts, "Ada", "phone", "fay", NOW)
    found = with_(one(), replace(plan, agreed_at=NOW - timedelta(days=60)))
    assert found[0] == (date(2026, 1, 1), "friendly")
    assert (date(2026, 1, 5), "due") in found
    assert found[-1] == (date(2026, 2, 10), "case")
