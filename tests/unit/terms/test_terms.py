from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.core.errors import InvalidFields, NotFound
from receivables.core.versions import in_force
from receivables.terms import DEFAULT_TERMS, Terms, preview


def test_net_thirty_counts_calendar_days() -> None:
    assert DEFAULT_TERMS.due_date(date(2026, 1, 31)) == date(2026, 3, 2)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 365))
def test_the_due_date_is_never_before_the_invoice(issued: date, net: int) -> None:
    terms = replace(DEFAULT_TERMS, net_days=net)
    assert (terms.due_date(issued) - issued).days == net


@pytest.mark.parametrize("net", [-1, 366])
def test_terms_out_of_bounds_are_refused_naming_every_field(net: int) -> None:
    with pytest.raises(InvalidFields) as refused:
        Terms("t", 1, "  ", net, date(2026, 1, 1))
    assert {e.field for e in refused.value.errors} == {"net_days", "name"}


def test_a_preview_says_how_the_date_comes_about() -> None:
    shown = preview(replace(DEFAULT_TERMS, net_days=1), date(2026, 2, 28))
    assert shown.due_date == date(2026, 3, 1)
    assert shown.reasoning == "2026-02-28 + 1 day net = 2026-03-01 (Net 30 days, version 1)"


def test_the_version_in_force_is_the_latest_dated_then_the_latest_written() -> None:
    first = DEFAULT_TERMS
    later = replace(first, version=2, in_force_from=date(2026, 6, 1))
    corrected = replace(first, version=3, in_force_from=date(2026, 6, 1))
    planned = replace(first, version=4, in_force_from=date(2027, 1, 1))
    versions = [planned, first, corrected, later]
    assert in_force(versions, date(2026, 5, 31)) == first
    assert in_force(versions, date(2026, 6, 1)) == corrected
    assert in_force(versions, date(2027, 1, 1)) == planned


def test_nothing_in_force_yet_is_an_error() -> None:
    with pytest.raises(NotFound):
        in_force([replace(DEFAULT_TERMS, in_force_from=date(2030, 1, 1))], date(2026, 1, 1))
