"""Business-day adjustment as others have published it, or as their rules say. Each row: date, convention, calendars, adjusted date, source.

The calendars are those of the `holidays` package, so these are also examples of what the product does with it.
"""

from datetime import date

import pytest

from receivables.adapters.holiday_calendars import PublicHolidays
from receivables.terms import Adjustment, BusinessCalendar, CalendarRule

NONE, FOLLOWING, PRECEDING = Adjustment.NONE, Adjustment.FOLLOWING, Adjustment.PRECEDING
MODIFIED = Adjustment.MODIFIED_FOLLOWING
STRATA = "OpenGamma Strata, BusinessDayConventionTest, weekends only"
# The rules below are the laws'; the days they are applied to were chosen here.
BGB = "German Civil Code, section 193: performance due on a Sunday, public holiday or Saturday"
EU = "Regulation (EEC, Euratom) 1182/71, article 3 (4): a period that ends on a holiday, Sunday or Saturday"
PPA = (
    "US Prompt Payment rules, 5 CFR part 1315, as in Oracle's Prompt Payment Components: due on a weekend or "
    "federal holiday, the next working day is the due date"
)
ACT = (
    "UK Bills of Exchange Act 1882, section 14 (1), as amended by section 3 of the Banking and Financial Dealings "
    "Act 1971: due on a non-business day, payable on the succeeding one"
)

EXAMPLES = [
    ("2014-07-12", NONE, (), "2014-07-12", STRATA),
    ("2014-07-11", FOLLOWING, (), "2014-07-11", STRATA),
    ("2014-07-12", FOLLOWING, (), "2014-07-14", STRATA),
    ("2014-07-13", FOLLOWING, (), "2014-07-14", STRATA),
    ("2014-08-30", FOLLOWING, (), "2014-09-01", STRATA),
    ("2014-07-12", MODIFIED, (), "2014-07-14", STRATA),
    ("2014-08-30", MODIFIED, (), "2014-08-29", STRATA),
    ("2014-08-31", MODIFIED, (), "2014-08-29", STRATA),
    ("2014-11-01", MODIFIED, (), "2014-11-03", STRATA),
    ("2014-07-13", PRECEDING, (), "2014-07-11", STRATA),
    ("2014-08-31", PRECEDING, (), "2014-08-29", STRATA),
    ("2014-11-01", PRECEDING, (), "2014-10-31", STRATA),
    ("2026-05-01", FOLLOWING, ("DE",), "2026-05-04", BGB),
    ("2026-01-06", FOLLOWING, ("DE-BY",), "2026-01-07", BGB + ", recognised in Bavaria"),
    ("2026-01-06", FOLLOWING, ("DE-HH",), "2026-01-06", BGB + ", not recognised in Hamburg"),
    ("2026-04-03", FOLLOWING, ("DE",), "2026-04-07", BGB + ", from Good Friday over Easter"),
    ("2026-07-14", FOLLOWING, ("FR",), "2026-07-15", EU),
    ("2026-12-25", FOLLOWING, ("FR", "DE"), "2026-12-28", EU + ", in two countries"),
    (
        "2026-07-03",
        FOLLOWING,
        ("US",),
        "2026-07-06",
        PPA + " (4 July 2026 is a Saturday, observed on Friday)",
    ),
    ("2026-11-26", FOLLOWING, ("US",), "2026-11-27", PPA + " (Thanksgiving)"),
    ("2026-12-25", FOLLOWING, ("GB-ENG",), "2026-12-29", ACT + " (Boxing Day observed on Monday)"),
    (
        "2026-11-30",
        MODIFIED,
        ("GB-SCT",),
        "2026-11-27",
        "modified following as OpenGamma Strata has it, on St Andrew's Day, a Scottish bank holiday at a month's end",
    ),
]


@pytest.mark.parametrize(("day", "adjustment", "calendars", "expected", "source"), EXAMPLES)
def test_a_published_adjustment_comes_out(
    day: str, adjustment: Adjustment, calendars: tuple[str, ...], expected: str, source: str
) -> None:
    calendar = BusinessCalendar(CalendarRule(adjustment, calendars), PublicHolidays())
    adjusted = calendar.adjust(date.fromisoformat(day), not_before=date(2000, 1, 1))
    assert adjusted.day == date.fromisoformat(expected), source
