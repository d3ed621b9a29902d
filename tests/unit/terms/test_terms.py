from dataclasses import replace
from datetime import date

import pytest

from receivables.core.errors import NotFound
from receivables.core.versions import in_force
from receivables.terms import DEFAULT_TERMS


def test_the_version_in_force_is_the_latest_dated_then_the_latest_written() -> None:
    first = DEFAULT_TERMS
    later = replace(first, version=2, in_force_from=date(2026, 6, 1))
    corrected = replace(first, version=3, in_force_from=date(2026, 6, 1))
    planned = replace(first, version=4, in_force_from=date(2027, 1, 1))
    versions = [planned, first, corrected, later]
    assert in_force(versions, date(2026, 5, 31)) == first
    assert in_force(versions, date(2026, 6, 1)) == corrected
    assert in_force(versions, date(2027, 1, 1)) == planned


def test_nothing_in_force_yet_is_an_error() -> None:
    with pytest.raises(NotFound):
        in_force([replace(DEFAULT_TERMS, in_force_from=date(2030, 1, 1))], date(2026, 1, 1))
