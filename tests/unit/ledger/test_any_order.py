"""The same facts in any order, with repetitions, make the same books; credit is applied automatically in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from receivables.core.clock import local_date
from receivables.ledger import EntryKind, Invoice, LedgerName, Payment
from receivables.ledger.crediting import credit_note
from receivables.ledger.returning import refund
from receivables.terms import Conditions, Discount, Instalment
from tests.unit.ledger.books import BERLIN, START, Books

NUMBERS = ("INV-1", "INV-2", "INV-3")
AMOUNTS = {"INV-1": 10_000, "INV-2": 7_000, "INV-3": 4_000}


@dataclass(frozen=True)
class Paid:
    key: str
    number: str
    minor: int
    day: int


@dataclass(frozen=True)
class Credited:
    key: str
    number: str
    minor: int
    day: int


@dataclass(frozen=True)
class Refunded:
    """A refund of the payment of that key; it waits until that is there."""

    key: str
    payment: str
    minor: int
    day: int


Fact = Paid | Credited | Refunded


def at(day: int) -> datetime:
    return START + timedelta(days=day)


def invoice(number: str, conditions: Conditions | None = None) -> Invoice:
    books = Books()
    place = NUMBERS.index(number)
    issue = START.date() + timedelta(days=place)
    return Invoice(
        number,
        books.account_id,
        books.money(AMOUNTS[number]),
        issue,
        issue + timedelta(days=30),
        START,
        conditions=conditions or Conditions(charged=place == 0),
    )


def told(facts: list[Fact], *, automatic: bool = True, issue: Callable[[str], Invoice] = invoice) -> Books:
    """Books of which these facts were told in this order, each as often as it is there."""
    books = Books()
    for number in NUMBERS:
        books.issue(issue(number))
    waiting: list[Fact] = list(facts)
    while waiting:
        later = [fact for fact in waiting if not _tell(books, fact)]
        if automatic:
            books.use_credit()
        assert len(later) < len(waiting)
        waiting = later
    assert books.differences() == []
    return books


def _tell(books: Books, fact: Fact) -> bool:
    """False: it has to wait."""
    match fact:
        case Paid():
            payment = Payment(fact.key, books.money(fact.minor), at(fact.day), books.now, fact.number, "test")
            books.pay(payment, fact.number)
        case Credited():
            if not any(e.kind is EntryKind.CREDIT_NOTE and fact.key in e.source for e in books.entries):
                _credit(books, fact)
        case Refunded():
            if fact.payment not in books.payments:
                return False
            record = books.payments[fact.payment]
            deed = books.deed(fact.key, at(fact.day))
            if not any(e.kind is EntryKind.REFUND and e.payment == fact.payment for e in books.entries):
                amount = books.money(fact.minor)
                books.post(refund(record, books.holdings(), books.credits.values(), deed, amount=amount))
    return True


def _credit(books: Books, fact: Credited) -> None:
    deed = replace(books.deed(fact.key, at(fact.day)), source=f"test/{fact.key}")
    books.post(credit_note(books.held(fact.number), deed, amount=books.money(fact.minor), tz=BERLIN))


days = st.integers(1, 60)
SIZES = (1, 999, 2_500, 4_000, 6_001, 7_000, 9_000)
"""Minor units: large beside an invoice, so that often more is paid than owed."""


@st.composite
def lives(
    draw: st.DrawFn, *, refunds: bool = True, fits: bool = False, numbers: tuple[str, ...] = NUMBERS
) -> tuple[list[Fact], list[Fact]]:
    """Some facts, and the same in another order with repetitions. `fits`: nothing is paid or credited beyond an invoice."""
    left = dict(AMOUNTS)
    facts: list[Fact] = []
    for n in range(draw(st.integers(2, 8))):
        number = draw(st.sampled_from(numbers))
        most = left[number] if fits else 9_000
        if most < 1:
            continue
        minor = min(most, draw(st.sampled_from(SIZES)))
        note = draw(st.integers(1, 3)) == 1
        if note:
            minor = min(minor, 500)  # in all no more than was invoiced
        left[number] -= minor
        if note:
            facts.append(Credited(f"note-{n}", number, minor, draw(days)))
        else:
            facts.append(Paid(f"paid-{n}", number, minor, draw(days)))
    if refunds:
        paid = [fact for fact in facts if isinstance(fact, Paid)]
        for fact in draw(st.lists(st.sampled_from(paid), unique=True)) if paid else []:
            minor = draw(st.sampled_from((fact.minor, fact.minor // 2 + 1, 1)))
            facts.append(Refunded(f"back-{fact.key}", fact.key, minor, draw(days)))
    repeated = draw(st.lists(st.sampled_from(facts), max_size=4)) if facts else []
    return facts, draw(st.permutations([*facts, *repeated]))


def totals(books: Books) -> dict[LedgerName, int]:
    return {name: books.moved(name) for name in LedgerName}


def owed_by_day(books: Books, number: str) -> list[int]:
    """What was owed at the end of each day: what interest is charged on."""
    item = books.items.get(number)
    document = books.documents[number]
    moves = item.moves if item else document.moves
    return [
        document.amount.minor
        + sum(
            move.minor for move in moves if local_date(move.at, BERLIN) <= START.date() + timedelta(days=day)
        )
        for day in range(70)
    ]


@settings(max_examples=60, deadline=None)
@given(lives())
def test_the_account_does_not_depend_on_order_or_repetition(life: tuple[list[Fact], list[Fact]]) -> None:
    straight, shuffled = told(life[0]), told(life[1])
    assert shuffled.account.balance == straight.account.balance
    assert shuffled.account.unapplied == straight.account.unapplied
    assert totals(shuffled) == totals(straight)


@settings(max_examples=60, deadline=None)
@given(lives(refunds=False))
def test_no_receivable_depends_on_the_order_of_payments_and_credits(
    life: tuple[list[Fact], list[Fact]],
) -> None:
    """Also when what is too much for one of them goes on to the next."""
    assert told(life[1]).balances() == told(life[0]).balances()


@settings(max_examples=60, deadline=None)
@given(lives(fits=True))
def test_with_refunds_too_where_each_payment_fits_its_invoice(life: tuple[list[Fact], list[Fact]]) -> None:
    straight, shuffled = told(life[0]), told(life[1])
    assert shuffled.balances() == straight.balances()
    for number in NUMBERS:
        assert owed_by_day(shuffled, number) == owed_by_day(straight, number)


@settings(max_examples=60, deadline=None)
@given(lives(refunds=False, numbers=("INV-1",)))
def test_what_bears_interest_depends_on_dates_only(life: tuple[list[Fact], list[Fact]]) -> None:
    """Whatever is paid too much of an invoice, and whenever that is learned, as long as credit stays where it is."""
    straight, shuffled = told(life[0], automatic=False), told(life[1], automatic=False)
    owed = owed_by_day(straight, "INV-1")
    assert owed_by_day(shuffled, "INV-1") == owed
    assert min(owed) >= 0


def offered(number: str) -> Invoice:
    """2 % when paid within ten days, in parts too."""
    plain = invoice(number)
    discount = replace(plain.amount, minor=plain.amount.minor // 50)
    until = plain.issue_date + timedelta(days=10)
    offer = Discount(until, until, discount, replace(discount, minor=0), shares=True)
    return replace(plain, conditions=Conditions(discounts=(offer,)))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 3_000), st.integers(1, 20)), min_size=1, max_size=3),
    st.randoms(use_true_random=False),
)
def test_shares_of_a_discount_do_not_depend_on_the_order_of_the_parts(
    parts: list[tuple[int, int]], random: Random
) -> None:
    facts: list[Fact] = [Paid(f"p-{n}", "INV-1", minor, day) for n, (minor, day) in enumerate(parts)]
    shuffled = random.sample(facts, len(facts))
    straight, other = told(facts, issue=offered), told(shuffled, issue=offered)
    assert other.balances() == straight.balances()
    assert other.moved(LedgerName.DISCOUNTS) == straight.moved(LedgerName.DISCOUNTS) <= 200


def test_instalments_are_no_exception() -> None:
    parts = tuple(
        Instalment(START.date() + timedelta(days=days), Books().money(minor))
        for days, minor in ((10, 6_000), (90, 4_000))
    )

    def issue(number: str) -> Invoice:
        plain = invoice(number)
        return replace(plain, conditions=Conditions(instalments=parts)) if number == "INV-1" else plain

    facts: list[Fact] = [
        Paid("a", "INV-2", 9_000, 5),
        Paid("b", "INV-1", 6_500, 7),
        Paid("c", "INV-3", 4_500, 9),
    ]
    expected = {"INV-1": 1_000}
    assert told(facts, issue=issue).balances() == expected
    assert told(facts[::-1], issue=issue).balances() == expected
