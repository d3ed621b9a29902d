"""Exact money: integer minor units of an ISO 4217 currency. No float ever touches it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from receivables.core.errors import InvalidInput, ReceivablesError

# ISO 4217, List One: decimals of the minor unit of every active currency.
_NO_DECIMALS: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS: Final = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DECIMALS: Final = "CLF UYW"
_TWO_DECIMALS: Final = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE "
    "CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD "
    "HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK "
    "MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD "
    "RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH "
    "USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)
DECIMALS: Final[dict[str, int]] = {
    code: places
    for places, codes in ((0, _NO_DECIMALS), (2, _TWO_DECIMALS), (3, _THREE_DECIMALS), (4, _FOUR_DECIMALS))
    for code in codes.split()
}

MAX_MINOR: Final = 10**15
"""Largest absolute amount in minor units: far above any invoice, and sums of it stay exact in DynamoDB."""
_MAX_DIGITS: Final = len(str(MAX_MINOR))
_DECIMAL: Final = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")


class CurrencyMismatch(ReceivablesError):
    """Amounts of two currencies met; they are never mixed."""


def decimals(currency: str) -> int:
    """Number of decimals of the currency's minor unit.

    Raises InvalidInput (field `currency`) for anything but an active ISO 4217 code.
    """
    try:
        return DECIMALS[currency]
    except KeyError:
        raise InvalidInput("currency", f"{currency!r} is not an ISO 4217 currency code") from None


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units (cents, yen, fils) of one currency; may be negative."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are an int, not {type(self.minor).__name__}")
        decimals(self.currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @classmethod
    def parse(cls, amount: str, currency: str, *, field: str = "amount") -> Money:
        """Read a decimal string such as `1234.50` or `-0.5`, in ASCII digits and without exponent; refuses more
        decimals than the currency has.

        Raises InvalidInput naming `field` (or `currency`).
        """
        places = decimals(currency)
        match = _DECIMAL.fullmatch(amount)
        if match is None:
            raise InvalidInput(field, "is not a decimal number such as 1234.50")
        sign, whole, fraction = match[1], match[2].lstrip("0"), (match[3] or "").rstrip("0")
        if len(fraction) > places:
            raise InvalidInput(field, f"has more than the {places} decimals of {currency}")
        if (
            len(whole) > _MAX_DIGITS
            or (minor := int(f"{whole}{fraction.ljust(places, '0')}" or "0")) > MAX_MINOR
        ):
            raise InvalidInput(field, "is too large")
        return cls(-minor if sign else minor, currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, with exactly the currency's decimals."""
        return Decimal(self.minor).scaleb(-decimals(self.currency))

    def __str__(self) -> str:
        return f"{self.decimal:f} {self.currency}"

    def __bool__(self) -> bool:
        return self.minor != 0

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def times(self, factor: Decimal, rounding: str = ROUND_HALF_EVEN) -> Money:
        """The amount multiplied by an exact factor, rounded to a minor unit by the rounding named."""
        exact = Decimal(self.minor) * factor
        return Money(int(exact.to_integral_value(rounding=rounding)), self.currency)

    def allocate(self, weights: Sequence[int]) -> list[Money]:
        """Split in proportion to non-negative integer weights; parts differ from exact by less than one minor
        unit and always add up (largest remainder method; ties go to the earlier part).

        Raises ValueError without a positive weight.
        """
        total = sum(weights)
        if total <= 0 or any(w < 0 for w in weights):
            raise ValueError("weights must be non-negative and not all zero")
        sign = -1 if self.minor < 0 else 1
        amount = abs(self.minor)
        shares = [divmod(amount * w, total) for w in weights]
        left = amount - sum(whole for whole, _ in shares)
        by_remainder = sorted(range(len(weights)), key=lambda i: (-shares[i][1], i))
        extra = set(by_remainder[:left])
        return [Money(sign * (whole + (i in extra)), self.currency) for i, (whole, _) in enumerate(shares)]

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return other.minor


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Sum of amounts that are all in `currency`; zero for none. Raises CurrencyMismatch."""
    result = Money.zero(currency)
    for amount in amounts:
        result = result + amount
    return result
