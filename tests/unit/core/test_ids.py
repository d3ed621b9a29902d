from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.core.errors import InvalidInput
from receivables.core.ids import (
    account_id,
    dated_id,
    derived_id,
    id_time,
    key,
    new_id,
    reference,
    split_account_id,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_ids_sort_by_the_time_they_were_made_for() -> None:
    made = [new_id("ntc", AT + timedelta(milliseconds=n)) for n in range(50)]
    assert made == sorted(made)
    assert all(len(i) == len("ntc_") + 26 for i in made)


def test_ids_of_one_instant_differ() -> None:
    assert len({new_id("ntc", AT) for _ in range(1000)}) == 1000


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_derived_ids_are_equal_only_for_equal_parts(a: list[str], b: list[str]) -> None:
    assert (derived_id("x", *a) == derived_id("x", *b)) == (a == b)


@pytest.mark.parametrize("text", ["", "-x", "a b", "ä", "a" * 65, "a.b", "a/b", "a#b", "a\n"])
def test_a_key_with_anything_unsafe_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        key(text, field="customer_id")
    assert refused.value.field == "customer_id"


@pytest.mark.parametrize("text", ["INV-1", "2026/0001", "RE 17.3", "611365"])
def test_document_numbers_may_be_written_as_companies_write_them(text: str) -> None:
    assert reference(text, field="number") == text


@pytest.mark.parametrize("text", ["", " INV", "INV ", "INV#1", "a" * 65, "INV\t1"])
def test_a_document_number_with_anything_unsafe_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        reference(text, field="number")


def test_an_account_id_gives_customer_and_currency_back() -> None:
    assert split_account_id(account_id("C-001", "EUR")) == ("C-001", "EUR")


@pytest.mark.parametrize("text", ["C-001", ".EUR", "C-001.eur", "C 1.EUR", ""])
def test_a_malformed_account_id_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        split_account_id(text)


def test_a_dated_id_is_derived_and_tells_its_time() -> None:
    at = datetime(2026, 3, 1, 8, 30, 0, 123_000, tzinfo=UTC)
    assert dated_id("ntc", at, "case_1", "formal") == dated_id("ntc", at, "case_1", "formal")
    assert dated_id("ntc", at, "case_1", "formal") != dated_id("ntc", at, "case_2", "formal")
    assert id_time(dated_id("ntc", at, "case_1", "formal")) == at
