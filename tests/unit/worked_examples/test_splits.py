"""Splits as others have published them. Each row: amount, shares, parts, source."""

from decimal import Decimal

import pytest

from receivables.core.amounts import Amounts
from receivables.core.money import Money
from receivables.terms.instalments import (
    FixedAmount,
    PercentOfRemainder,
    PercentOfTotal,
    Remainder,
    Share,
)
from receivables.terms.splitting import split


def percent(*values: str) -> tuple[Share, ...]:
    return tuple(PercentOfTotal(Decimal(value)) for value in values)


THIRD = PercentOfTotal(Decimal("33.333333"))
FOWLER = "Martin Fowler, Patterns of Enterprise Application Architecture, Money: Foemmel's conundrum"
HAMILTON = "Wikipedia, Largest remainder method: ten seats for 47 000 to 3 100 votes by the Hare quota"

EXAMPLES = [
    (
        "1000.00 USD",
        (*percent("30"), Remainder()),
        "300.00 700.00",
        "Odoo documentation, journal entries of 30/70",
    ),
    (
        "100.00 BRL",
        (*percent("33.33", "33.33"), Remainder()),
        "33.33 33.33 33.34",
        "Asaas, Split into installments",
    ),
    (
        "6420.00 EUR",
        (THIRD, THIRD, Remainder()),
        "2140.00 2140.00 2140.00",
        "php-facturae, Split payments: 6 000 + 7 %",
    ),
    (
        "1000.00 EUR",
        percent("20", "80"),
        "200.00 800.00",
        "IFS Cloud documentation, instalments of 20 % and 80 %",
    ),
    ("0.05 USD", percent("70", "30"), "0.04 0.01", FOWLER),
    ("0.05 USD", percent("30", "70"), "0.02 0.03", FOWLER),
    ("-0.05 USD", percent("70", "30"), "-0.04 -0.01", FOWLER + ", as a credit note"),
    ("10 JPY", percent("47", "16", "15.8", "12", "6.1", "3.1"), "5 2 1 1 1 0", HAMILTON),
    (
        "1000.00 EUR",
        (FixedAmount(Amounts.of(Money(25_000, "EUR"))), PercentOfRemainder(Decimal(50)), Remainder()),
        "250.00 375.00 375.00",
        "deposit and rest: 250 down, half of the remaining 750, and what is left",
    ),
]


@pytest.mark.parametrize(("amount", "shares", "parts", "source"), EXAMPLES)
def test_a_published_split_comes_out(amount: str, shares: tuple[Share, ...], parts: str, source: str) -> None:
    number, currency = amount.split()
    expected = [Money.parse(part, currency) for part in parts.split()]
    assert [piece.amount for piece in split(shares, Money.parse(number, currency))] == expected, source
