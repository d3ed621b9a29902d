"""Notices in the timeline of the `receivables` table: claimed by one transaction, settled by conditional writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.accounts import planned, woken
from receivables.adapters.dynamodb.codec import account_from
from receivables.adapters.dynamodb.notice_codec import notice_from, notice_item
from receivables.adapters.dynamodb.table import Table, Write, new_attempt
from receivables.adapters.dynamodb.values import Item, instant, number, number_map, text, text_at
from receivables.core.clock import format_instant
from receivables.core.errors import InvalidInput, NotFound, StaleRevision, Throttled
from receivables.core.ids import id_time
from receivables.notices.notice import Notice, NoticeState

if TYPE_CHECKING:
    from receivables.ledger import Account
    from receivables.notices.ports import Claim

_TRIES: Final = 8
_RELEASABLE: Final = (NoticeState.CLAIMED, NoticeState.REFUSED)
_CERTAINLY_NOT_SENT: Final = (NoticeState.RELEASED, NoticeState.UNREACHABLE)
_ORDER: Final = (
    NoticeState.CLAIMED,
    NoticeState.REFUSED,
    NoticeState.SENT,
    NoticeState.DELIVERED,
    NoticeState.BOUNCED,
    NoticeState.COMPLAINED,
)
"""A notice settles from any state to a later one. The first two stand side by side: nothing was sent as far as is known."""


class DynamoNotices:
    """Notices of the `receivables` table; a claim checks the customer in the `customers` table."""

    def __init__(self, client: Any, table: str, customers_table: str) -> None:
        self._table = Table(client, table)
        self._customers = Table(client, customers_table)

    def claim(self, claim: Claim) -> None:
        # Every writer of an account moves its rev and every change of a customer moves that of the record: so these two
        # conditions hold only if every invoice, balance, hold, address and suppression is still as it was read.
        writes = {
            "account": planned(
                self._table,
                claim.account_id,
                claim.rev,
                progress=claim.progress,
                worked_at=claim.worked_at,
                next_action_at=claim.next_action_at,
            ),
            "customer": self._customers.check(
                {"id": text(claim.customer.id)}, "rev = :rev", {":rev": number(claim.customer.rev)}
            ),
            **{notice.id: self._table.put(notice_item(notice)) for notice in claim.notices},
        }
        failed = self._table.transact(writes)
        if not failed or _is_own(claim.notices, failed):
            return
        what = "customer" if "customer" in failed else "account"
        raise StaleRevision(f"the {what} of {claim.account_id!r} has changed since it was read")

    def sent(self, notice: Notice, message_id: str, at: datetime) -> None:
        self._table.write(self._marked(notice, NoticeState.SENT, "", at, message_id=message_id))

    def refused(self, notice: Notice, reason: str, at: datetime) -> None:
        self._table.write(self._marked(notice, NoticeState.REFUSED, reason, at))

    def release(self, notice: Notice, reason: str, at: datetime) -> bool:
        for _ in range(_TRIES):
            claimed = self._of_the_same_claim(notice)
            stored = claimed.pop(notice.id, None)
            if stored is None or stored.state not in _RELEASABLE:
                return False
            writes = self._released(stored, list(claimed.values()), reason, at)
            if not self._table.transact(writes):
                return True
        raise Throttled(f"account {notice.account_id!r} changed {_TRIES} times meanwhile")

    def settle(self, notice_id: str, account_id: str, state: NoticeState, reason: str, at: datetime) -> bool:
        before = _ORDER[: _ORDER.index(state)] if state in _ORDER[2:] else ()
        if not before:
            self.get(notice_id, account_id)
            return False
        attempt = new_attempt()
        states = {f":from{i}": text(earlier) for i, earlier in enumerate(before)}
        update = self._becomes(
            _key(account_id, notice_id),
            state,
            reason,
            at,
            condition=f"#state IN ({', '.join(states)})",
            values=states,
            settling=attempt,
        )
        found = self._table.write(update)
        if found is None or text_at(found, "settling") == attempt:
            return True
        if not found:
            raise NotFound("notice", notice_id)
        return False

    def get(self, notice_id: str, account_id: str) -> Notice:
        item = self._table.get(_key(account_id, notice_id))
        if item is None:
            raise NotFound("notice", notice_id)
        return notice_from(item)

    def unsettled(self, before: datetime) -> Sequence[Notice]:
        return self._listed(
            "worklist = :list AND worklist_at < :before",
            {":list": text("notice"), ":before": instant(before)},
        )

    def refusals(self) -> Sequence[Notice]:
        return self._listed("worklist = :list", {":list": text("refused")})

    def last_notices(self, account_id: str, limit: int) -> Sequence[Notice]:
        found: list[Notice] = []
        items = self._table.query(
            "pk = :account AND begins_with(sk, :timeline)",
            {":account": text(keys.partition(account_id)), ":timeline": text(keys.TIMELINE)},
            ScanIndexForward=False,
            Limit=max(limit * 4, 20),
        )
        for item in items:
            if len(found) == limit:
                break
            if text_at(item, "kind") == "notice":
                found.append(notice_from(item))
        return found

    def _listed(self, condition: str, values: Item) -> list[Notice]:
        items = self._table.query(condition, values, IndexName=keys.WORKLIST_INDEX)
        return [notice_from(item) for item in items]

    def _marked(self, notice: Notice, state: NoticeState, reason: str, at: datetime, **sets: str) -> Write:
        """From claimed to another state, by the attempt that claimed."""
        return self._becomes(
            keys.notice_key(notice.account_id, notice.id),
            state,
            reason,
            at,
            condition="#state = :claimed AND attempt = :attempt",
            values={":claimed": text(NoticeState.CLAIMED), ":attempt": text(notice.attempt)},
            **sets,
        )

    def _becomes(
        self,
        key: Item,
        state: NoticeState,
        reason: str,
        at: datetime,
        *,
        condition: str,
        values: Item,
        **sets: str,
    ) -> Write:
        changed = {"state": state, "settled_at": format_instant(at), **sets}
        removed = []
        if reason:
            changed["state_reason"] = reason
        else:
            removed.append("state_reason")
        if state is NoticeState.REFUSED:
            changed["worklist"] = "refused"
        else:
            removed += ["worklist", "worklist_at"]
        return self._table.modify(
            key,
            sets={name: text(value) for name, value in changed.items()},
            removes=removed,
            condition=condition,
            values=values,
        )

    def _of_the_same_claim(self, notice: Notice) -> dict[str, Notice]:
        """The notices of a claim lie next to each other, as their ids are of one time; one attempt made them."""
        place = keys.fact_key(notice.account_id, id_time(notice.id), "notice", "")
        items = self._table.query(
            "pk = :account AND begins_with(sk, :place)", {":account": place["pk"], ":place": place["sk"]}
        )
        found = [notice_from(item) for item in items if text_at(item, "attempt") == notice.attempt]
        return {each.id: each for each in found}

    def _released(
        self, notice: Notice, siblings: Sequence[Notice], reason: str, at: datetime
    ) -> dict[str, Write]:
        item = self._table.get(keys.account_key(notice.account_id))
        if item is None:
            raise NotFound("account", notice.account_id)
        account = account_from(item)
        progress = _given_back(account, notice, siblings)
        update = woken(
            self._table, notice.account_id, rev=account.rev, sets={"progress": number_map(progress)}
        )
        as_read = {
            sibling.id: self._table.check(
                keys.notice_key(sibling.account_id, sibling.id),
                "#state = :state",
                {":state": text(sibling.state)},
                "state",
            )
            for sibling in siblings
        }
        let_go = self._becomes(
            keys.notice_key(notice.account_id, notice.id),
            NoticeState.RELEASED,
            reason,
            at,
            condition="#state = :seen",
            values={":seen": text(notice.state)},
        )
        return {"notice": let_go, "account": update, **as_read}


def _given_back(account: Account, notice: Notice, siblings: Sequence[Notice]) -> dict[str, int]:
    """The progress without the steps of a claim of which nothing was sent.

    While another notice of the claim was, or may have been, sent, its steps have happened and stay.
    """
    progress = dict(account.progress)
    if any(sibling.state not in _CERTAINLY_NOT_SENT for sibling in siblings):
        return progress
    for item in notice.items:
        if item.reached and progress.get(item.number) == item.step_offset:
            del progress[item.number]
            if item.number in notice.previous:
                progress[item.number] = notice.previous[item.number]
    return progress


def _is_own(notices: Sequence[Notice], failed: dict[str, Item]) -> bool:
    """Whether what stands in a claim's way is the claim itself, made before its answer was lost."""
    return bool(notices) and all(
        text_at(failed.get(notice.id, {}), "attempt") == notice.attempt for notice in notices
    )


def _key(account_id: str, notice_id: str) -> Item:
    try:
        return keys.notice_key(account_id, notice_id)
    except InvalidInput:
        raise NotFound("notice", notice_id) from None
