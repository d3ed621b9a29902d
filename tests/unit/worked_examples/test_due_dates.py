"""Due dates as others have published them. Each row: invoice date, rule, due date, source."""

from datetime import date

import pytest

from receivables.core.money import Money
from receivables.terms.due import (
    DaysOfMonth,
    DaysPlusEndOfMonth,
    DueRule,
    EndOfMonth,
    EndOfMonthPlusDays,
    FixedDates,
    NetDays,
    NetMonths,
    OnReceipt,
    WeekdaySchedule,
)
from receivables.terms.schedule import schedule
from tests.fakes.calendars import EVERY_DAY
from tests.unit.terms.builders import terms

ODOO_TESTS = "Odoo 16, addons/account/tests/test_payment_term.py"
ODOO = "Odoo documentation, Payment terms and installment plans"
LME = "45 days end of month (French Commercial Code L441-10); "
CEPC = LME + "both countings allowed by the commission on trade practices (CEPC); "
SCRIBD = "'Calcul date échéance', a French accountant's table of due dates"

EXAMPLES = [
    ("2019-01-15", OnReceipt(), "2019-01-15", ODOO_TESTS),
    ("2019-01-01", EndOfMonthPlusDays(45), "2019-03-17", ODOO_TESTS),
    ("2019-01-31", EndOfMonthPlusDays(45), "2019-03-17", ODOO_TESTS),
    ("2019-01-01", DaysOfMonth(31, (15,)), "2019-02-15", ODOO_TESTS),
    ("2019-01-15", DaysOfMonth(31, (15,)), "2019-02-15", ODOO_TESTS),
    ("2019-01-31", DaysOfMonth(31, (15,)), "2019-03-15", ODOO_TESTS),
    ("2019-01-15", EndOfMonth(), "2019-01-31", ODOO_TESTS),
    ("2019-01-31", EndOfMonth(), "2019-01-31", ODOO_TESTS),
    ("2019-01-31", EndOfMonthPlusDays(1), "2019-02-01", ODOO_TESTS),
    ("2023-03-05", DaysOfMonth(5, (1,)), "2023-04-01", ODOO + ": buffer at the end of the month"),
    ("2023-03-28", DaysOfMonth(5, (1,)), "2023-05-01", ODOO + ": buffer at the end of the month"),
    ("2023-01-09", EndOfMonthPlusDays(21), "2023-02-21", ODOO + ": 21 MFI"),
    ("2023-01-01", NetDays(30), "2023-01-31", "Odoo documentation, Cash discounts: net 30 from 1 January"),
    ("2023-08-01", NetDays(30), "2023-08-31", "Zuora documentation, Net payment term examples"),
    ("2023-08-01", NetDays(15), "2023-08-16", "Zuora documentation, Net payment term examples"),
    ("2023-08-15", EndOfMonth(1), "2023-09-30", "Zuora documentation, Prox payment term examples"),
    ("2023-01-05", EndOfMonthPlusDays(10), "2023-02-10", "LegalClarity, What does net 10 EOM mean"),
    (
        "2023-06-16",
        EndOfMonthPlusDays(10),
        "2023-07-10",
        "American Marketing Association, EOM dating: June 16",
    ),
    ("2003-01-01", NetDays(10), "2003-01-11", "IFS Cloud documentation, Enter installment plan"),
    ("2003-01-01", DaysPlusEndOfMonth(10), "2003-01-31", "IFS Cloud documentation, end of month ticked"),
    (
        "2003-01-01",
        DaysOfMonth(20, (10, 20, 30)),
        "2003-01-30",
        "IFS Cloud documentation, three special dates",
    ),
    ("2003-01-01", DaysOfMonth(40, (10,)), "2003-02-10", "IFS Cloud documentation, special date 10"),
    ("2013-03-05", NetDays(30), "2013-04-04", "ZUGFeRD sample invoice COMFORT: 30 days net"),
    ("2025-04-10", DaysPlusEndOfMonth(45), "2025-05-31", CEPC + "invoice of 10 April 2025"),
    ("2025-03-10", DaysPlusEndOfMonth(45), "2025-04-30", CEPC + "invoice of 10 March, first counting"),
    ("2025-03-10", EndOfMonthPlusDays(45), "2025-05-15", CEPC + "invoice of 10 March, second counting"),
    ("2014-01-02", DaysPlusEndOfMonth(45), "2014-02-28", LME + "Crédit Agricole, invoice of 2 January 2014"),
    ("2014-01-02", EndOfMonthPlusDays(45), "2014-03-17", LME + "Crédit Agricole, invoice of 2 January 2014"),
    ("2008-04-15", DaysPlusEndOfMonth(30), "2008-05-31", LME + "a practitioner's discussion in 2008"),
    ("2008-04-15", DaysPlusEndOfMonth(45), "2008-05-31", LME + "a practitioner's discussion in 2008"),
    ("2008-04-17", DaysPlusEndOfMonth(45), "2008-06-30", LME + "a practitioner's discussion in 2008"),
    ("2017-11-08", NetDays(30), "2017-12-08", SCRIBD),
    ("2011-10-07", NetDays(45), "2011-11-21", SCRIBD),
    ("2011-10-07", NetDays(60), "2011-12-06", SCRIBD),
    ("2011-10-05", DaysPlusEndOfMonth(45), "2011-11-30", SCRIBD),
    ("2011-10-05", EndOfMonthPlusDays(45), "2011-12-15", SCRIBD),
    (
        "2026-01-31",
        NetMonths(1),
        "2026-02-28",
        "German Civil Code, section 188 (3): a day the month does not have",
    ),
    ("2024-01-31", NetMonths(1), "2024-02-29", "German Civil Code, section 188 (3), in a leap year"),
    (
        "2026-05-15",
        NetMonths(3),
        "2026-08-15",
        "German Civil Code, section 188 (2): the day with the same number",
    ),
    ("2026-01-10", DaysOfMonth(0, (31,)), "2026-01-31", "NetSuite help: day of month net due, 31 in January"),
    (
        "2026-02-10",
        DaysOfMonth(0, (31,)),
        "2026-02-28",
        "NetSuite help: the last day where there is no such day",
    ),
    (
        "2026-04-08",
        EndOfMonthPlusDays(20),
        "2026-05-20",
        "Dynamics GP, due date based on next month: its 20th",
    ),
    ("2026-04-08", EndOfMonth(1), "2026-05-31", "EDIFACT code list 2009, code 7: end of the month following"),
    ("2026-01-26", NetDays(60), "2026-03-27", "Centennial College, Payment terms: n/60 from January 26"),
    (
        "2026-01-02",
        FixedDates((date(2026, 2, 5), date(2026, 7, 1))),
        "2026-02-05",
        "the agreed dates themselves",
    ),
    (
        "2026-04-08",
        WeekdaySchedule(14, frozenset({5})),
        "2026-04-24",
        "a calendar: 22 April 2026 is a Wednesday",
    ),
]


@pytest.mark.parametrize(("issued", "rule", "due", "source"), EXAMPLES)
def test_a_published_due_date_comes_out(issued: str, rule: DueRule, due: str, source: str) -> None:
    made = schedule(terms(due=rule), date.fromisoformat(issued), Money(10_000, "EUR"), None, EVERY_DAY)
    assert made.due_date == date.fromisoformat(due), source
