"""Any order and any repetition of the same events leads to the same ledger."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from receivables.payments.inbox import InboxMessage
from tests.fakes.webhooks import charge, intent, session
from tests.unit.payments.world import World, neutral_message, received, stripe_message

references = st.sampled_from(["INV-1", "INV-1", "INV-2", "INV-9", "INV-404", None])
minors = st.integers(1, 15_000)


def _told_by(kind: str, number: int, minor: int, currency: str, reference: str | None) -> InboxMessage:
    """One of the events that tell of a Stripe payment."""
    named: dict[str, Any] = {"metadata": {"invoice": reference} if reference else {}}
    subject = {
        "payment_intent.succeeded": intent,
        "charge.succeeded": charge,
        "checkout.session.completed": session,
    }[kind](str(number), minor, currency, **named)
    return stripe_message(kind, subject, f"evt_{number}_{kind}")


@st.composite
def stripe_payment(draw: st.DrawFn, number: int) -> list[InboxMessage]:
    """One payment, told by one to three events, of which some name the invoice."""
    minor, currency, reference = draw(minors), draw(st.sampled_from(["eur", "eur", "usd"])), draw(references)
    kinds = draw(
        st.lists(
            st.sampled_from(["payment_intent.succeeded", "charge.succeeded", "checkout.session.completed"]),
            min_size=1,
            max_size=3,
            unique=True,
        )
    )
    return [
        _told_by(kind, number, minor, currency, reference if draw(st.booleans()) else None) for kind in kinds
    ]


@st.composite
def neutral(draw: st.DrawFn, number: int) -> list[InboxMessage]:
    """One payment from elsewhere."""
    amount, currency = f"{draw(minors) / 100:.2f}", draw(st.sampled_from(["EUR", "USD"]))
    reference = draw(references)
    return [neutral_message(f"bank-{number}", amount=amount, currency=currency, invoice=reference)]


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[InboxMessage], list[InboxMessage]]:
    """Some payments' events, and the same events in another order with repetitions."""
    count = draw(st.integers(1, 5))
    events = [message for n in range(count) for message in draw(st.one_of(stripe_payment(n), neutral(n)))]
    events += [received("stripe", "poison", b"\xff"), stripe_message("customer.created", {}, "evt_other")]
    repeated = draw(st.lists(st.sampled_from(events), max_size=8))
    return events, draw(st.permutations([*events, *repeated]))


@settings(max_examples=150)
@given(lives())
def test_the_ledger_does_not_depend_on_order_or_repetition(
    life: tuple[list[InboxMessage], list[InboxMessage]],
) -> None:
    events, shuffled = life
    straight, other = World(), World()
    for message in events:
        straight.deliver(message)
        straight.check()
    for message in shuffled:
        other.deliver(message)
        other.check()
    assert other.summary() == straight.summary()
    assert other.summary().open_messages == 0


@given(lives())
def test_handing_everything_out_again_changes_nothing(
    life: tuple[list[InboxMessage], list[InboxMessage]],
) -> None:
    events, shuffled = life
    world = World()
    for message in events:
        world.deliver(message)
    before, entries = world.summary(), world.entries()
    for message in shuffled:
        world.apply(message)
    assert world.summary() == before
    assert world.entries() == entries
