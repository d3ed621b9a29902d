"""Money that goes back, of a payment that has paid more receivables than one transaction can open again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from receivables.core.errors import Conflict, TooLarge
from receivables.ledger import EntryKind, LedgerName, PostOutcome
from receivables.ledger.crediting import apply_credit
from receivables.ledger.deeds import Deed
from receivables.ledger.receiving import receive
from receivables.ledger.returning import return_refund
from receivables.terms import Settlement
from receivables.usecases.booking import book
from receivables.usecases.chargebacks import ChargeBack, ChargebackOrder
from receivables.usecases.corrections import ReversalOrder, ReverseEntry
from receivables.usecases.refunds import RefundOrder, RefundPayment
from tests.builders import NOW, eur, invoice, issued, payment
from tests.fakes.stores import MemoryStores
from tests.unit.usecases.money import received

UTC_DAYS = ZoneInfo("UTC")
COUNT = 90
LATER = NOW + timedelta(days=20)


class Zones:
    """Everybody lives by UTC."""

    def zone(self, account_id: str) -> ZoneInfo:
        return UTC_DAYS


def paid_all() -> Any:
    """Ninety invoices and one payment of them all, with its credit set against what did not fit at first."""
    ledger: Any = MemoryStores().ledger
    issued(ledger, *(invoice(f"INV-{number}", minor=100) for number in range(COUNT)))
    items = ledger.working_set("C-1.EUR").items
    money = payment(None, 100 * COUNT, "pay")
    ledger.post(receive(money, "C-1.EUR", items, settlement=Settlement(), tz=UTC_DAYS))
    while left := ledger.working_set("C-1.EUR").credits:
        posting = apply_credit(
            "C-1.EUR",
            left[0],
            ledger.working_set("C-1.EUR").items,
            Deed("upkeep", "system", NOW, NOW),
            settlement=Settlement(),
            tz=UTC_DAYS,
            record=ledger.payment("pay"),
        )
        assert posting is not None
        assert ledger.post(posting) is PostOutcome.POSTED
    return ledger


def refunded(ledger: Any) -> None:
    order = RefundOrder("pay", "r1", eur(100 * COUNT), paid=True, effective_at=LATER, reason="by mistake")
    assert RefundPayment(ledger).refund(order, "finn", LATER)[1]
    assert not RefundPayment(ledger).refund(order, "finn", LATER)[1]


def charged_back(ledger: Any) -> None:
    order = ChargebackOrder("pay", "dp_1", None, LATER, "fraud")
    charging: Any = ChargeBack(ledger, Zones())  # type: ignore[arg-type]
    assert charging.charge_back(order, "finn", LATER).new
    assert not charging.charge_back(order, "finn", LATER).new


def undone(ledger: Any) -> None:
    entry = next(each for each in ledger.entries("C-1.EUR") if each.kind is EntryKind.PAYMENT)
    order = ReversalOrder("C-1.EUR", entry.id, entry.recorded_at, "recorded by mistake")
    reversing = ReverseEntry(ledger, Zones())  # type: ignore[arg-type]
    assert reversing.reverse(order, "finn", LATER).new
    assert not reversing.reverse(order, "finn", LATER).new


@pytest.mark.parametrize("goes_back", [refunded, charged_back, undone])
def test_all_of_it_goes_back_however_many_receivables_it_paid(goes_back: Any) -> None:
    ledger = paid_all()
    goes_back(ledger)
    working_set = ledger.working_set("C-1.EUR")
    assert [item.balance for item in working_set.items] == [eur(100)] * COUNT
    assert (working_set.account.balance, working_set.account.unapplied) == (eur(100 * COUNT), eur(0))


def promised_by(ledger: Any) -> str:
    """A refund of money that a processor holds, promised; its key."""
    issued(ledger, invoice("INV-1"))
    received(ledger, payment("INV-1", key="stripe/main/pi_1", held_by="stripe/main"))
    order = RefundOrder("stripe/main/pi_1", "r1", None, paid=False, effective_at=LATER, reason="agreed")
    made, _ = RefundPayment(ledger).refund(order, "finn", LATER)
    assert made.paid_at is None
    return made.key


def test_a_refund_of_money_that_a_processor_holds_is_paid_from_there() -> None:
    ledger: Any = MemoryStores().ledger
    key = promised_by(ledger)
    made, new = RefundPayment(ledger).pay(key, LATER, "sent", "finn", LATER)
    assert (made.paid_at, new) == (LATER, True)
    paid = ledger.keyed(f"refund_paid/{key}")
    assert (paid.moved(LedgerName.CLEARING), paid.moved(LedgerName.CASH)) == (-10_000, 0)


def test_a_refund_at_once_of_money_that_a_processor_holds_has_left() -> None:
    ledger: Any = MemoryStores().ledger
    issued(ledger, invoice("INV-1"))
    received(ledger, payment("INV-1", key="stripe/main/pi_1", held_by="stripe/main"))
    order = RefundOrder("stripe/main/pi_1", "r1", None, paid=True, effective_at=LATER, reason="agreed")
    assert RefundPayment(ledger).refund(order, "finn", LATER)[0].paid_at == LATER


def test_a_promised_refund_that_was_taken_back_is_not_paid_any_more() -> None:
    ledger: Any = MemoryStores().ledger
    key = promised_by(ledger)
    promised = ledger.keyed(f"refund/{key}")
    held = {"INV-1": ledger.invoice("INV-1")}
    deed = Deed("failed", "stripe/main", LATER, LATER)
    back = return_refund(ledger.payment("stripe/main/pi_1"), promised, held, deed, tz=UTC_DAYS, paid=False)
    assert ledger.post(replace(back, key=f"refund_returned/{key}")) is PostOutcome.POSTED
    with pytest.raises(Conflict, match="taken back"):
        RefundPayment(ledger).pay(key, LATER, "sent", "finn", LATER)
    assert ledger.open_item("C-1.EUR", "INV-1") is None


def test_what_is_too_large_without_a_way_to_make_room_is_refused() -> None:
    def build() -> Any:
        raise TooLarge("101 writes")

    with pytest.raises(TooLarge):
        book(MemoryStores().ledger, "k", build)
