"""Planning and notices in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from receivables.core.errors import NotFound, StaleRevision
from receivables.notices.notice import Notice, NoticeState
from receivables.notices.ports import Claim
from tests.fakes.stores import Directory, Shelf

_RANK = {
    NoticeState.CLAIMED: 0,
    NoticeState.REFUSED: 0,
    NoticeState.SENT: 1,
    NoticeState.DELIVERED: 2,
    NoticeState.BOUNCED: 3,
    NoticeState.COMPLAINED: 4,
}
_CERTAINLY_NOT_SENT = {NoticeState.RELEASED, NoticeState.UNREACHABLE}


class MemoryAgenda:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def due(self, as_of: datetime) -> Iterator[str]:
        waiting = [a for a in self._shelf.accounts.values() if a.next_action_at and a.next_action_at <= as_of]
        return iter(
            [account.id for account in sorted(waiting, key=lambda a: (a.next_action_at or as_of, a.id))]
        )

    def replan(
        self,
        account_id: str,
        rev: int,
        *,
        progress: Mapping[str, int],
        worked_at: datetime,
        next_action_at: datetime | None,
    ) -> None:
        self._shelf.at_rev(account_id, rev)
        self._shelf.changed(
            account_id, progress=dict(progress), worked_at=worked_at, next_action_at=next_action_at
        )


class MemoryNotices:
    def __init__(self, shelf: Shelf, customers: Directory | None = None) -> None:
        self._shelf = shelf
        self._customers = customers

    def claim(self, claim: Claim) -> None:
        if claim.notices and all(_same_attempt(n, self._shelf.notices.get(n.id)) for n in claim.notices):
            return
        self._shelf.at_rev(claim.account_id, claim.rev)
        self._check_customer(claim)
        self._shelf.changed(
            claim.account_id,
            progress=dict(claim.progress),
            worked_at=claim.worked_at,
            next_action_at=claim.next_action_at,
        )
        for notice in claim.notices:
            self._shelf.record_notice(notice)

    def sent(self, notice: Notice, message_id: str, at: datetime) -> None:
        self._move(notice, NoticeState.SENT, "", at, message_id)

    def refused(self, notice: Notice, reason: str, at: datetime) -> None:
        self._move(notice, NoticeState.REFUSED, reason, at, None)

    def release(self, notice: Notice, reason: str, at: datetime) -> bool:
        stored = self._shelf.notices.get(notice.id)
        if stored is None or stored.attempt != notice.attempt:
            return False
        if stored.state not in (NoticeState.CLAIMED, NoticeState.REFUSED):
            return False
        self._shelf.record_notice(
            replace(stored, state=NoticeState.RELEASED, state_reason=reason, settled_at=at)
        )
        account = self._shelf.accounts[notice.account_id]
        self._shelf.changed(account.id, progress=self._given_back(stored, account.progress))
        return True

    def settle(self, notice_id: str, account_id: str, state: NoticeState, reason: str, at: datetime) -> bool:
        stored = self.get(notice_id, account_id)
        if stored.state not in _RANK or _RANK.get(state, 0) <= _RANK[stored.state]:
            return False
        self._shelf.record_notice(replace(stored, state=state, state_reason=reason, settled_at=at))
        return True

    def get(self, notice_id: str, account_id: str) -> Notice:
        stored = self._shelf.notices.get(notice_id)
        if stored is None or stored.account_id != account_id:
            raise NotFound("notice", notice_id)
        return stored

    def unsettled(self, before: datetime) -> Sequence[Notice]:
        return [n for n in self._in_state(NoticeState.CLAIMED) if n.claimed_at < before]

    def refusals(self) -> Sequence[Notice]:
        return self._in_state(NoticeState.REFUSED)

    def last_notices(self, account_id: str, limit: int) -> Sequence[Notice]:
        mine = [n for n in self._shelf.notices.values() if n.account_id == account_id]
        return sorted(mine, key=lambda n: (n.claimed_at, n.id), reverse=True)[:limit]

    def _check_customer(self, claim: Claim) -> None:
        if self._customers is None:
            return
        try:
            stored = self._customers.get(claim.customer.id)
        except NotFound:
            raise StaleRevision(f"customer {claim.customer.id!r} is gone") from None
        if stored.rev != claim.customer.rev:
            raise StaleRevision(f"customer {claim.customer.id!r} has changed since it was read")

    def _move(
        self, notice: Notice, state: NoticeState, reason: str, at: datetime, message_id: str | None
    ) -> None:
        stored = self._shelf.notices.get(notice.id)
        if stored and stored.state is NoticeState.CLAIMED and stored.attempt == notice.attempt:
            self._shelf.record_notice(
                replace(stored, state=state, state_reason=reason, settled_at=at, message_id=message_id)
            )

    def _given_back(self, notice: Notice, progress: Mapping[str, int]) -> dict[str, int]:
        siblings = [
            n for n in self._shelf.notices.values() if n.attempt == notice.attempt and n.id != notice.id
        ]
        if any(n.state not in _CERTAINLY_NOT_SENT for n in siblings):
            return dict(progress)
        given_back = dict(progress)
        for item in notice.items:
            if item.reached and progress.get(item.number) == item.step_offset:
                del given_back[item.number]
                if item.number in notice.previous:
                    given_back[item.number] = notice.previous[item.number]
        return given_back

    def _in_state(self, state: NoticeState) -> list[Notice]:
        found = [n for n in self._shelf.notices.values() if n.state is state]
        return sorted(found, key=lambda n: (n.claimed_at, n.id))


def _same_attempt(notice: Notice, stored: Notice | None) -> bool:
    return stored is not None and stored.attempt == notice.attempt
