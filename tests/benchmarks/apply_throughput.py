"""How much CPU does applying a payment take, from the message in the inbox to the books, and how many does one process apply?"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from receivables.core.money import Money
from receivables.payments.events import EventType, MoneyEvent, References
from receivables.payments.inbox import Form, InboxMessage
from receivables.payments.stored import dump_events
from receivables.runtime.apply_payment import apply_payment
from receivables.runtime.clients import client
from tests.benchmarks.cpu import cpu_of
from tests.benchmarks.report import Row, Section, budgeted, number
from tests.benchmarks.world import World

PER_PAYMENT_MS: Final = 6
"""No budget of the design: a notice, of which the requests are more and the work is less, has 4."""
_PAYMENTS: Final = 60
_BATCH: Final = 250
_AT: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)


def measure(world: World, yardstick: float, tell: Callable[[str], None]) -> Section:
    """Single payments of an invoice each, a batch in one message, and a refund of each payment."""
    tell(f"applying {2 * _PAYMENTS} payments")
    accounts = world.accounts(2 * _PAYMENTS + _BATCH, 1)
    numbers = [f"INV-{account.removeprefix('C-').partition('.')[0]}-0" for account in accounts]
    came = [_came(each) for each in numbers]
    _apply(world, [_message(each) for each in came[:_PAYMENTS]])
    singles = [_message(each) for each in came[_PAYMENTS : 2 * _PAYMENTS]]
    began = time.monotonic()
    single = _apply(world, singles) / _PAYMENTS
    rate = _PAYMENTS / (time.monotonic() - began)
    tell(f"applying a batch of {_BATCH} events")
    batch = _apply(world, [_message(*came[2 * _PAYMENTS :])]) / _BATCH
    refunds = (
        _apply(world, [_message(_refunded(each)) for each in came[_PAYMENTS : 2 * _PAYMENTS]]) / _PAYMENTS
    )
    return Section(
        "Payments applied, apply_payment as composed for its function, CPU",
        [
            budgeted("a payment of an invoice", single, PER_PAYMENT_MS, yardstick),
            budgeted(f"an event of a batch of {_BATCH}", batch, PER_PAYMENT_MS, yardstick),
            budgeted("a refund in part, which opens the invoice again", refunds, None, yardstick),
            Row(
                "payments a second, one process, one after the other",
                number(rate),
                note="with the engine's own work on the same machine",
            ),
        ],
    )


def _apply(world: World, messages: list[InboxMessage]) -> float:
    """CPU of applying them all."""
    client("dynamodb")
    use_case = apply_payment()
    for message in messages:
        use_case._inbox.store(message)

    def work() -> None:
        for message in messages:
            use_case(message)

    return cpu_of(work)


def _came(invoice: str) -> MoneyEvent:
    return MoneyEvent(
        type=EventType.PAYMENT_SUCCEEDED,
        raw_type="bench",
        event_id=f"evt-{invoice}",
        occurred=_AT,
        payment_id=f"pi-{invoice}",
        amount=Money(1_000, "EUR"),
        references=References(invoice=invoice),
    )


def _refunded(came: MoneyEvent) -> MoneyEvent:
    return replace(
        came,
        type=EventType.REFUND_SUCCEEDED,
        event_id=f"re-{came.event_id}",
        subject_id=f"re-{came.payment_id}",
        occurred=_AT + timedelta(days=1),
        amount=Money(400, "EUR"),
    )


def _message(*events: MoneyEvent) -> InboxMessage:
    name = events[0].event_id if len(events) == 1 else f"batch-{events[0].event_id}"
    body = dump_events(events)
    at = _AT + timedelta(days=2)
    return InboxMessage(f"stripe#main#{name}", "stripe", "main", name, body, at, {}, form=Form.EVENTS)
