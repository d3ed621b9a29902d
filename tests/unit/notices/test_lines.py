"""How instalments, plans, disputes, discounts and late charges are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from receivables.core.money import Money
from receivables.ledger import ChargeDetail, ItemKind, WorkingRow
from receivables.notices.content import Line, Offer
from receivables.notices.rendering import render, render_formal, render_sms
from receivables.notices.rows import MOST_ROWS
from tests.unit.notices.test_rendering import Words, formal, line, reminder

FIRST = date(2026, 3, 13)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def detail(rows: int = 1) -> ChargeDetail:
    worked = tuple(
        WorkingRow(
            FIRST + timedelta(days=10 * i),
            FIRST + timedelta(days=10 * i + 9),
            10,
            eur(123_456),
            "11.27",
            f"{381 + i}.1887",
        )
        for i in range(rows)
    )
    return ChargeDetail("interest", "net-30/2", "2026-03", worked, ("The rate is 2.27 % plus 9 points.",))


def interest(rows: int = 1) -> Line:
    return replace(
        line("LC-ABC", 381, 1), kind=ItemKind.INTEREST, concerns="R-1", working=detail(rows), reached=False
    )


def told(*lines: Line, locale: str = "en_GB", tone: str = "reminder") -> tuple[str, str, str]:
    wording = render(reminder(tone, *lines, locale=locale))
    return wording.subject, wording.text, Words(wording.html).text


def flat(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


def test_a_charge_is_told_with_its_invoice_and_its_working() -> None:
    subject, *both = told(replace(line("R-1", 123_456, 10), charges=(interest(),)))
    assert "invoice R-1" in subject
    for text in both:
        words = flat(text)
        assert "Interest LC-ABC" in words
        assert "€3.81" in words
        assert "11.27 %" in words
        assert "€1,234.56" in words
        assert "3.811887 EUR" not in words
        assert "3.8119 EUR" in words, "exact, to two decimals more than the currency has"
        assert "rule interest of terms net-30/2" in words
        assert "The rate is 2.27 % plus 9 points." in words
        assert "and late charges" in words


def test_the_working_is_told_in_german() -> None:
    _, *both = told(replace(line("R-1", 123_456, 10), charges=(interest(),)), locale="de_DE")
    for text in both:
        words = flat(text)
        assert "Zinsen LC-ABC" in words
        assert "11,27 %" in words
        assert "Regel interest der Bedingungen net-30/2" in words
        assert "und Verzugskosten" in words


@pytest.mark.parametrize("locale", ["en_GB", "de_DE"])
def test_of_many_rows_the_newest_are_shown_and_the_others_counted(locale: str) -> None:
    _, *both = told(replace(line("R-1", 123_456, 10), charges=(interest(MOST_ROWS + 3),)), locale=locale)
    for text in both:
        assert text.count(" EUR") == MOST_ROWS
        assert "and 3 earlier rows" in text or "und 3 frühere Zeilen" in text


def test_a_charge_that_stands_alone_is_told_as_what_it_is() -> None:
    subject, *both = told(interest())
    assert subject == "Reminder: €3.81 for interest LC-ABC (invoice R-1)"
    for text in both:
        assert "for invoice R-1" in text


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en_GB", "instalment 2 of 3 of invoice R-1"), ("de_DE", "Teilbetrag 2 von 3 der Rechnung R-1")],
)
def test_an_instalment_is_named_by_its_place(locale: str, words: str) -> None:
    part = replace(line("R-1", 5_000, 10), part=2, parts=3)
    assert words in told(part, locale=locale)[0]
    assert words in render_sms(reminder("firm", part, locale=locale))


def test_two_instalments_of_an_invoice_are_one_invoice() -> None:
    first, second = (replace(line("R-1", 5_000, 10), part=part, parts=3) for part in (1, 2))
    subject, text, _ = told(first, second)
    assert subject == "Reminder: €100.00 for invoice R-1"
    assert "instalment 1 of 3" in text
    assert "instalment 2 of 3" in text


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en_GB", "part 2 of 6 of your payment plan"), ("de_DE", "Rate 2 von 6 Ihrer Ratenzahlung")],
)
def test_a_part_of_a_plan_is_told_as_one(locale: str, words: str) -> None:
    part = replace(line("pln_1", 5_000, 0), part=2, parts=6, plan=True, description="R-1, R-2")
    subject, text, html = told(part, locale=locale, tone="due")
    assert words in subject
    for body in (text, html):
        assert "R-1, R-2" in body
        assert "pln_1" not in body


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en_GB", "Not asked for while your dispute is open: €40.00"),
        ("de_DE", "Nicht verlangt, solange Ihre Reklamation offen ist: 40,00 €"),
    ],
)
def test_what_is_disputed_is_said_not_to_be_asked_for(locale: str, words: str) -> None:
    _, *both = told(replace(line("R-1", 6_000, 3), disputed=eur(4_000)), locale=locale)
    assert all(words in flat(text) for text in both)


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en_GB", "Pay €98.00 by 20 Mar 2026 and save €2.00."),
        ("de_DE", "Zahlen Sie 98,00 € bis zum 20.03.2026 und sparen Sie 2,00 €."),
    ],
)
def test_a_discount_that_can_still_be_had_is_offered(locale: str, words: str) -> None:
    offered = replace(line("R-1", 10_000, -7), offers=(Offer(date(2026, 3, 20), eur(9_800), eur(200)),))
    _, *both = told(offered, locale=locale, tone="friendly")
    assert all(words in flat(text) for text in both)


def test_invoices_and_charges_together_are_items() -> None:
    subject, text, _ = told(line("R-2", 100, 3), interest())
    assert subject == "Reminder: €4.81 for 2 items"
    assert "the 2 items below" in flat(text)


def test_the_formal_notice_shows_charges_with_their_working() -> None:
    base = formal()
    lines = (replace(base.lines[0], charges=(interest(),)), *base.lines[1:])
    wording = render_formal(replace(base, lines=lines))
    for text in (wording.text, Words(wording.html).text):
        assert "LC-ABC" in text
        assert "11.27" in text


def test_notes_of_a_working_cannot_bring_markup_along() -> None:
    bad = replace(interest(), working=replace(detail(), notes=("<script>alert(1)</script>",)))
    wording = render(reminder("firm", bad))
    assert "<script>" not in wording.html
    assert "<script>" in wording.text


def test_what_was_noted_of_one_charge_is_not_repeated_and_the_oldest_comes_first() -> None:
    later = replace(interest(), number="LC-AAA", issue_date=interest().issue_date + timedelta(days=9))
    _, text, _ = told(replace(line("R-1", 123_456, 10), charges=(later, interest())))
    assert flat(text).count("The rate is 2.27 % plus 9 points.") == 1
    assert text.index("LC-ABC") < text.index("LC-AAA")


def test_notes_are_not_put_into_a_notice_of_another_language() -> None:
    _, *both = told(replace(line("R-1", 123_456, 10), charges=(interest(),)), locale="de_DE")
    for text in both:
        assert "The rate is" not in text
