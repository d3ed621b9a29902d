"""Play a story: business day by business day, everything by the ways in that the stack has, and nothing by the back door."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Final, TypeVar

from receivables.core.calendar import business_days
from receivables.core.money import Money
from receivables_cli.api import Api
from receivables_cli.demo.cash import CashDesk
from receivables_cli.demo.charges import ChargeDesk
from receivables_cli.demo.files import customers_csv, invoices_csv
from receivables_cli.demo.payers import Payers
from receivables_cli.demo.person import FinancePerson
from receivables_cli.demo.rest import CaseView, Watch, wait_until
from receivables_cli.demo.story import Act, Bill, Message, Receipt, Story
from receivables_cli.demo.webhooks import told, webhook
from receivables_cli.errors import CommandError

T = TypeVar("T")

_MORNING: Final = time(6, 0)
_OFFICE_HOURS: Final = time(10, 0)
_NOON: Final = time(12, 0)
_AT_WORK: Final = time(14, 0)
_AFTERNOON: Final = time(17, 30)
_EVENING: Final = time(18, 0)
"""Nine in the morning has come by then everywhere from Tokyo to Los Angeles: one tick is the day's collection."""
_SENDERS: Final = 4
_DAYS_OF_A_WEEK: Final = 5
_REPEATED: Final = 20
"""Every so many-th webhook is sent twice, as processors do."""
_AN_IMPORT_TAKES: Final = 0.06
_AN_ACCOUNT_TAKES: Final = 0.02
"""Seconds at best, before which there is no use in asking."""


@dataclass(slots=True)
class Counts:
    """What has happened so far."""

    day: date
    days: int = 0
    invoices: int = 0
    webhooks: int = 0
    repeated: int = 0
    nominated: int = 0
    approved: int = 0
    rejected: int = 0
    cases: int = 0
    messages: int = 0
    unforeseen: list[Receipt] = field(default_factory=list)
    """Payments that the story did not know of."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a story is played on: a deployed stack, and the people and processors around it."""

    api: Api
    finance: FinancePerson
    watch: Watch
    tick: Callable[[datetime], int]
    """Invokes nominate as the schedule does; how many accounts it queued."""
    secret: Callable[[str], str]
    """The webhook secret of a processor."""
    desk: ChargeDesk | None = None
    """Who decides on late charges; without, nobody does."""
    cash: CashDesk | None = None
    """Who finds out what money is for; without, it waits."""
    payers: Payers | None = None
    """How customers use pay links."""
    reconcile: Callable[[datetime], object] = lambda _: None
    """Invokes reconciliation as the nightly schedule does."""


class Player:
    """Plays one story on a stage."""

    def __init__(self, stage: Stage, story: Story, progress: Callable[[Counts], None]) -> None:
        self._stage, self._story, self._progress = stage, story, progress
        self.counts = Counts(story.first)
        self._owed = {bill.number: bill.amount.minor for bill in story.bills}
        self._bills = list(story.bills)
        self._acts, self._made = list(story.acts), dict[str, str]()
        self._receipts = sorted(story.receipts, key=_by_arrival)
        self._messages = sorted((m for m in story.messages if not m.lost), key=lambda message: message.at)
        self._visits, self._statements = list(story.visits), list(story.statements)
        self._lost, self._compared = [message for message in story.messages if message.lost], False
        self._sent_twice = {receipt.id for receipt in self._receipts[::_REPEATED]}
        self._senders = ThreadPoolExecutor(_SENDERS, thread_name_prefix="processor")

    @property
    def days(self) -> list[date]:
        """The business days of the story."""
        return list(business_days(self._story.first, self._story.last))

    def play(self) -> Counts:
        """All of it. Raises CommandError when the stack refuses something or does not come to rest."""
        opening = _at(self.days[0], _MORNING)
        self._import(customers_csv(self._story.debtors), opening)
        for day in self.days:
            self._play_day(day)
            self.counts.days += 1
            self._progress(self.counts)
        self._senders.shutdown()
        return self.counts

    def _play_day(self, day: date) -> None:
        self.counts.day = day
        self._issue(day)
        self._visit(day)
        self._receive(day)
        self._read_statements(day)
        self._find_what_was_lost(day)
        self._act(day)
        self._decide(day)
        self._collect(day)

    def _issue(self, day: date) -> None:
        """The invoices issued since the last business day: each at the morning of its own date."""
        by_date: dict[date, list[Bill]] = {}
        while self._bills and self._bills[0].issue_date <= day:
            bill = self._bills.pop(0)
            by_date.setdefault(max(bill.issue_date, self._story.first), []).append(bill)
        for issued, bills in by_date.items():
            self._import(invoices_csv(bills), _at(issued, _MORNING))
            self.counts.invoices += len(bills)

    def _import(self, content: bytes, at: datetime) -> None:
        api = self._stage.api.at(at)
        job: dict[str, Any] = api.upload("/imports", content)

        def finished() -> bool:
            job.update(api.get(f"/imports/{job['id']}"))
            return job["state"] in ("done", "failed")

        wait_until(finished, f"import {job['id']}", usual=_AN_IMPORT_TAKES)
        if job["state"] == "failed" or job["failed"]:
            raise CommandError(f"the import was not taken as it is: {job['reason'] or job['errors'][:3]}")

    def _visit(self, day: date) -> None:
        """Customers open their pay links; who pays there is told of by the processor at once."""
        while self._visits and self._visits[0].on <= day:
            visit = self._visits.pop(0)
            if self._stage.payers:
                self._messages += self._stage.payers.visit(visit, _at(visit.on, _OFFICE_HOURS))
        self._messages.sort(key=lambda message: message.at)

    def _receive(self, day: date) -> None:
        """The payments since the last business day, by webhooks, each at its own time."""
        receipts = _taken(self._receipts, lambda receipt: receipt.arrives.date() <= day)
        messages = _taken(self._messages, lambda message: message.at.date() <= day)
        if not receipts and not messages:
            return
        before = self._cases_before()
        for times in self._senders.map(self._send, receipts):
            self.counts.webhooks += 1
            self.counts.repeated += times - 1
        for _ in self._senders.map(self._tell, messages):
            self.counts.messages += 1
        wait_until(self._stage.watch.inbox_is_empty, "the inbox")
        self._see_cases_woken(before, ((receipt.reference, receipt.amount.minor) for receipt in receipts))
        if any(receipt.reference not in self._owed for receipt in receipts):
            self._apply_cash(day)

    def _cases_before(self) -> dict[str, CaseView]:
        return self._stage.watch.cases() if self.counts.cases else {}

    def _send(self, receipt: Receipt) -> int:
        times = 2 if receipt.id in self._sent_twice else 1
        for _ in range(times):
            made = webhook(receipt, self._stage.secret(receipt.processor), datetime.now(UTC))
            self._stage.api.at(receipt.arrives).send(made.path, made.body, made.headers)
        return times

    def _tell(self, message: Message) -> None:
        made = told(message, self._stage.secret(message.processor), datetime.now(UTC))
        self._stage.api.at(message.at).send(made.path, made.body, made.headers)

    def _read_statements(self, day: date) -> None:
        """Files of our bank that have come by then, and what is made of the money on them."""
        if not self._stage.cash or not (files := _taken(self._statements, lambda file: file.on <= day)):
            return
        for file in files:
            self._stage.cash.receive(file, _at(day, _OFFICE_HOURS))
        wait_until(self._stage.watch.inbox_is_empty, "the inbox")
        self._apply_cash(day)

    def _apply_cash(self, day: date) -> None:
        if not self._stage.cash:
            return
        before = self._cases_before()
        placed = self._stage.cash.apply(_at(day, _NOON))
        parts = [part for payment in placed for part in payment["allocated"]]
        paid = [(part["invoice"], Money.parse(**part["amount"]).minor) for part in parts]
        self._see_cases_woken(before, paid)

    def _find_what_was_lost(self, day: date) -> None:
        """On the business day after a webhook was lost the processor's own list is compared with the ledger: the payment is found and
        booked, and then both agree."""
        if self._compared or not any(message.at.date() < day for message in self._lost):
            return
        for at in (_at(day, _AT_WORK), _at(day, _AFTERNOON)):
            self._stage.reconcile(at)
            wait_until(self._stage.watch.inbox_is_empty, "the inbox")
        self._compared = True

    def _see_cases_woken(self, before: dict[str, CaseView], paid: Iterable[tuple[str | None, int]]) -> None:
        """Payments of what a case collects wake it: wait until it has noticed. `paid`: numbers, and minor units."""
        collected = {number: view for view in before.values() for number in view.invoices}
        woken: dict[str, CaseView] = {}
        for number, minor in paid:
            if number is None or number not in self._owed:
                continue
            if self._owed[number] > 0 and number in collected:
                woken[collected[number].account_id] = collected[number]
            self._owed[number] = max(0, self._owed[number] - minor)
        if woken:
            wait_until(lambda: self._have_moved(woken), "a paid case")

    def _have_moved(self, woken: dict[str, CaseView]) -> bool:
        now = self._stage.watch.cases()
        return all(
            account not in now
            or now[account].id != view.id
            or (now[account].rests and now[account].wakes > view.wakes)
            for account, view in woken.items()
        )

    def _act(self, day: date) -> None:
        """What people in finance do on that day, and once a week about late charges."""
        api = self._stage.api.at(_at(day, _AT_WORK))
        while self._acts and self._acts[0].on <= day:
            self._do(api, self._acts.pop(0))
        if self._stage.desk and self.counts.days % _DAYS_OF_A_WEEK == _DAYS_OF_A_WEEK - 1:
            self._expect(self._stage.desk.go_through(_at(day, _AT_WORK)))

    def _do(self, api: Api, act: Act) -> None:
        send = api.put if act.method == "PUT" else api.post
        made = send(act.path.format_map(self._made), act.body)
        if act.name:
            self._made[act.name] = made.get("arrangement", made)["self"]

    def _expect(self, receipts: Sequence[Receipt]) -> None:
        """Payments of what nobody knew of beforehand."""
        self.counts.unforeseen += receipts
        self._owed |= {receipt.reference: receipt.amount.minor for receipt in receipts if receipt.reference}
        self._receipts = sorted([*self._receipts, *receipts], key=_by_arrival)

    def _decide(self, day: date) -> None:
        if not self.counts.cases or not self._stage.watch.pending_approvals():
            return
        decided: list[str] = []
        approved, rejected = self._stage.finance.decide(_at(day, _AFTERNOON), decided.append)
        self.counts.approved += approved
        self.counts.rejected += rejected
        for approval_id in decided:
            wait_until(lambda known=approval_id: self._stage.watch.is_delivered(known), "a decision")  # type: ignore[misc]
        if decided:
            wait_until(self._stage.watch.cases_rest, "the cases")

    def _collect(self, day: date) -> None:
        queued = self._stage.tick(_at(day, _EVENING))
        self.counts.nominated += queued
        if queued:
            wait_until(self._stage.watch.queue_is_empty, "the queue of accounts", queued * _AN_ACCOUNT_TAKES)
            wait_until(self._stage.watch.cases_rest, "the cases")
            self.counts.cases = len(self._stage.watch.cases())


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, UTC)


def _taken(waiting: list[T], has_come: Callable[[T], bool]) -> list[T]:
    """Take out what has come, from the front of what is in order."""
    count = next((i for i, each in enumerate(waiting) if not has_come(each)), len(waiting))
    taken = waiting[:count]
    del waiting[:count]
    return taken


def _by_arrival(receipt: Receipt) -> tuple[datetime, str]:
    return receipt.arrives, receipt.id
