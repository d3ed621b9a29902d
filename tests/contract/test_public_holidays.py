"""What the product expects of the `holidays` package: well known days, and that a country can be loaded by itself."""

import subprocess
import sys
from datetime import date

import pytest

from receivables.adapters.holiday_calendars import PublicHolidays
from receivables.core.errors import InvalidInput

WELL_KNOWN = [
    ("DE", "2026-05-01", "Labor Day"),
    ("DE", "2026-10-03", "German Unity Day"),
    ("DE-BY", "2026-01-06", "Epiphany"),
    ("DE-SN", "2026-11-18", "Repentance and Prayer Day"),
    ("FR", "2026-07-14", "National Day"),
    ("GB-SCT", "2026-11-30", "Saint Andrew's Day"),
    ("GB-NIR", "2026-03-17", "Saint Patrick's Day"),
    ("US", "2026-11-26", "Thanksgiving Day"),
    ("US", "2026-07-03", "Independence Day (observed)"),
    ("US", "2027-12-31", "New Year's Day (observed)"),
    ("US-CA", "2026-03-31", "Cesar Chavez Day"),
    ("CA-QC", "2026-06-24", "Saint John the Baptist Day"),
    ("NL", "2026-04-27", "King's Day"),
    ("IT", "2026-06-02", "Republic Day"),
    ("ES", "2026-10-12", "National Day"),
    ("JP", "2026-11-03", "Culture Day"),
    ("AU-NSW", "2026-01-26", "Australia Day"),
]


@pytest.fixture(scope="module")
def public() -> PublicHolidays:
    return PublicHolidays()


@pytest.mark.parametrize(("calendar", "day", "name"), WELL_KNOWN)
def test_a_well_known_holiday_is_known_by_its_english_name(
    public: PublicHolidays, calendar: str, day: str, name: str
) -> None:
    assert public.holiday(calendar, date.fromisoformat(day)) == name
    assert public.known(calendar)


@pytest.mark.parametrize(
    ("calendar", "day"),
    [("DE", "2026-01-06"), ("DE-HH", "2026-01-06"), ("GB-ENG", "2026-11-30"), ("FR", "2026-07-15")],
)
def test_other_days_and_other_places_have_none(public: PublicHolidays, calendar: str, day: str) -> None:
    assert public.holiday(calendar, date.fromisoformat(day)) is None


def test_beyond_what_the_package_knows_there_are_none(public: PublicHolidays) -> None:
    assert public.holiday("DE", date(2199, 12, 25)) is None


@pytest.mark.parametrize(
    "calendar", ["XX", "DEU", "de", "DE-XX", "DE-", "", "-BY", "DE-BY-1", "holidays", "NYSE"]
)
def test_an_unknown_calendar_is_refused(public: PublicHolidays, calendar: str) -> None:
    assert not public.known(calendar)
    with pytest.raises(InvalidInput) as refused:
        public.holiday(calendar, date(2026, 1, 6))
    assert refused.value.field == "holidays"


ONE_COUNTRY = """
import sys
from datetime import date
from receivables.adapters.holiday_calendars import PublicHolidays

assert not any(name.partition(".")[0] == "holidays" for name in sys.modules), "loaded before it was needed"
public = PublicHolidays()
assert public.holiday("DE-BY", date(2026, 1, 6)) == "Epiphany"
assert public.holiday("GB-SCT", date(2026, 11, 30)) == "Saint Andrew's Day"
countries = sorted(name for name in sys.modules if name.startswith("holidays.countries"))
assert countries == ["holidays.countries.germany", "holidays.countries.united_kingdom"], countries

import holidays
assert len(holidays.country_holidays("FR", years=2026)) > 5, "the package is as before for everybody else"
assert holidays.countries.Germany is sys.modules["holidays.countries.germany"].Germany
assert public.holiday("IT", date(2026, 6, 2)) == "Republic Day"
"""


def test_only_the_countries_needed_are_imported_and_the_package_is_left_as_it_was() -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", ONE_COUNTRY], check=True)


def test_every_country_of_the_package_can_be_loaded_by_itself(public: PublicHolidays) -> None:
    from holidays.registry import EntityLoader

    countries = list(EntityLoader.get_country_codes(include_aliases=False))
    assert len(countries) > 200
    for code in countries:
        assert public.known(code), code
        public.holiday(code, date(2026, 1, 1))
