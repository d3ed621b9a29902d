from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest

from receivables.matching.references import printed, reference_of
from receivables.notices.content import BankAccount
from receivables.notices.rendering import render, render_formal, render_sms
from tests.unit.notices.test_rendering import formal, reminder

BANK = BankAccount("Acme & Sons GmbH", "DE89370400440532013000", "COBADEFFXXX")


@pytest.mark.parametrize(
    ("locale", "words"), [("en_GB", "Or pay by bank transfer"), ("de_DE", "per Überweisung")]
)
def test_a_notice_says_where_to_transfer_money_and_with_which_reference(locale: str, words: str) -> None:
    wording = render(replace(reminder(locale=locale), bank=BANK))
    for text in (wording.text, unescape(wording.html)):
        assert words in text
        assert "Acme & Sons GmbH" in text
        assert "DE89 3704 0044 0532 0130 00" in text
        assert "COBADEFFXXX" in text
        for number in ("R-1", "R-2", "R-3"):
            reference = reference_of(number)
            assert reference is not None
            assert printed(reference) in text


def test_so_does_the_formal_notice() -> None:
    wording = render_formal(replace(formal(), bank=BANK))
    assert "DE89 3704 0044 0532 0130 00" in wording.text
    assert "DE89 3704 0044 0532 0130 00" in wording.html


def test_without_a_bank_account_no_reference_is_shown() -> None:
    wording = render(reminder())
    for text in (wording.text, wording.html):
        assert "IBAN" not in text
        assert "RF" not in text


def test_a_text_message_stays_as_short_as_it_was() -> None:
    assert render_sms(replace(reminder(), bank=BANK)) == render_sms(reminder())
