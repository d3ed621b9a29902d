"""Keys in paths."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.path_ids import from_path, to_path
from receivables.core.errors import InvalidInput

keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@given(keys)
def test_a_key_survives_its_way_through_a_path(key: str) -> None:
    segment = to_path(key)
    assert re.fullmatch(r"[A-Za-z0-9._~\-]+", segment)
    assert from_path(segment, "id") == key


@given(keys)
def test_it_does_not_matter_whether_the_gateway_decodes(key: str) -> None:
    assert from_path(quote(to_path(key), safe=""), "id") == key


def test_a_plain_key_stays_as_it_is() -> None:
    assert to_path("INV-2026.001") == "INV-2026.001"
    assert to_path("stripe/main/pi_1") == "stripe~2Fmain~2Fpi_1"


def test_what_is_not_utf8_is_refused() -> None:
    with pytest.raises(InvalidInput):
        from_path("~FF", "id")
