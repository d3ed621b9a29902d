"""Numbers of accounts, banks and countries: compact, or refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from receivables.banking import numbers
from receivables.core.errors import InvalidInput


@pytest.mark.parametrize(
    ("check", "text", "compact"),
    [
        (numbers.iban, "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        (numbers.iban, "ch44 3199 9123 0008 8901 2", "CH4431999123000889012"),
        (numbers.bic, "cobadeffxxx", "COBADEFFXXX"),
        (numbers.bic, "POFICHBE", "POFICHBE"),
        (numbers.country, "CH", "CH"),
    ],
)
def test_a_number_is_brought_into_its_compact_form(
    check: Callable[..., str], text: str, compact: str
) -> None:
    assert check(text, field="here") == compact


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (numbers.iban, "DE89370400440532013001"),
        (numbers.iban, "DE8937040044053201300"),
        (numbers.iban, "XX89370400440532013000"),
        (numbers.iban, ""),
        (numbers.bic, "COBADEFFXX"),
        (numbers.bic, "COBAQQFF"),
        (numbers.bic, ""),
        (numbers.country, "ch"),
        (numbers.country, "EU"),
        (numbers.country, "XX"),
        (numbers.country, "Switzerland"),
        (numbers.country, "٣٤"),
    ],
)
def test_what_is_no_such_number_is_refused_by_name(check: Callable[..., str], text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(text, field="here")
    assert refused.value.field == "here"
