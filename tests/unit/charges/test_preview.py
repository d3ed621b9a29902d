"""Trying rules on a history: what is refused, and what the answer says."""

from datetime import date

import pytest

from receivables.charges.preview import Event, History, preview_charges
from receivables.core.errors import InvalidFields
from receivables.core.money import Money
from receivables.ledger import EntryKind
from receivables.terms import Instalment, LateCharges
from tests.unit.charges.scenes import eur, fee, interest

DUE = date(2025, 1, 31)
WHOLE = (Instalment(DUE, eur(1_000_000)),)
RULES = LateCharges(fees=(fee(),), interest=interest())


def test_rows_fees_and_total_are_what_it_would_cost_to_settle_on_that_day() -> None:
    events = (Event(date(2025, 2, 5), eur(-500_000)), Event(date(2025, 3, 1), eur(-500_000)))
    answer = preview_charges(History(eur(1_000_000), WHOLE, events), RULES, {}, date(2025, 2, 10))
    assert [(row.days, row.balance) for row in answer.rows] == [(5, eur(1_000_000)), (5, eur(500_000))]
    assert (answer.interest, answer.total) == (eur(750), eur(4_750))
    assert [(each.rule, each.on, each.amount) for each in answer.fees] == [
        ("flat-fee", date(2025, 2, 1), eur(4_000))
    ]


def test_in_time_there_is_nothing() -> None:
    answer = preview_charges(History(eur(1_000_000), WHOLE), RULES, {}, DUE)
    assert (answer.rows, answer.fees, answer.total) == ((), (), eur(0))


def test_while_grace_lasts_it_says_until_when_it_is_free() -> None:
    rules = LateCharges(interest=interest(), grace_days=5)
    answer = preview_charges(History(eur(1_000_000), WHOLE), rules, {}, date(2025, 2, 3))
    assert answer.total == eur(0)
    assert answer.notes[-1].endswith("it may be paid in time until 2025-02-05.")


@pytest.mark.parametrize(
    ("history", "field"),
    [
        (History(eur(0), (Instalment(DUE, eur(0)),)), "amount"),
        (History(eur(2), (Instalment(DUE, eur(1)),)), "instalments"),
        (History(eur(2), (Instalment(DUE, Money(2, "USD")),)), "instalments.0.amount"),
        (History(eur(2), (Instalment(DUE, eur(3)), Instalment(DUE, eur(-1)))), "instalments.1.amount"),
        (History(eur(2), (Instalment(DUE, eur(2)),), (Event(DUE, eur(1)),)), "events.0.amount"),
        (History(eur(2), (Instalment(date(1900, 1, 1), eur(2)),)), "instalments.0.due_date"),
        (History(eur(2), (Instalment(DUE, eur(2)),), (Event(DUE, eur(-3)),)), "events.0.amount"),
        (History(eur(2), (Instalment(DUE, eur(2)),), (Event(DUE, Money(-1, "USD")),)), "events.0.amount"),
        (History(eur(2), (Instalment(DUE, eur(2)),), (Event(date(2300, 1, 1), eur(-1)),)), "events.0.on"),
    ],
)
def test_a_history_that_cannot_be_is_refused_with_the_field_named(history: History, field: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        preview_charges(history, RULES, {}, date(2025, 6, 1))
    assert [error.field for error in refused.value.errors] == [field]


def test_what_came_and_went_on_one_day_may_be_told_in_any_order() -> None:
    events = (Event(DUE, eur(1), EntryKind.CHARGEBACK), Event(DUE, eur(-1)), Event(DUE, eur(-2)))
    history = History(eur(2), (Instalment(DUE, eur(2)),), events)
    assert preview_charges(history, RULES, {}, date(2025, 6, 1)).interest == eur(0)


def test_events_may_be_told_in_any_order() -> None:
    events = (
        Event(date(2025, 2, 20), eur(500_000), EntryKind.REFUND),
        Event(date(2025, 2, 10), eur(-500_000)),
    )
    answer = preview_charges(History(eur(1_000_000), WHOLE, events), RULES, {}, date(2025, 2, 25))
    assert [(row.days, row.balance.minor) for row in answer.rows] == [
        (10, 1_000_000),
        (10, 500_000),
        (5, 1_000_000),
    ]
