"""Keeps an account up: does what time, money and agreements have made due on it before anybody is reminded of anything.

In this order, each to be read again after it was posted: payments in flight are given up once their time is over; unapplied credit is set against what is open, where the terms say
so by themselves; late charges arise, are corrected and end; promises and payment plans get their verdict; what is due under a
mandate is announced to be drawn; a credit limit is found to be exceeded, or not any more. Level-triggered like the decision: what has been done is not due any more, so a
repeated, late or interrupted turn does nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from receivables import arrangements, ledger
from receivables.core.clock import local_date
from receivables.dunning.dues import keys_of
from receivables.dunning.schedule import judged_at
from receivables.ledger import AT_ONCE, MAX_OPEN_ITEMS
from receivables.usecases.notice_lines import MOST_WORKINGS, NO_WORKINGS, Workings

if TYPE_CHECKING:
    from receivables.arrangements import Arrangement, Covered, Plan, Promise
    from receivables.arrangements.plan_standing import Standing
    from receivables.charges import RuleBook
    from receivables.core.money import Money
    from receivables.customers import Customer
    from receivables.dunning import Policy, SendNotice
    from receivables.ledger import Invoice, Posting, WorkingSet
    from receivables.usecases.keep_up_ports import CustomersTerms, RatesReader, TermsReader, UpkeepLedger

_A = TypeVar("_A", "Plan", "Promise")


@dataclass(frozen=True, slots=True)
class KeepUp:
    """The upkeep of accounts. What it needs of terms, rates, documents and history it reads only where an account has
    credit, charged receivables or arrangements. `recording` tells when something is recorded that a tick of an instant
    led to."""

    ledger: UpkeepLedger
    terms: TermsReader
    rates: RatesReader
    applicable: CustomersTerms
    recording: Callable[[datetime], datetime]

    def turn(self, working_set: WorkingSet, customer: Customer, policy: Policy, as_of: datetime) -> Upkeep:
        """The upkeep of an account as it was read, at one time (UTC)."""
        return Upkeep(self, working_set, customer, policy, as_of)

    def workings(self, account_id: str, notice: SendNotice) -> Workings:
        """How the late charges in a notice were worked out, by their numbers; of very many the first ones."""
        charges = [
            line.number for line in notice.lines if line.due.item is not None and line.due.item.is_charge
        ]
        if not charges:
            return NO_WORKINGS
        found = self.ledger.documents(account_id, charges[:MOST_WORKINGS])
        return {number: each.charge for number, each in found.items() if each.charge is not None}

    def post(self, postings: Sequence[Posting], as_of: datetime) -> int:
        """Write them in their order, until one does not meet what it assumed; how many were written. They are recorded
        now, and not at the time of a tick that may have waited: what was known then must not grow."""
        recorded_at = self.recording(as_of)
        for written, posting in enumerate(postings):
            entries = tuple(replace(entry, recorded_at=recorded_at) for entry in posting.entries)
            if self.ledger.post(replace(posting, entries=entries)) is not ledger.PostOutcome.POSTED:
                return written
        return len(postings)


class Upkeep:
    """What is to be kept up of one account as it was read, at one time."""

    def __init__(
        self, by: KeepUp, working_set: WorkingSet, customer: Customer, policy: Policy, as_of: datetime
    ) -> None:
        self._by, self._working_set, self._customer = by, working_set, customer
        self._policy, self._as_of = policy, as_of
        self._today = local_date(as_of, customer.tz)
        self._read: dict[str, Invoice] = {}
        worked_at = working_set.account.worked_at
        # A message older than the last planning: that has done, and planned, all that this one could.
        self._late = worked_at is not None and as_of < worked_at

    def due(self) -> Sequence[Posting]:
        """The next thing to do, to be posted in this order; empty: the account is kept up."""
        if self._late:
            return ()
        for what in (
            self._flights,
            self._credit,
            self._charges,
            self._promises,
            self._plans,
            self._verdicts,
            self._autopay,
            self._credit_limit,
        ):
            if postings := what():
                return postings
        return ()

    def before(self, notice: SendNotice) -> Sequence[Posting]:
        """What is to be charged before a notice is sent, because the terms charge with each reminder."""
        items = (line.due.item for line in notice.lines)
        numbers = frozenset(item.number for item in items if item is not None and item.conditions.charged)
        return self._charges(numbers) if numbers else ()

    def next_at(self) -> datetime | None:
        """When time alone makes the next upkeep due (UTC); None: it never does."""
        if self._late:
            return None
        return min((moment for moment in self._moments() if moment is not None), default=None)

    def _credit(self) -> Sequence[Posting]:
        if not self._working_set.credits or not self._working_set.open_items:
            return ()
        from receivables.usecases.keep_up_credit import apply_automatically

        terms = self._by.applicable.for_customer(self._customer, self._today)
        return apply_automatically(
            self._working_set,
            terms.settlement,
            self._by.ledger.payment,
            self._customer.tz,
            self._as_of,
        )

    def _charges(self, reminding: frozenset[str] = frozenset()) -> Sequence[Posting]:
        book = self._book
        if book is None:
            return ()
        from receivables.charges import charges_due, charges_to_read, pauses, post_charges

        closed = self._documents(charges_to_read(self._working_set, book))
        if not charges_due(self._working_set, book, self._as_of, reminding, closed):
            return ()
        # Plans that have ended still tell which days bear no interest. What was charged before counts them already, so
        # without something that looks due they need not be read.
        book = replace(book, pauses=pauses(self._all_arrangements(), self._customer.tz))
        due = charges_due(self._working_set, book, self._as_of, reminding, closed)
        # An account that can hold no more goes on without them: it must not stop being dunned for that.
        there = {item.number for item in self._working_set.items}
        due = due.within(MAX_OPEN_ITEMS - len(there), there)
        if not due:
            return ()
        return post_charges(self._working_set, due, self._documents(due.documents), self._as_of)

    def _promises(self) -> Sequence[Posting]:
        for promise in self._active(arrangements.Promise):
            from receivables.arrangements.promise_verdict import verdict
            from receivables.usecases.arrangement_endings import end_given_up, end_promise

            found = verdict(promise, self._paid(promise.covers), self._today)
            if found.state is arrangements.PromiseState.OPEN:
                if self._given_up(promise.covers):
                    return (self._tidied(end_given_up(promise, self._as_of)),)
                continue
            if found.missed is None or self._may_judge(found.on):
                return (self._tidied(end_promise(promise, found, self._working_set, self._as_of)),)
        return ()

    def _plans(self) -> Sequence[Posting]:
        for plan in self._active(arrangements.Plan):
            from receivables.arrangements.plan_standing import deadline
            from receivables.usecases.arrangement_endings import charges_to_waive, end_given_up, end_plan

            if self._given_up(plan.covers):
                return (self._tidied(end_given_up(plan, self._as_of)),)
            found = self._standing(plan)
            defaults_on = found.defaulted and deadline(plan, found.missed[plan.missed_limit - 1].part)
            if found.completed or (defaults_on and self._may_judge(defaults_on)):
                waived = charges_to_waive(plan, found, self._working_set)
                held = [self._by.ledger.invoice(number) for number in waived]
                postings = end_plan(plan, found, self._working_set, self._policy, held, self._as_of)
                return tuple(self._tidied(posting) for posting in postings)
        return ()

    def _verdicts(self) -> Sequence[Posting]:
        """Promises that were judged before the money for them was booked, though it was there in time. Looked for only when
        something has happened on an account that has not kept one."""
        account = self._working_set.account
        if account.next_action_at != AT_ONCE or not (account.promises.broken or account.promises.partly_kept):
            return ()
        from receivables.usecases.keep_up_verdicts import mended

        return mended(self._all_arrangements(), self._paid, self._today, self._as_of)

    def _tidied(self, posting: Posting) -> Posting:
        """With it, steps that were raised for what is not open any more are forgotten: else they would gather for ever."""
        stale = tuple(sorted(self._working_set.account.raised.keys() - keys_of(self._working_set)))
        if not stale:
            return posting
        change = replace(posting.account, forget=(*posting.account.forget, *stale))
        return replace(posting, account=change)

    def _may_judge(self, last: date | None) -> bool:
        return last is None or judged_at(self._policy, last, self._customer.tz) <= self._as_of

    def _flights(self) -> Sequence[Posting]:
        """What was waited for in vain, or has been decided elsewhere."""
        flying = [each for each in self._working_set.arrangements if each.kind.value == "in_flight"]
        if not flying:
            return ()
        from receivables.usecases.keep_up_flights import ended

        woken = self._working_set.account.next_action_at == AT_ONCE
        return ended(flying, self._by.ledger.known_payment if woken else None, self._as_of)

    def _autopay(self) -> Sequence[Posting]:
        if self._customer.mandate is None:
            return ()
        from receivables.usecases.keep_up_autopay import announce

        return announce(self._working_set, self._customer, self._policy, self._as_of, self._all_arrangements)

    def _credit_limit(self) -> Sequence[Posting]:
        if not self._customer.credit_limit and not self._working_set.account.over_limit:
            return ()
        from receivables.usecases.keep_up_credit import limit_crossed

        return limit_crossed(self._working_set, self._customer, self._as_of)

    def _moments(self) -> Iterator[datetime | None]:
        if self._book is not None:
            from receivables.charges import next_charge_at

            yield next_charge_at(self._working_set, self._book, self._as_of)
        judged = (judged_at(self._policy, day, self._customer.tz) for day in self._deadlines())
        yield from (moment for moment in judged if moment > self._as_of)
        if self._customer.mandate is not None:
            from receivables.usecases.keep_up_autopay import next_drawing

            yield from next_drawing(self._working_set, self._customer, self._policy, self._as_of)
        yield from (
            each.until
            for each in self._working_set.arrangements
            if isinstance(each, arrangements.InFlight) and each.until > self._as_of
        )
        release = self._customer.credit_release
        if self._customer.credit_limit and release is not None and release.until > self._as_of:
            yield release.until

    def _deadlines(self) -> Iterator[date]:
        """The last days, with grace, of what was promised or agreed and is not paid yet."""
        for promise in self._active(arrangements.Promise):
            yield from (part.on + timedelta(days=promise.grace_days) for part in promise.parts)
        for plan in self._active(arrangements.Plan):
            unpaid = (part.part for part in self._standing(plan).parts if part.open)
            yield from (part.on + timedelta(days=plan.grace_days) for part in unpaid)

    def _standing(self, plan: Plan) -> Standing:
        """As its reminders take it: what was written off is not asked for, so it cannot be missed either."""
        from receivables.arrangements.plan_standing import standing
        from receivables.usecases.arrangement_progress import settled_since

        items, closed, tz = self._working_set.items, self._closed(plan.covers), self._customer.tz
        settled = settled_since(plan.covers, items, closed, tz, self._today, given_up=True)
        return standing(plan, settled, self._today)

    def _paid(self, covers: tuple[Covered, ...]) -> Callable[[date], Money]:
        """What was paid of what an arrangement covers, by the end of a day."""
        from receivables.usecases.arrangement_progress import paid_by

        return paid_by(covers, self._working_set.items, self._closed(covers), self._customer.tz)

    def _given_up(self, covers: tuple[Covered, ...]) -> bool:
        from receivables.usecases.arrangement_progress import given_up

        return given_up(covers, self._working_set.items, self._closed(covers))

    def _closed(self, covers: tuple[Covered, ...]) -> Mapping[str, Invoice]:
        """The documents of what is covered and not open any more."""
        from receivables.usecases.arrangement_progress import unread_covers

        return self._documents(unread_covers(covers, self._working_set.items))

    def _active(self, kind: type[_A]) -> Iterator[_A]:
        return (each for each in self._working_set.arrangements if isinstance(each, kind) and each.active)

    @cached_property
    def _book(self) -> RuleBook | None:
        """What late charges are worked out with; None: nothing on the account is charged."""
        if not any(item.conditions.charged for item in self._working_set.items):
            return None
        from receivables.charges import RuleBook, charged_terms, pauses
        from receivables.customers import CustomerKind

        terms = self._by.terms.of(charged_terms(self._working_set))
        return RuleBook(
            terms=terms,
            tables=self._by.rates.of_terms(terms.values(), self._today),
            tz=self._customer.tz,
            business=self._customer.kind is CustomerKind.BUSINESS,
            pauses=pauses(self._working_set.arrangements, self._customer.tz),
        )

    def _all_arrangements(self) -> Iterator[Arrangement]:
        """Those that are active were read with the account. One that has ended since is told of as it ended."""
        ended = self._by.ledger.ended_arrangements(self._working_set.account.id)
        found = {each.id: each for each in (*self._working_set.arrangements, *ended)}
        yield from (found[id_] for id_ in sorted(found))

    def _documents(self, numbers: Iterable[str]) -> Mapping[str, Invoice]:
        """Each is read once in a turn."""
        wanted = sorted(numbers)
        if unread := [number for number in wanted if number not in self._read]:
            self._read.update(self._by.ledger.documents(self._working_set.account.id, unread))
        return {number: self._read[number] for number in wanted if number in self._read}
