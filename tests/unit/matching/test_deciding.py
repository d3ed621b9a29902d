"""What a line is for: each kind of evidence, alone and with others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.core.money import Money
from receivables.ledger import OpenReceivable
from receivables.ledger.items import ItemKind
from receivables.matching.book import Book
from receivables.matching.candidates import (
    Apply,
    Candidate,
    Decision,
    Fit,
    Line,
    PayerSays,
    Propose,
    Told,
    Unknown,
)
from receivables.matching.confidence import confidence, settles
from receivables.matching.decide import Facts, decide
from receivables.matching.fits import fitting, may_settle
from receivables.matching.ports import Habit
from receivables.matching.reading import read
from tests.builders import eur

DAY = date(2026, 3, 2)
IBAN = "DE89370400440532013000"
KNOWN = {f"account/{IBAN}": Habit(f"account/{IBAN}", {"C-1.EUR": 3})}


def owed(number: str, minor: int, account: str = "C-1.EUR", **changes: Any) -> OpenReceivable:
    amount = Money(minor, account[-3:])
    return OpenReceivable(number, account, amount, amount, DAY, DAY + timedelta(days=30), **changes)


def line(minor: int, *texts: str, **changes: Any) -> Line:
    return Line("bank/main/1", eur(minor), DAY, texts=texts, **changes)


def book(*items: OpenReceivable) -> Book:
    return Book(items, {"C-1": "Müller Logistik GmbH", "C-2": "Bauer Optik AG"})


def best(decision: Decision) -> Candidate:
    assert not isinstance(decision, Unknown)
    return decision.candidate if isinstance(decision, Apply) else decision.candidates[0]


def applied(came: Line, items: Iterable[OpenReceivable], **facts: Any) -> tuple[str, ...] | None:
    """The numbers that it is placed on; None: it is not placed."""
    decision = decide(came, Facts(book(*items), **facts), 90)
    return decision.candidate.numbers if isinstance(decision, Apply) else None


ONE = owed("INV-2026-0042", 11_900)


@pytest.mark.parametrize(
    "text",
    [
        "INV-2026-0042", "inv-2026-0042", "INV 2026 0042", "INV20260042", "INV-2026-42", "INV/2026/0042.", "INV-2026-\n0042",
        "INV-20\n26-0042", "INV-2026-00\n42", "RE 2026-0042", "Rechnung Nr. 2026-0042 vom 01.03.2026", "invoice no 20260042",
        "thanks for INV-2026-0042!", "Rg.2026-0042", "INV-2O26-0042", "EREF INV-2026-0042 SVWZ x", "KD-Nr 4711 RE2026-0042",
    ],
)  # fmt: skip
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert applied(line(11_900, text), [ONE, owed("INV-2026-0077", 5_000, "C-2.EUR")]) == ("INV-2026-0042",)


@pytest.mark.parametrize(
    "text",
    [
        "PO-2026-0042",
        "Auftrag 2026-0042",
        "Kundennr. 20260042",
        "XY-2026-0042",
        "Tel 20260042",
    ],
)
def test_a_number_of_something_else_is_not_ours(text: str) -> None:
    assert applied(line(11_900, text), [ONE]) is None


@given(
    st.sampled_from(["", " ", "-", "/", ".", "\n", " - "]),
    st.sampled_from(["INV", "inv", "Inv", "RE", "Rechnung "]),
)
def test_separators_and_words_do_not_matter(separator: str, word: str) -> None:
    text = f"{word}{separator}2026{separator}0042"
    found = read(line(11_900, text), book(ONE), lambda _: None)
    assert [each.item.number for each in found.mentions] == ["INV-2026-0042"]


def test_few_digits_need_amount_and_payer() -> None:
    short = owed("1042", 11_900)
    assert applied(line(11_900, "ref 1042"), [short]) is None
    assert applied(line(11_900, "ref 1042", account=IBAN), [short], habits=KNOWN) == ("1042",)
    assert applied(line(11_900, "Rechnung 1042"), [short]) == ("1042",)


@pytest.mark.parametrize(
    "typo", ["INV-2026-0024", "INV-2026-0142", "INV-2026-00422", "INV-2026-004", "INV-2026-0043"]
)
def test_one_wrong_character_counts_where_the_amount_agrees(typo: str) -> None:
    assert applied(line(11_900, typo), [ONE]) == ("INV-2026-0042",)
    assert applied(line(9_000, typo), [ONE]) is None


def test_two_wrong_characters_are_another_number() -> None:
    assert applied(line(11_900, "INV-2026-0951"), [ONE]) is None


def test_a_slip_that_may_be_of_two_is_of_none() -> None:
    twin = owed("INV-2026-0043", 11_900, "C-2.EUR")
    assert applied(line(11_900, "INV-2026-0044"), [ONE, twin]) is None


def test_a_right_number_beside_one_of_the_same_amount_needs_the_payer() -> None:
    twin = owed("INV-2026-0043", 11_900, "C-2.EUR")
    assert applied(line(11_900, "INV-2026-0042"), [ONE, twin]) is None
    assert applied(line(11_900, "INV-2026-0042", payer="MUELLER LOGISTIK"), [ONE, twin]) == ("INV-2026-0042",)


def test_several_numbers_and_their_sum() -> None:
    items = [ONE, owed("INV-2026-0043", 5_000), owed("INV-2026-0050", 2_500)]
    text = "INV-2026-0042, 2026-0043 und INV20260050"
    assert set(applied(line(19_400, text), items) or ()) == {each.number for each in items}


def test_some_of_those_that_are_named() -> None:
    items = [ONE, owed("INV-2026-0043", 5_001), owed("INV-2026-0050", 2_500)]
    came = line(14_400, "INV-2026-0042 INV-2026-0043 INV-2026-0050", account=IBAN)
    assert set(applied(came, items, habits=KNOWN) or ()) == {"INV-2026-0042", "INV-2026-0050"}


@pytest.mark.parametrize(
    "text",
    [
        "INV-2026-0042 - INV-2026-0044",
        "INV-2026-0042 bis 0044",
        "INV-2026-0042/43/44",
        "INV-2026-0042, 43, 44",
    ],
)
def test_ranges_and_lists_of_endings(text: str) -> None:
    items = [
        ONE,
        owed("INV-2026-0043", 5_000),
        owed("INV-2026-0044", 2_500),
        owed("INV-2026-0045", 1_000, "C-2.EUR"),
    ]
    expected = {"INV-2026-0042", "INV-2026-0043", "INV-2026-0044"}
    assert set(applied(line(19_400, text), items) or ()) == expected


def test_numbers_of_two_customers_are_not_placed_on_one() -> None:
    items = [ONE, owed("INV-2026-0051", 5_000, "C-2.EUR")]
    decision = decide(
        line(16_900, "INV-2026-0042 INV-2026-0051", account=IBAN), Facts(book(*items), KNOWN), 90
    )
    assert isinstance(decision, Propose)
    assert "one account" in " ".join(decision.candidates[0].reasons)


def test_a_discount_that_was_on_offer_and_one_that_was_not() -> None:
    offered = replace(ONE, offers=((DAY, eur(11_662)),))
    late = replace(ONE, offers=((DAY - timedelta(days=1), eur(11_662)),))
    assert best(decide(line(11_662, "INV-2026-0042"), Facts(book(offered)), 90)).fit is Fit.DISCOUNT
    found = best(decide(line(11_662, "INV-2026-0042"), Facts(book(late)), 90))
    assert (found.fit, found.numbers) == (Fit.LATE_DISCOUNT, ("INV-2026-0042",))


def test_what_a_bank_kept_is_told_or_small() -> None:
    facts = Facts(book(ONE))
    assert best(decide(line(11_150, "INV-2026-0042", charges=750), facts, 90)).fit is Fit.CHARGES
    assert best(decide(line(11_150, "INV-2026-0042"), facts, 90)).fit is Fit.FEE
    assert best(decide(line(8_000, "INV-2026-0042"), facts, 90)).fit is Fit.PART


@given(
    st.integers(1, 50_000),
    st.integers(1, 50_000),
    st.lists(st.integers(1, 50_000), max_size=2),
    st.integers(0, 3_000),
)
def test_what_may_not_settle_does_not(minor: int, balance: int, offers: list[int], charges: int) -> None:
    item = owed("INV-1", balance, offers=tuple((DAY, eur(min(offer, balance))) for offer in offers))
    came = line(minor, charges=charges)
    assert may_settle(came, item) or not settles(fitting(came, [item]).fit)


def test_late_charges_are_paid_with_their_invoice() -> None:
    fee = owed("FEE-1", 500, kind=ItemKind.FEE, concerns="INV-2026-0042")
    assert set(applied(line(12_400, "INV-2026-0042"), [ONE, fee]) or ()) == {"INV-2026-0042", "FEE-1"}
    found = best(decide(line(11_900, "INV-2026-0042"), Facts(book(ONE, fee)), 90))
    assert found.parts[0].amount == eur(11_900)


def test_credit_that_was_taken_off() -> None:
    facts = Facts(book(ONE), credit_of=lambda account: 1_900)
    found = best(decide(line(10_000, "INV-2026-0042", payer="Müller Logistik"), facts, 90))
    assert (found.fit, found.credit) == (Fit.CREDIT, 1_900)


def test_a_known_payer_pays_what_only_one_of_theirs_costs() -> None:
    items = [ONE, owed("INV-2026-0043", 5_000), owed("INV-2026-0090", 11_900, "C-2.EUR")]
    assert applied(line(11_900, "danke", account=IBAN), items, habits=KNOWN) == ("INV-2026-0042",)


def test_a_known_payer_pays_what_only_adds_up_in_one_way() -> None:
    items = [owed("INV-2026-0042", 12_345), owed("INV-2026-0043", 6_789), owed("INV-2026-0044", 9_876)]
    came = line(22_221, account=IBAN)
    assert set(applied(came, items, habits=KNOWN) or ()) == {"INV-2026-0042", "INV-2026-0044"}
    same = [*items, owed("INV-2026-0045", 12_345)]
    assert applied(came, same, habits=KNOWN) is None


def test_a_known_payer_pays_all() -> None:
    items = [owed(f"INV-2026-00{number}", 10_000 + number) for number in range(40, 70)]
    total = sum(item.balance.minor for item in items)
    assert len(applied(line(total, account=IBAN), items, habits=KNOWN) or ()) == 30


def test_a_sum_that_fits_nothing_is_proposed_as_credit_of_the_payers_account() -> None:
    found = decide(line(777, account=IBAN), Facts(book(ONE), KNOWN), 90)
    assert isinstance(found, Propose)
    assert (found.candidates[0].account_id, found.candidates[0].parts) == ("C-1.EUR", ())


def test_the_name_of_two_customers_tells_nothing_more() -> None:
    items = [ONE, owed("INV-2026-0090", 11_900, "C-2.EUR")]
    both = Book(items, {"C-1": "Anna Schneider", "C-2": "Anna Schneider"})
    assert isinstance(decide(line(11_900, payer="Anna Schneider"), Facts(both), 90), Propose)


def test_an_old_slip_is_not_taken_for_what_costs_the_same() -> None:
    paid = replace(ONE, balance=eur(0))
    other = owed("INV-2026-0099", 11_900)
    came = line(11_900, "INV-2026-0042", account=IBAN)
    facts = Facts(book(other), KNOWN, archive=lambda number: paid if number == paid.number else None)
    assert isinstance(decide(came, facts, 90), Propose)


def test_reasons_are_words_for_people() -> None:
    found = best(decide(line(11_900, "INV-2026-0042", account=IBAN), Facts(book(ONE), KNOWN), 90))
    assert found.reasons == (
        "its text names INV-2026-0042",
        "the amount is exactly what is open",
        "paid for this account before, from the same bank account",
    )


@given(st.text(max_size=200), st.integers(1, 10**9))
def test_no_text_breaks_it(text: str, minor: int) -> None:
    decide(
        line(minor, text, payer=text, account=text, structured=text, reference=text),
        Facts(book(ONE), KNOWN),
        90,
    )


def test_better_evidence_is_never_less_sure() -> None:
    order = (Fit.EXACT, Fit.FEE, Fit.PART)
    for told in Told:
        for says in PayerSays:
            by_amount = [confidence(told, fit, says) for fit in order]
            assert by_amount == sorted(by_amount, reverse=True)
        for fit in Fit:
            by_payer = [confidence(told, fit, says) for says in PayerSays]
            assert by_payer == sorted(by_payer, reverse=True)


@pytest.mark.parametrize("last", range(10))
def test_a_number_written_as_a_reference_is_that_number(last: int) -> None:
    """One in three has the check digit of some scheme by accident, as if it were a reference of 1042."""
    number = f"INV-1042{last}"
    items = [owed("INV-1042", 30_000), owed(number, 5_000, "C-2.EUR")]
    for structured in (f"1042{last}", number, f"0001042{last}"):
        assert applied(line(5_000, structured=structured, payer="Somebody"), items) == (number,)


@pytest.mark.parametrize("last", range(10))
def test_one_check_digit_alone_places_no_part(last: int) -> None:
    """The payer's own number for us, for example."""
    came = line(5_000, structured=f"1042{last}", payer="Somebody")
    assert applied(came, [owed("INV-1042", 30_000)]) is None


@pytest.mark.parametrize("last", range(10))
def test_a_reference_that_is_a_paid_number_is_not_the_reference_of_another(last: int) -> None:
    paid = {f"INV-1042{last}": owed(f"INV-1042{last}", 0, "C-2.EUR")}
    came = line(30_000, structured=f"1042{last}", payer="Somebody")
    items = [owed("INV-1042", 30_000), owed("INV-99999", 1)]
    assert applied(came, items, archive=paid.get) is None


def test_a_reference_with_one_check_digit_and_the_amount_are_enough() -> None:
    came = line(5_000, structured="12345672", payer="Somebody")
    assert applied(came, [owed("1234567", 5_000)]) == ("1234567",)


def test_a_name_that_two_customers_bear_is_not_enough() -> None:
    twins = Book(
        [owed("INV-1", 10_000), owed("INV-2", 25_000, "C-2.EUR")], {"C-1": "Müller KG", "C-2": "Mueller KG"}
    )
    came = line(10_000, "danke", payer="Müller KG")
    assert isinstance(decide(came, Facts(twins), 90), Propose)
    habit = Habit(f"account/{IBAN}", {"C-1.EUR": 2})
    assert isinstance(decide(replace(came, account=IBAN), Facts(twins, {habit.payer: habit}), 90), Apply)
    assert isinstance(decide(replace(came, texts=("INV-1",)), Facts(twins), 90), Apply)


def test_a_name_like_the_customers_is_not_the_customers() -> None:
    alone = Book([owed("INV-1", 10_000)], {"C-1": "Andreas Bauer"})
    assert isinstance(decide(line(10_000, payer="Andreas Baur"), Facts(alone), 90), Propose)
    assert isinstance(decide(line(10_000, payer="Bauer, Andreas"), Facts(alone), 90), Apply)


@pytest.mark.parametrize(
    "word", ["Vertragskonto", "Debitor", "Account", "Konto", "Mandat", "Ticket", "klantnr."]
)
def test_numbers_of_other_things_are_not_ours(word: str) -> None:
    assert applied(line(10_000, f"{word} 100427", payer="Somebody"), [owed("RE-100427", 10_000)]) is None


@pytest.mark.parametrize("day", ["20260301", "01032026"])
def test_a_day_written_without_dots_is_no_number_unless_it_is_called_one(day: str) -> None:
    items = [owed(f"RE-{day}", 4_900)]
    assert applied(line(4_900, f"Zahlung {day}", payer="Somebody"), items) is None
    assert applied(line(4_900, f"Rechnung {day}", payer="Somebody"), items) == (f"RE-{day}",)


@pytest.mark.parametrize("text", ["Rechnung 12 Monate", "Invoice 12 of 24", "RE 12", "INV-12"])
def test_two_digits_are_not_enough_for_a_stranger(text: str) -> None:
    items = [owed("INV-12", 4_900)]
    assert applied(line(4_900, text, payer="Somebody"), items) is None
    assert applied(line(4_900, text, payer="Müller Logistik"), items) == ("INV-12",)


def test_who_paid_for_three_accounts_may_be_paying_for_a_fourth() -> None:
    """A payment service at its beginning, say: its first customers' amounts are not a reason to take the next one's money."""
    few = Habit(f"account/{IBAN}", {"C-1.EUR": 3, "C-2.EUR": 1})
    many = replace(few, accounts={**few.accounts, "C-3.EUR": 1})
    came = line(4_900, "thank you", payer="Pay Service", account=IBAN)
    items = [owed("INV-1001", 4_900)]
    assert applied(came, items, habits={few.payer: few}) == ("INV-1001",)
    assert applied(came, items, habits={many.payer: many}) is None
    assert applied(replace(came, texts=("INV-1001",)), items, habits={many.payer: many}) == ("INV-1001",)


def test_a_name_that_paid_for_somebody_else_before_is_not_enough() -> None:
    """Two customers of one name, one of whom owes nothing at the moment and is in no book."""
    before = Habit("name/logistik mueller", {"C-9.EUR": 2})
    came = line(4_900, "danke", payer="Müller Logistik GmbH")
    assert applied(came, [owed("INV-1001", 4_900)]) == ("INV-1001",)
    assert applied(came, [owed("INV-1001", 4_900)], habits={before.payer: before}) is None


def test_a_slip_of_a_stranger_in_what_many_pay_is_not_enough() -> None:
    """It may as well be a slip of a number that is paid, and not in the book."""
    came, item = line(4_900, "RE-20451"), owed("RE-20541", 4_900)
    assert applied(came, [item]) == ("RE-20541",)
    assert applied(came, [item, owed("RE-77777", 4_900, "C-2.EUR")]) is None


def test_a_number_that_is_none_of_ours_is_not_passed_over() -> None:
    items = [owed("INV-1001", 4_900)]
    assert applied(line(4_900, "INV-7264", payer="Müller Logistik GmbH"), items) is None
    assert applied(line(4_900, "Danke!", payer="Müller Logistik GmbH"), items) == ("INV-1001",)


def test_a_paid_number_of_three_digits_is_known() -> None:
    items, paid = [owed("INV-135", 4_900)], {"INV-446": owed("INV-446", 0, "C-9.EUR")}
    came = line(4_900, "INV-446", payer="Müller Logistik GmbH")
    assert applied(came, items, archive=paid.get) is None
    assert any(
        "INV-446" in each for each in best(decide(came, Facts(book(*items), archive=paid.get), 90)).reasons
    )


def test_a_name_like_two_customers_does_not_settle_which_number_is_the_slip() -> None:
    both = Book(
        [owed("261120", 4_900), owed("261121", 4_900, "C-2.EUR")],
        {"C-1": "Müller Optik Nord", "C-2": "Müller Optik Süd"},
    )
    came = line(4_900, "261120", payer="Müller Optik")
    assert isinstance(decide(came, Facts(both), 90), Propose)
    assert isinstance(decide(replace(came, payer="Müller Optik Nord"), Facts(both), 90), Apply)
