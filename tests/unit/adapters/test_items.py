"""Items and domain objects: what is stored is what comes back, and nothing inexact gets in."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.case_codec import approval_from, approval_item, case_from, case_item
from receivables.adapters.dynamodb.codec import (
    entry_from,
    entry_item,
    invoice_from,
    invoice_item,
    open_item_from,
    open_item_item,
    payment_from,
    payment_item,
    pointer_from,
    pointer_item,
    working_set_from,
    worklist,
)
from receivables.adapters.dynamodb.inbox import message_from, message_from_stream, message_item
from receivables.adapters.dynamodb.notice_codec import notice_from, notice_item
from receivables.adapters.dynamodb.values import number
from receivables.cases.case import Approval, ApprovalAction, Case, Outcome, Stage
from receivables.core.ids import new_id
from receivables.core.money import MAX_MINOR, Money
from receivables.customers import Channel
from receivables.dunning.policy import Playbook
from receivables.ledger import (
    MAX_OPEN_ITEMS,
    Entry,
    EntryKind,
    Invoice,
    InvoiceStatus,
    LedgerName,
    Leg,
    OpenItem,
    Payment,
    PaymentState,
    post_payment,
)
from receivables.notices.notice import Notice, NoticeItem, NoticeState
from receivables.payments.inbox import InboxMessage, InboxState
from tests.benchmarks.units import WRITE_BYTES, item_size
from tests.builders import NOW, eur, message, notice, open_item, payment

instants = st.datetimes(
    min_value=datetime.fromisoformat("1970-01-01"),
    max_value=datetime.fromisoformat("2200-01-01"),
    timezones=st.just(UTC),
)
days = st.dates(min_value=date(1970, 1, 1), max_value=date(2200, 1, 1))
amounts = st.integers(min_value=1, max_value=MAX_MINOR)
words = st.text(max_size=40)
names = st.text(alphabet="ABCabc019-_", min_size=1, max_size=20)
optional = st.none() | names
money = st.builds(Money, amounts, st.sampled_from(["EUR", "JPY", "KWD"]))

open_items = st.builds(
    lambda number, minor, part, issued, due, words, case: OpenItem(
        number, eur(minor), eur(min(minor, part)), issued, due, words, case
    ),
    names, amounts, amounts, days, days, words, optional,
)  # fmt: skip
invoices = st.builds(
    Invoice, names, names, money, days, days, instants, optional, st.none() | st.integers(1, 99), words,
    st.sampled_from(InvoiceStatus), st.none() | instants, st.integers(0, 99),
)  # fmt: skip
entries = st.builds(
    lambda id_, account, kind, amount, effective, recorded, source, invoice: Entry(
        id_, account, kind, amount, effective, recorded,
        (Leg(LedgerName.CASH, amount.minor), Leg(LedgerName.RECEIVABLE, -amount.minor)), source, invoice,
    ),
    names, names, st.sampled_from(EntryKind), money, instants, instants, words, optional,
)  # fmt: skip
payments = st.builds(Payment, names, money, instants, instants, optional, words, optional)
lines = st.builds(NoticeItem, names, amounts, st.integers(1, 30), st.booleans())
notices = st.builds(
    lambda at, account, customer, channel, address, step, total, items, attempt, reasons, before, state: notice(
        account_id=f"{account}.EUR", customer_id=customer, channel=channel, address=address, step_key=step,
        total=total, items=items, at=at, attempt=attempt, reasons=reasons, state=state,
        previous={line.number: before for line in items if line.reached},
    ),
    instants, names, names, st.sampled_from(Channel), optional, names, money,
    st.lists(lines, min_size=1, max_size=4, unique_by=lambda line: line.number).map(tuple), names,
    st.lists(words, max_size=3).map(tuple), st.integers(0, 30), st.sampled_from(NoticeState),
)  # fmt: skip
cases = st.builds(
    Case, names, names, names, st.lists(names, max_size=5).map(tuple), names, instants,
    st.builds(Playbook, *[st.integers(1, 365)] * 4), names, st.sampled_from(Stage), st.none() | instants,
    st.none() | instants, optional, st.integers(0, 99), optional, st.booleans(), st.booleans(), st.booleans(),
    st.none() | st.sampled_from(Outcome), st.none() | instants, st.integers(1, 9), words, st.integers(0, 99),
)  # fmt: skip
approvals = st.builds(Approval, names, names, names, st.sampled_from(ApprovalAction), names, instants)
messages = st.builds(
    InboxMessage, names, names, names, names, st.binary(max_size=64), instants,
    st.dictionaries(names, words, max_size=3), st.sampled_from(InboxState), words, st.integers(0, 9),
    st.booleans(),
)  # fmt: skip


@given(open_items)
def test_an_open_item_comes_back_as_it_was(item: OpenItem) -> None:
    assert open_item_from(open_item_item("C-1.EUR", item), item.case_id) == item


@given(invoices)
def test_an_invoice_and_its_pointer_come_back_as_they_were(document: Invoice) -> None:
    assert invoice_from(invoice_item(document)) == document
    pointer = pointer_from(pointer_item(document))
    assert (pointer.number, pointer.account_id, pointer.amount) == (
        document.number,
        document.account_id,
        document.amount,
    )
    assert (pointer.issue_date, pointer.due_date) == (document.issue_date, document.due_date)


@given(entries)
def test_an_entry_comes_back_as_it_was(entry: Entry) -> None:
    assert entry_from(entry_item(entry)) == entry


@given(payments, st.sampled_from(PaymentState), entries)
def test_a_payment_comes_back_as_it_was(paid: Payment, state: PaymentState, entry: Entry) -> None:
    item = payment_item(paid, state, entry)
    record = payment_from(item)
    assert (record.payment, record.state) == (paid, state)
    assert ("worklist" in item) == (state is PaymentState.SUSPENSE) == (record.account_id is None)


@given(notices)
def test_a_notice_comes_back_as_it_was(kept: Notice) -> None:
    item = notice_item(kept)
    assert notice_from(item) == kept
    assert ("worklist" in item) == (kept.state is NoticeState.CLAIMED)


@given(cases)
def test_a_case_comes_back_as_it_was(kept: Case) -> None:
    assert case_from(case_item(kept)) == kept


@given(approvals)
def test_an_approval_comes_back_as_it_was(kept: Approval) -> None:
    assert approval_from(approval_item(kept)) == kept


@given(messages)
def test_a_message_comes_back_as_it_was_also_from_a_stream(kept: InboxMessage) -> None:
    item = message_item(kept)
    assert message_from(item) == kept
    image = {**item, "body": {"B": base64.b64encode(kept.body).decode()}}
    assert message_from_stream(json.loads(json.dumps(image))) == kept


@pytest.mark.parametrize("inexact", [1.0, True, Decimal(1), "1", None, float("nan")])
def test_a_number_attribute_takes_whole_numbers_only(inexact: Any) -> None:
    with pytest.raises(TypeError):
        number(inexact)


@given(st.integers(-MAX_MINOR, MAX_MINOR))
def test_whole_numbers_are_written_in_full(minor: int) -> None:
    assert int(number(minor)["N"]) == minor


def test_a_working_set_needs_an_account() -> None:
    assert working_set_from([open_item_item("C-1.EUR", open_item())]) is None
    assert working_set_from([]) is None


def test_a_mark_of_a_case_that_is_not_active_means_nothing() -> None:
    item = open_item_item("C-1.EUR", open_item(case_id="case_before"))
    assert open_item_from(item, "case_now").case_id is None
    assert open_item_from(item, None).case_id is None


@given(names)
def test_an_account_is_in_one_shard_for_ever(account_id: str) -> None:
    assert keys.due_shard(account_id) == keys.due_shard(account_id)
    assert keys.due_shard(account_id) in {str(shard) for shard in range(keys.DUE_SHARDS)}


def test_accounts_spread_over_all_shards() -> None:
    shards = [keys.due_shard(f"C-{n:05}.EUR") for n in range(8_000)]
    counts = [shards.count(str(shard)) for shard in range(keys.DUE_SHARDS)]
    assert min(counts) > 800
    assert max(counts) < 1_200


def test_a_partition_reads_in_the_order_of_its_parts() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    places = [
        keys.account_key("A"),
        keys.case_key("A"),
        keys.open_item_key("A", "1"),
        keys.closed_case_key("A", "1"),
        keys.invoice_key("A", "1"),
        keys.fact_key("A", now, "entry", "1"),
        keys.fact_key("A", now + timedelta(microseconds=1), "case_event", "1"),
    ]
    assert places == sorted(places, key=lambda place: place["sk"]["S"])


def test_the_worklist_is_sorted_by_time() -> None:
    assert worklist("suspense", datetime(2026, 3, 2, tzinfo=UTC)) == {
        "worklist": {"S": "suspense"},
        "worklist_at": {"S": "2026-03-02T00:00:00.000000Z"},
    }


def test_what_the_hot_path_writes_stays_within_a_unit() -> None:
    """A unit of writing is a kilobyte, twice of it in a transaction and again in each index."""
    numbers = [f"INV-2026-{n:05}" for n in range(4)]
    words = "due 2026-03-02; step 3 of 6 (reminder-1, +3 days) since 2026-03-05 09:00 UTC"
    reminder = notice(
        account_id="C-000123.EUR",
        address="accounts-payable@customer.example",
        attempt="att_01KJYKKBM05G5409MM426EC6AA",
        items=tuple(NoticeItem(number, 1_234_567, 3, reached=True) for number in numbers),
        reasons=tuple(f"{number}: {words}" for number in numbers),
        state=NoticeState.SENT,
        message_id="2f185ce6-5751-4430-88c2-a17d70596e34@email.amazonses.com",
        settled_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    paid = payment("INV-2026-00001", payer="Ada Blum & Partners")
    suspended = post_payment(paid, None, None).entry
    written = {
        "notice of four invoices": notice_item(reminder),
        "payment": payment_item(paid, PaymentState.SUSPENSE, suspended),
        "entry": entry_item(suspended),
        "webhook": message_item(message(body=b"x" * 600)),
    }
    assert {what: item_size(item) for what, item in written.items() if item_size(item) > WRITE_BYTES} == {}


def test_a_notice_of_a_full_account_fits_into_an_item() -> None:
    numbers = [f"{n:064}" for n in range(MAX_OPEN_ITEMS)]
    notice = Notice(
        id=new_id("ntc", NOW),
        account_id="C-1.EUR",
        customer_id="C-1",
        channel=Channel.EMAIL,
        address="ada@example.com",
        step_key="reminder-1",
        total=Money(MAX_MINOR, "EUR"),
        items=tuple(NoticeItem(number, MAX_MINOR // 9, 30, reached=True) for number in numbers),
        claimed_at=NOW,
        attempt="att",
        policy="standard/1",
        previous=dict.fromkeys(numbers, 29),
    )
    assert item_size(notice_item(notice)) < 400 * 1024
