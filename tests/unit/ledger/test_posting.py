from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.core.errors import InvalidInput
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger import (
    Entry,
    EntryKind,
    Invoice,
    LedgerName,
    Leg,
    OpenItem,
    Payment,
    PaymentState,
    issue_invoice,
    place,
    post_payment,
)
from receivables.ledger.entries import Unbalanced

AT = datetime(2026, 3, 1, tzinfo=UTC)
ACCOUNT = "C-1.EUR"
amounts = st.integers(1, 10**12)


def item(balance: int, amount: int | None = None) -> OpenItem:
    euros = Money(amount or balance, "EUR")
    return OpenItem("INV-1", euros, Money(balance, "EUR"), date(2026, 1, 1), date(2026, 1, 31))


def payment(minor: int, currency: str = "EUR") -> Payment:
    return Payment("stripe/main/pi_1", Money(minor, currency), AT, AT, "INV-1", "stripe/main")


def invoice(minor: int = 100) -> Invoice:
    return Invoice("INV-1", ACCOUNT, Money(minor, "EUR"), date(2026, 1, 1), date(2026, 1, 31), AT)


def test_an_invoice_is_owed_and_sold() -> None:
    opened, posting = issue_invoice(invoice(12_345), "api/alice")
    assert opened.balance == Money(12_345, "EUR")
    assert posting.entry.moved(LedgerName.RECEIVABLE) == 12_345
    assert posting.entry.moved(LedgerName.SALES) == -12_345
    assert posting.balance == 12_345


@pytest.mark.parametrize("minor", [0, -1])
def test_an_invoice_of_nothing_is_refused(minor: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        issue_invoice(invoice(minor), "api/alice")
    assert refused.value.field == "amount"


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("due_date", {"due_date": date(9999, 12, 31)}),
        ("issue_date", {"issue_date": date(1, 1, 1)}),
        ("issue_date", {"issue_date": date(9999, 12, 31), "due_date": date(9999, 12, 31)}),
    ],
)
def test_a_date_with_which_no_step_can_be_reckoned_is_refused(field: str, days: dict[str, date]) -> None:
    with pytest.raises(InvalidInput) as refused:
        issue_invoice(replace(invoice(), **days), "api/alice")  # type: ignore[arg-type]
    assert refused.value.field == field


def test_an_invoice_due_before_it_was_issued_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        issue_invoice(replace(invoice(), due_date=date(2025, 12, 31)), "api/alice")
    assert refused.value.field == "due_date"


def test_a_payment_of_the_whole_closes_the_invoice() -> None:
    posting = post_payment(payment(100), ACCOUNT, item(100))
    assert posting.closes
    assert (posting.balance, posting.unapplied, posting.state) == (-100, 0, PaymentState.APPLIED)


def test_a_part_payment_leaves_the_rest_open() -> None:
    posting = post_payment(payment(30), ACCOUNT, item(100))
    assert posting.after is not None
    assert posting.after.balance == Money(70, "EUR")
    assert not posting.closes


def test_what_is_paid_too_much_becomes_unapplied_credit() -> None:
    posting = post_payment(payment(130), ACCOUNT, item(100))
    assert posting.closes
    assert (posting.balance, posting.unapplied, posting.state) == (-100, 30, PaymentState.OVERPAID)


def test_a_payment_of_a_closed_invoice_is_unapplied_credit() -> None:
    posting = post_payment(payment(100), ACCOUNT, None)
    assert (posting.balance, posting.unapplied, posting.state) == (0, 100, PaymentState.UNAPPLIED)


def test_a_payment_of_nobody_waits_in_suspense() -> None:
    posting = post_payment(payment(100), None, None)
    assert posting.entry.account_id == "suspense.EUR"
    assert posting.state is PaymentState.SUSPENSE
    assert posting.entry.moved(LedgerName.SUSPENSE) == -100


def test_currencies_are_not_mixed() -> None:
    with pytest.raises(CurrencyMismatch):
        post_payment(payment(100, "USD"), ACCOUNT, item(100))


@pytest.mark.parametrize("minor", [0, -5])
def test_a_payment_of_nothing_is_refused(minor: int) -> None:
    with pytest.raises(InvalidInput):
        payment(minor)


@given(amounts, amounts, st.booleans())
def test_every_payment_balances_and_moves_the_totals_by_what_its_entry_says(
    paid: int, owed: int, known: bool
) -> None:
    posting = post_payment(payment(paid), ACCOUNT if known else None, item(owed) if known else None)
    assert sum(leg.minor for leg in posting.entry.legs) == 0
    assert posting.entry.moved(LedgerName.CASH) == paid
    assert posting.entry.moved(LedgerName.RECEIVABLE) == posting.balance
    assert posting.entry.moved(LedgerName.UNAPPLIED) == -posting.unapplied
    assert posting.after is None or posting.after.balance.minor > 0


@given(amounts, amounts)
def test_placing_empties_suspense_and_touches_no_cash(paid: int, owed: int) -> None:
    waiting = post_payment(payment(paid), None, None)
    release, posting = place(payment(paid), ACCOUNT, item(owed), "alice", AT)
    assert waiting.entry.moved(LedgerName.SUSPENSE) + release.moved(LedgerName.SUSPENSE) == 0
    cash = sum(e.moved(LedgerName.CASH) for e in (waiting.entry, release, posting.entry))
    assert cash == paid
    assert posting.state is PaymentState.PLACED
    assert len({waiting.entry.id, release.id, posting.entry.id}) == 3


def test_an_entry_that_does_not_balance_cannot_exist() -> None:
    with pytest.raises(Unbalanced):
        Entry("e", ACCOUNT, EntryKind.PAYMENT, Money(1, "EUR"), AT, AT, (Leg(LedgerName.CASH, 1),), "test")
