import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.core.errors import InvalidInput, NotFound
from receivables.payments.pay_links import PayTarget, PayTokens, link

TOKENS = PayTokens([b"key"])
CUSTOMERS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_\-]{0,20}", fullmatch=True)
NUMBERS = st.none() | st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_\-./]{0,30}", fullmatch=True)


@given(CUSTOMERS, NUMBERS)
def test_a_token_leads_to_what_it_was_made_for(customer: str, invoice: str | None) -> None:
    target = PayTarget(f"{customer}.EUR", invoice)
    assert TOKENS.read(TOKENS.token(target)) == target


@given(CUSTOMERS, st.data())
def test_a_token_that_was_tampered_with_leads_nowhere(customer: str, data: st.DataObject) -> None:
    token = TOKENS.token(PayTarget(f"{customer}.EUR"))
    at = data.draw(st.integers(0, len(token) - 2))
    other = "B" if token[at] == "A" else "A"
    with pytest.raises(NotFound):
        TOKENS.read(token[:at] + other + token[at + 1 :])


@pytest.mark.parametrize("token", ["", "A", "é", "A" * 10_000, "../../x", "=" * 40, "C-1.EUR"])
def test_what_is_no_token_leads_nowhere(token: str) -> None:
    with pytest.raises(NotFound):
        TOKENS.read(token)


def test_a_token_of_another_key_leads_nowhere() -> None:
    with pytest.raises(NotFound):
        TOKENS.read(PayTokens([b"other"]).token(PayTarget("C-1.EUR")))


def test_links_that_were_sent_before_the_key_was_changed_go_on_working() -> None:
    earlier = TOKENS.token(PayTarget("C-1.EUR", "INV-1"))
    changed = PayTokens([b"new", b"key"])
    assert changed.read(earlier) == PayTarget("C-1.EUR", "INV-1")
    assert changed.token(PayTarget("C-1.EUR", "INV-1")) != earlier


@pytest.mark.parametrize("keys", [[], [b""], [b"key", b""]])
def test_nothing_is_sealed_with_an_empty_key(keys: list[bytes]) -> None:
    with pytest.raises(InvalidInput, match="needs a key"):
        PayTokens(keys)


def test_the_address_is_a_web_address_whatever_its_end() -> None:
    assert link("https://pay.example/", "t") == link("https://pay.example", "t") == "https://pay.example/t"
    with pytest.raises(InvalidInput, match="https"):
        link("javascript:alert(1)", "t")


def test_a_token_fits_a_text_message() -> None:
    assert len(TOKENS.token(PayTarget("CUSTOMER-0001.EUR"))) <= 50
