"""How money comes in the sample ledger: what processors and the bank say of it is what the product's own readers understand."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from receivables.adapters.http import Http
from receivables.adapters.processors.registry import webhooks
from receivables.adapters.processors.stripe.api import Api as Stripe
from receivables.adapters.statements.read import read_file
from receivables.banking.account import BankAccount
from receivables.banking.balances import require_balanced
from receivables.core.errors import Refused
from receivables.core.money import Money, total
from receivables.matching.references import reference_of
from receivables.payments.endpoints import Endpoint, Secret
from receivables.payments.events import EventType, Fetch, MoneyEvent, OtherEvent, Payer, Poison
from receivables.payments.processors import Credentials, LinkOrder, Request
from receivables_cli.demo.sample import sample_story
from receivables_cli.demo.stand_in import KEY, StandIn, standing_in
from receivables_cli.demo.statement_file import OUR_IBAN, camt
from receivables_cli.demo.story import Message, Story
from receivables_cli.demo.webhooks import told
from tests.fakes.webhooks import NoKeys

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
SECRETS = {"stripe": "whsec_c2VjcmV0", "adyen": "0f" * 32, "checkout": "a secret"}
HOUSE = BankAccount("house", "House bank", "EUR", iban=OUR_IBAN, timezone="Europe/Berlin")


@pytest.fixture(scope="module")
def story() -> Story:
    return sample_story(1)


def heard(message: Message) -> list[Any]:
    """What our own receiver makes of a message of the story, which it must first take to be genuine."""
    scheme = webhooks(message.processor)
    assert scheme is not None
    made = told(message, SECRETS[message.processor], NOW)
    assert made.path == f"/webhooks/{message.processor}/main"
    request = Request(made.body, {name.lower(): value for name, value in made.headers.items()})
    assert scheme.verify(request, Endpoint((Secret(SECRETS[message.processor]),)), NOW, NoKeys())
    return list(scheme.interpret(made.body, {}))


def test_every_message_is_genuine_and_only_what_is_meant_to_be_poison_is(story: Story) -> None:
    everything = [each for message in story.messages for each in heard(message)]
    assert {each.event_id for each in everything if isinstance(each, Poison)} == story.parked
    assert not [each for each in everything if isinstance(each, OtherEvent)]
    kinds = {each.type for each in everything if isinstance(each, MoneyEvent)}
    assert kinds == {
        EventType.PAYMENT_SUCCEEDED,
        EventType.PAYMENT_PENDING,
        EventType.PAYMENT_FAILED,
        EventType.REFUND_SUCCEEDED,
        EventType.DISPUTE_OPENED,
        EventType.DISPUTE_WON,
        EventType.PAYOUT,
    }


def test_what_is_told_of_as_come_is_what_is_expected_in_the_books(story: Story) -> None:
    told_of = {
        f"{message.processor}/main/{each.payment_id}": each.amount
        for message in story.messages
        for each in heard(message)
        if isinstance(each, MoneyEvent) and each.type is EventType.PAYMENT_SUCCEEDED
    }
    at_links = {came.key for came in story.came if "/pi_link" in came.key}
    assert at_links
    assert told_of == {came.key: came.amount for came in story.came if came.key not in at_links}


def test_one_payment_is_told_of_three_times_and_a_refund_before_its_payment(story: Story) -> None:
    told_of = [
        (message.at, each)
        for message in story.messages
        for each in heard(message)
        if isinstance(each, MoneyEvent) and each.payment_id
    ]
    times = Counter(each.payment_id for _, each in told_of if each.type is EventType.PAYMENT_SUCCEEDED)
    assert max(times.values()) == 3
    (refund_at, refund) = next(pair for pair in told_of if pair[1].type is EventType.REFUND_SUCCEEDED)
    (paid_at, paid) = next(
        pair
        for pair in told_of
        if pair[1].payment_id == refund.payment_id and pair[1].type is EventType.PAYMENT_SUCCEEDED
    )
    assert refund_at < paid_at
    assert paid.occurred < refund.occurred


@pytest.mark.parametrize("seed", range(1, 4))
def test_statements_add_up_follow_one_another_and_carry_our_references(seed: int) -> None:
    story = sample_story(seed)
    files = [(file, read_file(camt(file), HOUSE)) for file in story.statements]
    for file, read in files:
        (statement,) = read
        require_balanced(statement)
        assert [line.amount for line in statement.lines] == [line.amount for line in file.transfers]
    assert camt(story.statements[0]) == camt(story.statements[1])
    assert story.statements[1].repeats
    structured = {line.structured for _, read in files for each in read for line in each.lines}
    referred = {line.reference for line in story.transfers if line.reference}
    assert structured - {None} == {reference_of(number) for number in referred}
    closings = [read[0].closing for _, read in files]
    openings = [read[0].opening for _, read in files]
    assert closings[0] is not None
    assert openings[2] is not None
    assert openings[2].amount == closings[0].amount
    assert openings[3] == openings[2], "the last one begins where the one before it did, and tells more"


@pytest.fixture
def stand_in(story: Story) -> Any:
    with standing_in(story) as running:
        yield running


def stripe(stand_in: StandIn, key: str = KEY) -> Stripe:
    return Stripe(Credentials({"api_key": key}, stand_in.url), Http())


def test_the_processor_tells_what_it_kept_of_a_payout(stand_in: StandIn, story: Story) -> None:
    (sent,) = story.payouts
    (payout,) = stripe(stand_in).fetch(Fetch("payout", sent.id), NO_EVENT)
    assert isinstance(payout, MoneyEvent)
    assert (payout.amount, payout.fee) == (sent.amount, sent.fee)
    assert sent.amount + sent.fee == total((paid for _, paid, _ in sent.parts), "EUR")


def test_the_processor_lists_what_receipts_and_messages_tell_of_and_what_was_lost(
    stand_in: StandIn, story: Story
) -> None:
    since, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    page = stripe(stand_in).payments(since, until, None)
    listed = list(page.events)
    while page.cursor is not None:
        page = stripe(stand_in).payments(since, until, page.cursor)
        listed += page.events
    known = {each.payment_id for each in listed if each.type is EventType.PAYMENT_SUCCEEDED}
    receipts = {"pi_" + r.id.replace("-", "") for r in story.receipts if r.processor == "stripe"}
    assert known == receipts | {"pi_card1", "pi_card2", "pi_card3", "pi_lost1"}
    in_march = stripe(stand_in).payments(since + timedelta(days=70), until, None).events
    assert 0 < len(in_march) < len(listed)


def test_a_page_of_the_processor_is_paid_on_once_and_not_ended_then(stand_in: StandIn) -> None:
    order = LinkOrder(
        key="k",
        amount=Money(64_000, "EUR"),
        description="INV-1",
        return_url="https://example.com/",
        expires_at=NOW,
        account_id="C-1.EUR",
        invoice="INV-1",
        payer=Payer(),
        locale="en",
    )
    link = stripe(stand_in).create_link(order)
    told_of = [heard(Message("stripe", NOW, event)) for event in stand_in.pay(link.url, NOW)]
    assert {(each.payment_id, each.amount) for (each,) in told_of} == {("pi_linkINV1", order.amount)}
    stripe(stand_in).expire_link(link.id)
    other = stripe(stand_in).create_link(order)
    stripe(stand_in).expire_link(other.id)


def test_the_processor_answers_nobody_else(stand_in: StandIn) -> None:
    with pytest.raises(Refused):
        stripe(stand_in, "another key").fetch(Fetch("payout", "po_demo0001"), NO_EVENT)


NO_EVENT = MoneyEvent(EventType.PAYOUT, "payout.paid", "evt_1", NOW)
