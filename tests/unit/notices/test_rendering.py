"""What notices say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.core.money import Money
from receivables.customers import Customer
from receivables.notices.content import FormalNotice, Line, Reminder, Rule
from receivables.notices.rendering import languages, render, render_formal, render_sms

TONES = ("friendly", "due", "reminder", "firm", "final")
GSM_7 = set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà^{}\\[~]|€") | set(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)


def line(number: str, minor: int, days: int) -> Line:
    due = date(2026, 3, 12)
    return Line(number, date(2026, 2, 1), date.fromordinal(due.toordinal() - days), days, Money(minor, "EUR"))


LINES = (line("R-1", 123_456, 10), line("R-2", 100, 0), line("R-3", 200, -7))


def reminder(
    tone: str = "reminder", *lines: Line, locale: str = "en_GB", name: str = "Ada & Sons"
) -> Reminder:
    shown = lines or LINES
    return Reminder(
        tone=tone,
        customer=Customer("C-1", name, email="ada@example.com", locale=locale),
        company="Acme Ltd",
        lines=shown,
        leading=shown[0],
        total=Money(sum(x.balance.minor for x in shown), "EUR"),
        credit=Money.zero("EUR"),
        pay_link="https://pay.example.com/C-1.EUR",
        rule=Rule("Standard collection", 2, 4, 6, 10),
    )


def formal(locale: str = "en_GB") -> FormalNotice:
    one = reminder(locale=locale)
    return FormalNotice(
        one.customer, one.company, "case_7", one.lines, one.total, one.credit, date(2026, 4, 1), one.pay_link
    )


class Words(HTMLParser):
    """The text and the tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links.extend(value or "" for name, value in attrs if name == "href")

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("locale", ["en_GB", "de_AT", "fr_FR"])
@pytest.mark.parametrize("tone", TONES)
def test_every_tone_lists_every_invoice_the_total_and_the_link(tone: str, locale: str) -> None:
    wording = render(reminder(tone, locale=locale))
    words = Words(wording.html)
    for told in (wording.text, words.text):
        for listed in LINES:
            assert listed.number in told
        assert "Acme Ltd" in told
        assert "Standard collection" in told
    assert "https://pay.example.com/C-1.EUR" in wording.text
    assert words.links == ["https://pay.example.com/C-1.EUR"]
    assert wording.subject == wording.subject.strip() != ""


def test_every_tone_has_words_of_its_own() -> None:
    for locale in ("en_GB", "de_DE"):
        wordings = [render(reminder(tone, locale=locale)) for tone in TONES]
        assert len({wording.subject for wording in wordings}) == len(TONES)
        assert len({wording.text for wording in wordings}) == len(TONES)


def test_a_reminder_shows_dates_days_amounts_and_total_in_the_customers_format() -> None:
    text = render(reminder(locale="en_GB")).text
    assert "Issued 1 Feb 2026, due 2 Mar 2026: 10 days overdue\n  Open amount: €1,234.56" in text
    assert "due 12 Mar 2026: due today" in text
    assert "due 19 Mar 2026: due in 7 days" in text
    assert "Total: €1,237.56" in text


def test_german_customers_read_german() -> None:
    wording = render(reminder("final", locale="de_DE"))
    assert wording.subject == "Letzte Erinnerung: 1.237,56 € für 3 Rechnungen"
    assert "10 Tage überfällig" in wording.text
    assert '<html lang="de">' in wording.html


def test_a_language_that_is_not_written_yet_reads_english_with_its_own_amounts() -> None:
    wording = render(reminder(locale="fr_FR"))
    assert "Total: 1\u202f237,56\u00a0€" in wording.text
    assert '<html lang="en">' in wording.html


def test_the_notice_says_which_rule_and_facts_made_it() -> None:
    text = " ".join(render(reminder()).text.split())
    assert (
        'Invoice R-1 was due on 2 Mar 2026 and €1,234.56 of it is open. Our rules ("Standard collection", version 2) '
        "send this message 10 days after the due date: step 4 of 6."
    ) in text


def test_one_invoice_is_named_in_the_subject() -> None:
    single = reminder("friendly", LINES[2])
    assert render(single).subject == "Coming up: invoice R-3 is due on 19 Mar 2026"
    assert "in 7 days" in render(single).text


def test_credit_is_mentioned_when_there_is_some() -> None:
    assert "credit" not in render(reminder()).text
    with_credit = replace(reminder(), credit=Money(500, "EUR"))
    assert "a credit of €5.00" in render(with_credit).text
    assert "a credit of €5.00" in Words(render(with_credit).html).text


def test_the_formal_notice_names_its_case_and_the_day_to_pay_by() -> None:
    wording = render_formal(formal())
    assert wording.subject == "Formal notice: pay €1,237.56 by 1 Apr 2026"
    assert "case_7" in wording.text
    assert "collection agency" in wording.text
    assert "Inkasso" in render_formal(formal("de_DE")).text


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "fr_FR", "pl_PL"])
def test_a_text_message_fits_the_gsm_alphabet_and_one_part(locale: str) -> None:
    for lines in (LINES, LINES[:1]):
        text = render_sms(reminder("firm", *lines, locale=locale))
        assert set(text) <= GSM_7
        assert len(text) <= 160
        assert "https://pay.example.com/C-1.EUR" in text
        assert "EUR" in text


HOSTILE = "<script>alert(1)</script> {{ 7*7 }} {% raw %} \"'&\r\nBcc: all@example.com"


def test_names_bring_no_markup_no_template_and_no_header_along() -> None:
    nasty = replace(LINES[0], number="R-1", description=HOSTILE)
    wording = render(reminder("firm", nasty, name=HOSTILE))
    words = Words(wording.html)
    assert "script" not in words.tags
    assert "<script>alert(1)</script> {{ 7*7 }}" in words.text
    assert "\nBcc" not in wording.text
    assert "\n" not in wording.subject
    assert "\r" not in wording.subject


@given(st.text(max_size=60), st.sampled_from(TONES), st.sampled_from(["en_US", "de_DE", "ar_EG", "??"]))
def test_any_name_and_locale_can_be_rendered(name: str, tone: str, locale: str) -> None:
    notice = replace(reminder(tone, name=name, locale=locale), company=name)
    wording, plain = render(notice), Words(render(reminder(tone, locale=locale)).html)
    assert Words(wording.html).tags == plain.tags
    assert "\n" not in wording.subject
    assert "\n" not in render_sms(notice)


def test_the_languages_are_the_directories_with_words() -> None:
    assert languages() == {"en", "de"}
