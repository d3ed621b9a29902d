"""Does the money in the books agree with the story? Every payment once, nothing unexplained, nothing lost or twice by a replay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from receivables.core.money import Money
from receivables.ledger import EntryKind, LedgerName, PaymentRecord, PaymentState
from receivables.ledger.payouts import PayoutState
from receivables.notices.notice import NoticeState
from receivables_cli.demo.books import Books
from receivables_cli.demo.checks import Check
from receivables_cli.demo.story import Story
from receivables_cli.demo.webhooks import payment_key

_SHOWN: Final = 3
_CAME_IN: Final = frozenset({EntryKind.PAYMENT, EntryKind.SUSPENSE})
_OF_BANK: Final = "bank/"
_NOT_SENT: Final = frozenset({NoticeState.RELEASED, NoticeState.REFUSED, NoticeState.UNREACHABLE})


def check_money(books: Books, story: Story, inbox: Iterable[Mapping[str, Any]]) -> list[Check]:
    """All checks of incoming money. `inbox` are the messages that wait, as the API lists them."""
    waiting = list(inbox)
    checks: dict[str, Callable[[], Iterator[str]]] = {
        "every payment is booked once, however often it was told of": lambda: _once(books, story),
        "no money waits in suspense, and what cannot be read waits with its reason": lambda: _waits(
            books, story, waiting
        ),
        "what processors hold is what came, less refunds, payouts and fees": lambda: _held(books, story),
    }
    if story.rests:
        name = "nobody is reminded of what a payment is under way for, and reminders go on when it fails"
        checks[name] = lambda: _rests(books, story)
    return [Check(what, tuple(islice(find(), _SHOWN))) for what, find in checks.items()]


def check_lists(
    story: Story, waiting: Iterable[Mapping[str, Any]], runs: Iterable[Mapping[str, Any]]
) -> Check:
    """The processor's own list, compared: what was lost was found, and nothing differs any more."""
    found = [f"{each['kind']} {each['payment']}, {each['state']}" for each in waiting]
    missing = sum(run["counts"].get("missing", 0) for run in runs)
    lost = sum(message.lost for message in story.messages)
    if missing != lost:
        found.append(f"{missing} payments were found instead of {lost}")
    what = "the payment whose webhook was lost was found, and the processor's list agrees with the ledger"
    return Check(what, tuple(found[:_SHOWN]))


def check_replay(before: Books, after: Books, changed: int, failed: int, messages: int) -> Check:
    """Everything that was received, applied once more."""
    found = [f"{changed} events were booked again"] if changed else []
    found += [f"{failed} messages could not be applied again"] if failed else []
    entries, again = ({entry.id for entry in books.entries} for books in (before, after))
    found += [f"entry {name} is new" for name in sorted(again - entries)]
    if {p.payment.key: p for p in before.payments} != {p.payment.key: p for p in after.payments}:
        found.append("payments changed")
    return Check(f"a replay of all {messages} messages received changes nothing", tuple(found[:_SHOWN]))


def _once(books: Books, story: Story) -> Iterator[str]:
    records = {record.payment.key: record for record in books.payments}
    expected = dict(_expected(story))
    for key, amount in expected.items():
        if key not in records:
            yield f"{key} is missing"
        elif records[key].payment.amount != amount:
            yield f"{key}: {records[key].payment.amount} instead of {amount}"
    yield from (
        f"{key} was not expected" for key in sorted(set(records) - set(expected)) if not _is_bank(key)
    )
    yield from _lines(records.values(), story)
    yield from _entries(books, records)


def _expected(story: Story) -> Iterator[tuple[str, Money]]:
    yield from ((payment_key(receipt), receipt.amount) for receipt in story.receipts)
    yield from ((came.key, came.amount) for came in story.came)


def _lines(records: Iterable[PaymentRecord], story: Story) -> Iterator[str]:
    """Lines of our bank have names of its making: each is known by its amount and payer."""
    booked = Counter(
        (record.payment.amount, record.payment.payer or "")
        for record in records
        if _is_bank(record.payment.key)
    )
    told = Counter((line.amount, line.payer) for line in story.transfers)
    for amount, payer in sorted(set(booked) | set(told), key=str):
        if booked[amount, payer] != told[amount, payer]:
            yield f"{amount} of {payer}: {booked[amount, payer]} times instead of {told[amount, payer]}"


def _entries(books: Books, records: Mapping[str, PaymentRecord]) -> Iterator[str]:
    came: Counter[str] = Counter()
    for entry in books.entries:
        if entry.kind in _CAME_IN and entry.payment:
            came[entry.payment] += entry.amount.minor
    for key, record in records.items():
        if came[key] != record.payment.amount.minor:
            yield f"{key}: entries of {came[key]} minor units for {record.payment.amount}"


def _waits(books: Books, story: Story, inbox: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for record in books.payments:
        if record.state is PaymentState.SUSPENSE:
            yield f"{record.waiting} of {record.payment.key}"
    parked = {message["event_id"]: message for message in inbox}
    for name, message in parked.items():
        if name not in story.parked or not message["reason"]:
            yield f"{message['key']}: {message['state']} {message['reason']}"
    yield from (f"{name} is not in front of a person" for name in sorted(story.parked - set(parked)))


def _held(books: Books, story: Story) -> Iterator[str]:
    clearing, transit = (_moved(books, ledger) for ledger in (LedgerName.CLEARING, LedgerName.IN_TRANSIT))
    held: Counter[str] = Counter()
    for record in books.payments:
        if record.payment.held_by:
            held[record.payment.amount.currency] += record.payment.amount.minor - record.gone
    for sent in story.payouts:
        held[sent.amount.currency] -= sent.amount.minor + sent.fee.minor
    for currency in sorted(set(held) | set(clearing)):
        if clearing[currency] != held[currency]:
            yield f"{clearing[currency]} minor units of {currency} instead of {held[currency]}"
    yield from (f"{minor} minor units of {code} are under way" for code, minor in transit.items() if minor)
    arrived = {payout.key for payout in books.payouts if payout.state is PayoutState.ARRIVED}
    missing = {f"{sent.held_by}/{sent.id}" for sent in story.payouts} - arrived
    yield from (f"payout {key} has not arrived" for key in sorted(missing))


def _moved(books: Books, ledger: LedgerName) -> Counter[str]:
    """What entries moved on a ledger account, by currency."""
    moved: Counter[str] = Counter()
    for entry in books.entries:
        moved[entry.amount.currency] += entry.moved(ledger)
    return moved


def _rests(books: Books, story: Story) -> Iterator[str]:
    for rest in story.rests:
        told = [
            notice.claimed_at
            for notice in books.notices
            if notice.state not in _NOT_SENT and any(line.number == rest.invoice for line in notice.items)
        ]
        if any(rest.since < when < rest.until for when in told):
            yield f"{rest.invoice} was in a notice while its payment was under way"
        if not any(when > rest.until for when in told):
            yield f"nobody was reminded of {rest.invoice} after {rest.until}"


def _is_bank(key: str) -> bool:
    return key.startswith(_OF_BANK)
