"""The checks of incoming money find what they are for."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from receivables.core.money import Money
from receivables.ledger import Entry, EntryKind, Payment, PaymentRecord, PaymentState
from receivables.ledger.entries import LedgerName, Leg
from receivables.ledger.payouts import Payout, PayoutState
from receivables.matching.ports import Proposal, Standing
from receivables.notices.notice import NoticeItem, NoticeState
from receivables_cli.demo.books import Books
from receivables_cli.demo.cash import CashCounts
from receivables_cli.demo.checks import Check
from receivables_cli.demo.checks_money import check_lists, check_money, check_replay
from receivables_cli.demo.story import Came, Message, PayoutSent, Receipt, Rest, Statement, Story, Transfer
from receivables_cli.demo.summary_money import money_in
from tests import builders
from tests.builders import eur

AT = datetime(2026, 2, 10, 11, tzinfo=UTC)
DAY = date(2026, 2, 10)
ONCE, WAITS, HELD, RESTS = (
    "every payment is booked once, however often it was told of",
    "no money waits in suspense, and what cannot be read waits with its reason",
    "what processors hold is what came, less refunds, payouts and fees",
    "nobody is reminded of what a payment is under way for, and reminders go on when it fails",
)
POISON = {"key": "adyen#main#x", "event_id": "x", "state": "parked", "reason": "the currency is not known"}


def story(**changes: Any) -> Story:
    """A receipt at Stripe, a payment at Adyen, a line of our bank; 60 euros paid out, after fees of 1."""
    line = Transfer(DAY, eur(5_000), "Ada", "thanks", "C-1.EUR", ("INV-2",))
    arrived = Transfer(DAY, eur(6_000), "STRIPE", "po_1", payout="po_1")
    payout = PayoutSent("po_1", "stripe/main", eur(6_000), eur(100), (), AT)
    values: dict[str, Any] = {
        "receipts": (Receipt("INV-1-1", "stripe", eur(10_000), AT, "INV-1", "Ada"),),
        "came": (Came("adyen/main/p1", eur(2_000), eur(0)),),
        "statements": (Statement(DAY, "S", (line, arrived), eur(0)),),
        "payouts": (payout,),
        "parked": frozenset({"x"}),
    }
    return Story("", DAY, DAY, (), (), **(values | changes))


def record(key: str, minor: int, **changes: Any) -> PaymentRecord:
    held = None if key.startswith("bank/") else key.rpartition("/")[0]
    payment = Payment(key, eur(minor), AT, AT, None, key, payer="Ada", held_by=held)
    return replace(PaymentRecord(payment, PaymentState.APPLIED, "C-1.EUR", "INV-1"), **changes)


def entry(name: str, kind: EntryKind, minor: int, to: LedgerName, out: LedgerName, **more: Any) -> Entry:
    legs = (Leg(to, minor), Leg(out, -minor))
    return Entry(name, "C-1.EUR", kind, eur(minor), AT, AT, legs, "test", **more)


def books() -> Books:
    """As the story should be booked."""
    payout_line = record("bank/house/ln_2", 6_000, state=PaymentState.PAYOUT)
    payout_line = replace(payout_line, payment=replace(payout_line.payment, payer="STRIPE"))
    payments = [
        record("stripe/main/pi_INV11", 10_000),
        record("adyen/main/p1", 2_000),
        record("bank/house/ln_1", 5_000, state=PaymentState.PLACED),
        payout_line,
    ]
    entries = [
        entry(
            f"ent_{n}",
            EntryKind.PAYMENT if each.state is PaymentState.APPLIED else EntryKind.SUSPENSE,
            each.payment.amount.minor,
            each.payment.kept_on,
            LedgerName.RECEIVABLE,
            payment=each.payment.key,
        )
        for n, each in enumerate(payments)
    ]
    entries.append(entry("out", EntryKind.PAYOUT, 6_100, LedgerName.IN_TRANSIT, LedgerName.CLEARING))
    entries.append(entry("fee", EntryKind.PAYOUT, 100, LedgerName.PROCESSOR_FEES, LedgerName.IN_TRANSIT))
    entries.append(entry("in", EntryKind.PAYOUT_ARRIVED, 6_000, LedgerName.CASH, LedgerName.IN_TRANSIT))
    arrived = Payout("stripe/main/po_1", "stripe/main", eur(6_000), eur(100), AT, state=PayoutState.ARRIVED)
    return Books(payments=payments, entries=entries, payouts=[arrived])


def broken(found: list[Check]) -> list[str]:
    return [each.what for each in found if not each.holds]


def test_books_that_are_right_pass() -> None:
    assert broken(check_money(books(), story(), [POISON])) == []


def doubled(wrong: Books) -> None:
    wrong.payments.append(record("stripe/main/pi_INV11x", 10_000))


def booked_twice(wrong: Books) -> None:
    wrong.entries.append(replace(wrong.entries[0], id="again"))


def another_amount(wrong: Books) -> None:
    wrong.payments[1] = record("adyen/main/p1", 2_001)


def line_twice(wrong: Books) -> None:
    wrong.payments.append(record("bank/house/ln_3", 5_000))


def lost(wrong: Books) -> None:
    del wrong.payments[1]


@pytest.mark.parametrize("spoil", [doubled, booked_twice, another_amount, line_twice, lost])
def test_what_is_missing_changed_or_booked_twice_is_found(spoil: Callable[[Books], None]) -> None:
    wrong = books()
    spoil(wrong)
    assert ONCE in broken(check_money(wrong, story(), [POISON]))


def test_money_that_waits_and_messages_that_nobody_expected_are_found() -> None:
    wrong = books()
    wrong.payments[2] = replace(wrong.payments[2], state=PaymentState.SUSPENSE)
    assert broken(check_money(wrong, story(), [POISON])) == [WAITS]
    assert broken(check_money(books(), story(), [POISON, POISON | {"event_id": "y"}])) == [WAITS]
    assert broken(check_money(books(), story(), [POISON | {"reason": ""}])) == [WAITS]
    assert broken(check_money(books(), story(), [])) == [WAITS]


def test_what_processors_hold_must_be_what_is_left_with_them() -> None:
    kept = books()
    kept.entries.append(entry("x", EntryKind.REFUND, 5, LedgerName.RECEIVABLE, LedgerName.CLEARING))
    assert broken(check_money(kept, story(), [POISON])) == [HELD]
    under_way = books()
    under_way.payouts.clear()
    assert broken(check_money(under_way, story(), [POISON])) == [HELD]


def reminded(*days: int) -> Books:
    told = books()
    for number, day in enumerate(days):
        items = (NoticeItem("INV-9", 5_000, 3, reached=True),)
        made = builders.notice(items=items, at=AT + timedelta(days=day), state=NoticeState.SENT)
        told.notices.append(replace(made, id=f"ntc_{number}"))
    return told


@pytest.mark.parametrize(("days", "holds"), [((-1, 6), True), ((-1, 2, 6), False), ((-1,), False)])
def test_reminders_rest_while_a_payment_is_under_way_and_go_on_afterwards(
    days: tuple[int, ...], holds: bool
) -> None:
    rest = Rest("INV-9", AT, AT + timedelta(days=5))
    found = broken(check_money(reminded(*days), story(rests=(rest,)), [POISON]))
    assert (RESTS not in found) is holds


def test_a_replay_that_changes_something_is_found() -> None:
    assert check_replay(books(), books(), 0, 0, 7).holds
    assert not check_replay(books(), books(), 1, 0, 7).holds
    assert not check_replay(books(), books(), 0, 1, 7).holds
    more, other = books(), books()
    booked_twice(more)
    another_amount(other)
    assert not check_replay(books(), more, 0, 0, 7).holds
    assert not check_replay(books(), other, 0, 0, 7).holds


def test_the_processors_list_must_have_shown_what_was_lost_and_nothing_else() -> None:
    told = story(messages=(Message("stripe", AT, {}, lost=True),))
    found: list[dict[str, Any]] = [{"counts": {"missing": 1}}, {"counts": {}}]
    assert check_lists(told, [], found).holds
    assert not check_lists(told, [], []).holds
    waiting = [{"kind": "extra", "payment": "stripe/main/pi_1", "state": "open"}]
    assert not check_lists(told, waiting, found).holds


def printed(books: Books, cash: CashCounts | None = None) -> str:
    out = io.StringIO()
    Console(file=out, width=120).print(money_in(books, cash))
    return out.getvalue()


def test_the_summary_tells_by_source_how_money_found_its_place() -> None:
    told = books()
    told.proposals = {"bank/house/ln_1": Proposal("bank/house/ln_1", (), AT, Standing.APPLIED)}
    lines = {line.split()[0]: line.split()[1:] for line in printed(told).splitlines() if line.strip()}
    assert lines["stripe"] == ["1", "1"]
    assert lines["bank"] == ["2", "1", "1"], "one was matched, one is a payout"
    assert "1 were matched without a person (100 %)" in printed(told)
    told.proposals = {"bank/house/ln_1": Proposal("bank/house/ln_1", (), AT, Standing.CONFIRMED)}
    assert "0 were matched without a person (0 %)" in printed(told)


def test_the_summary_counts_files_and_says_nothing_where_there_is_no_money() -> None:
    counts = CashCounts(files=2, lines=3, new=2, confirmed=1, returned=1)
    assert "2 files of our bank with 3 lines, of which 2 were new" in printed(books(), counts)
    assert money_in(Books(), counts) is None


def test_the_story_counts_each_line_of_the_bank_once() -> None:
    (statement,) = story().statements
    again = replace(statement, repeats=True)
    assert story(statements=(statement, again)).transfers == statement.transfers
    assert story(statements=(statement, again)).received() == {"EUR": Money(23_000, "EUR")}
