"""Payouts are booked once whatever is told in which order, and those that do not arrive are found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from receivables.core.errors import InvalidInput
from receivables.ledger import LedgerName
from receivables.ledger.payouts import PayoutState
from receivables.payments.events import EventType, MoneyEvent
from receivables.usecases.payouts import BookPayout, late_payouts, told_by
from tests.builders import NOW, eur
from tests.fakes.directory import InMemoryCustomers
from tests.fakes.stores import MemoryStores

KEY = "stripe/main/po_1"
FRIDAY = datetime(2026, 3, 6, 23, 30, tzinfo=UTC)
PAYOUT = MoneyEvent(
    EventType.PAYOUT, "payout.paid", "evt_1", NOW, amount=eur(95_000), fee=eur(2_500), subject_id="po_1"
)
FAILED = replace(PAYOUT, type=EventType.PAYOUT_FAILED, event_id="evt_2", occurred=NOW + timedelta(days=1))


class Desk:
    def __init__(self) -> None:
        self.ledger = MemoryStores(InMemoryCustomers()).ledger

    def hear(self, event: MoneyEvent) -> None:
        BookPayout(self.ledger)(event, "stripe", "main", event.occurred + timedelta(minutes=1))

    def sums(self) -> dict[LedgerName, int]:
        sums: dict[LedgerName, int] = {}
        for entry in self.ledger.entries("clearing.EUR"):
            for leg in entry.legs:
                sums[leg.ledger] = sums.get(leg.ledger, 0) + leg.minor
        return {ledger: minor for ledger, minor in sums.items() if minor}


def test_a_payout_leaves_clearing_with_its_fees() -> None:
    desk = Desk()
    desk.hear(PAYOUT)
    desk.hear(PAYOUT)
    desk.hear(replace(PAYOUT, event_id="evt_9", raw_type="payout.updated"))
    assert desk.sums() == {
        LedgerName.IN_TRANSIT: 95_000,
        LedgerName.PROCESSOR_FEES: 2_500,
        LedgerName.CLEARING: -97_500,
    }
    assert desk.ledger.payout(KEY).state is PayoutState.SENT


def test_a_payout_that_failed_is_with_the_processor_again_in_any_order_and_number() -> None:
    for order in permutations((PAYOUT, FAILED, PAYOUT, FAILED)):
        desk = Desk()
        for event in order:
            desk.hear(event)
        assert desk.sums() == {LedgerName.PROCESSOR_FEES: 2_500, LedgerName.CLEARING: -2_500}
        assert desk.ledger.payout(KEY).state is PayoutState.FAILED


def test_without_fees_nothing_is_spent() -> None:
    desk = Desk()
    desk.hear(replace(PAYOUT, fee=None))
    assert desk.sums() == {LedgerName.IN_TRANSIT: 95_000, LedgerName.CLEARING: -95_000}


@pytest.mark.parametrize(
    ("change", "field"), [({"subject_id": None}, "subject_id"), ({"amount": None}, "amount")]
)
def test_what_nobody_can_book_is_refused_by_field(change: dict[str, Any], field: str) -> None:
    for event in (PAYOUT, FAILED):
        with pytest.raises(InvalidInput) as refused:
            Desk().hear(replace(event, **change))
        assert refused.value.field == field


def test_a_known_payout_can_fail_without_telling_its_amount_again() -> None:
    desk = Desk()
    desk.hear(PAYOUT)
    desk.hear(replace(FAILED, amount=None))
    assert desk.ledger.payout(KEY).state is PayoutState.FAILED


def test_a_payout_is_late_when_our_bank_has_not_told_of_it_in_business_days() -> None:
    desk = Desk()
    desk.hear(replace(PAYOUT, occurred=FRIDAY))
    payout = desk.ledger.payout(KEY)
    assert told_by(payout).isoformat() == "2026-03-13"
    assert list(late_payouts(desk.ledger, datetime(2026, 3, 13, 23, tzinfo=UTC))) == []
    assert list(late_payouts(desk.ledger, datetime(2026, 3, 14, 1, tzinfo=UTC))) == [payout]
    promised = replace(payout, arrives_on=datetime(2026, 3, 11, tzinfo=UTC).date())
    assert told_by(promised).isoformat() == "2026-03-13"


def test_late_payouts_are_found_page_by_page() -> None:
    desk = Desk()
    for number in range(250):
        desk.hear(replace(PAYOUT, subject_id=f"po_{number}"))
    assert len({each.key for each in late_payouts(desk.ledger, NOW + timedelta(days=30))}) == 250
