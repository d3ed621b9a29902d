"""Amounts and dates the way the customer writes them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import NumberPattern, parse_pattern

from receivables.core.errors import InvalidInput
from receivables.core.money import Money, decimals

FALLBACK: Final = "en_US"

_TO_GSM_7: Final = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u200e": None, "\u200f": None}
    | {"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "−": "-", "…": "...", "·": "."}
)


@lru_cache(maxsize=64)
def locale_of(tag: str) -> Locale:
    """The CLDR locale of a tag such as `de_AT` or `de-AT`; of an unknown region, the language's; else en_US."""
    parts = tag.replace("-", "_").split("_")
    for candidate in ("_".join(parts), parts[0], FALLBACK):
        try:
            return Locale.parse(candidate)
        except (ValueError, UnknownLocaleError):
            continue
    raise ValueError(f"locale data of {FALLBACK} is missing")


def known_locale(tag: str, *, field: str = "locale") -> str:
    """The tag as CLDR writes it, `de_AT` for `de-at`; for what people set, where a slip is to be told and not mended.

    Raises InvalidInput naming `field`.
    """
    try:
        return str(Locale.parse(tag.replace("-", "_")))
    except (ValueError, UnknownLocaleError):
        raise InvalidInput(field, f"{tag!r} is not a locale such as de_DE") from None


@lru_cache(maxsize=4096)
def day(on: date, locale: Locale) -> str:
    """A date in the locale's medium form, for example 2 Mar 2026."""
    return str(format_date(on, "medium", locale=locale))


def amount(money: Money, locale: Locale) -> str:
    """An amount with its currency's symbol and exactly its ISO 4217 decimals."""
    pattern = _pattern(locale, money.currency, symbol=True)
    return str(pattern.apply(money.decimal, locale, currency=money.currency, currency_digits=False))


def plain_amount(money: Money, locale: Locale) -> str:
    """An amount with its currency's code: unmistakable, and free of symbols that text messages cannot carry."""
    pattern = _pattern(locale, money.currency, symbol=False)
    return f"{pattern.apply(money.decimal, locale)} {money.currency}"


def number(value: Decimal, locale: Locale, *, at_least: int = 0, at_most: int = 6) -> str:
    """A decimal number with as many decimals as it has, within bounds."""
    pattern = parse_pattern(locale.decimal_formats[None].pattern)
    pattern.frac_prec = (at_least, at_most)
    return str(pattern.apply(value, locale))


def gsm_7(text: str) -> str:
    """The text with typography brought down to what fits a text message of 160 characters."""
    return text.translate(_TO_GSM_7)


def one_line(text: str) -> str:
    """The text without line breaks and control characters: safe in a header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


@lru_cache(maxsize=256)
def _pattern(locale: Locale, currency: str, *, symbol: bool) -> NumberPattern:
    found = locale.currency_formats["standard"] if symbol else locale.decimal_formats[None]
    pattern = parse_pattern(found.pattern)
    # The decimals are those of the ledger: CLDR rounds some currencies to whole units in everyday use.
    pattern.frac_prec = (decimals(currency), decimals(currency))
    return pattern
