"""An account at a glance; and its statement: what is owed, how long, and what moved - now, or as it was known then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from receivables.arrangements import Plan
from receivables.cases.case import Case
from receivables.cases.ports import CaseStore
from receivables.core.clock import format_instant, local_date, local_instant
from receivables.core.errors import InvalidInput, NotFound
from receivables.core.ids import split_account_id
from receivables.customers import Customer
from receivables.customers.ports import Customers
from receivables.insight.ageing import Ageing, ageing
from receivables.ledger import LedgerName, LedgerStore, Page, WorkingSet
from receivables.ledger.facts import entry_fact
from receivables.ledger.views import AccountView, StatementLine, statement, view
from receivables.usecases.booking import working_set_of

LATEST: Final = 50
"""Facts of the timeline that an overview begins with."""
_ONE_TICK: Final = timedelta(microseconds=1)

Fact = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Overview:
    """An account on a day. `timeline` is its newest part, newest first."""

    on: date
    customer: Customer
    working_set: WorkingSet
    ageing: Ageing | None
    case: Case | None
    timeline: Page[Fact]


@dataclass(frozen=True, slots=True)
class Moment:
    """As of the end of which day (local), as it was known at which instant (UTC). Neither: now."""

    as_of: date | None = None
    known_at: datetime | None = None

    @property
    def now(self) -> bool:
        return self.as_of is None and self.known_at is None


@dataclass(frozen=True, slots=True)
class Line:
    """An entry, as a plain fact, what it changed of what is owed (minor units), and what was owed after it."""

    fact: Fact
    change: int
    balance: int


@dataclass(frozen=True, slots=True)
class Statement:
    """The statement of an account. Now: the working set, its ageing and the lines last recorded. Then: the view, and the lines
    in the order in which they took effect, the last first."""

    account_id: str
    on: date
    moment: Moment
    working_set: WorkingSet | None = None
    ageing: Ageing | None = None
    view: AccountView | None = None
    lines: tuple[Line, ...] = ()
    position: Mapping[str, Any] | None = None


class StateAccount:
    """Reads overviews."""

    def __init__(self, ledger: LedgerStore, customers: Customers, cases: CaseStore) -> None:
        self._ledger, self._customers, self._cases = ledger, customers, cases

    def state(self, account_id: str, at: datetime) -> Overview:
        """The overview at an instant (UTC); "today" is the customer's day. Raises NotFound."""
        working_set = working_set_of(self._ledger, account_id)
        customer = self._customers.get(working_set.account.customer_id)
        today = local_date(at, customer.tz)
        return Overview(
            on=today,
            customer=customer,
            working_set=working_set,
            ageing=_ageing(working_set, today),
            case=self._cases.active(account_id) if working_set.case else None,
            timeline=self._ledger.timeline(account_id, LATEST),
        )


class Statements:
    """Reads statements."""

    def __init__(self, ledger: LedgerStore, customers: Customers) -> None:
        self._ledger, self._customers = ledger, customers

    def read(
        self,
        account_id: str,
        at: datetime,
        moment: Moment,
        limit: int,
        position: Mapping[str, Any] | None = None,
    ) -> Statement:
        """The statement; `limit` bounds the facts that are read now, and the lines that are shown of then, newest first.

        Raises NotFound, and InvalidInput (`account_id`, `as_of`, `known_at`: in the future).
        """
        split_account_id(account_id)
        if moment.known_at is not None and moment.known_at > at:
            raise InvalidInput("known_at", "lies in the future: nobody knows yet")
        if moment.now:
            return self._now(account_id, at, limit, position)
        return self._then(account_id, at, moment, limit, position)

    def _now(
        self, account_id: str, at: datetime, limit: int, position: Mapping[str, Any] | None
    ) -> Statement:
        """Two reads of the ledger, however long its history: what is open, and one page of the timeline. The balance
        before the oldest line of a page travels with the position of the next."""
        working_set = working_set_of(self._ledger, account_id)
        customer = self._customers.get(working_set.account.customer_id)
        begin = _begin(working_set, position)
        page = self._ledger.timeline(account_id, limit, begin.position)
        lines = tuple(_lines(page, begin.balance))
        left = lines[-1].balance - lines[-1].change if lines else begin.balance
        following = None if page.position is None else {"at": dict(page.position), "balance": left}
        today = local_date(at, customer.tz)
        return Statement(
            account_id,
            today,
            Moment(),
            working_set=working_set,
            ageing=_ageing(working_set, today),
            lines=lines,
            position=following,
        )

    def _then(
        self,
        account_id: str,
        at: datetime,
        moment: Moment,
        limit: int,
        position: Mapping[str, Any] | None,
    ) -> Statement:
        """Reads all entries: what was known then cannot be told from less."""
        customer = self._customers.get(split_account_id(account_id)[0])
        today = local_date(at, customer.tz)
        effective_by = None
        if moment.as_of is not None:
            after = local_instant(moment.as_of + timedelta(days=1), time(), customer.tz)
            effective_by = after - _ONE_TICK
        entries = list(self._ledger.entries(account_id))
        if not entries:
            raise NotFound("account", account_id)
        known = view(account_id, entries, effective_by=effective_by, known_by=moment.known_at)
        told = statement(entries, last=effective_by, known_by=moment.known_at).lines
        end = position["before"] if position else None
        lines = [line for line in reversed(told) if end is None or _place(line) < end]
        following = {"before": _place(lines[limit - 1])} if len(lines) > limit else None
        return Statement(
            account_id,
            moment.as_of or today,
            moment,
            view=known,
            lines=tuple(Line(entry_fact(x.entry), x.change, x.balance) for x in lines[:limit]),
            position=following,
        )


def _place(line: StatementLine) -> list[str]:
    """Where it stands among all: by when it took effect, then by when it was recorded."""
    entry = line.entry
    return [format_instant(entry.effective_at), format_instant(entry.recorded_at), entry.id]


@dataclass(frozen=True, slots=True)
class _Begin:
    """Where a page begins, and what was owed after its newest entry."""

    position: Mapping[str, str] | None
    balance: int


def _begin(working_set: WorkingSet, position: Mapping[str, Any] | None) -> _Begin:
    if position is None:
        return _Begin(None, working_set.account.balance.minor)
    return _Begin(position["at"], position["balance"])


def _lines(page: Page[Fact], balance: int) -> Iterator[Line]:
    """The entries among the facts, newest first, with what was owed after each."""
    for fact in page.items:
        if fact["kind"] == "entry":
            change = sum(leg["minor"] for leg in fact["legs"] if leg["ledger"] == LedgerName.RECEIVABLE.value)
            yield Line(fact, change, balance)
            balance -= change


def _ageing(working_set: WorkingSet, today: date) -> Ageing | None:
    plans = [each for each in working_set.arrangements if isinstance(each, Plan)]
    return next(iter(ageing(working_set.open_items, today, plans)), None)
