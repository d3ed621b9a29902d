"""What postings of money cost: one transaction each, and so many write request units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import pytest
from botocore.config import Config
from botocore.session import Session

from receivables.adapters.dynamodb.ledger import DynamoLedger
from receivables.adapters.dynamodb.payment_codec import payment_item
from receivables.ledger import (
    Allocated,
    Known,
    Payment,
    PaymentRecord,
    PaymentState,
    PaymentStub,
    Payout,
    Posting,
    PostOutcome,
)
from receivables.ledger.allocation import Named
from receivables.ledger.deeds import Deed
from receivables.ledger.issuing import issue_invoice, untouched
from receivables.ledger.knowing import note, note_stub
from receivables.ledger.payouts import arrive, pay_out
from receivables.ledger.receiving import receive, to_suspense
from receivables.ledger.suspense import return_suspense
from receivables.terms import Settlement
from receivables_local.deploy import deploy_data
from receivables_local.engine import Engine
from tests.benchmarks.metering import Meter
from tests.benchmarks.units import item_size
from tests.builders import NOW, eur, invoice
from tests.unit.ledger.books import BERLIN

pytestmark = pytest.mark.engine

ACCOUNT: Final = "C-1.EUR"
KEY: Final = "stripe/main/pi_3MtwBwLkdIwHu7ix28a3tqPa"
REFUNDED: Final = Known("refund_succeeded", NOW, "re_1", 2_000)


@dataclass
class Bench:
    """A ledger whose requests are counted."""

    ledger: DynamoLedger
    meter: Meter

    def written(self, posting: Posting) -> tuple[float, float]:
        """Units written in all, and of those on indexes. It is one request."""
        with self.meter.counting() as count:
            assert self.ledger.post(posting) is PostOutcome.POSTED
        (call,) = count.calls
        assert call.operation == "TransactWriteItems"
        return call.written, call.indexed


@pytest.fixture(scope="module")
def dynamodb(engine: Engine) -> Callable[[], Any]:
    environment = engine.environment()

    def client() -> Any:
        return Session().create_client(
            "dynamodb",
            endpoint_url=engine.url,
            region_name=environment["AWS_REGION"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}),
        )

    return client


@pytest.fixture
def bench(engine: Engine, dynamodb: Callable[[], Any]) -> Bench:
    """INV-1 over 100.00 is open, and nothing else happened."""
    tables = deploy_data(engine)
    meter, client = Meter(dynamodb()), dynamodb()
    meter.watch(client)
    made = Bench(DynamoLedger(client, tables["RECEIVABLES_TABLE"], tables["INBOX_TABLE"]), meter)
    made.ledger.issue(issue_invoice(invoice(description="Consulting in May"), "api/ada"))
    return made


def card(minor: int, **changes: Any) -> Payment:
    """A payment that a processor holds, as a webhook tells of it."""
    known = {"reference": "INV-1", "source": KEY, "held_by": "stripe/main", "payer": "Ada Lovelace"}
    return Payment(KEY, eur(minor), NOW, NOW, **{**known, **changes})


def paid(bench: Bench, minor: int, **changes: Any) -> Posting:
    """As applying a webhook works it out: by the pointer, as if nothing had been paid."""
    pointer = bench.ledger.pointer("INV-1")
    assert pointer is not None
    return receive(
        card(minor, **changes),
        ACCOUNT,
        [untouched(pointer)],
        named=[Named("INV-1")],
        settlement=Settlement(),
        tz=BERLIN,
    )


@pytest.mark.parametrize(
    ("minor", "written"),
    [
        pytest.param(10_000, 13, id="all of it"),
        pytest.param(4_000, 11, id="a part"),
        pytest.param(12_000, 15, id="too much, with its credit"),
    ],
)
def test_a_payment_of_an_invoice(bench: Bench, minor: int, written: float) -> None:
    """On indexes: the account is woken (it waits at another place: two), what is open changes or goes."""
    assert bench.written(paid(bench, minor, held_by=None)) == (written, 3)


def test_a_payment_that_a_processor_holds_has_a_place_in_one_index_more(bench: Bench) -> None:
    assert bench.written(paid(bench, 10_000)) == (14, 4)


def test_an_invoice(bench: Bench) -> None:
    with bench.meter.counting() as count:
        bench.ledger.issue(issue_invoice(invoice("INV-2"), "api/ada"))
    assert [(call.operation, call.written, call.indexed) for call in count.calls] == [
        ("GetItem", 0, 0),
        ("TransactWriteItems", 11, 1),
    ]


def test_money_of_nobody_knows_whom(bench: Bench) -> None:
    assert bench.written(to_suspense(card(4_000, reference=None))) == (6, 2)
    record = bench.ledger.payment(KEY)
    deed = Deed("re_1", KEY, NOW + timedelta(hours=1), NOW + timedelta(hours=1))
    assert bench.written(return_suspense(record, deed, amount=eur(1_000))) == (5, 1)


def test_what_is_known_of_a_payment(bench: Bench) -> None:
    stub = PaymentStub(KEY, (REFUNDED,))
    assert bench.written(note_stub(None, stub)) == (3, 1)
    bench.written(replace(paid(bench, 10_000), payment=None))
    later = replace(stub, known=(REFUNDED, replace(REFUNDED, id="re_2")), rev=1)
    assert bench.written(note_stub(stub, later)) == (3, 1)


def test_a_fact_that_is_added_to_a_record(bench: Bench) -> None:
    bench.written(paid(bench, 10_000))
    record = bench.ledger.payment(KEY)
    assert bench.written(note(record, known=(REFUNDED,))) == (2, 0)


def test_a_payout(bench: Bench) -> None:
    payout = Payout("stripe/main/po_1", "stripe/main", eur(9_650), eur(350), NOW)
    assert bench.written(pay_out(payout, Deed("po_1", "stripe/main", NOW, NOW))) == (5, 1)
    line = card(9_650, reference=None, held_by=None)
    bench.written(to_suspense(line))
    record = bench.ledger.payment(KEY)
    assert bench.written(arrive(payout, record, Deed("line", KEY, NOW, NOW))) == (11, 3)


def test_the_record_of_a_plain_payment_has_no_more_than_it_needs() -> None:
    """Where it was told of follows from the key."""
    allocated = (Allocated("INV-1", 10_000),)
    record = PaymentRecord(card(10_000), PaymentState.APPLIED, ACCOUNT, "INV-1", allocated)
    item = payment_item(record)
    assert not {"source", "known", "done", "method", "remittance", "returned", "paid_out"} & item.keys()
    assert item["held"] == {"S": "stripe/main#2026-03-02"}
    own = payment_item(replace(record, payment=card(10_000, held_by=None)))
    assert own.keys() == item.keys() - {"held"}
    named = len("source") + len(KEY)
    assert item_size(item) - item_size(own) <= named
