"""Many writers at once on one account: nothing is lost, and nothing is done twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from receivables.core.errors import StaleRevision
from receivables.ledger import LedgerName, PostOutcome
from tests.builders import eur, invoice, issued, notice, payment
from tests.contract.conftest import Stores, in_tables
from tests.contract.postings import applying, crediting, noting
from tests.contract.steps import account, claim, known_customer, pay, working_set

pytestmark = pytest.mark.engine


@pytest.fixture
def stores(dynamodb: Any, tables: dict[str, str]) -> Stores:
    return in_tables(dynamodb, tables)


def test_payments_of_many_invoices_at_once_are_all_posted(stores: Stores) -> None:
    issued(stores.ledger, *(invoice(f"INV-{number}") for number in range(8)))
    payments = [payment(f"INV-{number}", 1_000 + number) for number in range(8)] * 2
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda each: pay(stores, each), payments))
    assert outcomes.count(PostOutcome.POSTED) == 8
    assert set(outcomes) <= {PostOutcome.POSTED, PostOutcome.DUPLICATE, PostOutcome.STALE}
    paid = sum(each.amount.minor for each in payments[:8])
    assert account(stores).balance == working_set(stores).open_balance == eur(80_000 - paid)
    entries = list(stores.ledger.entries("C-1.EUR"))
    assert sum(entry.moved(LedgerName.RECEIVABLE) for entry in entries) == account(stores).balance.minor
    assert account(stores).rev == len(entries) == 16


def test_of_many_who_apply_the_same_credit_one_does(stores: Stores) -> None:
    issued(stores.ledger, *(invoice(f"INV-{number}") for number in range(6)))
    stores.ledger.post(crediting(10_000))
    (credit,) = working_set(stores).credits
    postings = [applying(credit, item, 10_000) for item in working_set(stores).items]
    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(stores.ledger.post, postings))
    assert sorted(outcomes) == [PostOutcome.POSTED, *[PostOutcome.STALE] * 5]
    assert (account(stores).unapplied, working_set(stores).credits) == (eur(0), ())
    assert account(stores).balance == working_set(stores).open_balance == eur(50_000)


def test_steps_that_several_raise_at_once_are_all_kept(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda n: stores.ledger.post(noting(raised={f"INV-{n}": n})), range(4)))
    assert outcomes == [PostOutcome.POSTED] * 4
    assert account(stores).raised == {f"INV-{n}": n for n in range(4)}


def test_of_many_workers_one_claims(stores: Stores) -> None:
    who = known_customer(stores)

    def work(_: int) -> bool:
        try:
            claim(stores, who, notice(), rev=1)
        except StaleRevision:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) == 1
    assert len(stores.notices.last_notices("C-1.EUR", 9)) == 1
    assert account(stores).rev == 2


def test_a_claim_and_the_payment_that_races_it_leave_one_order_of_events(stores: Stores) -> None:
    who = known_customer(stores)
    reminder, paid = notice(), payment()

    def claiming() -> bool:
        try:
            claim(stores, who, reminder, rev=1)
        except StaleRevision:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        claimed, posted = pool.submit(claiming), pool.submit(pay, stores, paid)
    assert posted.result() is PostOutcome.POSTED
    # Either the claim came first, or there is none.
    assert account(stores).rev == (3 if claimed.result() else 2)
    assert len(stores.notices.last_notices("C-1.EUR", 9)) == claimed.result()
    assert working_set(stores).open_items == ()
