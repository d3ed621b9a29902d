"""How many requests, and how many request units, do a nomination, a notice and a payment take?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from receivables.customers import Channel
from receivables.notices.delivery import DeliveryReport, Fate
from receivables.payments.inbox import InboxMessage
from receivables.runtime.apply_payment import apply_payment
from receivables.runtime.clients import client
from receivables.runtime.record_delivery import record_delivery
from receivables.runtime.work_account import Tally, work_account
from receivables.usecases.apply_payment import Outcome
from tests.benchmarks.metering import Count
from tests.benchmarks.report import Row, Section, bounded, number
from tests.benchmarks.world import AS_OF, World

BESIDES_THE_READ: Final = 4
CHARGED_READS: Final = 2
"""Of the account: before charges are posted, and after."""
FOR_CHARGES: Final = 3
"""Arrangements that have ended, the posting, and the workings of all charges: however many there are."""
PER_PAYMENT: Final = 2


@dataclass(frozen=True, slots=True)
class Counts:
    """A notice, by the number of invoices of its account; and what is reported of a notice after it was sent."""

    notices: Mapping[int, Count]
    reported: Count


def notice(world: World, invoices: int) -> Count:
    """One consolidated notice of an account with so many invoices, in a container that has worked before."""
    _warm(world)
    account = world.account(invoices)
    tally = Tally()
    with world.meter.counting() as count:
        work_account()(account, AS_OF, tally)
    if tally["Sent"] != 1:
        raise AssertionError(f"one notice was expected to be sent: {dict(tally)}")
    return count


def charged_notice(world: World, invoices: int) -> Count:
    """The reminder with which interest arises on each of so many invoices, in a container that has worked such before."""
    _warm(world, charged=True)
    tally = Tally()
    account = world.account(invoices, charged=True)
    with world.meter.counting() as count:
        work_account()(account, AS_OF, tally)
    if (tally["KeptUp"], tally["Sent"]) != (1, 1):
        raise AssertionError(f"one posting and one notice were expected: {dict(tally)}")
    return count


def first_notice(world: World) -> Count:
    """One that also reads the policies and the company's settings, which a container then keeps for a minute."""
    work_account.cache_clear()
    return notice_of(world, world.account(1))


def notice_of(world: World, account: str) -> Count:
    with world.meter.counting() as count:
        work_account()(account, AS_OF, Tally())
    return count


def payment(world: World, outcome: Outcome, minor: int = 123_456, reference: str | None = None) -> Count:
    """One payment of the outcome that is told, by default of a whole invoice."""
    account = world.account(1)
    number = reference or f"INV-{account.removeprefix('C-').partition('.')[0]}-0"
    message = _message(f"pay-{account}", number, minor)
    inbox = apply_payment()._inbox
    inbox.store(message)
    if outcome is Outcome.DUPLICATE:
        apply_payment()(message)
        message = _message(f"pay-{account}", number, minor, event="again")
        inbox.store(message)
    with world.meter.counting() as count:
        became = apply_payment()(message)
    if became is not outcome:
        raise AssertionError(f"{outcome} was expected, not {became}")
    return count


def part_payment_after_another(world: World) -> Count:
    """The second part of an invoice, where the guess that nothing was paid yet is wrong."""
    account = world.account(1)
    number = f"INV-{account.removeprefix('C-').partition('.')[0]}-0"
    for part in ("first", "second"):
        message = _message(f"pay-{part}-{account}", number, 1_000)
        apply_payment()._inbox.store(message)
        with world.meter.counting() as count:
            apply_payment()(message)
    return count


def reported(world: World) -> Count:
    """What SES then says of a notice: that it took it, and that it was delivered."""
    account = world.account(1)
    work_account()(account, AS_OF, Tally())
    (notice,) = work_account().notices.last_notices(account, 1)
    with world.meter.counting() as count:
        for fate in (Fate.ACCEPTED, Fate.DELIVERED):
            record_delivery()(DeliveryReport(notice.id, account, Channel.EMAIL, fate, "", AS_OF))
    return count


def received(world: World) -> Count:
    """Keeping one webhook in the inbox."""
    inbox = apply_payment()._inbox
    with world.meter.counting() as count:
        inbox.store(_message("received", "INV-1", 100))
    return count


def measure(world: World, tell: Callable[[str], None]) -> tuple[Section, Section, Counts]:
    """Notices and payments; and the counts from which the cost is worked out."""
    for service in ("dynamodb", "sesv2"):
        world.meter.watch(client(service))
    tell("requests and units: notices")
    one, four = notice(world, 1), notice(world, 4)
    rows = [*_notice_rows("1 invoice", one), *_notice_rows("4 invoices", four)]
    for invoices in (1, 4):
        charged = charged_notice(world, invoices)
        of = f"{invoices} invoice{'s' * (invoices > 1)}, each with interest that arises now"
        besides = charged.requests("dynamodb") - CHARGED_READS
        rows.append(
            bounded(
                f"{of}: requests besides the account's two reads",
                besides,
                BESIDES_THE_READ + FOR_CHARGES,
                note=_calls(charged),
            )
        )
        rows.append(_row(f"{of}: request units", charged))
    cold, told = first_notice(world), reported(world)
    rows.append(_row("the same, first in a container or after a minute", cold))
    rows.append(_row("after it: SES says that it took it, and that it was delivered", told, requests=True))
    notices = Section("A consolidated notice: read, claim, kill switch, send, mark", rows)
    tell("requests and units: payments")
    return (
        notices,
        Section("A payment applied, from the message in the inbox", _payment_rows(world)),
        Counts({1: one, 4: four}, told),
    )


def _notice_rows(of: str, count: Count) -> list[Row]:
    besides = count.requests("dynamodb") - count.requests("dynamodb", "Query")
    return [
        bounded(
            f"{of}: DynamoDB requests besides the account's read",
            besides,
            BESIDES_THE_READ,
            note=_calls(count),
        ),
        bounded(f"{of}: reads of the account", count.requests("dynamodb", "Query"), 1),
        bounded(f"{of}: SES requests", count.requests("sesv2"), 1),
        _row(f"{of}: request units", count),
    ]


def _payment_rows(world: World) -> list[Row]:
    cases = {
        "the whole invoice": payment(world, Outcome.APPLIED),
        "a first part of it": payment(world, Outcome.APPLIED, minor=1_000),
        "more than is owed": payment(world, Outcome.UNAPPLIED, minor=200_000),
        "of an unknown invoice: suspense": payment(world, Outcome.SUSPENDED, reference="NOBODY-KNOWS"),
    }
    rows: list[Row] = []
    for what, count in cases.items():
        rows.append(bounded(f"{what}: requests", count.requests("dynamodb"), PER_PAYMENT, note=_calls(count)))
        rows.append(_row(f"{what}: request units", count))
    rows.append(
        _row(
            "a second part (the guess that nothing was paid is wrong)",
            part_payment_after_another(world),
            requests=True,
        )
    )
    rows.append(_row("a duplicate", payment(world, Outcome.DUPLICATE), requests=True))
    rows.append(_row("before that: the webhook is kept in the inbox", received(world), requests=True))
    return rows


def _row(what: str, count: Count, *, requests: bool = False) -> Row:
    asked = f"{count.requests('dynamodb')} requests, " if requests else ""
    indexed = sum(call.indexed for call in count.calls)
    note = f"{number(indexed)} of the WRU for indexes" if indexed else ""
    return Row(what, f"{asked}{number(count.read)} RRU + {number(count.written)} WRU", note=note)


def _calls(count: Count) -> str:
    return ", ".join(
        f"{times} {operation}" if times > 1 else operation
        for operation, times in Counter(call.operation for call in count.calls).items()
    )


def _warm(world: World, *, charged: bool = False) -> None:
    work_account()(world.account(1, charged=charged), AS_OF, Tally())


def _message(payment_id: str, reference: str, minor: int, event: str = "once") -> InboxMessage:
    received_at = AS_OF + timedelta(days=1)
    body = {
        "type": "payment.succeeded",
        "timestamp": "2026-03-06T08:59:00Z",
        "data": {
            "payment_id": payment_id,
            "amount": f"{minor // 100}.{minor % 100:02d}",
            "currency": "EUR",
            "invoice": reference,
            "payer": "Ada Blum",
        },
    }
    return InboxMessage(
        id=f"standardwebhooks#main#{event}-{payment_id}",
        processor="standardwebhooks",
        endpoint="main",
        event_id=f"{event}-{payment_id}",
        body=json.dumps(body).encode(),
        received_at=received_at,
        headers={"webhook-id": payment_id, "webhook-timestamp": "1772787540"},
    )
