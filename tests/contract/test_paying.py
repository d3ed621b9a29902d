"""What a payment writes: all of it, once, and never what it did not assume."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from receivables.core.errors import NotFound
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger import (
    AT_ONCE,
    InvoiceStatus,
    LedgerName,
    PaymentState,
    PostOutcome,
)
from receivables.payments.inbox import InboxState
from tests.builders import NOW, day, eur, invoice, issued, message, open_item, payment
from tests.contract.conftest import Stores
from tests.contract.postings import paying, placing
from tests.contract.steps import account, pay, put_in_place, working_set


def test_a_full_payment_closes_the_invoice(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    paid = payment(effective_at=NOW - timedelta(days=1))
    assert pay(stores, paid) is PostOutcome.POSTED
    document, item = stores.ledger.invoice("INV-1")
    assert item is None
    assert (document.status, document.closed_at, document.rev) == (InvoiceStatus.CLOSED, paid.effective_at, 1)
    assert working_set(stores).open_items == ()
    assert (account(stores).balance, account(stores).unapplied) == (eur(0), eur(0))


def test_a_part_payment_leaves_the_rest_open(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"), invoice("INV-2"))
    assert pay(stores, payment(minor=4_000)) is PostOutcome.POSTED
    document, item = stores.ledger.invoice("INV-1")
    assert item is not None
    assert (item.balance, item.amount, document.status) == (eur(6_000), eur(10_000), InvoiceStatus.OPEN)
    assert account(stores).balance == working_set(stores).open_balance == eur(16_000)


def test_what_is_paid_too_much_becomes_unapplied_credit(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    paid = payment(minor=12_000)
    assert pay(stores, paid) is PostOutcome.POSTED
    assert (account(stores).balance, account(stores).unapplied) == (eur(0), eur(2_000))
    assert stores.ledger.payment(paid.key).state is PaymentState.OVERPAID


def test_a_payment_of_a_closed_invoice_becomes_unapplied_credit(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    pay(stores, payment())
    again = payment(minor=700)
    assert pay(stores, again) is PostOutcome.POSTED
    assert account(stores).unapplied == eur(700)
    assert stores.ledger.payment(again.key).state is PaymentState.UNAPPLIED


def test_a_payment_is_found_by_its_key(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    paid = payment(payer="Ada Blum")
    pay(stores, paid)
    record = stores.ledger.payment(paid.key)
    assert (record.payment, record.state) == (paid, PaymentState.APPLIED)
    assert (record.account_id, record.invoice) == ("C-1.EUR", "INV-1")
    with pytest.raises(NotFound):
        stores.ledger.payment("stripe/main/other")


def test_a_payment_is_posted_once_for_ever(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    paid = payment(minor=4_000)
    pay(stores, paid)
    before = working_set(stores)
    assert pay(stores, paid) is PostOutcome.DUPLICATE
    assert (
        pay(stores, replace(paid, amount=eur(1), received_at=NOW + timedelta(days=400)))
        is PostOutcome.DUPLICATE
    )
    assert working_set(stores) == before
    assert len(list(stores.ledger.entries("C-1.EUR"))) == 2


def test_a_duplicate_is_a_duplicate_even_when_its_invoice_has_changed(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    posting = paying(payment(), "C-1.EUR", open_item())
    assert stores.ledger.post(posting) is PostOutcome.POSTED
    assert stores.ledger.post(posting) is PostOutcome.DUPLICATE


def test_a_posting_that_assumed_another_balance_is_stale_and_writes_nothing(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    late = payment(minor=10_000)
    worked_out = paying(late, "C-1.EUR", open_item())
    pay(stores, payment(minor=4_000))
    before = working_set(stores)
    assert stores.ledger.post(worked_out) is PostOutcome.STALE
    assert working_set(stores) == before
    with pytest.raises(NotFound):
        stores.ledger.payment(late.key)
    assert pay(stores, late) is PostOutcome.POSTED
    assert account(stores).unapplied == eur(4_000)


def test_a_posting_on_an_invoice_that_is_closed_by_now_is_stale(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    worked_out = paying(payment(), "C-1.EUR", open_item())
    pay(stores, payment())
    assert stores.ledger.post(worked_out) is PostOutcome.STALE


def test_payments_of_different_invoices_do_not_stand_against_each_other(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"), invoice("INV-2"))
    read = working_set(stores)
    worked_out = [paying(payment(item.number, minor=3_000), "C-1.EUR", item) for item in read.open_items]
    assert [stores.ledger.post(posting) for posting in worked_out] == [PostOutcome.POSTED, PostOutcome.POSTED]
    assert account(stores).balance == eur(14_000)
    assert account(stores).rev == read.account.rev + 2


def test_a_payment_wakes_its_account_at_once(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    stores.agenda.replan("C-1.EUR", 1, progress={}, worked_at=NOW, next_action_at=NOW + timedelta(days=3))
    assert list(stores.agenda.due(NOW)) == []
    pay(stores, payment(minor=1))
    assert list(stores.agenda.due(NOW)) == ["C-1.EUR"]


@pytest.mark.parametrize("effective", [NOW - timedelta(days=9), NOW, NOW + timedelta(days=90)])
def test_a_payment_never_postpones_what_is_planned(stores: Stores, effective: object) -> None:
    issued(stores.ledger, invoice("INV-1"))
    planned = NOW - timedelta(hours=1)
    stores.agenda.replan("C-1.EUR", 1, progress={}, worked_at=planned, next_action_at=planned)
    pay(stores, payment(minor=1, effective_at=effective))
    assert account(stores).next_action_at == AT_ONCE <= planned
    assert list(stores.agenda.due(planned)) == ["C-1.EUR"]


def test_a_payment_keeps_the_mark_of_a_case_and_the_progress(stores: Stores) -> None:
    from tests.contract.steps import opened

    opened(stores)
    # Whoever assumes the item from its static facts does not know of the mark.
    stores.ledger.post(paying(payment(minor=4_000), "C-1.EUR", open_item()))
    (item,) = working_set(stores).open_items
    assert (item.balance, item.case_id) == (eur(6_000), stores.cases.active("C-1.EUR").id)  # type: ignore[union-attr]
    assert account(stores).progress == {"INV-1": 6}


def test_the_message_is_settled_with_the_payment(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    stores.inbox.store(message())
    assert pay(stores, payment(), inbox_id=message().id) is PostOutcome.POSTED
    assert stores.inbox.get(message().id).state is InboxState.PROCESSED


@pytest.mark.parametrize("state", [InboxState.PROCESSED, InboxState.IGNORED, InboxState.PARKED])
def test_a_message_that_was_settled_before_makes_a_duplicate(stores: Stores, state: InboxState) -> None:
    issued(stores.ledger, invoice("INV-1"))
    stores.inbox.store(message())
    stores.inbox.settle(message().id, state)
    paid = payment()
    assert pay(stores, paid, inbox_id=message().id) is PostOutcome.DUPLICATE
    with pytest.raises(NotFound):
        stores.ledger.payment(paid.key)
    assert account(stores).balance == eur(10_000)


def test_nothing_is_written_for_a_duplicate_also_not_its_message(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    paid = payment()
    pay(stores, paid)
    stores.inbox.store(message("evt_2"))
    assert pay(stores, paid, inbox_id=message("evt_2").id) is PostOutcome.DUPLICATE
    assert stores.inbox.get(message("evt_2").id).state is InboxState.RECEIVED


def test_a_payment_on_an_account_that_does_not_exist_is_not_found(stores: Stores) -> None:
    paid = payment()
    with pytest.raises(NotFound):
        stores.ledger.post(paying(paid, "C-1.EUR", None))
    with pytest.raises(NotFound):
        stores.ledger.payment(paid.key)


def test_a_payment_in_another_currency_than_the_account_is_refused(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    with pytest.raises(CurrencyMismatch):
        stores.ledger.post(paying(payment(amount=Money(5, "USD")), "C-1.EUR", None))


def test_balances_are_the_sums_of_the_entries(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"), invoice("INV-2", minor=333))
    for number, minor in (("INV-1", 1), ("INV-2", 400), ("INV-1", 9_998), ("INV-1", 50), ("INV-2", 7)):
        pay(stores, payment(number, minor))
    entries = list(stores.ledger.entries("C-1.EUR"))
    assert account(stores).balance == eur(sum(entry.moved(LedgerName.RECEIVABLE) for entry in entries))
    assert account(stores).unapplied == eur(-sum(entry.moved(LedgerName.UNAPPLIED) for entry in entries))
    assert account(stores).balance == working_set(stores).open_balance == eur(0)


def test_money_that_nobody_knows_waits_in_suspense_oldest_first(stores: Stores) -> None:
    for age in (1, 3, 2):
        pay(stores, payment(None, 100 + age, f"stripe/main/pi_{age}", received_at=NOW - timedelta(days=age)))
    first = stores.ledger.suspense(2)
    assert [record.payment.key[-1] for record in first.items] == ["3", "2"]
    assert {record.state for record in first.items} == {PaymentState.SUSPENSE}
    assert {(record.account_id, record.invoice) for record in first.items} == {(None, None)}
    second = stores.ledger.suspense(2, first.position)
    assert [record.payment.key[-1] for record in second.items] == ["1"]
    assert second.position is None


def test_suspense_balances_and_is_never_planned(stores: Stores) -> None:
    pay(stores, payment("INV-404", 500))
    (entry,) = stores.ledger.entries("suspense.EUR")
    assert entry.moved(LedgerName.SUSPENSE) == -500
    assert stores.ledger.working_set("suspense.EUR") is None
    assert list(stores.agenda.due(NOW + timedelta(days=9))) == []


def test_a_payment_placed_on_an_invoice_leaves_suspense(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1", issue_date=day(1)))
    paid = payment("INV-l", 4_000)
    pay(stores, paid)
    record = stores.ledger.payment(paid.key)
    assert put_in_place(stores, record, "C-1.EUR", "INV-1") is PostOutcome.POSTED
    placed = stores.ledger.payment(paid.key)
    assert (placed.state, placed.account_id, placed.invoice) == (PaymentState.PLACED, "C-1.EUR", "INV-1")
    assert placed.payment == paid
    assert stores.ledger.suspense(9).items == ()
    assert account(stores).balance == eur(6_000)
    assert account(stores).next_action_at == AT_ONCE
    moved = [entry.moved(LedgerName.SUSPENSE) for entry in stores.ledger.entries("suspense.EUR")]
    assert sum(moved) == 0


def test_a_payment_placed_on_an_account_becomes_unapplied_credit(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    paid = payment(None, 4_000)
    pay(stores, paid)
    assert put_in_place(stores, stores.ledger.payment(paid.key), "C-1.EUR", None) is PostOutcome.POSTED
    assert account(stores).unapplied == eur(4_000)


def test_a_payment_is_placed_once(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"), invoice("INV-2"))
    paid = payment(None, 4_000)
    pay(stores, paid)
    record = stores.ledger.payment(paid.key)
    put_in_place(stores, record, "C-1.EUR", "INV-1")
    before = working_set(stores)
    assert put_in_place(stores, record, "C-1.EUR", "INV-1") is PostOutcome.DUPLICATE
    later = NOW + timedelta(days=1)
    assert put_in_place(stores, record, "C-1.EUR", "INV-2", later) is PostOutcome.STALE
    assert working_set(stores) == before
    assert stores.ledger.payment(paid.key).rev == 1


def test_placing_is_stale_when_the_invoice_changed_meanwhile(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    paid = payment(None, 4_000)
    pay(stores, paid)
    record = stores.ledger.payment(paid.key)
    posting = placing(record, "C-1.EUR", open_item())
    pay(stores, payment("INV-1", 1))
    assert stores.ledger.post(posting) is PostOutcome.STALE
    assert stores.ledger.payment(paid.key).state is PaymentState.SUSPENSE


def test_a_payment_is_not_placed_on_an_account_that_does_not_exist(stores: Stores) -> None:
    paid = payment(None, 4_000)
    pay(stores, paid)
    with pytest.raises(NotFound):
        put_in_place(stores, stores.ledger.payment(paid.key), "C-9.EUR", None)
    assert len(stores.ledger.suspense(9).items) == 1
