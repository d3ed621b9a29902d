"""Do the books agree with the story? Each check is worked out from the facts alone and says what it found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeVar

from receivables.core.money import Money, total
from receivables.customers import Channel
from receivables.ledger import EntryKind, InvoiceStatus, LedgerName
from receivables.notices.notice import NoticeState
from receivables_cli.demo.books import Books
from receivables_cli.demo.story import Story

K = TypeVar("K")

_SHOWN: Final = 3
_NOT_SENT: Final = frozenset({NoticeState.RELEASED, NoticeState.REFUSED, NoticeState.UNREACHABLE})


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold; `found` names the first things that contradict it."""

    what: str
    found: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.found


def check(books: Books, story: Story, mailed: Counter[str]) -> list[Check]:
    """All checks. `mailed` counts the e-mails in the mailbox by the notice they belong to."""
    checks: dict[str, Callable[[], Iterator[str]]] = {
        "every invoice is there with its amount": lambda: _invoices(books, story),
        "every invoice is paid, open or in a case": lambda: _accounted_for(books),
        "invoiced, received and returned agree with the file to the cent": lambda: _sums(books, story),
        "balances agree with the entries to the cent": lambda: _balances(books),
        "one late charge for an invoice, rule and period, as its working says": lambda: _charges(books),
        "promises, plans and disputes ended as they had to": lambda: _arranged(books, story),
        "no notice before the invoice's date or after its payment": lambda: _in_time(books),
        "at most one notice for an invoice, step and channel": lambda: _once(books),
        "every notice sent is one e-mail, and every e-mail one notice": lambda: _mail(books, mailed),
    }
    return [Check(what, tuple(islice(find(), _SHOWN))) for what, find in checks.items()]


def nightly(found: Mapping[str, Any]) -> list[Check]:
    """What the nightly check of the ledger found, as the API tells it."""
    differing = [f"{each['account_id']}: {each['difference']}" for each in found["findings"]]
    uneven = [each["currency"] for each in found["balances"] if Money.parse(**each["sum"]).minor]
    what = f"the nightly check of {found['accounts']} accounts and {found['entries']} entries finds no difference"
    if not found["finished_at"]:
        differing.append("it did not finish")
    return [
        Check(what, tuple(differing[:_SHOWN])),
        Check("the trial balance of every currency adds up to zero", tuple(uneven)),
    ]


def _invoices(books: Books, story: Story) -> Iterator[str]:
    found = {invoice.number: invoice for invoice in books.bills()}
    for bill in story.bills:
        invoice = found.get(bill.number)
        if invoice is None:
            yield f"{bill.number} is missing"
        elif invoice.amount != bill.amount:
            yield f"{bill.number}: {invoice.amount} instead of {bill.amount}"
    if len(found) != len(story.bills):
        yield f"{len(found)} invoices instead of {len(story.bills)}"


def _accounted_for(books: Books) -> Iterator[str]:
    collected = {(case.id, number) for case in books.active_cases() for number in case.invoices}
    for number, invoice in books.invoices.items():
        still = books.open_items.get(number)
        if (invoice.status is InvoiceStatus.OPEN) is not (still is not None):
            yield f"{number} is {invoice.status}, but has {'an' if still else 'no'} open item"
        if still is not None and still.case_id and (still.case_id, number) not in collected:
            yield f"{number} is marked for a case that does not collect it"


def _sums(books: Books, story: Story) -> Iterator[str]:
    by_kind: dict[EntryKind, list[Money]] = {}
    for entry in books.entries:
        by_kind.setdefault(entry.kind, []).append(entry.amount)
    received = [*by_kind.get(EntryKind.PAYMENT, ()), *by_kind.get(EntryKind.SUSPENSE, ())]
    returned = [*by_kind.get(EntryKind.REFUND, ()), *by_kind.get(EntryKind.CHARGEBACK, ())]
    returned += [-amount for amount in by_kind.get(EntryKind.CHARGEBACK_REVERSAL, ())]
    yield from _differences("invoiced", [i.amount for i in books.bills()], story.invoiced())
    yield from _differences("received", received, story.received())
    yield from _differences("returned", returned, story.returned())


def _differences(what: str, amounts: list[Money], wanted: Mapping[str, Money]) -> Iterator[str]:
    for currency in sorted({amount.currency for amount in amounts} | set(wanted)):
        found = total((amount for amount in amounts if amount.currency == currency), currency)
        if found != wanted.get(currency, Money.zero(currency)):
            yield f"{what}: {found} instead of {wanted.get(currency, 'nothing')}"


def _balances(books: Books) -> Iterator[str]:
    moved = _sum(((entry.account_id, leg.ledger), leg.minor) for entry in books.entries for leg in entry.legs)
    owed = _sum(
        (books.invoices[number].account_id, item.balance.minor) for number, item in books.open_items.items()
    )
    for account in books.accounts:
        booked = moved[account.id, LedgerName.RECEIVABLE]
        if not account.balance.minor == booked == owed[account.id]:
            yield f"{account.id}: {account.balance.minor}, entries {booked}, open {owed[account.id]}"
        if account.unapplied.minor != -moved[account.id, LedgerName.UNAPPLIED]:
            yield f"{account.id}: unapplied {account.unapplied}"


def _charges(books: Books) -> Iterator[str]:
    times = Counter((c.concerns, c.charge.rule, c.charge.period) for c in books.charges() if c.charge)
    for (invoice, rule, period), number in times.items():
        if number > 1:
            yield f"{invoice}: {rule} was charged {number} times for {period}"
    for charge in books.charges():
        detail = charge.charge
        if detail is None or not (detail.rows or detail.notes):
            yield f"{charge.number} has no working"


def _arranged(books: Books, story: Story) -> Iterator[str]:
    states = {(each.account_id, each.kind.value): each.state.value for each in books.arrangements}
    for account_and_kind, wanted in story.outcomes.items():
        found = states.get(account_and_kind, "missing")
        if found != wanted:
            account, kind = account_and_kind
            yield f"{account}: the {kind} is {found}, not {wanted}"


def _sum(pairs: Iterable[tuple[K, int]]) -> Counter[K]:
    sums: Counter[K] = Counter()
    for key, number in pairs:
        sums[key] += number
    return sums


def _in_time(books: Books) -> Iterator[str]:
    closing = books.closing()
    for notice in books.notices:
        if notice.state in _NOT_SENT:
            continue
        for line in notice.items:
            number = line.number.partition("#")[
                0
            ]  # an instalment is `number#2`; a part of a plan begins with the plan's id
            if number not in books.invoices:
                continue
            if notice.claimed_at.date() < books.invoices[number].issue_date:
                yield f"{line.number} was in a notice of {notice.claimed_at}, before its date"
            paid = closing.get(number)
            if paid and paid.recorded_at <= notice.claimed_at:
                yield f"{line.number} was in a notice of {notice.claimed_at}, paid {paid.recorded_at}"


def _once(books: Books) -> Iterator[str]:
    reached = Counter(
        (line.number, line.step_offset, notice.channel, notice.kind)
        for notice in books.notices
        if notice.state is not NoticeState.RELEASED
        for line in notice.items
        if line.reached
    )
    for (number, step, channel, kind), times in reached.items():
        if times > 1:
            yield f"{number}: {times} {kind} notices of step {step} by {channel}"


def _mail(books: Books, mailed: Counter[str]) -> Iterator[str]:
    by_email = (n for n in books.notices if n.channel is Channel.EMAIL and n.state not in _NOT_SENT)
    sent = {notice.id for notice in by_email}
    for notice_id, times in sorted(mailed.items()):
        if times > 1 or notice_id not in sent:
            yield f"{notice_id}: {times} e-mails"
    for notice_id in sorted(sent - set(mailed)):
        yield f"{notice_id}: no e-mail"
