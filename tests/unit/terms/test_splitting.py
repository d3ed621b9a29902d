from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.core.amounts import Amounts
from receivables.core.errors import InvalidInput
from receivables.core.money import DECIMALS, MAX_MINOR, Money, total
from receivables.terms.instalments import FixedAmount, PercentOfRemainder, PercentOfTotal, Remainder, Share
from receivables.terms.splitting import split

minors = st.integers(-MAX_MINOR, MAX_MINOR)
millionths = st.integers(1, 100_000_000)


def percent(millionth: int) -> Decimal:
    return Decimal(millionth).scaleb(-6)


@st.composite
def whole_percentages(draw: st.DrawFn) -> list[Share]:
    """Two to twelve percentages that add up to exactly 100."""
    cuts = sorted(draw(st.sets(st.integers(1, 99_999_999), min_size=1, max_size=11)))
    edges = [0, *cuts, 100_000_000]
    return [PercentOfTotal(percent(upper - lower)) for lower, upper in pairwise(edges)]


fixed = st.integers(1, MAX_MINOR).map(
    lambda minor: FixedAmount(Amounts(tuple(Money(minor, currency) for currency in DECIMALS)))
)
of_total = millionths.map(lambda millionth: PercentOfTotal(percent(millionth)))
of_rest = millionths.map(lambda millionth: PercentOfRemainder(percent(millionth)))
with_remainder = st.lists(st.one_of(fixed, of_total, of_rest), max_size=11).map(
    lambda shares: [*shares, Remainder()]
)
splits = st.one_of(whole_percentages(), with_remainder)


@given(minors, splits)
def test_parts_add_up_exactly_in_every_currency(minor: int, shares: list[Share]) -> None:
    for currency in DECIMALS:
        amount = Money(minor, currency)
        parts = [piece.amount for piece in split(shares, amount)]
        assert total(parts, currency) == amount
        assert all(part.minor * minor >= 0 and abs(part.minor) <= abs(minor) for part in parts)


@given(minors, splits)
def test_a_credit_note_is_split_like_its_invoice(minor: int, shares: list[Share]) -> None:
    invoice = split(shares, Money(minor, "EUR"))
    credit_note = split(shares, Money(-minor, "EUR"))
    assert [piece.amount for piece in credit_note] == [-piece.amount for piece in invoice]


@given(minors, whole_percentages())
def test_no_part_is_off_by_a_minor_unit(minor: int, shares: list[PercentOfTotal]) -> None:
    for share, piece in zip(shares, split(shares, Money(minor, "EUR")), strict=True):
        assert abs(piece.amount.minor - Decimal(minor) * share.percent / 100) < 1


def test_a_part_before_the_remainder_is_rounded_half_even() -> None:
    half: list[Share] = [PercentOfTotal(Decimal(50)), Remainder()]
    assert [piece.amount.minor for piece in split(half, Money(1, "EUR"))] == [0, 1]
    assert [piece.amount.minor for piece in split(half, Money(3, "EUR"))] == [2, 1]
    assert [piece.amount.minor for piece in split(half, Money(5, "EUR"))] == [2, 3]


def test_a_fixed_part_is_at_most_what_is_left_and_says_so() -> None:
    deposit = FixedAmount(Amounts.of(Money(50_000, "EUR")))
    first, last = split([deposit, Remainder()], Money(30_000, "EUR"))
    assert (first.amount, last.amount) == (Money(30_000, "EUR"), Money(0, "EUR"))
    assert first.working == "fixed amount, but only 300.00 EUR is left"


def test_percentages_of_the_remainder_follow_one_another() -> None:
    half = PercentOfRemainder(Decimal(50))
    pieces = split([half, half, Remainder()], Money(10_000, "EUR"))
    assert [(piece.amount.minor, piece.working) for piece in pieces] == [
        (5_000, "50 % of the remaining 100.00 EUR"),
        (2_500, "50 % of the remaining 50.00 EUR"),
        (2_500, "the remainder"),
    ]


def test_a_fixed_part_without_an_amount_in_the_currency_is_refused() -> None:
    shares: list[Share] = [FixedAmount(Amounts.of(Money(50_000, "EUR"))), Remainder()]
    with pytest.raises(InvalidInput) as refused:
        split(shares, Money(100, "USD"))
    assert refused.value.field == "instalments.0.share.amount"
