"""Numbers of bank accounts, banks and countries: in their compact form, or refused by name."""

from __future__ import annotations

from typing import Final

from receivables.core.errors import InvalidInput

_NO_COUNTRIES: Final = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""What CLDR has in the form of ISO 3166 alpha-2 codes, and is not the country of an address."""


def iban(text: str, *, field: str) -> str:
    """An IBAN (ISO 13616) without spaces, its check digits and its country's structure checked. Raises InvalidInput."""
    from stdnum import iban as ibans
    from stdnum.exceptions import ValidationError

    try:
        return str(ibans.validate(text))
    except ValidationError:
        raise InvalidInput(field, "must be an IBAN, with valid check digits") from None


def bic(text: str, *, field: str) -> str:
    """A BIC (ISO 9362) of 8 or 11 characters. Raises InvalidInput."""
    from stdnum import bic as bics
    from stdnum.exceptions import ValidationError

    try:
        return str(bics.validate(text))
    except ValidationError:
        raise InvalidInput(field, "must be a BIC of 8 or 11 characters") from None


def country(text: str, *, field: str) -> str:
    """An ISO 3166 alpha-2 code of a country that exists. Raises InvalidInput."""
    from babel import Locale

    known = Locale("en").territories
    if len(text) != 2 or not text.isalpha() or text not in known or text in _NO_COUNTRIES:
        raise InvalidInput(field, "must be the ISO 3166 code of a country, for example DE")
    return text
