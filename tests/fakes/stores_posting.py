"""Postings in memory: all of one, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, TypeVar

from receivables.adapters.dynamodb.facts import arrangement_fact
from receivables.adapters.dynamodb.posting import check
from receivables.arrangements import Hold
from receivables.core.clock import parse_instant
from receivables.core.errors import Conflict, NotFound
from receivables.core.money import Money
from receivables.ledger import (
    MAX_OPEN_ITEMS,
    Account,
    ItemChange,
    OpenItem,
    PaymentRecord,
    PaymentStub,
    Payout,
    Posting,
    PostOutcome,
    PromiseRecord,
)
from receivables.payments.inbox import InboxState
from tests.fakes.stores import Shelf, place_of

T = TypeVar("T", PaymentRecord, PaymentStub, Payout)

_NOT_OF_A_POSTING = {"case_id", "description", "rev"}


@dataclass
class MemoryPoster:
    """One posting on its way."""

    shelf: Shelf
    posting: Posting
    inbox_id: str | None

    def post(self) -> PostOutcome:
        check(self.posting)
        if any(self._taken()):
            return PostOutcome.DUPLICATE
        own = self.posting.own
        if not all(self._money_as_assumed()) or not (own or all(self._as_assumed())):
            return PostOutcome.STALE
        if not own:
            self._check_account()
            self._move()
        self._write()
        return PostOutcome.POSTED

    def _taken(self) -> Iterator[bool]:
        posting, shelf = self.posting, self.shelf
        yield self.inbox_id is not None and (
            self.inbox_id not in shelf.inbox or shelf.inbox[self.inbox_id].state is not InboxState.RECEIVED
        )
        yield posting.key in shelf.keyed
        if posting.payment and posting.payment.before is None and posting.payment.stub_rev is None:
            yield self._known(posting.payment.after.payment.key)
        if posting.stub and posting.stub.before is None:
            yield self._known(posting.stub.after.key)
        if posting.payout and posting.payout.before is None:
            yield posting.payout.after.key in shelf.payouts
        for entry in posting.entries:
            yield place_of(entry) in shelf.timeline.get(entry.account_id, {})
        for fact in posting.facts:
            yield place_of(fact) in shelf.timeline.get(posting.account_id, {})
        for change in posting.items:
            yield _is_new(change) and change.number in shelf.invoices
        for made in posting.arrangements:
            yield made.before is None and made.after.id in shelf.arrangements

    def _known(self, payment: str) -> bool:
        return payment in self.shelf.payments or payment in self.shelf.stubs

    def _money_as_assumed(self) -> Iterator[bool]:
        payment, stub, payout = self.posting.payment, self.posting.stub, self.posting.payout
        if payment and payment.before:
            yield _at(self.shelf.payments.get(payment.before.payment.key), payment.before.rev)
        elif payment and payment.stub_rev is not None:
            yield _at(self.shelf.stubs.get(payment.after.payment.key), payment.stub_rev)
        if stub and stub.before:
            yield _at(self.shelf.stubs.get(stub.before.key), stub.before.rev)
        if payout and payout.before:
            yield _at(self.shelf.payouts.get(payout.before.key), payout.before.rev)

    def _as_assumed(self) -> Iterator[bool]:
        posting, shelf = self.posting, self.shelf
        account = shelf.accounts.get(posting.account_id)
        yield posting.account_rev is None or (account is not None and account.rev == posting.account_rev)
        for change in posting.items:
            yield self._item_as_assumed(change)
        for credit in posting.credits:
            there = credit.before or credit.after
            assert there is not None
            stored = shelf.credits.get((posting.account_id, there.id))
            assumed = credit.before and (credit.before.rev, credit.before.balance)
            yield assumed == (stored and (stored.rev, stored.balance))
        for made in posting.arrangements:
            if made.before is not None:
                known = shelf.arrangements.get(made.after.id)
                yield known is not None and known.rev == made.before.rev

    def _item_as_assumed(self, change: ItemChange) -> bool:
        if change.document_rev is not None:
            known = self.shelf.invoices.get(change.number)
            if known is None or known.rev != change.document_rev:
                return False
        stored = self.shelf.open_items.get((self.posting.account_id, change.number))
        if change.before is None or stored is None:
            return change.before is None and (stored is None or change.after is None)
        return _alike(stored, change.before, _read(change))

    def _check_account(self) -> None:
        account_id = self.posting.account_id
        if account_id not in self.shelf.accounts:
            raise NotFound("account", account_id)
        there = sum(1 for owner, _ in self.shelf.open_items if owner == account_id)
        if self.posting.room and there + self.posting.room > MAX_OPEN_ITEMS:
            raise Conflict(f"account {account_id!r} has {there} open receivables already")

    def _move(self) -> None:
        posting, shelf = self.posting, self.shelf
        for change in posting.items:
            self._move_item(change)
        for credit in posting.credits:
            if credit.before is not None:
                del shelf.credits[posting.account_id, credit.before.id]
            if credit.after is not None:
                rev = credit.before.rev + 1 if credit.before else credit.after.rev
                shelf.credits[posting.account_id, credit.after.id] = replace(credit.after, rev=rev)
        for made in posting.arrangements:
            rev = made.before.rev + 1 if made.before else made.after.rev
            shelf.arrangements[made.after.id] = replace(made.after, rev=rev)
        account = shelf.accounts[posting.account_id]
        shelf.changed(
            account.id,
            balance=account.balance + Money(posting.balance, account.currency),
            unapplied=account.unapplied + Money(posting.unapplied, account.currency),
            **_account_changes(account, posting),
        )

    def _move_item(self, change: ItemChange) -> None:
        place, shelf = (self.posting.account_id, change.number), self.shelf
        if change.before is not None and change.after is not None:
            stored = shelf.open_items[place]
            changes: dict[str, Any] = {
                name: getattr(change.after, name) for name in _differing(change.before, change.after)
            }
            shelf.open_items[place] = replace(stored, rev=change.after.rev, **changes)
        elif change.before is not None:
            del shelf.open_items[place]
        elif change.after is not None:
            shelf.open_items[place] = change.after
        if change.document is not None:
            rev = change.document.rev if change.document_rev is None else change.document_rev + 1
            shelf.invoices[change.number] = replace(change.document, rev=rev)
        if change.closing is not None:
            self._close(change)

    def _close(self, change: ItemChange) -> None:
        document, closing = self.shelf.invoices[change.number], change.closing
        assert closing is not None
        self.shelf.invoices[change.number] = replace(
            document,
            status=closing.status,
            closed_at=closing.at,
            moves=closing.moves,
            accrued=closing.accrued,
            schedule=closing.schedule,
            written_off=document.written_off + closing.written_off,
            item_rev=closing.rev,
            rev=document.rev + 1,
        )

    def _write(self) -> None:
        posting, shelf = self.posting, self.shelf
        for entry in posting.entries:
            shelf.record(entry.account_id, entry)
        for fact in posting.facts:
            shelf.record(posting.account_id, fact)
        for made in posting.arrangements:
            shelf.record(posting.account_id, arrangement_fact(made, self._moment()))
        self._write_money()
        if posting.key is not None:
            shelf.keyed[posting.key] = posting.entries[0]
        if self.inbox_id is not None:
            message = shelf.inbox[self.inbox_id]
            shelf.inbox[self.inbox_id] = replace(message, state=InboxState.PROCESSED)

    def _write_money(self) -> None:
        posting, shelf = self.posting, self.shelf
        if posting.payment is not None:
            key = posting.payment.after.payment.key
            shelf.payments[key] = _next(posting.payment.before, posting.payment.after)
            shelf.stubs.pop(key, None)
        if posting.stub is not None:
            shelf.stubs[posting.stub.after.key] = _next(posting.stub.before, posting.stub.after)
        if posting.payout is not None:
            shelf.payouts[posting.payout.after.key] = _next(posting.payout.before, posting.payout.after)

    def _moment(self) -> datetime | None:
        if self.posting.entries:
            return self.posting.entries[0].recorded_at
        return parse_instant(self.posting.facts[0]["at"], field="at") if self.posting.facts else None


def _at(stored: PaymentRecord | PaymentStub | Payout | None, rev: int) -> bool:
    return stored is not None and stored.rev == rev


def _next(before: T | None, after: T) -> T:
    """The store counts, not who worked it out."""
    return after if before is None else replace(after, rev=before.rev + 1)


def _is_new(change: ItemChange) -> bool:
    return change.document is not None and change.document_rev is None


def _differing(before: OpenItem, after: OpenItem) -> list[str]:
    names = (each.name for each in fields(OpenItem) if each.name not in _NOT_OF_A_POSTING)
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def _read(change: ItemChange) -> list[str]:
    """The attributes that a change was worked out from, and that must therefore be as they were."""
    assert change.before is not None
    if change.after is None:
        return ["balance", "moves", "accrued"]
    return ["balance", "moves", *_differing(change.before, change.after)]


def _alike(stored: OpenItem, before: OpenItem, names: list[str]) -> bool:
    return stored.rev == before.rev and all(getattr(stored, n) == getattr(before, n) for n in names)


def _account_changes(account: Account, posting: Posting) -> dict[str, Any]:
    change = posting.account
    forgotten = set(change.forget)
    kept = account.promises
    left = {key: step for key, step in account.progress.items() if key not in forgotten}
    had = {key: max(step, left.get(key, step)) for key, step in change.restored.items()}
    changes: dict[str, Any] = {
        "progress": left | had,
        "raised": {
            key: step for key, step in {**account.raised, **change.raised}.items() if key not in forgotten
        },
        "promises": PromiseRecord(
            kept.kept + change.kept, kept.partly_kept + change.partly_kept, kept.broken + change.broken
        ),
    }
    if change.hold is None or isinstance(change.hold, Hold):
        changes["hold"] = change.hold
    if change.over_limit is not None:
        changes["over_limit"] = change.over_limit
    return changes
