"""On real tables: whatever dies, times out, repeats or comes at once, every payment is booked exactly once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import count
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from receivables.adapters.dynamodb.customers import DynamoCustomers
from receivables.adapters.dynamodb.hot_directory import HotCustomers
from receivables.adapters.processors.registry import webhooks
from receivables.core.errors import DependencyFailed, StaleRevision, Throttled
from receivables.ledger import Entry, LedgerName
from receivables.payments.events import MoneyEvent, References
from receivables.payments.inbox import InboxMessage, InboxState
from receivables.payments.processors import Request
from receivables.usecases.apply_payment import Outcome
from receivables.usecases.receive_webhook import ReceiveWebhook, Webhook
from tests.builders import customer, invoice, issued
from tests.fakes.applying import applying
from tests.fakes.crash import Crash, Fuse, When, every_crash
from tests.fakes.webhooks import (
    NOW,
    NoKeys,
    both_endpoints,
    charge,
    neutral_payment,
    session,
    stripe_event,
    stripe_headers,
)
from tests.integration.payments.conftest import Tables
from tests.unit.payments.lives import came, disputed, failed, pending, refund_failed, refunded, won
from tests.unit.payments.world import told

pytestmark = pytest.mark.engine
numbers = count(1)


class Story:
    """One invoice over 100.00 of one customer, and messages about it; everything is named anew."""

    def __init__(self, tables: Tables) -> None:
        self.tables, self.number = tables, next(numbers)
        self.account, self.invoice = f"S-{self.number}.EUR", f"S-INV-{self.number}"
        issued(tables.ledger, invoice(self.invoice, self.account))
        customers = DynamoCustomers(tables.names["CUSTOMERS_TABLE"], tables.client)
        customers.create(customer(f"S-{self.number}"))

    def neutral(self, name: str = "a", amount: str = "100.00", reference: str | None = None) -> InboxMessage:
        payment_id = f"{self.number}-{name}"
        return self._message(
            "standardwebhooks", name, neutral_payment(payment_id, amount, invoice=reference or self.invoice)
        )

    def stripe(self, name: str, kind: str, subject: dict[str, Any]) -> InboxMessage:
        return self._message("stripe", name, stripe_event(kind, subject, event_id=f"{self.number}-{name}"))

    def heard(self, *events: MoneyEvent, name: str = "heard") -> InboxMessage:
        """Events about a payment of this story that names its invoice."""
        named = References(invoice=self.invoice)
        mine = [replace(each, payment_id=f"{self.number}-pi", references=named) for each in events]
        message = told(*mine, message_id=f"{self.number}-{name}")
        self.tables.inbox.store(message)
        return message

    def apply(self, message: InboxMessage, client: Any = None) -> Outcome:
        inbox, ledger = self.tables.stores(client or self.tables.client)
        customers = HotCustomers(client or self.tables.client, self.tables.names["CUSTOMERS_TABLE"])
        return applying(ledger, inbox, customers)(message)

    def told(self) -> tuple[Any, ...]:
        """What has to come out the same however it came about."""
        working = self.tables.ledger.working_set(self.account)
        assert working is not None
        account = working.account
        moved = sorted(
            sorted((leg.ledger.value, leg.minor) for leg in entry.legs) for entry in self.entries()
        )
        return account.balance.minor, account.unapplied.minor, working.open_balance.minor, moved

    def entries(self) -> list[Entry]:
        own = list(self.tables.ledger.entries(self.account))
        waiting = [
            e for e in self.tables.ledger.entries("suspense.EUR") if f"/{self.number}-" in f"/{e.source}-"
        ]
        return own + waiting

    def _message(self, scheme: str, name: str, body: bytes) -> InboxMessage:
        event_id = f"{self.number}-{name}"
        message = InboxMessage(f"{scheme}#main#{event_id}", scheme, "main", event_id, body, NOW, {})
        self.tables.inbox.store(message)
        return message


def redelivered(story: Story, message: InboxMessage) -> Outcome:
    """What the stream does with a message that fails because others are always faster."""
    for _ in range(20):
        with suppress(StaleRevision, Throttled):
            return story.apply(message)
    raise AssertionError("it never got through")


def in_full(story: Story) -> InboxMessage:
    return story.neutral()


def the_rest(story: Story) -> InboxMessage:
    story.apply(story.neutral("first", "30.00"))
    return story.neutral("second", "80.00")


def closed_already(story: Story) -> InboxMessage:
    story.apply(story.neutral("first"))
    return story.neutral("second")


def nobody_knows(story: Story) -> InboxMessage:
    return story.neutral(reference="NOBODY")


def named_later(story: Story) -> InboxMessage:
    payment = str(story.number)
    story.apply(story.stripe("charge", "charge.succeeded", charge(payment)))
    named = session(payment, client_reference_id=story.invoice)
    return story.stripe("session", "checkout.session.completed", named)


def not_understood(story: Story) -> InboxMessage:
    return replace(story.stripe("poison", "x", {}), body=b"\xff")


def moves_nothing(story: Story) -> InboxMessage:
    return story.stripe("other", "customer.created", {})


def a_late_failure(story: Story) -> InboxMessage:
    story.apply(story.heard(came(0)))
    return story.heard(failed(3), name="failed")


def on_its_way_and_come(story: Story) -> InboxMessage:
    story.apply(story.heard(replace(pending(0), occurred=NOW)))
    return story.heard(replace(came(0), occurred=NOW), name="came")


STORIES = [
    in_full,
    the_rest,
    closed_already,
    nobody_knows,
    named_later,
    not_understood,
    moves_nothing,
    a_late_failure,
    on_its_way_and_come,
]


@pytest.mark.parametrize("tell", STORIES, ids=lambda tell: tell.__name__)
def test_apply_payment_dies_before_or_after_any_call(
    tables: Tables, tell: Callable[[Story], InboxMessage]
) -> None:
    def run(fuse: Fuse) -> tuple[Story, InboxMessage]:
        story = Story(tables)
        message = tell(story)
        with suppress(Crash):
            story.apply(message, fuse.wrap(tables.client))
        return story, message

    smooth, _ = run(Fuse())
    expected = smooth.told()
    for fuse in every_crash(run):
        story, message = run(fuse)
        assert fuse.blown
        story.apply(message)
        story.apply(message)
        assert story.told() == expected, (fuse.when, fuse.calls)
        assert tables.inbox.get(message.id).state is not InboxState.RECEIVED


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2])
def test_a_timeout_is_no_answer_and_the_next_delivery_finds_out(
    tables: Tables, when: When, number: int
) -> None:
    story = Story(tables)
    message = story.neutral()
    fuse = Fuse(number, when, lambda: ReadTimeoutError(endpoint_url="dynamodb"))
    with pytest.raises(DependencyFailed):
        story.apply(message, fuse.wrap(tables.client))
    story.apply(message)
    assert story.told()[:2] == (0, 0)
    assert len(story.entries()) == 2


def test_a_payment_in_full_is_one_read_and_one_transaction(tables: Tables) -> None:
    story, fuse = Story(tables), Fuse()
    assert story.apply(story.neutral(), fuse.wrap(tables.client)) is Outcome.APPLIED
    assert fuse.calls == ["get_item", "transact_write_items"]


def test_the_same_message_a_hundred_times_at_once_is_booked_once(tables: Tables) -> None:
    story = Story(tables)
    message = story.neutral(amount="40.00")
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: redelivered(story, message), range(100)))
    assert outcomes.count(Outcome.APPLIED) == 1
    assert outcomes.count(Outcome.DUPLICATE) == 99
    assert story.told()[0] == 6_000


LIFE = [
    pending(0),
    came(2),
    refunded(5, 3_000),
    disputed(6, 2_000),
    won(9),
    refund_failed(11, None),
    refunded(12, 1_000, "re_2"),
]


def test_in_any_order_at_once_and_repeatedly_a_life_leads_to_the_same_ledger(tables: Tables) -> None:
    straight = Story(tables)
    for number, each in enumerate(LIFE):
        straight.apply(straight.heard(each, name=str(number)))
    chance = Random(4)
    for _ in range(4):
        story = Story(tables)
        events = chance.sample([*LIFE, *LIFE[::2]], k=len(LIFE) + len(LIFE[::2]))
        messages = [story.heard(each, name=str(number)) for number, each in enumerate(events)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda message, of=story: redelivered(of, message), messages))
        assert story.told()[:3] == straight.told()[:3] == (1_000, 0, 1_000)
        record = tables.ledger.payment(f"stripe/main/{story.number}-pi")
        assert (record.refunded, record.charged_back) == (1_000, 0)


def test_different_payments_of_one_invoice_at_once_are_all_booked(tables: Tables) -> None:
    story = Story(tables)
    messages = [story.neutral(f"p{n}", "15.00") for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda message: redelivered(story, message), messages))
    assert outcomes.count(Outcome.APPLIED) == 6
    assert outcomes.count(Outcome.UNAPPLIED) == 2
    balance, unapplied, open_balance, _ = story.told()
    assert (balance, unapplied, open_balance) == (0, 2_000, 0)
    assert sum(entry.moved(LedgerName.CASH) for entry in story.entries()) == 12_000


def test_a_part_payment_leaves_the_case_of_the_item_alone(tables: Tables) -> None:
    story = Story(tables)
    key = {"pk": {"S": f"A#{story.account}"}, "sk": {"S": f"0#open#{story.invoice}"}}
    tables.client.update_item(
        TableName=tables.names["RECEIVABLES_TABLE"],
        Key=key,
        UpdateExpression="SET case_id = :case",
        ExpressionAttributeValues={":case": {"S": "case_1"}},
    )
    story.apply(story.neutral(amount="40.00"))
    item = tables.client.get_item(TableName=tables.names["RECEIVABLES_TABLE"], Key=key)["Item"]
    assert item["case_id"] == {"S": "case_1"}
    assert item["balance"] == {"N": "6000"}


def test_receive_webhook_dies_before_or_after_any_call(tables: Tables) -> None:
    def run(fuse: Fuse) -> tuple[str, ReceiveWebhook, Webhook]:
        event_id = f"evt_crash_{next(numbers)}"
        body = stripe_event("charge.succeeded", charge(), event_id=event_id)
        inbox, _ = tables.stores(fuse.wrap(tables.client))
        receive = ReceiveWebhook(fuse.wrap(both_endpoints()), inbox, webhooks, NoKeys())
        webhook = Webhook("stripe", "main", Request(body, stripe_headers(body)), NOW, NOW)
        with suppress(Crash):
            receive(webhook)
        return event_id, receive, webhook

    for fuse in every_crash(run):
        event_id, receive, webhook = run(fuse)
        assert fuse.blown
        fuse.at = 0
        receive(webhook)
        assert tables.inbox.get(f"stripe#main#{event_id}").body == webhook.request.body
