from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.core.errors import InvalidInput
from receivables.core.money import Money
from receivables.imports.values import (
    DateFormat,
    as_date,
    as_email,
    as_flag,
    as_locale,
    as_money,
    as_phone,
    as_timezone,
    told_by,
)


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["2026-03-01", "2026-12-31"], DateFormat.ISO),
        (["1/2/2026", "1/13/2026"], DateFormat.MONTH_FIRST),
        (["1/2/2026", "13/1/2026"], DateFormat.DAY_FIRST),
        (["1.2.2026"], DateFormat.DAY_FIRST),
        (["3/3/2026", "", "nonsense"], DateFormat.ISO),
        (["3/3/2026", "2026-01-02"], DateFormat.ISO),
    ],
)
def test_the_order_of_day_and_month_is_told_from_all_dates_together(
    cells: list[str], order: DateFormat
) -> None:
    assert told_by(cells) is order


def test_dates_that_could_be_read_both_ways_are_not_guessed() -> None:
    with pytest.raises(InvalidInput, match="could be day/month or month/day: say date_format") as refused:
        told_by(["3/3/2026", "1/2/2026"])
    assert refused.value.field == "date_format"


def test_dates_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(InvalidInput, match="contradict"):
        told_by(["1/13/2026", "13/1/2026"])


@pytest.mark.parametrize(
    ("cell", "order", "day"),
    [
        ("2026-03-01", DateFormat.ISO, date(2026, 3, 1)),
        ("2026/3/1", DateFormat.DAY_FIRST, date(2026, 3, 1)),
        ("2026-03-01T00:00:00Z", DateFormat.ISO, date(2026, 3, 1)),
        ("2026-03-01 00:00:00", DateFormat.ISO, date(2026, 3, 1)),
        ("3/1/2026", DateFormat.MONTH_FIRST, date(2026, 3, 1)),
        ("3/1/2026", DateFormat.DAY_FIRST, date(2026, 1, 3)),
        ("03-01-2026", DateFormat.DAY_FIRST, date(2026, 1, 3)),
        ("1.3.2026", DateFormat.DAY_FIRST, date(2026, 3, 1)),
        ("3/1/2026 0:00", DateFormat.MONTH_FIRST, date(2026, 3, 1)),
    ],
)
def test_dates_are_read(cell: str, order: DateFormat, day: date) -> None:
    assert as_date(cell, order, "due_date") == day


@pytest.mark.parametrize(
    "cell", ["13/13/2026", "2026-02-30", "1/2/26", "tomorrow", "0/1/2026", "1/2-2026", "٣/١/٢٠٢٦"]
)
def test_what_is_no_date_is_refused_with_its_field(cell: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        as_date(cell, DateFormat.MONTH_FIRST, "due_date")
    assert refused.value.field == "due_date"


@given(
    st.lists(st.dates(min_value=date(1990, 1, 1)), min_size=1),
    st.sampled_from([DateFormat.MONTH_FIRST, DateFormat.DAY_FIRST]),
)
def test_a_column_is_never_read_in_the_wrong_order(days: list[date], order: DateFormat) -> None:
    write = (
        "{0.month}/{0.day}/{0.year:04}"
        if order is DateFormat.MONTH_FIRST
        else "{0.day}/{0.month}/{0.year:04}"
    )
    cells = [write.format(day) for day in days]
    try:
        told = told_by(cells)
    except InvalidInput:
        assert all(day.day <= 12 for day in days)
    else:
        assert [as_date(cell, told, "d") for cell in cells] == days


@pytest.mark.parametrize(
    ("cell", "minor"),
    [
        ("1234.5", 123_450),
        ("1,234.50", 123_450),
        ("1.234,50", 123_450),
        ("1234,50", 123_450),
        ("1,234,567", 123_456_700),
        ("0.01", 1),
        ("-3", -300),
        ("12", 1_200),
    ],
)
def test_amounts_are_read_exactly(cell: str, minor: int) -> None:
    assert as_money(cell, "EUR", "amount") == Money(minor, "EUR")


@pytest.mark.parametrize("cell", ["1,234", "1.234", "12,34,5", "$5", "1e3", "NaN", "1 000", "", "１２"])
def test_an_amount_with_two_readings_or_none_is_refused(cell: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        as_money(cell, "EUR", "amount")
    assert refused.value.field == "amount"


def test_decimals_follow_the_currency() -> None:
    assert as_money("1234", "JPY", "amount") == Money(1_234, "JPY")
    assert as_money("1.234", "KWD", "amount") == Money(1_234, "KWD")
    with pytest.raises(InvalidInput, match="decimals of JPY"):
        as_money("12.50", "JPY", "amount")


@given(st.integers(min_value=-(10**14), max_value=10**14), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_an_amount_as_money_writes_it_is_read_back(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert as_money(f"{money.decimal:f}", currency, "amount") == money


@pytest.mark.parametrize("cell", ["a@b.example", "first.last+tag@mail.example.com"])
def test_addresses_are_taken_as_they_are(cell: str) -> None:
    assert as_email(cell, "email") == cell


@pytest.mark.parametrize(
    "cell", ["a", "a@b", "a b@c.example", "a@b@c.example", "<a@b.example>", "a@-b.example"]
)
def test_what_is_no_address_is_refused(cell: str) -> None:
    with pytest.raises(InvalidInput):
        as_email(cell, "email")


def test_numbers_locales_zones_and_flags_are_brought_into_one_form() -> None:
    assert as_phone("+1 (555) 010-0123", "phone") == "+15550100123"
    assert as_locale("de-at", "locale") == "de_AT"
    assert as_locale("zh_hans_cn", "locale") == "zh_Hans_CN"
    assert as_timezone("Europe/Berlin", "timezone") == "Europe/Berlin"
    assert as_flag("Yes", "sms_consent") is True
    assert as_flag("0", "sms_consent") is False


@pytest.mark.parametrize(
    ("read", "cell"),
    [(as_phone, "0555 123"), (as_locale, "german"), (as_timezone, "Mars/Base"), (as_flag, "maybe")],
)
def test_what_is_none_of_these_is_refused(read: object, cell: str) -> None:
    with pytest.raises(InvalidInput):
        read(cell, "f")  # type: ignore[operator]
