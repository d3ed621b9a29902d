"""Write terms whose calendars and rate tables exist."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from receivables.charges.rates import RateTable
from receivables.core.errors import FieldError, InvalidFields, NotFound
from receivables.core.versions import Catalogue
from receivables.terms import HolidayCalendars, Terms, require_known
from receivables.usecases.applicable import tables_of
from receivables.usecases.write_documents import WriteDocuments


class WriteTerms:
    """Creates terms and adds versions to them."""

    def __init__(
        self, terms: Catalogue[Terms], rates: Catalogue[RateTable], holidays: HolidayCalendars
    ) -> None:
        self._documents = WriteDocuments(terms)
        self._rates, self._holidays = rates, holidays

    def create(self, first: Terms, by: str, at: datetime) -> Terms:
        """Write version 1 of new terms. Raises InvalidFields (see `check`) or AlreadyExists."""
        self.check(first)
        return self._documents.create(first, by, at)

    def revise(self, terms_id: str, draft: Callable[[int], Terms], by: str, at: datetime) -> Terms:
        """Write the version that follows the last. Raises InvalidFields, NotFound or StaleRevision."""

        def checked(number: int) -> Terms:
            drafted = draft(number)
            self.check(drafted)
            return drafted

        return self._documents.revise(terms_id, checked, by, at)

    def check(self, terms: Terms) -> None:
        """Raises InvalidFields where terms name a calendar (`calendar.holidays.<i>`) or a rate table
        (`late_charges.interest.rate.table`) that does not exist."""
        require_known(terms.calendar, self._holidays)
        for table in tables_of(terms):
            try:
                self._rates.versions(table)
            except NotFound as error:
                raise InvalidFields([FieldError("late_charges.interest.rate.table", str(error))]) from None
