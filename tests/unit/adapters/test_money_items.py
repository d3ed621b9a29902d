"""Items of payments, of what is known of them, of payouts and of payments in flight: what is stored is what comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from receivables.adapters.dynamodb.arrangement_codec import arrangement_from, arrangement_item
from receivables.adapters.dynamodb.codec import entry_from, entry_item
from receivables.adapters.dynamodb.payment_codec import (
    is_stub,
    payment_from,
    payment_item,
    stub_from,
    stub_item,
)
from receivables.adapters.dynamodb.payout_codec import payout_from, payout_item, payout_place
from receivables.adapters.dynamodb.receivable_codec import open_item_item
from receivables.arrangements import Cause, Covered, InFlight, InFlightState
from receivables.core.money import MAX_MINOR, Money
from receivables.ledger import (
    Allocated,
    Entry,
    EntryKind,
    Known,
    LedgerName,
    Leg,
    Payment,
    PaymentRecord,
    PaymentState,
    PaymentStub,
    Payout,
    PayoutState,
    Remittance,
)
from tests.benchmarks.units import item_size
from tests.builders import NOW, eur, open_item

INSTANT = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
DAYS = st.dates(date(1970, 1, 1), date(2200, 1, 1))
NAMES = st.text(alphabet="ABCabc019-_/#", min_size=1, max_size=20)
WORDS = st.text(max_size=40)
OPTIONAL = st.none() | NAMES
MINORS = st.integers(0, MAX_MINOR)
MONEY = st.builds(Money, st.integers(1, MAX_MINOR), st.sampled_from(["EUR", "JPY", "KWD"]))
EUROS = st.builds(eur, st.integers(1, MAX_MINOR))

remittances = st.builds(
    Remittance, st.lists(WORDS, max_size=3).map(tuple), OPTIONAL, OPTIONAL, OPTIONAL, OPTIONAL, OPTIONAL, OPTIONAL,
    OPTIONAL, MINORS,
)  # fmt: skip
payments = st.builds(
    Payment, NAMES, MONEY, INSTANT, INSTANT, OPTIONAL, WORDS, OPTIONAL, OPTIONAL, OPTIONAL,
    st.none() | remittances,
)  # fmt: skip
known = st.lists(st.builds(Known, NAMES, INSTANT, WORDS, st.none() | MINORS, st.booleans()), max_size=4).map(
    tuple
)
done = st.lists(NAMES, max_size=3).map(tuple)
records = st.builds(
    PaymentRecord, payments, st.sampled_from(PaymentState), OPTIONAL, OPTIONAL,
    st.lists(st.builds(Allocated, NAMES, MINORS, MINORS), max_size=3).map(tuple),
    credit=MINORS, refunded=MINORS, charged_back=MINORS, recovered=MINORS, rounded=MINORS, reversed=MINORS,
    returned=MINORS, paid_out=MINORS, rev=st.integers(0, 99), known=known, done=done,
)  # fmt: skip
stubs = st.builds(PaymentStub, NAMES, known, done, OPTIONAL, OPTIONAL, st.integers(0, 99))
payouts = st.builds(
    Payout, NAMES, NAMES, EUROS, st.builds(eur, MINORS), INSTANT, st.none() | DAYS,
    st.sampled_from(PayoutState), OPTIONAL, st.integers(0, 99),
)  # fmt: skip
in_flights = st.builds(
    InFlight, NAMES, NAMES, st.lists(st.builds(Covered, NAMES, EUROS), max_size=2).map(tuple),
    st.sampled_from(Cause), EUROS, WORDS, INSTANT, INSTANT, st.sampled_from(InFlightState), st.none() | INSTANT,
    WORDS, st.integers(0, 99),
)  # fmt: skip


@given(records)
def test_a_payment_comes_back_as_it_was(record: PaymentRecord) -> None:
    item = payment_item(record)
    assert payment_from(item) == record
    assert ("worklist" in item) == (record.state is PaymentState.SUSPENSE)
    assert not is_stub(item)


@given(stubs)
def test_what_is_known_of_a_payment_that_has_not_come_comes_back_as_it_was(stub: PaymentStub) -> None:
    item = stub_item(stub)
    assert stub_from(item) == stub
    assert is_stub(item)
    assert ("worklist" in item) == (stub.orphan_since is not None)


@given(payouts)
def test_a_payout_comes_back_as_it_was(payout: Payout) -> None:
    assert payout_from(payout_item(payout)) == payout


@given(in_flights)
def test_a_payment_in_flight_comes_back_as_it_was(made: InFlight) -> None:
    item = arrangement_item(made)
    assert arrangement_from(item) == made
    assert ("worklist" in item) == made.active


@given(st.lists(payouts, min_size=2, max_size=2))
def test_payouts_under_way_are_in_the_order_of_their_amounts(pair: list[Payout]) -> None:
    first, second = (replace(each, state=PayoutState.SENT) for each in pair)
    if first.amount.minor < second.amount.minor:
        assert payout_place(first) < payout_place(second)


def test_an_orphan_waits_since_what_happened_first() -> None:
    later = NOW.replace(day=NOW.day + 3)
    pending = Known("payment_pending", NOW)
    refund, dispute = Known("refund_succeeded", later, "re_1", 500), Known("dispute_opened", NOW, "dp_1")
    assert PaymentStub("p", (pending,)).orphan_since is None
    assert PaymentStub("p", (pending, refund)).orphan_since == later
    assert PaymentStub("p", (refund, dispute)).orphan_since == NOW


def test_an_entry_that_came_from_where_its_payment_did_says_so_once() -> None:
    legs = (Leg(LedgerName.CLEARING, 5), Leg(LedgerName.SUSPENSE, -5))
    entry = Entry(
        "e",
        "A.EUR",
        EntryKind.SUSPENSE,
        eur(5),
        NOW,
        NOW,
        legs,
        "stripe/main/pi_1",
        payment="stripe/main/pi_1",
    )
    assert "source" not in entry_item(entry)
    assert entry_from(entry_item(entry)) == entry
    other = replace(entry, source="api/ada")
    assert item_size(entry_item(other)) == item_size(entry_item(entry)) + len("source") + len("api/ada")
    assert entry_from(entry_item(other)) == other


def test_what_is_asked_for_is_in_the_index_and_nothing_else() -> None:
    item = open_item()
    assert "open_shard" in open_item_item("C-1.EUR", item)
    assert "open_shard" not in open_item_item("C-1.EUR", replace(item, balance=eur(0)))
    assert "open_shard" not in open_item_item("C-1.EUR", replace(item, claimed=False))
