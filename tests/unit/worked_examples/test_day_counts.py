"""Days of 30E/360 as published: the Eurobond basis in the workbook of examples to the 2006 ISDA Definitions, section 4.16(g),
which test suites of financial libraries (QuantLib, Strata, finmath) repeat. Each row: first date, second date, days."""

from datetime import date

import pytest

from receivables.charges.day_count import thirty_360_days

ISDA = [
    ("2006-08-20", "2007-02-20", 180),
    ("2007-02-20", "2007-08-20", 180),
    ("2007-08-20", "2008-02-20", 180),
    ("2008-02-20", "2008-08-20", 180),
    ("2006-02-28", "2006-08-31", 182),
    ("2006-08-31", "2007-02-28", 178),
    ("2007-02-28", "2007-08-31", 182),
    ("2007-08-31", "2008-02-29", 179),
    ("2008-02-29", "2008-08-31", 181),
    ("2008-08-31", "2009-02-28", 178),
    ("2006-01-31", "2006-02-28", 28),
    ("2006-01-30", "2006-02-28", 28),
    ("2006-02-28", "2006-03-03", 5),
    ("2006-02-14", "2006-02-28", 14),
    ("2006-09-30", "2006-10-31", 30),
    ("2006-10-31", "2006-11-28", 28),
    ("2007-08-31", "2008-02-28", 178),
    ("2008-02-28", "2008-08-28", 180),
    ("2008-02-28", "2008-08-30", 182),
    ("2008-02-28", "2008-08-31", 182),
    ("2007-02-26", "2008-02-28", 362),
    ("2007-02-26", "2008-02-29", 363),
    ("2008-02-29", "2009-02-28", 359),
    ("2008-02-28", "2008-03-30", 32),
    ("2008-02-28", "2008-03-31", 32),
]


@pytest.mark.parametrize(("after", "to", "days"), ISDA)
def test_thirty_360_days_are_those_of_the_isda_examples(after: str, to: str, days: int) -> None:
    assert thirty_360_days(date.fromisoformat(after), date.fromisoformat(to)) == days
