"""Money that processors hold: it comes to clearing and goes back from there, is paid out less fees, and arrives at our bank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from receivables.core.errors import Conflict, InvalidInput
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger import (
    Entry,
    EntryKind,
    LedgerName,
    Payment,
    PaymentState,
    Payout,
    PayoutState,
    Posting,
)
from receivables.ledger.adjusting import write_off
from receivables.ledger.checks import check_account
from receivables.ledger.payouts import arrive, pay_out, pay_out_failed
from receivables.ledger.receiving import to_suspense
from receivables.ledger.returning import chargeback, pay_refund, refund, reverse_chargeback, take_back
from receivables.ledger.reversing import reverse_entry
from receivables.ledger.trial_balance import trial_balance
from tests.builders import eur, invoice
from tests.unit.ledger.books import BERLIN, START, Books

LATER = START + timedelta(days=3)


def moved(*entries: Entry) -> dict[str, int]:
    """Sums by ledger account, without those on which nothing moved."""
    sums = trial_balance(entries).sums.get("EUR", {})
    return {name.value: minor for name, minor in sums.items() if minor}


def card(minor: int = 10_000, key: str = "stripe/main/pi_1", **changes: Any) -> Payment:
    known = {"held_by": "stripe/main", "source": key, "reference": "INV-1", "effective_at": START}
    return Payment(key=key, amount=eur(minor), received_at=START, **{**known, **changes})


def paid(minor: int = 10_000, **changes: Any) -> Books:
    made = Books()
    made.issue(invoice())
    made.pay(card(minor, **changes), "INV-1")
    return made


def back(made: Books, what: Callable[..., Posting], **how: Any) -> Posting:
    record = made.payments["stripe/main/pi_1"]
    posting = what(record, made.holdings(), made.credits.values(), made.deed("back", LATER), **how)
    made.post(posting)
    return posting


def test_money_that_a_processor_holds_comes_to_clearing_and_ours_to_cash() -> None:
    assert moved(*paid().entries[1:]) == {"clearing": 10_000, "receivable": -10_000}
    assert moved(*paid(held_by=None).entries[1:]) == {"cash": 10_000, "receivable": -10_000}
    assert moved(*to_suspense(card()).entries) == {"clearing": 10_000, "suspense": -10_000}


@pytest.mark.parametrize("what", [refund, chargeback, take_back])
def test_it_goes_back_from_there(what: Callable[..., Posting]) -> None:
    made = paid()
    posting = back(made, what)
    assert moved(*posting.entries) == {"clearing": -10_000, "receivable": 10_000}
    assert made.differences() == []


def test_a_refund_that_was_promised_is_paid_from_there() -> None:
    made = paid()
    (promised,) = back(made, refund, paid=False).entries
    assert moved(promised) == {"refunds_payable": -10_000, "receivable": 10_000}
    posting = pay_refund(promised, made.deed("out", LATER), made.payments["stripe/main/pi_1"].payment)
    assert moved(*posting.entries) == {"refunds_payable": 10_000, "clearing": -10_000}
    with pytest.raises(ValueError, match="stripe/main/pi_1"):
        pay_refund(promised, made.deed("out", LATER))


def test_a_payment_that_was_a_mistake_leaves_clearing() -> None:
    made = paid()
    record = made.payments["stripe/main/pi_1"]
    posting = reverse_entry(made.entries[1], made.holdings(), (), made.deed("oops"), record=record)
    assert moved(*posting.entries) == {"clearing": -10_000, "receivable": 10_000}


def test_a_recovery_comes_to_clearing() -> None:
    made = Books()
    made.issue(invoice())
    made.post(write_off(made.held("INV-1"), made.deed("bad")))
    made.pay(card(4_000), "INV-1")
    assert moved(*made.entries[2:]) == {"clearing": 4_000, "bad_debt": -4_000}
    assert made.differences() == []


def test_a_late_failure_counts_from_when_the_money_went_back_and_says_why() -> None:
    made = paid()
    (entry,) = back(made, take_back, amount=eur(4_000)).entries
    assert (entry.kind, entry.effective_at) == (EntryKind.CHARGEBACK, LATER)
    assert entry.reason == "the payment failed after its money had come"
    assert made.balances() == {"INV-1": 4_000}
    made.post(take_back(made.payments["stripe/main/pi_1"], made.holdings(), (), made.deed("rest", LATER)))
    with pytest.raises(Conflict, match="all of it went back"):
        take_back(made.payments["stripe/main/pi_1"], made.holdings(), (), made.deed("more", LATER))


def test_what_a_won_dispute_gives_back_is_with_the_processor() -> None:
    made = paid()
    (taken,) = back(made, chargeback).entries
    record = made.payments["stripe/main/pi_1"]
    posting = reverse_chargeback(record, taken, made.holdings(), made.deed("won", LATER), tz=BERLIN)
    assert moved(*posting.entries) == {"clearing": 10_000, "receivable": -10_000}


# Payouts


def po(**changes: Any) -> Payout:
    known = {"amount": eur(9_650), "fee": eur(350), "sent_at": START}
    return Payout("stripe/main/po_1", "stripe/main", **{**known, **changes})


def sent(payout: Payout | None = None) -> Books:
    made = paid()
    made.post(pay_out(payout or po(), made.deed("heard")))
    return made


def with_line(made: Books, minor: int = 9_650, **changes: Any) -> Payment:
    line = card(minor, "bank/main/l1", held_by=None, reference=None, effective_at=LATER, **changes)
    made.post(to_suspense(line, made.now))
    return line


def test_a_payout_leaves_clearing_for_transit_less_its_fees() -> None:
    made = sent()
    entry = made.entries[-1]
    assert moved(entry) == {"in_transit": 9_650, "processor_fees": 350, "clearing": -10_000}
    assert (entry.account_id, entry.kind, entry.effective_at) == ("clearing.EUR", EntryKind.PAYOUT, START)
    assert made.moved(LedgerName.CLEARING) == 0
    assert made.differences() == []


def test_a_payout_without_fees_has_no_leg_for_them() -> None:
    assert moved(*pay_out(po(fee=eur(0)), Books().deed("x")).entries) == {
        "in_transit": 9_650,
        "clearing": -9_650,
    }


def test_it_arrives_as_the_banks_line_says() -> None:
    made = sent()
    line = with_line(made)
    posting = arrive(made.payouts[po().key], made.payments[line.key], made.deed("tied"))
    made.post(posting)
    assert {entry.effective_at for entry in posting.entries} == {LATER}
    assert {entry.payment for entry in posting.entries} == {line.key}
    assert moved(*made.entries[1:]) == {"cash": 9_650, "processor_fees": 350, "receivable": -10_000}
    there = made.payouts[po().key]
    assert (there.state, there.payment) == (PayoutState.ARRIVED, line.key)
    tied = made.payments[line.key]
    assert (tied.state, tied.paid_out, tied.waiting) == (PaymentState.PAYOUT, 9_650, eur(0))
    assert made.differences() == []


def test_what_failed_is_with_the_processor_again_but_for_the_fees() -> None:
    made = sent()
    made.post(pay_out_failed(made.payouts[po().key], made.deed("failed", LATER)))
    assert moved(*made.entries[2:]) == {"processor_fees": 350, "clearing": -350}
    assert made.payouts[po().key].state is PayoutState.FAILED
    assert made.differences() == []


@pytest.mark.parametrize("then", ["arrived", "failed"])
def test_what_is_not_under_way_neither_arrives_nor_fails(then: str) -> None:
    made = sent()
    line = with_line(made)
    payout, record = made.payouts[po().key], made.payments[line.key]
    deed = made.deed("x", LATER)
    made.post(arrive(payout, record, deed) if then == "arrived" else pay_out_failed(payout, deed))
    now = made.payouts[po().key]
    with pytest.raises(Conflict, match=then):
        pay_out_failed(now, deed)
    with pytest.raises(Conflict, match=then):
        arrive(now, record, deed)


def test_only_a_line_of_our_bank_with_the_same_amount_is_the_payout() -> None:
    made = sent()
    line = with_line(made, 9_649)
    with pytest.raises(Conflict, match=r"96\.49"):
        arrive(po(), made.payments[line.key], made.deed("x"))
    with pytest.raises(Conflict, match=r"0\.00"):
        arrive(po(), made.payments["stripe/main/pi_1"], made.deed("x"))
    held = Books()
    held.post(to_suspense(card(9_650), held.now))
    with pytest.raises(Conflict, match="what a payout brought"):
        arrive(po(), held.payments["stripe/main/pi_1"], held.deed("x"))


def test_a_payout_cannot_be_refunded_or_charged_back() -> None:
    made = sent()
    line = with_line(made)
    made.post(arrive(po(), made.payments[line.key], made.deed("tied")))
    for what in (refund, chargeback, take_back):
        with pytest.raises(Conflict, match="is a payout"):
            what(made.payments[line.key], {}, (), made.deed("x"))


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(InvalidInput, match="amount"):
        po(amount=eur(0))
    with pytest.raises(InvalidInput, match="fee"):
        po(fee=eur(-1))
    with pytest.raises(CurrencyMismatch):
        po(fee=Money(1, "USD"))


@pytest.mark.parametrize("kind", [EntryKind.PAYOUT, EntryKind.PAYOUT_ARRIVED, EntryKind.PAYOUT_FAILED])
def test_entries_of_payouts_are_not_reversed(kind: EntryKind) -> None:
    made = sent()
    entry = replace(made.entries[-1], kind=kind)
    with pytest.raises(Conflict, match="not reversed"):
        reverse_entry(entry, {}, (), made.deed("x"))


# Tampering


def test_money_on_the_wrong_side_is_found() -> None:
    made = paid()
    wrong = replace(made.payments["stripe/main/pi_1"].payment, held_by=None)
    made.payments["stripe/main/pi_1"] = replace(made.payments["stripe/main/pi_1"], payment=wrong)
    assert [found.what for found in made.differences()] == ["what of payment stripe/main/pi_1 is on clearing"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"state": PayoutState.ARRIVED}, "what of payout stripe/main/po_1 is under way"),
        ({"amount": eur(9_651)}, "what of payout stripe/main/po_1 is under way"),
    ],
)
def test_a_payout_that_is_not_where_its_record_says_is_found(change: dict[str, Any], what: str) -> None:
    made = sent()
    made.payouts[po().key] = replace(made.payouts[po().key], **change)
    assert [found.what for found in made.differences()] == [what]


def test_a_payout_without_a_record_is_found() -> None:
    made = sent()
    (clearing,) = made.own_books()
    (found,) = check_account(replace(clearing, payouts=()))
    assert (found.what, found.found) == ("payout stripe/main/po_1", "missing")
