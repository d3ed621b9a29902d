"""What a processor has of a payment, compared with what we have."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from receivables.core.money import Money
from receivables.ledger import Known, PaymentRecord, PaymentState, PaymentStub
from receivables.ledger.payouts import Payout, PayoutState
from receivables.payments.events import EventType, MoneyEvent
from receivables.payments.reconciling import (
    DifferenceKind,
    Finding,
    Ours,
    Side,
    by_payment,
    compare,
    compare_payout,
    extra,
)
from tests.builders import NOW, eur, payment

KEY = "stripe/main/pi_1"
HEARD = NOW + timedelta(days=1)
CAME = PaymentRecord(payment(key=KEY), PaymentState.APPLIED, "C-1.EUR", "INV-1")
STUB = PaymentStub(KEY, (Known("payment_pending", NOW, minor=10_000),))


def event(type_: EventType = EventType.PAYMENT_SUCCEEDED, hours: int = 0, **changes: Any) -> MoneyEvent:
    known = MoneyEvent(
        type_, type_.value, f"{type_}/1", NOW + timedelta(hours=hours), payment_id="pi_1", amount=eur(10_000)
    )
    return replace(known, **changes)


PENDING, SUCCEEDED = event(EventType.PAYMENT_PENDING), event()
FAILED, REVERSED = event(EventType.PAYMENT_FAILED, 2), event(EventType.PAYMENT_REVERSED, 3, subject_id="rv_1")
REFUND = event(EventType.REFUND_SUCCEEDED, 4, subject_id="re_1", amount=eur(3_000))
DISPUTE = event(EventType.DISPUTE_OPENED, 5, subject_id="dp_1")


def refunded(minor: int = 3_000, *, total: bool = False, **changes: Any) -> PaymentRecord:
    fact = Known("refund_succeeded", REFUND.occurred, "" if total else "re_1", minor, total)
    return replace(CAME, known=(fact,), refunded=minor, **changes)


def found(theirs: tuple[MoneyEvent, ...], ours: Ours) -> list[tuple[str, tuple[MoneyEvent, ...]]]:
    return [(each.kind.value, each.events) for each in compare(KEY, theirs, ours, HEARD)]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ((SUCCEEDED,), CAME),
        ((PENDING, SUCCEEDED), CAME),
        ((PENDING,), STUB),
        ((PENDING,), CAME),
        ((FAILED,), None),
        ((event(EventType.PAYMENT_FAILED, -1), SUCCEEDED), CAME),
        ((event(EventType.PAYMENT_FAILED, 2, will_retry=True), SUCCEEDED), CAME),
        ((FAILED,), replace(STUB, known=(*STUB.known, Known("payment_failed", NOW)))),
        ((SUCCEEDED, FAILED), replace(CAME, known=(Known("payment_failed", FAILED.occurred),))),
        ((SUCCEEDED, REFUND), refunded()),
        ((REFUND,), refunded()),
        ((event(EventType.REFUND_PENDING, 4, subject_id="re_1"), SUCCEEDED), CAME),
        ((replace(REFUND, cumulative=True, subject_id=None),), refunded(total=True)),
        ((replace(REFUND, cumulative=True, subject_id=None),), refunded(5_000, total=True)),
        ((SUCCEEDED, DISPUTE), replace(CAME, known=(Known("dispute_opened", NOW, "dp_1", 10_000),))),
        ((), CAME),
    ],
)
def test_where_both_sides_know_the_same_there_is_no_difference(
    theirs: tuple[MoneyEvent, ...], ours: Ours
) -> None:
    assert found(theirs, ours) == []


@pytest.mark.parametrize(
    ("theirs", "ours", "missing"),
    [
        ((SUCCEEDED,), None, (SUCCEEDED,)),
        ((PENDING, SUCCEEDED), None, (PENDING, SUCCEEDED)),
        ((PENDING, SUCCEEDED), STUB, (SUCCEEDED,)),
        ((PENDING,), None, (PENDING,)),
        ((FAILED,), STUB, (FAILED,)),
        ((SUCCEEDED, FAILED), CAME, (FAILED,)),
        ((SUCCEEDED, REVERSED), CAME, (REVERSED,)),
        ((SUCCEEDED, REFUND), None, (SUCCEEDED, REFUND)),
        ((REFUND,), CAME, (REFUND,)),
        ((replace(REFUND, subject_id="re_2"),), refunded(), (replace(REFUND, subject_id="re_2"),)),
        (
            (replace(REFUND, cumulative=True, subject_id=None, amount=eur(5_000)),),
            refunded(3_000, total=True),
            (replace(REFUND, cumulative=True, subject_id=None, amount=eur(5_000)),),
        ),
        ((DISPUTE,), CAME, (DISPUTE,)),
    ],
)
def test_what_we_have_not_heard_is_missing_and_nothing_else(
    theirs: tuple[MoneyEvent, ...], ours: Ours, missing: tuple[MoneyEvent, ...]
) -> None:
    assert found(theirs, ours) == [("missing", missing)]


def test_what_is_told_twice_is_missing_once() -> None:
    assert found((SUCCEEDED, replace(SUCCEEDED, event_id="again")), None)[0][1] == (
        replace(SUCCEEDED, event_id="again"),
    )


def test_another_amount_or_currency_is_shown_with_both_sides() -> None:
    (finding,) = compare(KEY, (replace(SUCCEEDED, amount=eur(9_000)),), CAME, HEARD)
    assert (finding.kind, finding.ours) == (
        DifferenceKind.AMOUNT,
        Side("payment_succeeded", eur(10_000)),
    )
    assert finding.theirs == Side("payment_succeeded", eur(9_000), NOW)
    yen = replace(SUCCEEDED, amount=Money(10_000, "JPY"))
    assert found((yen,), CAME) == [("currency", (yen,))]
    assert found((REFUND,), refunded(2_000)) == [("amount", (REFUND,))]


@pytest.mark.parametrize("orphan", [REFUND, DISPUTE, REVERSED])
@pytest.mark.parametrize("ours", [None, STUB])
def test_what_happened_to_money_that_neither_side_knows_is_an_orphan(orphan: MoneyEvent, ours: Ours) -> None:
    assert found((orphan,), ours) == [("orphan", (orphan,))]
    assert found((PENDING, orphan), STUB) == [("orphan", (orphan,))]


def test_what_we_have_and_the_processor_has_not_is_extra() -> None:
    assert extra(KEY, CAME) == Finding(DifferenceKind.EXTRA, KEY, Side("applied", eur(10_000), NOW), None)


PAYOUT = event(EventType.PAYOUT, payment_id=None, subject_id="po_1")
SENT = Payout("stripe/main/po_1", "stripe/main", eur(10_000), eur(0), NOW)
UNPAID = replace(PAYOUT, type=EventType.PAYOUT_FAILED)


@pytest.mark.parametrize(
    ("theirs", "ours", "kind"),
    [
        (PAYOUT, None, "missing"),
        (UNPAID, SENT, "missing"),
        (replace(PAYOUT, amount=eur(9_999)), SENT, "amount"),
        (replace(PAYOUT, amount=Money(10_000, "USD")), SENT, "currency"),
        (PAYOUT, SENT, None),
        (PAYOUT, replace(SENT, state=PayoutState.ARRIVED), None),
        (UNPAID, replace(SENT, state=PayoutState.FAILED), None),
        (UNPAID, None, None),
    ],
)
def test_payouts_are_compared_likewise(theirs: MoneyEvent, ours: Payout | None, kind: str | None) -> None:
    assert [each.kind.value for each in compare_payout(SENT.key, theirs, ours)] == ([kind] if kind else [])


def test_events_are_sorted_by_payment_and_time_and_rehearsals_are_left_out() -> None:
    other = event(payment_id="pi_2", livemode=True)
    told = (REFUND, SUCCEEDED, other, event(payment_id="pi_3", livemode=False), PAYOUT)
    assert by_payment(told, livemode=True) == {"pi_1": (SUCCEEDED, REFUND), "pi_2": (other,)}
    assert set(by_payment(told, livemode=False)) == {"pi_1", "pi_3"}
