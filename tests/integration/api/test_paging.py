"""Page tokens hold only for the list that gave them out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.page_tokens import seal, unseal
from receivables.core.errors import InvalidInput

POSITION = {"pk": "A#C-1.EUR", "sk": "8#invoice#INV-1"}
SECRET = b"secret"

positions = st.one_of(st.text(), st.dictionaries(st.text(), st.text(), max_size=4))


@given(positions, st.text(), st.dictionaries(st.text(), st.text(), max_size=3))
def test_a_token_brings_back_its_position(position: object, listing: str, criteria: dict[str, str]) -> None:
    assert unseal(seal(position, SECRET, listing, criteria), SECRET, listing, criteria) == position


def test_no_position_is_no_token() -> None:
    assert seal(None, SECRET, "/invoices", {}) is None
    assert unseal(None, SECRET, "/invoices", {}) is None


@pytest.mark.parametrize(
    ("secret", "listing", "criteria"),
    [
        (b"another", "/invoices", {"account_id": "C-1.EUR"}),
        (SECRET, "/customers", {"account_id": "C-1.EUR"}),
        (SECRET, "/invoices", {"account_id": "C-2.EUR"}),
        (SECRET, "/invoices", {}),
    ],
)
def test_a_token_of_another_list_filter_or_secret_is_refused(
    secret: bytes, listing: str, criteria: dict[str, str]
) -> None:
    token = seal(POSITION, SECRET, "/invoices", {"account_id": "C-1.EUR"})
    with pytest.raises(InvalidInput) as refused:
        unseal(token, secret, listing, criteria)
    assert refused.value.field == "next"


@given(st.integers(min_value=0), st.characters(min_codepoint=33, max_codepoint=126))
def test_a_token_that_was_tampered_with_is_refused(place: int, character: str) -> None:
    token = seal(POSITION, SECRET, "/invoices", {}) or ""
    place %= len(token)
    tampered = token[:place] + character + token[place + 1 :]
    # The last character of base64 has bits that mean nothing: it may read as it did before.
    if tampered == token or place == len(token) - 1:
        return
    with pytest.raises(InvalidInput):
        unseal(tampered, SECRET, "/invoices", {})


@given(st.text(max_size=200))
def test_anything_else_is_refused(token: str) -> None:
    with pytest.raises(InvalidInput):
        unseal(token, SECRET, "/invoices", {})
