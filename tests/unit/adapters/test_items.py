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
from receivables.adapters.dynamodb.arrangement_codec import arrangement_from, arrangement_item
from receivables.adapters.dynamodb.case_codec import approval_from, approval_item, case_from, case_item
from receivables.adapters.dynamodb.codec import (
    credit_from,
    credit_item,
    entry_from,
    entry_item,
    working_set_from,
)
from receivables.adapters.dynamodb.inbox import DynamoInbox, message_from, message_item
from receivables.adapters.dynamodb.notice_codec import notice_from, notice_item
from receivables.adapters.dynamodb.payment_codec import payment_item
from receivables.adapters.dynamodb.receivable_codec import (
    invoice_from,
    invoice_item,
    open_item_from,
    open_item_item,
    pointer_from,
    pointer_item,
)
from receivables.adapters.dynamodb.timeline import fact_from, fact_item
from receivables.adapters.dynamodb.values import number, worklist
from receivables.arrangements import (
    Arrangement,
    Covered,
    Dispute,
    DisputeReason,
    DisputeState,
    Evidence,
    Extension,
    Hold,
    InterestFrom,
    Part,
    Plan,
    PlanState,
    Promise,
    PromiseState,
)
from receivables.cases.case import Approval, ApprovalAction, Case, Outcome, Stage
from receivables.core.ids import new_id
from receivables.core.money import MAX_MINOR, Money
from receivables.customers import Channel
from receivables.dunning.policy import Playbook
from receivables.ledger import (
    MAX_OPEN_ITEMS,
    Accrued,
    Allocated,
    ChargeDetail,
    Credit,
    CreditSource,
    Entry,
    EntryKind,
    Invoice,
    InvoiceStatus,
    ItemKind,
    LedgerName,
    Leg,
    Move,
    OpenItem,
    PaymentRecord,
    PaymentState,
    ShortPayment,
    ShortPaymentReason,
    WorkingRow,
)
from receivables.notices.notice import Notice, NoticeItem, NoticeState
from receivables.payments.inbox import InboxMessage, InboxState
from receivables.terms import Conditions, Discount, Instalment
from receivables.terms.conditions import ChargesOrder, CreditNoteOrder
from tests.benchmarks.units import WRITE_BYTES, item_size
from tests.builders import NOW, eur, invoice, message, notice, open_item, payment

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

euros = st.builds(eur, amounts)
texts = names | st.just("")

instalments = st.lists(st.builds(Instalment, days, euros), max_size=3).map(tuple)
discounts = st.lists(
    st.builds(Discount, days, days, euros, euros, st.integers(0, 99), st.booleans()), max_size=2
).map(tuple)
conditions = st.builds(
    Conditions, instalments, discounts, st.booleans(), st.sampled_from(ChargesOrder),
    st.sampled_from(CreditNoteOrder), st.integers(0, 99),
)  # fmt: skip
moves = st.lists(
    st.builds(Move, instants, st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(EntryKind)), max_size=3
).map(tuple)
accrued = st.lists(st.builds(Accrued, names, days, days, st.integers(0, MAX_MINOR), texts), max_size=2).map(
    tuple
)
holds = st.builds(Hold, words, names, instants, instants, texts)
extensions = st.builds(Extension, days, st.sampled_from(InterestFrom), words, names, instants)
shorts = st.builds(ShortPayment, names, euros, st.sampled_from(ShortPaymentReason), words)
charges = st.builds(
    ChargeDetail, names, names, names,
    st.lists(st.builds(WorkingRow, days, days, st.integers(0, 400), euros, names, names), max_size=2).map(tuple),
    st.lists(words, max_size=2).map(tuple),
)  # fmt: skip
open_items = st.builds(
    OpenItem, names, euros, euros, days, days, words, optional, st.sampled_from(ItemKind), optional, st.booleans(),
    optional, conditions, instalments, moves, accrued, st.integers(0, 99), st.none() | holds,
    st.none() | extensions, st.none() | shorts, st.integers(0, 99),
)  # fmt: skip
invoices = st.builds(
    Invoice, names, names, euros, days, days, instants, optional, st.none() | st.integers(1, 99), words,
    st.sampled_from(InvoiceStatus), st.none() | instants, st.integers(0, 99), st.sampled_from(ItemKind),
    st.none() | euros, conditions, optional, st.none() | charges, moves, accrued, instalments,
    st.integers(0, MAX_MINOR), st.integers(0, 99),
)  # fmt: skip
entries = st.builds(
    lambda id_, account, kind, amount, effective, recorded, source, invoice, items, more: Entry(
        id_, account, kind, amount, effective, recorded,
        (
            Leg(LedgerName.CASH, amount.minor, items[0]),
            Leg(LedgerName.RECEIVABLE, -amount.minor, items[1]),
        ),
        source, invoice, *more,
    ),
    names, names, st.sampled_from(EntryKind), money, instants, instants, words, optional,
    st.tuples(optional, optional), st.tuples(words, st.none() | days, optional, optional),
)  # fmt: skip
credits_ = st.builds(Credit, names, euros, instants, st.sampled_from(CreditSource), names, st.integers(0, 99))
covered = st.lists(st.builds(Covered, names, euros), min_size=1, max_size=2).map(tuple)
parts = st.lists(st.builds(Part, days, euros), min_size=1, max_size=2).map(tuple)
promises = st.builds(
    Promise, names, names, covered, parts, words, names, names, instants, st.integers(0, 30),
    st.none() | st.integers(-9, 99), words, st.sampled_from(PromiseState), st.none() | instants, texts,
    rev=st.integers(0, 99),
)  # fmt: skip
plans = st.builds(
    Plan, names, names, covered, parts, words, names, names, instants,
    waive_if_kept=st.booleans(), state=st.sampled_from(PlanState), rev=st.integers(0, 99),
)  # fmt: skip
disputes = st.builds(
    Dispute, names, names, names, euros, st.sampled_from(DisputeReason), words, names, names, instants, names, days,
    st.lists(names, max_size=2).map(tuple), words,
    st.lists(st.builds(Evidence, names, words, names, names, instants), max_size=2).map(tuple),
    st.sampled_from(DisputeState), st.none() | euros, words, st.none() | instants, texts, st.integers(0, 99),
)  # fmt: skip
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
    assert (pointer.kind, pointer.concerns) == (document.kind, document.concerns)
    assert (pointer.terms, pointer.conditions) == (document.terms, document.conditions)


@given(entries)
def test_an_entry_comes_back_as_it_was(entry: Entry) -> None:
    assert entry_from(entry_item(entry)) == entry


@given(credits_)
def test_a_credit_comes_back_as_it_was(credit: Credit) -> None:
    assert credit_from(credit_item("C-1.EUR", credit)) == credit


@given(promises | plans | disputes)
def test_an_arrangement_comes_back_as_it_was(made: Arrangement) -> None:
    item = arrangement_item(made)
    assert arrangement_from(item) == made
    assert ("worklist" in item) == made.active == item["sk"]["S"].startswith("0#")


plain = st.recursive(
    words | st.integers(-MAX_MINOR, MAX_MINOR) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(names.map("x".__add__), plain, max_size=4))
def test_a_fact_comes_back_as_it_was(details: dict[str, Any]) -> None:
    fact = {"kind": "account_event", "id": "evt_1", "at": "2026-03-02T00:00:00.000000Z", **details}
    assert fact_from(fact_item("C-1.EUR", {**fact, "nothing": None})) == fact


def test_a_fact_holds_nothing_inexact() -> None:
    with pytest.raises(TypeError):
        fact_item("C-1.EUR", {"kind": "account_event", "id": "evt_1", "at": "2026", "rate": 0.1})


def test_what_is_plain_is_left_out_of_an_open_item() -> None:
    item = open_item_item("C-1.EUR", open_item(terms="net-30/1"))
    plain_attributes = {
        "pk", "sk", "kind", "number", "amount", "balance", "currency", "issue_date", "due_date",
        "description", "terms", "open_shard",
    }  # fmt: skip
    assert item.keys() == plain_attributes


def test_what_waits_for_a_person_is_on_a_worklist() -> None:
    short = ShortPayment("p", eur(5), ShortPaymentReason.DISCOUNT_TOO_LATE, "grant it")
    paid = Move(NOW, -5, EntryKind.PAYMENT)
    assert open_item_item("A", open_item(short=short, moves=(paid,)))["worklist"] == {"S": "short_payment"}
    charge = open_item_item("A", open_item(kind=ItemKind.FEE, claimed=False))
    assert (charge["worklist"], charge["worklist_at"]) == (
        {"S": "unclaimed_charge"},
        {"S": "2026-03-02T00:00:00.000000Z"},
    )


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
    assert DynamoInbox(None, "inbox").from_stream(json.loads(json.dumps(image))) == kept


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
        keys.arrangement_key("A", "1", active=True),
        keys.case_key("A"),
        keys.credit_key("A", "1"),
        keys.open_item_key("A", "1"),
        keys.arrangement_key("A", "1", active=False),
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
    # Of the usual kind, and the longest that the life of a payment makes of it.
    where = tuple(Allocated(number, 1_234_567, 12_345) for number in numbers)
    moved = PaymentRecord(paid, PaymentState.OVERPAID, "C-000123.EUR", numbers[0], where, credit=1_234_567,
        refunded=1_234_567, charged_back=1_234_567, recovered=1_234_567, rounded=99, reversed=1_234_567, rev=9,
    )  # fmt: skip
    booked = Entry(
        "ent_01KJYKKBM05G5409MM426EC6AA", "C-000123.EUR", EntryKind.PAYMENT, eur(1_234_567), NOW, NOW,
        (
            Leg(LedgerName.CASH, 1_234_567),
            *(Leg(LedgerName.RECEIVABLE, -300_000, number) for number in numbers),
            Leg(LedgerName.UNAPPLIED, -34_567, "crd_01KJYKKBM05G5409MM426EC6AA"),
        ),
        "stripe/main/pi_3MtwBwLkdIwHu7ix28a3tqPa", numbers[0], payment="stripe/main/pi_3MtwBwLkdIwHu7ix28a3tqPa",
    )  # fmt: skip
    closed = invoice(
        numbers[0], "C-000123.EUR", terms_id="net-30", terms_version=12, description="Services in February",
        status=InvoiceStatus.CLOSED, closed_at=NOW, rev=1, tax=eur(1_900), item_rev=1,
        moves=(Move(NOW, -1_234_567, EntryKind.PAYMENT),),
    )  # fmt: skip
    written = {
        "notice of four invoices": notice_item(reminder),
        "payment": {**payment_item(moved), "attempt": {"S": "0" * 32}},
        "entry": entry_item(booked),
        "document that is closed": invoice_item(closed),
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
