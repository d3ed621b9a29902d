"""Compare books: one run of reconciliation, step by step. A step is a page of something, and is harmless when repeated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from receivables.core.configuration import ProcessorAccount
from receivables.core.errors import NotFound, StaleRevision
from receivables.core.ids import derived_id
from receivables.ledger import Page, PaymentRecord, PaymentStub
from receivables.ledger.payouts import Payout
from receivables.payments.events import EventType, Fetch, MoneyEvent, Uninterpretable
from receivables.payments.inbox import Form, Inbox, InboxMessage, InboxState
from receivables.payments.processors import ProcessorApi
from receivables.payments.reconciliations import (
    Difference,
    DifferenceState,
    Phase,
    Reconciliations,
    Run,
    counts_of,
    difference_of,
)
from receivables.payments.reconciling import (
    DifferenceKind,
    Finding,
    by_payment,
    compare,
    compare_payout,
    extra,
)
from receivables.payments.stored import dump_events

_AT_ONCE: Final = 50
_PAYOUTS: Final = frozenset({EventType.PAYOUT, EventType.PAYOUT_FAILED})


class ComparedLedger(Protocol):
    """As much of the ledger as a comparison needs."""

    def known_payment(self, key: str) -> PaymentRecord | PaymentStub | None:
        """What is known of a payment, strongly consistent."""

    def held(self, held_by: str, on: date, position: Mapping[str, str] | None = None) -> Page[str]:
        """Keys of a processor's payments that took effect on a day (UTC)."""

    def payout(self, key: str) -> Payout:
        """One payout, strongly consistent. Raises NotFound."""


@dataclass(frozen=True, slots=True)
class CompareBooks:
    """Makes comparisons."""

    ledger: ComparedLedger
    inbox: Inbox
    log: Reconciliations

    def of(self, account: ProcessorAccount, api: ProcessorApi, as_of: datetime) -> Comparison:
        """That of one processor's account, at one time (UTC)."""
        return Comparison(self, account, api, as_of)


class Comparison:
    """A processor's account and the ledger."""

    def __init__(
        self, by: CompareBooks, account: ProcessorAccount, api: ProcessorApi, as_of: datetime
    ) -> None:
        self._ledger, self._inbox, self._log = by.ledger, by.inbox, by.log
        self._account, self._api, self._as_of = account, api, as_of
        self._seen: frozenset[str] | None = None

    def step(self, run: Run) -> Run:
        """The run after its next step. Raises what the processor or a table raises: then nothing of the step counts."""
        match run.phase:
            case Phase.AGAIN:
                return self._again(run)
            case Phase.PAYMENTS:
                return self._payments(run)
            case Phase.PAYOUTS:
                return self._payouts(run)
            case Phase.OURS:
                return self._ours(run)
            case Phase.DONE:
                return run

    # ---- what differed before

    def _again(self, run: Run) -> Run:
        page = self._log.waiting(run.account, _AT_ONCE, run.position)
        settled = sum(self._settled(each) for each in page.items)
        phase = Phase.PAYMENTS if page.position is None else Phase.AGAIN
        return replace(run, phase=phase, position=page.position).counted(settled=settled)

    def _settled(self, difference: Difference) -> bool:
        """Look at it again; whether both sides agree by now."""
        still = self._still(difference)
        if still is None:
            changed = replace(difference, state=DifferenceState.SETTLED, ended_at=self._as_of)
        else:
            changed = replace(
                difference, state=DifferenceState.OPEN, ours=still.ours, reason=self._vain(difference)
            )
        if changed != difference:
            try:
                self._log.change(changed)
            except StaleRevision:
                return False  # a person has just acknowledged it
        return still is None

    def _still(self, difference: Difference) -> Finding | None:
        findings = self._found(difference.key, difference.events)
        return next((each for each in findings if each.kind is difference.kind), None)

    def _found(self, key: str, events: tuple[MoneyEvent, ...]) -> Iterable[Finding]:
        """The findings of one payment or payout, from what the processor told of it."""
        if any(each.type in _PAYOUTS for each in events):
            return (finding for each in events for finding in compare_payout(key, each, self._payout(key)))
        if not events:
            return self._extra(key)
        return compare(key, events, self._ledger.known_payment(key), self._as_of)

    def _vain(self, difference: Difference) -> str:
        """Why a repair did not help."""
        if not difference.message:
            return difference.reason
        message = self._inbox.get(difference.message)
        if message.state is InboxState.PARKED:
            return f"the repair is parked: {message.reason}"[:300]
        return f"the repair is {message.state.value}, and changed nothing"

    # ---- what the processor has

    def _payments(self, run: Run) -> Run:
        page = self._api.payments(run.since, run.until, run.cursor)
        theirs = by_payment(self._told(page.events), livemode=self._account.livemode)
        findings = [
            finding for id_, told in theirs.items() for finding in self._compared(self._key(id_), told)
        ]
        self._log.see(run, run.pages, (self._key(id_) for id_ in theirs))
        self._seen = None
        counted = self._kept(run, findings).counted(payments=len(theirs))
        if page.cursor is None:
            return replace(counted, phase=Phase.PAYOUTS, cursor=None, pages=run.pages + 1)
        return replace(counted, cursor=page.cursor, pages=run.pages + 1)

    def _compared(self, key: str, theirs: tuple[MoneyEvent, ...]) -> Iterator[Finding]:
        ours = self._ledger.known_payment(key)
        findings = list(compare(key, theirs, ours, self._as_of))
        orphaned = any(each.kind is DifferenceKind.ORPHAN for each in findings)
        # The payment itself may be older than the window: the processor knows, or has none.
        asked = self._asked(key, theirs[0].occurred) if orphaned else ()
        yield from compare(key, (*asked, *theirs), ours, self._as_of) if asked else findings

    def _payouts(self, run: Run) -> Run:
        page = self._api.payouts(run.since, run.until, run.cursor)
        told = [each for each in self._told(page.events) if each.type in _PAYOUTS and each.subject_id]
        told = [each for each in told if each.livemode in {None, self._account.livemode}]
        findings: list[Finding] = []
        for each in told:
            key = self._key(str(each.subject_id))
            findings += compare_payout(key, each, self._payout(key))
        counted = self._kept(run, findings).counted(payouts=len(told))
        if page.cursor is None:
            return replace(counted, phase=Phase.OURS, cursor=None, day=run.since.date(), position=None)
        return replace(counted, cursor=page.cursor)

    # ---- what we have

    def _ours(self, run: Run) -> Run:
        day = run.day or run.since.date()
        page = self._ledger.held(run.account, day, run.position)
        unseen = [key for key in page.items if key not in self._all_seen(run)]
        findings = [finding for key in unseen for finding in self._extra(key, run)]
        counted = self._kept(run, findings).counted(ours=len(page.items))
        if page.position is not None:
            return replace(counted, day=day, position=page.position)
        following = day + timedelta(days=1)
        phase = Phase.OURS if following <= run.until.date() else Phase.DONE
        return replace(counted, phase=phase, day=following, position=None)

    def _extra(self, key: str, run: Run | None = None) -> Iterator[Finding]:
        """Whether the processor knows a payment that it did not list: the edges of the window are not the same on both sides."""
        ours = self._ledger.known_payment(key)
        if not isinstance(ours, PaymentRecord) or ours.reversed == ours.payment.amount.minor:
            return
        at = ours.payment.effective_at
        if run is not None and not run.since <= at < run.until:
            return
        asked = self._asked(key, at)
        if not any(each.type is EventType.PAYMENT_SUCCEEDED for each in asked):
            yield extra(key, ours)
        yield from compare(key, asked, ours, self._as_of)

    def _all_seen(self, run: Run) -> frozenset[str]:
        if self._seen is None:
            self._seen = self._log.seen(run)
        return self._seen

    # ---- both

    def _asked(self, key: str, at: datetime) -> tuple[MoneyEvent, ...]:
        """What the processor says of a payment that it is asked for by its id; nothing: it does not know it."""
        # A payment that came a second time has a key of its own here, and the same id there.
        id_ = key.removeprefix(self._key("")).partition("~")[0]
        about = MoneyEvent(
            EventType.PAYMENT_SUCCEEDED, "reconciliation", f"reconciliation/{id_}", at, payment_id=id_
        )
        try:
            heard = self._api.fetch(Fetch("payment", id_), about)
        except (NotFound, Uninterpretable):
            return ()
        return tuple(each for each in heard if isinstance(each, MoneyEvent) and each.payment_id == id_)

    def _told(self, listed: Iterable[MoneyEvent]) -> Iterator[MoneyEvent]:
        """What a page says, with what has to be asked for one by one (fees of a payout, for example)."""
        for event in listed:
            if event.fetch is None:
                yield event
                continue
            # What cannot be read is in front of a person by its webhook; it must not stop the rest.
            with suppress(NotFound, Uninterpretable):
                heard = self._api.fetch(event.fetch, event)
                yield from (each for each in heard if isinstance(each, MoneyEvent))

    def _kept(self, run: Run, findings: list[Finding]) -> Run:
        """With what was found on record, and repaired where it can be."""
        kept = [self._repaired(difference_of(each, run, self._as_of)) for each in findings]
        fresh = [each for each in kept if each.waits and each.run == run.id]
        return run.counted(**counts_of(fresh))

    def _repaired(self, found: Difference) -> Difference:
        if found.kind is DifferenceKind.MISSING:
            message = self._message(found)
            # The message first: a run that dies in between finds the same again, and hands in the same.
            self._inbox.store(message)
            found = replace(found, state=DifferenceState.REPAIRED, message=message.id)
        return self._log.find(found)

    def _message(self, found: Difference) -> InboxMessage:
        account, body = self._account, dump_events(found.events)
        event_id = derived_id("missing", found.key, body.decode())
        return InboxMessage(
            id=f"{account.processor}#{account.endpoint}#{event_id}",
            processor=account.processor,
            endpoint=account.endpoint,
            event_id=event_id,
            body=body,
            received_at=self._as_of,
            headers={},
            livemode=account.livemode,
            form=Form.EVENTS,
        )

    def _payout(self, key: str) -> Payout | None:
        try:
            return self._ledger.payout(key)
        except NotFound:
            return None

    def _key(self, id_: str) -> str:
        return f"{self._account.id}/{id_}"
