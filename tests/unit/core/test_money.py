from decimal import ROUND_HALF_UP, Decimal

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from receivables.core.errors import InvalidInput
from receivables.core.money import DECIMALS, MAX_MINOR, CurrencyMismatch, Money, decimals, total

currencies = st.sampled_from(sorted(DECIMALS))
minors = st.integers(min_value=-MAX_MINOR, max_value=MAX_MINOR)

# CLDR gives how many decimals people *use*, ISO 4217 how many there are; these are the ones where they differ.
CLDR_DIFFERS = set(
    "AFN ALL COP IDR IQD IRR KPW LAK LBP MGA MMK MRU PKR RSD SOS STN SYP TZS UYI UYW YER UZS HUF CRC NOK SEK CZK "
    "HUF TWD AMD GYD KHR MNT MUR".split()
)


def test_the_currency_table_agrees_with_an_independent_source() -> None:
    differing = {c for c in DECIMALS if get_currency_precision(c) != DECIMALS[c]}
    assert differing <= CLDR_DIFFERS


@pytest.mark.parametrize(
    ("code", "places"), [("EUR", 2), ("JPY", 0), ("BHD", 3), ("CLF", 4), ("ISK", 0), ("HUF", 2)]
)
def test_known_currencies_have_their_iso_decimals(code: str, places: int) -> None:
    assert decimals(code) == places


@pytest.mark.parametrize("code", ["eur", "XXX", "", "EURO", "BTC"])
def test_an_unknown_currency_is_refused_by_name(code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Money(1, code)
    assert refused.value.field == "currency"


@pytest.mark.parametrize("minor", [1.0, True, "1", None, Decimal(1)])
def test_minor_units_are_integers_and_nothing_else(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, "EUR")  # type: ignore[arg-type]


@given(minors, currencies)
def test_writing_and_reading_an_amount_gives_it_back(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.parse(f"{money.decimal:f}", currency) == money


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1.001", "EUR"),
        ("1.5", "JPY"),
        ("abc", "EUR"),
        ("", "EUR"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("1e30", "EUR"),
        ("1,50", "EUR"),
        ("1E+9999999999999", "EUR"),
        ("1e2", "EUR"),
        ("1_000", "EUR"),
        (" 12 ", "EUR"),
        ("١٢", "EUR"),
        ("1.000000000000000000000000000000000001", "EUR"),
        ("9" * 5_000, "EUR"),
    ],
)
def test_an_amount_that_is_not_exact_is_refused_naming_the_field(text: str, currency: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Money.parse(text, currency, field="lines.0.amount")
    assert refused.value.field == "lines.0.amount"


@given(minors, minors, currencies)
def test_adding_and_subtracting_are_exact(a: int, b: int, currency: str) -> None:
    assert (Money(a, currency) + Money(b, currency)) - Money(b, currency) == Money(a, currency)


def test_two_currencies_never_meet() -> None:
    euro, dollar = Money(1, "EUR"), Money(1, "USD")
    for meet in (
        lambda: euro + dollar,
        lambda: euro - dollar,
        lambda: euro < dollar,
        lambda: total([dollar], "EUR"),
    ):
        with pytest.raises(CurrencyMismatch):
            meet()


@given(minors, st.lists(st.integers(0, 10_000), min_size=1, max_size=40).filter(any), currencies)
def test_allocated_parts_add_up_and_are_within_one_unit_of_exact(
    minor: int, weights: list[int], currency: str
) -> None:
    money = Money(minor, currency)
    parts = money.allocate(weights)
    assert total(parts, currency) == money
    for part, weight in zip(parts, weights, strict=True):
        exact = Decimal(minor) * weight / sum(weights)
        assert abs(part.minor - exact) < 1


def test_the_largest_remainder_gets_the_odd_cent() -> None:
    assert [p.minor for p in Money(100, "EUR").allocate([1, 1, 1])] == [34, 33, 33]
    assert [p.minor for p in Money(-100, "EUR").allocate([1, 1, 1])] == [-34, -33, -33]
    assert [p.minor for p in Money(5, "EUR").allocate([1, 2])] == [2, 3]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_weights_that_share_nothing_out_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Money(1, "EUR").allocate(weights)


def test_multiplying_rounds_once_by_the_rounding_named() -> None:
    assert Money(25, "EUR").times(Decimal("0.5")).minor == 12
    assert Money(25, "EUR").times(Decimal("0.5"), ROUND_HALF_UP).minor == 13


@given(minors, minors)
def test_amounts_order_like_their_minor_units(a: int, b: int) -> None:
    x, y = Money(a, "EUR"), Money(b, "EUR")
    assert (x < y, x <= y, x > y, x >= y) == (a < b, a <= b, a > b, a >= b)
    assert bool(x) is bool(a)
    assert -x == Money(-a, "EUR")
