"""Amounts and dates the way customers write them."""

from __future__ import annotations

from datetime import date

import pytest

from receivables.core.money import DECIMALS, Money
from receivables.notices.formats import amount, day, gsm_7, locale_of, one_line, plain_amount

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en_US", "€1,234.50"),
        ("de_DE", f"1.234,50{NBSP}€"),
        ("de-DE", f"1.234,50{NBSP}€"),
        ("fr_FR", f"1\u202f234,50{NBSP}€"),
        ("en_IN", "€1,234.50"),
    ],
)
def test_amounts_follow_the_locale(tag: str, expected: str) -> None:
    assert amount(Money(123_450, "EUR"), locale_of(tag)) == expected


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("de_XX", "de"),
        ("de", "de"),
        ("xx_YY", "en_US"),
        ("", "en_US"),
        ("../../etc", "en_US"),
        ("en_GB", "en_GB"),
    ],
)
def test_an_unknown_locale_falls_back_to_its_language_and_then_to_english(tag: str, name: str) -> None:
    assert str(locale_of(tag)) == name


@pytest.mark.parametrize("currency", sorted(DECIMALS))
def test_every_currency_shows_all_its_decimals(currency: str) -> None:
    money = Money(1_234_567, currency)
    digits = "".join(c for c in plain_amount(money, locale_of("en_US")) if c.isdigit() or c == ".")
    assert digits == f"{money.decimal:f}"
    assert "".join(c for c in amount(money, locale_of("de_DE")) if c.isdigit()) == digits.replace(".", "")


def test_dates_follow_the_locale() -> None:
    assert day(date(2026, 3, 2), locale_of("en_GB")) == "2 Mar 2026"
    assert day(date(2026, 3, 2), locale_of("de_DE")) == "02.03.2026"


def test_typography_is_brought_down_to_the_alphabet_of_text_messages() -> None:
    assert gsm_7(f"1\u202f234,50{NBSP}€ – “Ada’s” …") == '1 234,50 € - "Ada\'s" ...'


def test_a_line_stays_one_line() -> None:
    assert one_line("Ada\r\nBcc: x@example.com\x00\u2028 ") == "Ada Bcc: x@example.com"
