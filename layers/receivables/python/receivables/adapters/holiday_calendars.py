"""Public holidays from the `holidays` package, of which only the country that is needed is imported.

The package loads each country by need, but the first one executes `holidays.countries`, which imports all of them: 250
modules. A country's module does not need that, so it is imported under an empty package of that name, which is taken away
again. What that saves is in the decision record on terms and calendars; that the package still allows it, in the contract test.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from threading import RLock
from types import ModuleType
from typing import TYPE_CHECKING, Final

from receivables.core.errors import InvalidInput

if TYPE_CHECKING:
    from holidays.holiday_base import HolidayBase

_COUNTRIES: Final = "holidays.countries"
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_IMPORTING: Final = RLock()


class PublicHolidays:
    """HolidayCalendars on the `holidays` package. Costs nothing until the first day is asked for; each calendar and year
    is worked out once. One instance can be kept for ever. The package knows years up to 2100; later ones have no holidays."""

    def __init__(self) -> None:
        self._years: dict[tuple[str, int], dict[date, str]] = {}

    def holiday(self, calendar: str, day: date) -> str | None:
        """The name of the holiday that a day is there, in English where the package has it; None: it is none. Raises
        InvalidInput (`holidays`) for a calendar that is not known."""
        year = self._years.get((calendar, day.year))
        if year is None:
            year = self._years[calendar, day.year] = _year(calendar, day.year)
        return year.get(day)

    def known(self, calendar: str) -> bool:
        """Whether there is such a calendar. Imports its country, and no other."""
        code, _, subdivision = calendar.partition("-")
        country = _country(code)
        if country is None:
            return False
        return calendar == code or subdivision in country.subdivisions


def _year(calendar: str, year: int) -> dict[date, str]:
    """The holidays of a year there, days on which one is observed included."""
    code, _, subdivision = calendar.partition("-")
    country = _country(code)
    if country is None or (calendar != code and subdivision not in country.subdivisions):
        raise InvalidInput("holidays", f"there is no calendar {calendar!r}")
    # A holiday can be observed in the year before its own, or after.
    around = country(subdiv=subdivision or None, years=range(year - 1, year + 2), language=_english(country))
    return {day: name for day, name in around.items() if day.year == year}


def _english(country: type[HolidayBase]) -> str | None:
    """The English that the country's names are known in; None: they are known in its own language only."""
    known = [language for language in country.supported_languages if language.startswith("en")]
    return "en_US" if "en_US" in known else next(iter(known), None)


@lru_cache(maxsize=300)
def _country(code: str) -> type[HolidayBase] | None:
    """The country's class; None: there is none for that ISO 3166-1 alpha-2 code."""
    with _IMPORTING:
        import holidays

        if not _COUNTRY.fullmatch(code) or code not in holidays.registry.EntityLoader.get_country_codes(
            include_aliases=False
        ):
            return None
        loader = getattr(holidays, code)
        with _without_all_countries(holidays.__path__):
            module = importlib.import_module(loader.module_name)
    country: type[HolidayBase] = getattr(module, loader.entity_name)
    return country


@contextmanager
def _without_all_countries(path: list[str]) -> Iterator[None]:
    """Import modules of countries without executing their package, unless that was done already."""
    if _COUNTRIES in sys.modules:
        yield
        return
    package = ModuleType(_COUNTRIES)
    package.__path__ = [f"{where}/countries" for where in path]
    sys.modules[_COUNTRIES] = package
    try:
        yield
    finally:
        del sys.modules[_COUNTRIES]
