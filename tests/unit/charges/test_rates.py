"""Rate tables: what is refused, what holds on a day, and whether the tables that come with the product agree."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from receivables.charges.rates import RateChange, RateTable, builtin_rates
from receivables.charges.reference import Rates, percent_text
from receivables.core.errors import InvalidFields, InvalidInput
from receivables.terms.late_charges import FixedRate, Fixing, InterestRule, MonthlyRate, Rate, ReferenceRate

TABLES = {table.id: table for table in builtin_rates()}


def table(*changes: tuple[str, str], checked_until: str = "2025-12-31") -> RateTable:
    made = tuple(RateChange(date.fromisoformat(on), Decimal(percent)) for on, percent in changes)
    return RateTable("t", 1, "A rate", date(1970, 1, 1), made, "a source", date.fromisoformat(checked_until))


def rate_of(rate: Rate, late_on: str, day: str, tables: dict[str, RateTable] | None = None) -> Decimal:
    """The annual rate on a day, of a debt that became late on a day."""
    first, last = date.fromisoformat(late_on).toordinal(), date.fromisoformat(day).toordinal()
    steps = Rates(tables or TABLES).steps(InterestRule("interest", rate), first, last)
    return Decimal(percent_text(steps[-1][1]))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"changes": ()}, "changes"),
        ({"source": " "}, "source"),
        ({"checked_until": date(2024, 1, 1)}, "checked_until"),
        ({"changes": (RateChange(date(2024, 7, 1), Decimal("1e-7")),)}, "changes.0.percent"),
        ({"changes": (RateChange(date(2024, 7, 1), Decimal("NaN")),)}, "changes.0.percent"),
        ({"changes": (RateChange(date(2024, 7, 1), Decimal(1001)),)}, "changes.0.percent"),
        ({"changes": (RateChange(date(1969, 7, 1), Decimal(1)),)}, "changes.0.on"),
        (
            {
                "changes": (
                    RateChange(date(2024, 7, 1), Decimal(1)),
                    RateChange(date(2024, 7, 1), Decimal(2)),
                )
            },
            "changes.1.on",
        ),
    ],
)
def test_a_table_that_cannot_be_is_refused_with_the_field_named(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        replace(table(("2024-07-01", "1")), **wrong)  # type: ignore[arg-type]
    assert [error.field for error in refused.value.errors] == [field]


def test_a_rate_holds_from_its_day_until_the_next() -> None:
    rates = table(("2024-01-01", "4"), ("2024-07-01", "3.5"))
    assert rates.percent_on(date(2023, 12, 31)) is None
    assert rates.percent_on(date(2024, 6, 30)) == 4
    assert rates.percent_on(date(2024, 7, 1)) == Decimal("3.5")
    assert rates.percent_on(date(2030, 1, 1)) == Decimal("3.5")


def test_the_base_rate_of_the_bundesbank_follows_the_central_bank_as_section_247_says() -> None:
    """It changes on 1 January and 1 July by as much as the last main refinancing operation before did."""
    days = [date(year, month, 1) for year in range(2009, 2026) for month in (1, 7)]
    ecb, base = TABLES["ecb-mro"], TABLES["de-basiszinssatz"]
    # The change of July 2009 is the first since tenders have a fixed rate again.
    for day in days[1:]:
        reference = ecb.percent_on(day - timedelta(days=1))
        assert reference is not None
        assert base.percent_on(day) == reference - Decimal("0.88"), day


@pytest.mark.parametrize(
    ("half_year", "reference"),
    [
        ("2024-01-01", "5.25"), ("2023-07-01", "5.00"), ("2023-01-01", "3.50"), ("2022-07-01", "1.25"),
        ("2022-01-01", "0.25"), ("2021-07-01", "0.10"), ("2020-07-01", "0.10"), ("2020-01-01", "0.75"),
        ("2019-01-01", "0.75"), ("2018-07-01", "0.50"), ("2018-01-01", "0.50"), ("2017-07-01", "0.25"),
        ("2017-01-01", "0.25"), ("2016-07-01", "0.50"), ("2012-01-01", "0.50"), ("2005-07-01", "4.75"),
    ],
)  # fmt: skip
def test_reference_rates_of_british_half_years_are_those_of_payontime(half_year: str, reference: str) -> None:
    eve = date.fromisoformat(half_year) - timedelta(days=1)
    assert TABLES["boe-base"].percent_on(eve) == Decimal(reference)


def test_every_table_says_where_its_rates_are_published() -> None:
    assert set(TABLES) == {"boe-base", "de-basiszinssatz", "ecb-mro"}
    assert all("https://" in each.source for each in TABLES.values())
    assert all(each.checked_until < date(2026, 7, 1) for each in TABLES.values())


RATES = {"r": replace(table(("2023-01-01", "4"), ("2023-07-01", "3"), ("2023-09-15", "2")), id="r")}


@pytest.mark.parametrize(
    ("fixing", "late_on", "day", "percent"),
    [
        (Fixing.HALF_YEAR_OF_DEFAULT, "2023-03-05", "2024-03-05", "12"),
        (Fixing.HALF_YEAR_OF_DEFAULT, "2023-07-01", "2024-03-05", "11"),
        (Fixing.HALF_YEAR_OF_DEFAULT, "2023-12-31", "2024-03-05", "11"),
        (Fixing.EACH_HALF_YEAR, "2023-03-05", "2023-06-30", "12"),
        (Fixing.EACH_HALF_YEAR, "2023-03-05", "2023-07-01", "11"),
        (Fixing.EACH_HALF_YEAR, "2023-03-05", "2023-12-31", "11"),
        (Fixing.EACH_HALF_YEAR, "2023-03-05", "2024-01-01", "10"),
        (Fixing.DAILY, "2023-03-05", "2023-09-14", "11"),
        (Fixing.DAILY, "2023-03-05", "2023-09-15", "10"),
        (Fixing.DAILY, "2023-09-15", "2023-09-15", "10"),
    ],
)
def test_a_reference_rate_is_read_when_its_fixing_says(
    fixing: Fixing, late_on: str, day: str, percent: str
) -> None:
    assert rate_of(ReferenceRate("r", Decimal(8), fixing), late_on, day, RATES) == Decimal(percent)


def test_a_change_on_the_first_day_of_a_half_year_counts_for_it_unless_it_is_read_on_the_eve() -> None:
    on_first = ReferenceRate("r", Decimal(8), Fixing.EACH_HALF_YEAR)
    on_eve = replace(on_first, eve=True)
    assert rate_of(on_first, "2023-07-01", "2023-07-01", RATES) == 11
    assert rate_of(on_eve, "2023-07-01", "2023-07-01", RATES) == 12


def test_a_negative_reference_rate_lowers_the_rate_but_never_below_zero() -> None:
    assert rate_of(ReferenceRate("de-basiszinssatz", Decimal(5)), "2018-03-01", "2018-03-01") == Decimal(
        "4.12"
    )
    assert rate_of(ReferenceRate("de-basiszinssatz", Decimal("0.5")), "2018-03-01", "2018-03-01") == 0


def test_a_monthly_rate_is_a_twelfth_of_a_years() -> None:
    assert rate_of(MonthlyRate(Decimal("1.5")), "2024-01-01", "2024-01-01") == 18


def test_the_legal_maximum_bounds_every_rate() -> None:
    rule = InterestRule("interest", FixedRate(Decimal(20)), legal_maximum=Decimal("12.5"))
    assert Rates({}).steps(rule, 1, 2) == [(1, 12_500_000)]


def test_a_table_that_is_not_known_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"rate\.table"):
        rate_of(ReferenceRate("nowhere", Decimal(1)), "2024-01-01", "2024-01-01")


def test_a_debt_from_before_the_table_began_is_worked_out_with_its_first_rate() -> None:
    assert rate_of(ReferenceRate("r", Decimal(0), Fixing.DAILY), "2020-01-01", "2020-06-01", RATES) == 4


@pytest.mark.parametrize("fixing", list(Fixing))
def test_it_makes_no_difference_in_which_order_debts_are_worked_out(fixing: Fixing) -> None:
    """What was looked up for one is kept for the next, which may be older, or younger."""
    rule = InterestRule("interest", ReferenceRate("ecb-mro", Decimal(8), fixing))
    debts = [
        (date(year, month, 15).toordinal(), date(year + 2, 3, 31).toordinal())
        for year, month in ((2012, 2), (2023, 8), (1997, 1), (2008, 11), (2023, 8), (2001, 7))
    ]
    together = Rates(TABLES)
    assert [together.steps(rule, *debt) for debt in debts] == [
        Rates(TABLES).steps(rule, *debt) for debt in debts
    ]
