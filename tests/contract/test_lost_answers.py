"""Writes whose answer was lost and which are made again: each succeeds once, and says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from receivables.adapters.dynamodb.table import ATTEMPTS, Table
from receivables.arrangements import Hold, PromiseState
from receivables.cases.case import ApprovalState, Outcome, Stage
from receivables.core.errors import DependencyFailed, Throttled
from receivables.ledger import ItemChange, Known, PaymentStub, Posting, PostOutcome
from receivables.ledger.knowing import note, note_stub
from receivables.ledger.receiving import to_suspense
from receivables.notices.notice import NoticeState
from receivables.payments.inbox import InboxState
from tests.builders import NOW, approval, eur, invoice, issued, message, notice, payment
from tests.contract.conftest import Stores, in_tables
from tests.contract.postings import arranging, charging, crediting, holding, noting, promise, reopening
from tests.contract.steps import account, claim, known_customer, opened, pay, put_in_place
from tests.fakes.lost_answers import Contended, LosesAnswers

pytestmark = pytest.mark.engine
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def stores(dynamodb: Any, tables: dict[str, str]) -> Stores:
    return in_tables(dynamodb, tables)


@pytest.fixture
def lossy(dynamodb: Any, tables: dict[str, str]) -> Stores:
    """The same tables through a client that loses answers; customers are written by the other."""
    return in_tables(LosesAnswers(dynamodb), tables)


@pytest.fixture
def forgetful(dynamodb: Any, tables: dict[str, str]) -> Stores:
    """As `lossy`, with a service that has forgotten the first try's token."""
    return in_tables(LosesAnswers(dynamodb, remembers=False), tables)


def test_an_invoice_is_issued_once(stores: Stores, forgetful: Stores) -> None:
    issued(forgetful.ledger, invoice("INV-1"), invoice("INV-2"))
    assert (account(stores).balance, account(stores).rev) == (eur(20_000), 2)


def test_a_payment_is_posted_once_and_known_to_be_this_one(stores: Stores, forgetful: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    stores.inbox.store(message())
    assert pay(forgetful, payment(minor=400), inbox_id=message().id) is PostOutcome.POSTED
    assert account(stores).balance == eur(9_600)


def test_what_is_heard_of_a_payment_is_noted_once_and_known_to_be_this(
    stores: Stores, forgetful: Stores
) -> None:
    heard = Known("payment_pending", NOW)
    stub = PaymentStub("stripe/main/pi_1", (heard,))
    assert forgetful.ledger.post(note_stub(None, stub)) is PostOutcome.POSTED
    more = replace(stub, known=(heard, heard))
    assert forgetful.ledger.post(note_stub(stub, more)) is PostOutcome.POSTED
    assert stores.ledger.known_payment(stub.key) == replace(more, rev=1)
    stores.ledger.post(to_suspense(payment(None, 400, "stripe/main/pi_2")))
    record = stores.ledger.payment("stripe/main/pi_2")
    assert forgetful.ledger.post(note(record, known=(heard,))) is PostOutcome.POSTED
    assert stores.ledger.payment("stripe/main/pi_2").known == (heard,)


def test_a_payment_is_placed_once(stores: Stores, lossy: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    paid = payment(None, 400)
    assert pay(lossy, paid) is PostOutcome.POSTED
    assert put_in_place(lossy, stores.ledger.payment(paid.key), "C-1.EUR", "INV-1") is PostOutcome.POSTED
    assert account(stores).balance == eur(9_600)


def test_every_other_posting_is_made_once_and_known_to_be_this_one(stores: Stores, forgetful: Stores) -> None:
    """Whatever it is that tells a repetition: a key, a document, an arrangement, an entry or a fact."""
    issued(stores.ledger, invoice("INV-1"))
    pay(stores, payment())
    document, _ = stores.ledger.invoice("INV-1")
    said = promise()
    made_once = [
        replace(crediting(500, "crd-1"), key="credit_note/1"),
        charging(),
        reopening(document, 10_000),
        crediting(100, "crd-2"),
        arranging(said),
        arranging(replace(said, state=PromiseState.KEPT, ended_at=LATER), before=said, kept=1),
        noting(raised={"INV-1": 3}),
    ]
    for posting in made_once:
        assert forgetful.ledger.post(posting) is PostOutcome.POSTED
    assert forgetful.ledger.post(made_once[0]) is PostOutcome.DUPLICATE
    found = account(stores)
    assert (found.balance, found.unapplied, found.promises.kept, found.raised) == (
        eur(10_400), eur(600), 1, {"INV-1": 3},
    )  # fmt: skip
    assert found.rev == 2 + len(made_once)


def test_a_change_without_a_trace_is_made_once_and_looked_at_again(stores: Stores, forgetful: Stores) -> None:
    """Nothing that it writes could tell whose it was; who reads again finds it done."""
    issued(stores.ledger, invoice("INV-1"))
    before = stores.ledger.open_item("C-1.EUR", "INV-1")
    assert before is not None
    settled = replace(before, accrued_rev=1, rev=1)
    posting = Posting("C-1.EUR", items=(ItemChange("INV-1", before, settled),))
    assert forgetful.ledger.post(posting) is PostOutcome.STALE
    assert stores.ledger.open_item("C-1.EUR", "INV-1") == settled
    assert account(stores).rev == 2


def test_a_hold_is_placed_once(stores: Stores, lossy: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    assert lossy.ledger.post(holding(Hold("dispute", "ada", NOW, LATER))) is PostOutcome.POSTED
    assert account(stores).rev == 2


def test_a_plan_is_stored_once(stores: Stores, lossy: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    lossy.agenda.replan("C-1.EUR", 1, progress={"INV-1": 1}, worked_at=NOW, next_action_at=LATER)
    lossy.agenda.replan("C-1.EUR", 2, progress={}, worked_at=NOW, next_action_at=None)
    assert account(stores).rev == 3


def test_a_notice_is_claimed_by_this_worker_and_marked(stores: Stores, forgetful: Stores) -> None:
    who = known_customer(stores)
    reminder = notice()
    claim(forgetful, who, reminder)
    forgetful.notices.sent(reminder, "message-1", LATER)
    assert stores.notices.get(reminder.id, "C-1.EUR").state is NoticeState.SENT
    assert forgetful.notices.settle(reminder.id, "C-1.EUR", NoticeState.DELIVERED, "", LATER)
    assert account(stores).rev == 2


def test_a_notice_is_released_once(stores: Stores, lossy: Stores) -> None:
    who = known_customer(stores)
    reminder = notice()
    claim(stores, who, reminder)
    assert lossy.notices.release(reminder, "throttled", LATER)
    assert (account(stores).progress, account(stores).rev) == ({}, 3)


def test_a_case_goes_its_way(stores: Stores, lossy: Stores) -> None:
    fresh = opened(lossy)
    request = approval(fresh)
    moved = lossy.cases.advance(
        replace(fresh, stage=Stage.AWAITING_SUSPENSION, approval_id=request.id),
        "approval_requested",
        account_rev=account(stores).rev,
        facts={},
        approval=request,
    )
    assert lossy.cases.park(moved, "token-1", 0)
    lossy.cases.failed(moved, "broken")
    assert (
        lossy.cases.decide(request, ApprovalState.APPROVED, "ada", "", LATER).state is ApprovalState.APPROVED
    )
    last = stores.cases.get(fresh.id)
    assert (last.rev, last.run) == (2, 1)
    again = lossy.cases.rerun(last)
    assert again.run == 2
    lossy.cases.close(
        replace(again, stage=Stage.CLOSED, outcome=Outcome.PAID, closed_at=LATER), request, facts={}
    )
    assert stores.cases.get(fresh.id).rev == 3


def test_a_message_is_stored_once_and_known_to_be_new(stores: Stores, lossy: Stores) -> None:
    assert lossy.inbox.store(message())
    lossy.inbox.settle(message().id, InboxState.PARKED, "unknown")
    assert stores.inbox.get(message().id).state is InboxState.PARKED
    assert not lossy.inbox.store(message())


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_transaction_that_another_one_stood_against_is_made_again(
    stores: Stores, dynamodb: Any, tables: dict[str, str], code: str
) -> None:
    issued(stores.ledger, invoice("INV-1"))
    busy = in_tables(Contended(dynamodb, 2, code), tables)
    assert pay(busy, payment(minor=400)) is PostOutcome.POSTED
    assert account(stores).balance == eur(9_600)


def test_what_stays_in_the_way_is_not_tried_for_ever(dynamodb: Any, tables: dict[str, str]) -> None:
    pauses: list[float] = []
    busy = Contended(dynamodb, 100)
    table = Table(busy, tables["RECEIVABLES_TABLE"], pauses.append)
    item = {"pk": {"S": "X"}, "sk": {"S": "X"}}
    with pytest.raises(Throttled):
        table.transact({"item": table.put(item)})
    with pytest.raises(Throttled):
        table.snapshot(item)
    assert busy.left == 100 - 2 * ATTEMPTS
    assert len(pauses) == 2 * (ATTEMPTS - 1)
    assert table.get(item) is None


def test_a_transaction_that_is_wrong_is_not_made_again(dynamodb: Any, tables: dict[str, str]) -> None:
    wrong = Contended(dynamodb, 1, "ValidationError")
    table = Table(wrong, tables["RECEIVABLES_TABLE"], lambda _: None)
    with pytest.raises(DependencyFailed):
        table.transact({"item": table.put({"pk": {"S": "X"}, "sk": {"S": "X"}})})
    assert wrong.left == 0
