"""What is known of payments whose money has not come, what is asked for, who holds money, and payouts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast

import pytest

from receivables.arrangements import ArrangementKind, Cause, Covered, InFlight, InFlightState
from receivables.core.errors import NotFound
from receivables.ledger import (
    ArrangementChange,
    EntryKind,
    ItemKind,
    Known,
    LedgerName,
    OpenReceivable,
    Payment,
    PaymentChange,
    PaymentRecord,
    PaymentState,
    PaymentStub,
    Payout,
    PayoutState,
    PayoutStore,
    Posting,
    PostOutcome,
    Remittance,
    StubChange,
)
from receivables.ledger.deeds import Deed
from receivables.ledger.knowing import note, note_stub
from receivables.ledger.payouts import arrive, pay_out, pay_out_failed
from receivables.ledger.receiving import to_suspense
from receivables.ledger.suspense import return_suspense
from receivables.payments.inbox import InboxState
from receivables.terms import Conditions, Discount
from tests.builders import NOW, day, eur, invoice, issued, message, payment
from tests.contract.conftest import Stores
from tests.contract.postings import charging, noting, paying, placing
from tests.contract.steps import account, pay, working_set

ACCOUNT = "C-1.EUR"
KEY = "stripe/main/pi_1"
LATER = NOW + timedelta(hours=1)
PENDING = Known("payment_pending", NOW)
REFUNDED = Known("refund_succeeded", LATER, "re_1", 2_000)
IN_ALL = Known("refund_succeeded", LATER, "", 3_000, total=True)


def stub(*known: Known, key: str = KEY, **changes: Any) -> PaymentStub:
    return PaymentStub(key, known or (PENDING,), **changes)


def in_flight(**changes: Any) -> InFlight:
    known = {"payment": KEY, "since": NOW, "until": NOW + timedelta(days=7)}
    covers = (Covered("INV-1", eur(10_000)),)
    return InFlight("inf_1", ACCOUNT, covers, Cause.PENDING, eur(10_000), **{**known, **changes})


def payouts(stores: Stores) -> PayoutStore:
    return cast("PayoutStore", stores.ledger)


def payout(name: str = "po_1", minor: int = 9_650, at: Any = NOW, **changes: Any) -> Payout:
    return Payout(f"stripe/main/{name}", "stripe/main", eur(minor), eur(350), at, **changes)


def deed(key: str = "d") -> Deed:
    return Deed(key, "test", LATER, LATER)


# What is known of a payment whose money has not come


def test_what_is_heard_before_the_money_is_kept_where_the_money_will_be(stores: Stores) -> None:
    assert stores.ledger.known_payment(KEY) is None
    heard = stub(PENDING, REFUNDED, IN_ALL, done=("refund/1",), account_id=ACCOUNT, reference="INV-1")
    assert stores.ledger.post(note_stub(None, heard)) is PostOutcome.POSTED
    assert stores.ledger.known_payment(KEY) == heard
    with pytest.raises(NotFound):
        stores.ledger.payment(KEY)


def test_it_is_heard_for_the_first_time_once(stores: Stores) -> None:
    stores.ledger.post(note_stub(None, stub()))
    assert stores.ledger.post(note_stub(None, stub(REFUNDED))) is PostOutcome.DUPLICATE
    assert stores.ledger.known_payment(KEY) == stub()


def test_more_is_heard_only_by_who_knows_all_that_was(stores: Stores) -> None:
    stores.ledger.post(note_stub(None, stub()))
    assert stores.ledger.post(note_stub(stub(), stub(PENDING, REFUNDED))) is PostOutcome.POSTED
    assert stores.ledger.post(note_stub(stub(), stub(PENDING, IN_ALL))) is PostOutcome.STALE
    assert stores.ledger.known_payment(KEY) == stub(PENDING, REFUNDED, rev=1)


def test_money_cannot_come_unnoticed_by_what_is_known(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    stores.ledger.post(note_stub(None, stub()))
    paid = payment(key=KEY)
    item = stores.ledger.open_item(ACCOUNT, "INV-1")
    posting = paying(paid, ACCOUNT, item)
    assert stores.ledger.post(posting) is PostOutcome.DUPLICATE
    assert posting.payment is not None
    instead = replace(posting, payment=replace(posting.payment, stub_rev=0))
    assert (
        stores.ledger.post(replace(instead, payment=replace(posting.payment, stub_rev=1)))
        is PostOutcome.STALE
    )
    assert account(stores).balance == eur(10_000)
    assert stores.ledger.post(instead) is PostOutcome.POSTED
    known = stores.ledger.known_payment(KEY)
    assert known == stores.ledger.payment(KEY)
    assert isinstance(known, PaymentRecord)
    assert account(stores).balance == eur(0)


def test_a_stub_does_not_come_back_after_the_money(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    pay(stores, payment(key=KEY))
    assert stores.ledger.post(note_stub(None, stub())) is PostOutcome.DUPLICATE
    # The record has the same rev as a stub that was read before would have.
    assert stores.ledger.post(note_stub(stub(), stub(REFUNDED))) is PostOutcome.STALE
    assert isinstance(stores.ledger.known_payment(KEY), PaymentRecord)


def test_a_record_without_a_stub_is_not_one_in_its_place(stores: Stores) -> None:
    posting = to_suspense(payment(None, key=KEY))
    assert posting.payment is not None
    instead = replace(posting, payment=replace(posting.payment, stub_rev=0))
    assert stores.ledger.post(instead) is PostOutcome.STALE
    assert stores.ledger.known_payment(KEY) is None


def test_facts_are_added_to_a_record_by_who_knows_it_and_nobody_is_woken(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    pay(stores, payment(key=KEY))
    before, record = account(stores), stores.ledger.payment(KEY)
    posting = note(record, known=(REFUNDED,), done=("refund/1",))
    assert stores.ledger.post(posting) is PostOutcome.POSTED
    assert stores.ledger.post(posting) is PostOutcome.STALE
    after = stores.ledger.payment(KEY)
    assert after == replace(record, known=(REFUNDED,), done=("refund/1",), rev=1)
    assert account(stores) == before


def test_a_fact_settles_its_message(stores: Stores) -> None:
    stores.inbox.store(message())
    assert stores.ledger.post(note_stub(None, stub()), inbox_id=message().id) is PostOutcome.POSTED
    assert stores.inbox.get(message().id).state is InboxState.PROCESSED
    again = note_stub(None, stub(key="stripe/main/pi_2"))
    assert stores.ledger.post(again, inbox_id=message().id) is PostOutcome.DUPLICATE
    assert stores.ledger.known_payment("stripe/main/pi_2") is None


def test_all_that_a_payment_says_of_itself_is_kept(stores: Stores) -> None:
    remittance = Remittance(("RG 1", "Müller"), "RF18", "e2e", "Ada", None, "DE02", None, "NTRF", 150)
    paid = payment(None, key=KEY, held_by="stripe/main", method="sepa_debit", remittance=remittance)
    stores.ledger.post(to_suspense(paid))
    assert stores.ledger.payment(KEY).payment == paid


def test_orphans_are_stubs_of_which_money_went_back_that_never_came_oldest_first(stores: Stores) -> None:
    for days, key in ((1, "a"), (3, "b"), (2, "c")):
        fact = replace(REFUNDED, at=NOW - timedelta(days=days))
        stores.ledger.post(note_stub(None, stub(PENDING, fact, key=key)))
    stores.ledger.post(note_stub(None, stub(key="d")))
    stores.ledger.post(note_stub(None, stub(replace(REFUNDED, at=NOW), key="e")))
    first = stores.ledger.orphans(NOW, 2)
    assert [found.key for found in first.items] == ["b", "c"]
    second = stores.ledger.orphans(NOW, 2, first.position)
    assert [found.key for found in second.items] == ["a"]
    assert second.position is None


def test_one_whose_money_comes_is_no_orphan_any_more(stores: Stores) -> None:
    stores.ledger.post(note_stub(None, stub(REFUNDED)))
    posting = to_suspense(payment(None, key=KEY))
    assert posting.payment is not None
    stores.ledger.post(replace(posting, payment=replace(posting.payment, stub_rev=0)))
    assert stores.ledger.orphans(NOW + timedelta(days=9), 9).items == ()
    assert [record.payment.key for record in stores.ledger.suspense(9).items] == [KEY]


# Money in flight


def test_a_payment_in_flight_and_what_is_known_of_it_begin_together(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1", issue_date=day(1)))
    made = in_flight()
    heard = stub(account_id=ACCOUNT, reference="INV-1")
    posting = Posting(ACCOUNT, stub=StubChange(None, heard), arrangements=(ArrangementChange(None, made),))
    assert stores.ledger.post(posting) is PostOutcome.POSTED
    assert stores.ledger.post(posting) is PostOutcome.DUPLICATE
    assert working_set(stores).arrangements == (made,)
    assert stores.ledger.known_payment(KEY) == heard
    (fact,) = (f for f in stores.ledger.timeline(ACCOUNT, 9).items if f["kind"] == "arrangement")
    assert {name: fact[name] for name in ("kind", "event", "cause", "by", "invoices", "until", "amount")} == {
        "kind": "arrangement",
        "event": "awaited",
        "cause": "pending",
        "by": KEY,
        "invoices": ["INV-1"],
        "until": made.until.date().isoformat(),
        "amount": 10_000,
    }


def test_it_ends_with_the_money(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    made = in_flight()
    stores.ledger.post(
        Posting(ACCOUNT, stub=StubChange(None, stub()), arrangements=(ArrangementChange(None, made),))
    )
    posting = paying(payment(key=KEY), ACCOUNT, stores.ledger.open_item(ACCOUNT, "INV-1"))
    assert posting.payment is not None
    ended = replace(made, state=InFlightState.SETTLED, ended_at=LATER)
    both = replace(
        posting,
        payment=PaymentChange(None, posting.payment.after, stub_rev=0),
        arrangements=(ArrangementChange(made, ended),),
    )
    assert stores.ledger.post(both) is PostOutcome.POSTED
    assert working_set(stores).arrangements == ()
    assert stores.ledger.arrangement("inf_1") == replace(ended, rev=1)
    assert {fact["event"] for fact in stores.ledger.timeline(ACCOUNT, 9).items if "event" in fact} == {
        "awaited",
        "settled",
    }


def test_what_nothing_was_heard_of_in_time_is_found(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    made = in_flight()
    stores.ledger.post(Posting(ACCOUNT, arrangements=(ArrangementChange(None, made),)))
    end = made.until.date()
    assert stores.ledger.undecided(ArrangementKind.IN_FLIGHT, end, 9).items == ()
    found = stores.ledger.undecided(ArrangementKind.IN_FLIGHT, end + timedelta(days=1), 9)
    assert found.items == (made,)


# Where dunning stood


def test_dunning_goes_on_where_it_stood_unless_it_is_further_already(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    assert stores.ledger.post(noting(restored={"INV-1": 14, "INV-2": 3})) is PostOutcome.POSTED
    assert account(stores).progress == {"INV-1": 14, "INV-2": 3}
    stores.ledger.post(noting(restored={"INV-1": 7, "INV-2": 21}))
    assert account(stores).progress == {"INV-1": 14, "INV-2": 21}
    stores.ledger.post(noting(forget=("INV-1", "INV-2"), restored={"INV-2": 3}))
    assert account(stores).progress == {"INV-2": 3}


# Suspense


def test_money_goes_back_out_of_suspense_in_parts_and_the_rest_is_placed(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    stores.ledger.post(to_suspense(payment(None, 4_000, KEY)))
    part = return_suspense(stores.ledger.payment(KEY), deed("re_1"), amount=eur(1_500))
    assert stores.ledger.post(replace(part, key="refund/re_1")) is PostOutcome.POSTED
    assert stores.ledger.post(replace(part, key="refund/re_1")) is PostOutcome.DUPLICATE
    (waits,) = stores.ledger.suspense(9).items
    assert (waits.waiting, waits.returned, waits.rev) == (eur(2_500), 1_500, 1)
    stores.ledger.post(return_suspense(waits, deed("re_2")))
    assert stores.ledger.suspense(9).items == ()
    assert stores.ledger.payment(KEY).state is PaymentState.RETURNED
    assert sum(e.moved(LedgerName.SUSPENSE) for e in stores.ledger.entries("suspense.EUR")) == 0


def test_one_of_two_who_send_the_same_money_somewhere_is_too_late(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    stores.ledger.post(to_suspense(payment(None, 4_000, KEY)))
    record = stores.ledger.payment(KEY)
    back = return_suspense(record, deed())
    assert stores.ledger.post(placing(record, ACCOUNT, stores.ledger.open_item(ACCOUNT, "INV-1"))) is (
        PostOutcome.POSTED
    )
    assert stores.ledger.post(back) is PostOutcome.STALE


# What is asked for


def everything_open(stores: Stores) -> dict[str, OpenReceivable]:
    found, position = dict[str, OpenReceivable](), None
    while True:
        page = stores.ledger.open_receivables(position)
        assert not {each.number for each in page.items} & found.keys()
        found |= {each.number: each for each in page.items}
        position = page.position
        if position is None:
            return found


def test_what_is_asked_for_is_found_over_all_accounts(stores: Stores) -> None:
    issued(stores.ledger, *(invoice(f"INV-{n}", f"C-{n % 3}.EUR", 100 + n) for n in range(40)))
    found = everything_open(stores)
    assert {number: each.balance.minor for number, each in found.items()} == {
        f"INV-{n}": 100 + n for n in range(40)
    }
    assert found["INV-4"] == OpenReceivable("INV-4", "C-1.EUR", eur(104), eur(104), day(0), day(30))


def test_what_is_paid_in_part_shows_what_is_left_and_what_is_paid_is_gone(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"), invoice("INV-2"))
    pay(stores, payment("INV-1", 4_000))
    pay(stores, payment("INV-2"))
    assert {n: each.balance for n, each in everything_open(stores).items()} == {"INV-1": eur(6_000)}


def test_what_is_not_claimed_is_not_asked_for(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    stores.ledger.post(charging("LC-1", "INV-1", claimed=False))
    stores.ledger.post(charging("LC-2", "INV-1"))
    found = everything_open(stores)
    assert found.keys() == {"INV-1", "LC-2"}
    assert (found["LC-2"].kind, found["LC-2"].concerns) == (ItemKind.FEE, "INV-1")


def test_discounts_are_told_with_what_settles_by_when(stores: Stores) -> None:
    offers = (
        Discount(day(10), day(12), eur(300), eur(0), 0, shares=False),
        Discount(day(20), day(20), eur(200), eur(0), 0, shares=False),
    )
    issued(stores.ledger, invoice("INV-1", conditions=Conditions(discounts=offers)))
    found = everything_open(stores)["INV-1"]
    assert found.offers == ((day(12), eur(9_700)), (day(20), eur(9_800)))
    assert (found.discounted, found.discount_until) == (eur(9_700), day(12))


# Who holds money


def test_payments_are_found_by_who_held_them_and_their_day(stores: Stores) -> None:
    def came(key: str, **changes: Any) -> None:
        stores.ledger.post(to_suspense(payment(None, key=key, **changes)))

    came("stripe/main/1", held_by="stripe/main")
    came("stripe/main/2", held_by="stripe/main", effective_at=NOW - timedelta(days=1))
    came("stripe/eu/3", held_by="stripe/eu")
    came("bank/main/4")
    assert stores.ledger.held("stripe/main", NOW.date()).items == ("stripe/main/1",)
    assert stores.ledger.held("stripe/main", NOW.date() - timedelta(days=1)).items == ("stripe/main/2",)
    assert stores.ledger.held("stripe/main", date(2030, 1, 1)).items == ()


# Payouts


def test_a_payout_is_booked_once(stores: Stores) -> None:
    sent = payout(arrives_on=day(2))
    assert stores.ledger.post(pay_out(sent, deed())) is PostOutcome.POSTED
    assert stores.ledger.post(pay_out(sent, deed("again"))) is PostOutcome.DUPLICATE
    assert payouts(stores).payout(sent.key) == sent
    (entry,) = stores.ledger.entries("clearing.EUR")
    assert (entry.kind, entry.amount, entry.effective_at) == (EntryKind.PAYOUT, eur(9_650), NOW)
    assert stores.ledger.working_set("clearing.EUR") is None
    with pytest.raises(NotFound):
        payouts(stores).payout("stripe/main/po_2")


def test_the_banks_line_is_recognised_as_the_payout(stores: Stores) -> None:
    stores.ledger.post(pay_out(payout(), deed()))
    line = payment(None, 9_650, "bank/main/l1")
    stores.ledger.post(to_suspense(line))
    record = stores.ledger.payment(line.key)
    (found,) = payouts(stores).payouts_of(record.waiting)
    posting = arrive(found, record, deed())
    assert stores.ledger.post(posting) is PostOutcome.POSTED
    assert stores.ledger.post(posting) is PostOutcome.DUPLICATE
    there = payouts(stores).payout(found.key)
    assert (there.state, there.payment, there.rev) == (PayoutState.ARRIVED, line.key, 1)
    assert payouts(stores).payouts_of(eur(9_650)) == ()
    assert payouts(stores).payouts(PayoutState.ARRIVED, 9).items == (there,)
    tied = stores.ledger.payment(line.key)
    assert (tied.state, tied.account_id, tied.paid_out) == (PaymentState.PAYOUT, "clearing.EUR", 9_650)
    assert stores.ledger.suspense(9).items == ()


def test_a_payout_that_changed_meanwhile_is_read_again(stores: Stores) -> None:
    stores.ledger.post(pay_out(payout(), deed()))
    line = payment(None, 9_650, "bank/main/l1")
    stores.ledger.post(to_suspense(line))
    read = payouts(stores).payout(payout().key)
    arrived = arrive(read, stores.ledger.payment(line.key), deed())
    assert stores.ledger.post(pay_out_failed(read, deed())) is PostOutcome.POSTED
    assert stores.ledger.post(arrived) is PostOutcome.STALE
    assert payouts(stores).payouts(PayoutState.FAILED, 9).items[0].rev == 1


def test_payouts_under_way_are_found_by_their_amount(stores: Stores) -> None:
    made = [
        payout("po_1", 9_650, LATER),
        payout("po_2", 9_650),
        payout("po_3", 96_500),
        payout("po_4", 965),
        replace(
            payout("po_5"), amount=replace(eur(9_650), currency="USD"), fee=replace(eur(0), currency="USD")
        ),
    ]
    for each in made:
        stores.ledger.post(pay_out(each, deed()))
    assert [found.key[-4:] for found in payouts(stores).payouts_of(eur(9_650))] == ["po_2", "po_1"]
    assert payouts(stores).payouts_of(eur(1)) == ()
    first = payouts(stores).payouts(PayoutState.SENT, 3)
    second = payouts(stores).payouts(PayoutState.SENT, 3, first.position)
    listed = [found.key[-4:] for found in (*first.items, *second.items)]
    assert listed == ["po_4", "po_2", "po_1", "po_3", "po_5"]
    assert second.position is None


def test_a_payment_of_a_customer_is_no_payout_of_that_key(stores: Stores) -> None:
    stores.ledger.post(pay_out(payout(), deed()))
    assert stores.ledger.known_payment(payout().key) is None
    paid: Payment = payment(None, key=payout().key)
    assert stores.ledger.post(to_suspense(paid)) is PostOutcome.POSTED
