"""The built-in sample ledger: made from a seed, the same for the same seed on every machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

from receivables.core.calendar import MONDAY_TO_FRIDAY, next_allowed
from receivables.core.money import Money
from receivables_cli.demo.money_in import MONEY_SCENES, POISON, payout_of, statements_of
from receivables_cli.demo.people import COUNTRIES, invent
from receivables_cli.demo.scene import played
from receivables_cli.demo.scenes import SCENES
from receivables_cli.demo.story import Bill, Debtor, Receipt, Story
from receivables_cli.demo.terms import BY_CURRENCY, TERMS

FIRST: Final = date(2026, 1, 5)
BUSINESS_DAYS: Final = 92
_CUSTOMERS: Final = 10
_NUMBERS_FROM: Final = 1_000
"""Beside those of the scenes."""
_BEFORE: Final = timedelta(days=50)
"""How far back the ledger goes that the company brings along."""

Habit = Callable[[Random, Bill, date], Iterator[tuple[date, Money, str | None]]]


def sample_story(seed: int) -> Story:
    """Ten customers with every kind of payer among them, and others with whom something special happens."""
    random = Random(seed)  # noqa: S311 - a story, not a secret
    last = _business_day(FIRST, BUSINESS_DAYS - 1)
    debtors: list[Debtor] = []
    bills: list[Bill] = []
    receipts: list[Receipt] = []
    countries = list(COUNTRIES)
    for serial in range(1, _CUSTOMERS + 1):
        country = countries[serial % len(countries)]
        currency = COUNTRIES[country][3]
        debtor = invent(random, f"C-{serial:03d}", country, serial)
        debtor = replace(debtor, terms_id=BY_CURRENCY.get(currency))
        debtors.append(debtor)
        for bill in _bills(random, debtor, currency, len(bills), last):
            bills.append(bill)
            receipts.extend(_receipts(random, debtor, bill))
    special = played((*SCENES, *MONEY_SCENES), random, _CUSTOMERS + 1, _NUMBERS_FROM + 1)
    bills += [bill for scene in special for bill in scene.bills]
    receipts += [receipt for scene in special for receipt in scene.receipts]
    acts = [act for scene in special for act in scene.acts]
    receipts = [receipt for receipt in receipts if receipt.at.date() <= last]
    came = tuple(came for scene in special for came in scene.came)
    payout = payout_of(receipts, came)
    transfers = (*(each for scene in special for each in scene.transfers), payout.transfer)
    messages = (*(each for scene in special for each in scene.messages), payout.message)
    return Story(
        title="the sample ledger",
        first=FIRST,
        last=last,
        debtors=(*debtors, *(scene.debtor for scene in special)),
        bills=tuple(sorted(bills, key=lambda bill: (bill.issue_date, bill.number))),
        receipts=tuple(receipts),
        terms=TERMS,
        acts=tuple(sorted(acts, key=lambda act: act.on)),
        outcomes={key: state for scene in special for key, state in scene.outcomes.items()},
        by_script=frozenset(scene.account for scene in special if scene.by_script),
        messages=tuple(sorted(messages, key=lambda message: message.at)),
        came=came,
        visits=tuple(sorted((v for scene in special for v in scene.visits), key=lambda visit: visit.on)),
        rests=tuple(rest for scene in special for rest in scene.rests),
        statements=statements_of(transfers),
        payouts=(payout.sent,),
        parked=POISON,
    )


def _business_day(day: date, later: int) -> date:
    for _ in range(later):
        day = next_allowed(day + timedelta(days=1), MONDAY_TO_FRIDAY)
    return day


def _bills(random: Random, debtor: Debtor, currency: str, count: int, last: date) -> Iterator[Bill]:
    span = (last - FIRST + _BEFORE).days - 25
    for i in range(random.choice((2, 3, 3, 4, 4, 5, 6))):
        issued = FIRST - _BEFORE + timedelta(days=random.randrange(span))
        net_days = random.choice((14, 30, 30, 30, 45))
        units = random.choice((90, 250, 480, 1_200, 3_600, 9_800)) * random.randint(50, 150)
        yield Bill(
            number=f"INV-{count + i + 1:04d}",
            customer_id=debtor.id,
            amount=Money(units + random.randrange(100), currency),
            issue_date=issued,
            due_date=issued + timedelta(days=net_days),
        )


@dataclass(frozen=True, slots=True)
class _Payer:
    """A way to pay, and how many of a hundred invoices are paid like that."""

    share: int
    pays: Habit


def _within(random: Random, earliest: int, latest: int) -> timedelta:
    return timedelta(days=random.randint(earliest, latest))


def _early(random: Random, bill: Bill, due: date) -> Iterator[tuple[date, Money, str | None]]:
    yield max(bill.issue_date + timedelta(days=1), due - _within(random, 5, 20)), bill.amount, bill.number


def _on_time(random: Random, bill: Bill, due: date) -> Iterator[tuple[date, Money, str | None]]:
    yield due - _within(random, 0, 4), bill.amount, bill.number


def _late(random: Random, bill: Bill, due: date) -> Iterator[tuple[date, Money, str | None]]:
    yield due + _within(random, 1, 24), bill.amount, bill.number


def _after_escalation(random: Random, bill: Bill, due: date) -> Iterator[tuple[date, Money, str | None]]:
    yield due + _within(random, 32, 60), bill.amount, bill.number


def _in_parts(random: Random, bill: Bill, due: date) -> Iterator[tuple[date, Money, str | None]]:
    first, second = bill.amount.allocate((2, 3))
    yield due + _within(random, 0, 5), first, bill.number
    yield due + _within(random, 8, 40), second, bill.number


def _too_much(random: Random, bill: Bill, due: date) -> Iterator[tuple[date, Money, str | None]]:
    extra = Money(random.randint(1, 5_000), bill.amount.currency)
    yield due + _within(random, -3, 6), bill.amount + extra, bill.number


def _without_reference(random: Random, bill: Bill, due: date) -> Iterator[tuple[date, Money, str | None]]:
    yield due + _within(random, -2, 10), bill.amount, f"PO-{random.randint(10_000, 99_999)}"


def _never(_random: Random, _bill: Bill, _due: date) -> Iterator[tuple[date, Money, str | None]]:
    yield from ()


_PAYERS: Final = (
    _Payer(14, _early),
    _Payer(33, _on_time),
    _Payer(23, _late),
    _Payer(8, _after_escalation),
    _Payer(6, _in_parts),
    _Payer(4, _too_much),
    _Payer(3, _without_reference),
    _Payer(9, _never),
)


def _receipts(random: Random, debtor: Debtor, bill: Bill) -> Iterator[Receipt]:
    (payer,) = random.choices(_PAYERS, [p.share for p in _PAYERS])
    due = bill.due_date or bill.issue_date
    for number, (day, amount, reference) in enumerate(payer.pays(random, bill, due), start=1):
        on = max(day, FIRST, bill.issue_date)
        at = datetime.combine(on, time(8, 0), UTC) + timedelta(seconds=random.randrange(9 * 3600))
        yield Receipt(
            id=f"{bill.number}-{number}",
            processor=random.choice(("stripe", "stripe", "standardwebhooks")),
            amount=amount,
            at=at,
            reference=reference,
            payer=debtor.name,
        )
