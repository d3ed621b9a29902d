"""Late interest as others have published it. Each row: the invoice, what was paid of it, the rules, the day, the interest and
the source. "By hand" are figures that the source gives a formula or a rate for, and not the result."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from receivables.charges.packs import pack
from receivables.charges.preview import Event, History, preview_charges
from receivables.charges.rates import builtin_rates
from receivables.core.money import Money
from receivables.terms import Instalment, LateCharges
from receivables.terms.late_charges import (
    DayCount,
    FixedRate,
    Fixing,
    Inclusion,
    InterestRule,
    MonthlyRate,
    Rate,
    ReferenceRate,
)

TABLES = {table.id: table for table in builtin_rates()}

GB, EU, FR, IT = pack("gb-late-payment"), pack("eu-2011-7"), pack("fr-l441-10"), pack("it-dlgs-231-2002")
ES, NL, DE, DE_CONSUMER = (
    pack("es-ley-3-2004"),
    pack("nl-6-119a"),
    pack("de-bgb-288"),
    pack("de-bgb-288-consumer"),
)
US = pack("us-contract-1.5-month")


def at(percent: str, count: DayCount = DayCount.ACTUAL_365) -> LateCharges:
    return rules(FixedRate(Decimal(percent)), count)


def rules(rate: Rate, count: DayCount = DayCount.ACTUAL_365) -> LateCharges:
    return LateCharges(interest=InterestRule("interest", rate, count))


def italian_of_2010() -> LateCharges:
    """As the Italian decree was before 2013: 7 points."""
    return rules(ReferenceRate("ecb-mro", Decimal(7), Fixing.EACH_HALF_YEAR))


def excluding_payment(charges: LateCharges) -> LateCharges:
    assert charges.interest is not None
    return replace(charges, interest=replace(charges.interest, inclusion=Inclusion.AFTER_DUE_BEFORE_PAYMENT))


@dataclass(frozen=True)
class Example:
    owed: str
    due: str
    paid_on: str
    charges: LateCharges
    interest: str
    source: str
    currency: str = "EUR"
    payments: tuple[tuple[str, str], ...] = field(default=())

    def __str__(self) -> str:
        return self.source


def days(owed: str, late: int, charges: LateCharges, interest: str, source: str, currency: str) -> Example:
    """So many days late, from 1 March 2023: a year without a leap day."""
    due = date(2023, 3, 1)
    return Example(
        owed, due.isoformat(), (due + timedelta(days=late)).isoformat(), charges, interest, source, currency
    )


EXAMPLES = [
    # United Kingdom
    days("1000", 365, at("8.5"), "85.00", "GOV.UK, Late commercial payments: 1,000 at 8.5 % a year is 85", "GBP"),
    days("1000", 1, at("8.5"), "0.23", "GOV.UK, Late commercial payments: 85 / 365 is 23p a day", "GBP"),
    days("2500", 30, at("12.5"), "25.68", "Freelance Toolkit UK, 2,500 at 12.5 % for 30 days", "GBP"),
    days("500", 14, at("12.5"), "2.40", "Freelance Toolkit UK, 500 at 12.5 % for 14 days", "GBP"),
    days("5000", 45, at("12.5"), "77.05", "Freelance Toolkit UK, 5,000 at 12.5 % for 45 days", "GBP"),
    days("5000", 90, at("12"), "147.95", "Garfield Law, 5,000 at 12 % for 90 days", "GBP"),
    days("3000", 1, at("11.75"), "0.97", "Landolio, 3,000 at 11.75 % is 97p a day", "GBP"),
    days("3000", 60, at("11.75"), "57.95", "Landolio, 3,000 at 11.75 % for 60 days", "GBP"),
    days("12000", 1, at("13"), "4.27", "Gera Services, 12,000 at 13 % is 4.27 a day", "GBP"),
    days("10000", 1, at("11.75"), "3.22", "WolfX glossary, 10,000 at 11.75 % is 3.22 a day", "GBP"),
    Example(
        "36500", "2017-11-30", "2017-12-10", GB.rules(), "82.50",
        "Lovetts: 8.25 % for what became late by 31 December 2017, in spite of the rise in November; by hand",
        "GBP",
    ),
    Example(
        "36500", "2017-12-31", "2018-01-10", GB.rules(), "85.00",
        "Lovetts: 8.5 % for what became late from 1 January 2018; by hand", "GBP",
    ),
    Example(
        "36500", "2023-06-29", "2024-06-28", GB.rules(), "4197.50",
        "S.I. 2002/1675 art. 4 and payontime.co.uk: late on 30 June 2023 is 11.5 % for all of its time; by hand",
        "GBP",
    ),
    Example(
        "36500", "2023-06-30", "2024-06-29", GB.rules(), "4745.00",
        "payontime.co.uk: late on 1 July 2023 is 13 % for all of its time; by hand", "GBP",
    ),
    Example(
        "36500", "2005-06-30", "2005-07-01", GB.rules(), "12.75",
        "East Midlands Chamber, 24 June 2005: 12.75 % from 1 July; by hand", "GBP",
    ),
    # Italy
    Example(
        "1000", "2010-01-01", "2012-01-01", italian_of_2010(), "161.26",
        "Pavone Costruzioni, Esempio di calcolo mora: 730 days in five half-years",
    ),
    Example("1000", "2010-01-01", "2010-06-30", italian_of_2010(), "39.45", "Pavone, first half of 2010"),
    Example("1000", "2010-06-30", "2010-12-31", italian_of_2010(), "40.33", "Pavone, second half of 2010"),
    Example("1000", "2010-12-31", "2011-06-30", italian_of_2010(), "39.67", "Pavone, first half of 2011"),
    Example("1000", "2011-06-30", "2011-12-31", italian_of_2010(), "41.59", "Pavone, second half of 2011"),
    Example("1000", "2011-12-31", "2012-01-01", italian_of_2010(), "0.22", "Pavone, 1 January 2012"),
    Example(
        "8200", "2015-03-01", "2015-03-23", IT.rules(), "39.79",
        "Knowunity, Calcolo dell'interesse: 8,200 paid 22 days late at 8.05 %",
    ),
    Example(
        "36500", "2015-06-30", "2015-07-01", IT.rules(), "8.05",
        "Gazzetta Ufficiale 168/2015: reference rate of 0.05 % for the second half of 2015; by hand",
    ),
    Example(
        "36500", "2020-06-30", "2020-07-01", IT.rules(), "8.00",
        "Gazzetta Ufficiale 191/2020: reference rate of 0 % for the second half of 2020; by hand",
    ),
    days("3650", 10, at("3.5"), "3.50", "Agenzia Dogane e Monopoli: instalment x 3.5 x days / 36,500; by hand", "EUR"),
    # Spain
    days("2300", 30, at("5"), "9.45", "Covline, Calcular intereses de demora: 2,300 at 5 % for 30 days", "EUR"),
    Example(
        "36500", "2013-06-29", "2013-06-30", ES.rules(), "8.75",
        "Gobierno de La Rioja: 8.75 % up to 30 June 2013; by hand",
    ),
    Example(
        "36500", "2019-12-31", "2020-01-01", ES.rules(), "8.00",
        "BOE-A-2019-18736: 8.00 % for the first half of 2020; by hand",
    ),
    Example(
        "36500", "2022-12-31", "2023-01-01", ES.rules(), "10.50",
        "Sage España: 10.50 % for the first half of 2023; by hand",
    ),
    # Netherlands
    Example(
        "1000", "2018-03-01", "2018-03-12", NL.rules(), "2.41",
        "Go Figure, Wanbetalers: 11 days at 8 % on 1,000",
    ),
    Example(
        "36500", "2014-12-31", "2015-01-01", NL.rules(), "8.05",
        "Aartsen & Somers: 8.05 % from 1 January 2015; by hand",
    ),
    Example(
        "36500", "2024-06-30", "2024-07-01", NL.rules(), "12.25",
        "Koninklijke Metaalunie: 12.25 % from 1 July 2024; by hand",
    ),
    # France
    days("15000", 30, at("15"), "184.93", "Agence IPRO, pénalités de retard: 15,000 at 15 % for 30 days", "EUR"),
    Example(
        "36500", "2024-06-30", "2024-07-01", FR.rules(), "14.25",
        "Bpifrance Création: 14.25 % since June 2024; by hand",
    ),
    Example(
        "36500", "2013-12-31", "2014-01-01", FR.rules(), "10.25",
        "Carnot Invest: 10.25 % in January 2014; by hand",
    ),
    # Germany
    Example(
        "1000", "2010-03-01", "2010-03-26", DE_CONSUMER.rules(), "3.51",
        "anleiter.de, Wie berechnet man Verzugszinsen: 1,000 at 5.12 % for 25 days",
    ),
    Example(
        "10000", "2015-12-31", "2016-07-30", at("6", DayCount.THIRTY_360), "350.00",
        "p-konto.de, Zinsformel: 1 January to 30 July are 210 days of 360",
    ),
    Example(
        "36500", "2004-06-13", "2004-06-14", DE_CONSUMER.rules(), "6.14",
        "lawblog.de, June 2004: five points above 1.14 % are 6.14 %; by hand",
    ),
    Example(
        "36500", "2016-12-31", "2017-01-01", DE_CONSUMER.rules(), "4.12",
        "Fachberatung Schuldnerberatung NRW: 4.12 % in 2017, the base rate being -0.88 %; by hand",
    ),
    Example(
        "36500", "2022-12-31", "2023-01-01", DE_CONSUMER.rules(), "6.62",
        "Börse Online: 6.62 % from January 2023; by hand",
    ),
    Example(
        "36500", "2023-06-20", "2023-07-10", DE.rules(), "227.40",
        "Sections 247 and 288(2) BGB: ten days at 10.62 %, ten at 12.12 %; by hand",
    ),
    # European Union
    Example(
        "36500", "2023-06-25", "2023-07-05", EU.rules(), "112.50",
        "Directive 2011/7/EU, art. 3(3): five days at 10.5 % (1 January), five at 12 % (1 July); by hand",
    ),
    # Switzerland: 360 days
    days("10000", 30, at("5", DayCount.ACTUAL_360), "41.67", "verzugszinsrechner.ch: 10,000 at 5 % for 30 days", "CHF"),
    days("10000", 90, at("5", DayCount.ACTUAL_360), "125.00", "verzugszinsrechner.ch: for 90 days", "CHF"),
    days("10000", 365, at("5", DayCount.ACTUAL_360), "506.94", "verzugszinsrechner.ch: for 365 days", "CHF"),
    Example(
        "36500", "2025-01-01", "2025-01-30", at("1"), "21.30",
        "verzugszins.ch, Teilzahlung: 19 days on the whole, 10 on the rest; by hand", "CHF",
        (("2025-01-20", "28100"),),
    ),
    # Textbooks
    Example(
        "2000", "2001-06-01", "2002-06-01", at("6"), "63.88",
        "A schoolbook (Google Books PsM2AAAAMAAJ, p. 165): Lent Peter Trusty 2,000 on 1 June 1800, moved to 2001", "USD",
        (
            ("2001-08-19", "400"),
            ("2001-10-15", "600"),
            ("2001-12-11", "400"),
            ("2002-02-17", "200"),
            ("2002-06-01", "400"),
        ),
    ),
    days("45000", 100, at("13"), "1602.74", "Brechner, Contemporary Mathematics, 10-I-7: exact interest", "USD"),
    days("45000", 100, at("13", DayCount.ACTUAL_360), "1625.00", "Brechner, 10-I-7: ordinary interest", "USD"),
    days("1000", 170, at("10"), "46.58", "Exact and Ordinary Interest (Scribd 617667332): exact, actual time", "PHP"),
    days("1000", 170, at("10", DayCount.ACTUAL_360), "47.22", "The same: the banker's rule", "PHP"),
    Example(
        "1000", "2024-01-31", "2024-12-31", at("6", DayCount.ACTUAL_ACTUAL), "54.92",
        "ISDA 2006, 4.16(b): 335 of the 366 days of 2024; by hand", "USD",
    ),
    Example(
        "36500", "2025-03-01", "2025-03-11", excluding_payment(at("1")), "9.00",
        "Where the day of payment bears none (the convention named in the rule): nine days; by hand",
    ),
    # United States
    days("1000", 365, US.rules(), "180.00", "Operaite, Late fee calculator: 1.5 % a month is 18 % a year", "USD"),
    days("36500", 1, rules(MonthlyRate(Decimal("1.5"))), "18.00", "The same, a day being a 365th; by hand", "USD"),
    days("36500", 1, US.rules("NY"), "16.00", "N.Y. Gen. Oblig. Law 5-501: at most 16 %; by hand", "USD"),
]  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_interest_is_what_was_published(example: Example) -> None:
    def money(text: str) -> Money:
        return Money.parse(text, example.currency)

    owed = money(example.owed)
    payments = tuple(Event(date.fromisoformat(on), -money(amount)) for on, amount in example.payments)
    history = History(owed, (Instalment(date.fromisoformat(example.due), owed),), payments)
    answer = preview_charges(history, example.charges, TABLES, date.fromisoformat(example.paid_on))
    assert answer.interest == money(example.interest)


def test_there_are_many_examples_and_each_names_its_source() -> None:
    assert len({example.source for example in EXAMPLES}) == len(EXAMPLES) >= 35
