"""A person settles a notice whose outcome nobody knew, or that was refused."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from receivables.core.errors import Conflict
from receivables.notices.notice import Notice, NoticeState
from receivables.notices.ports import NoticeStore

_OPEN: Final = frozenset({NoticeState.CLAIMED, NoticeState.REFUSED})


def resolve_notice(
    notices: NoticeStore, notice_id: str, account_id: str, *, sent: bool, reason: str, at: datetime
) -> Notice:
    """The notice as settled. Not sent: its steps are given back and come again.

    Raises NotFound, and Conflict when its outcome was known already.
    """
    notice = notices.get(notice_id, account_id)
    if notice.state not in _OPEN:
        raise Conflict(f"what became of the notice is known: {notice.state.value}")
    if sent:
        changed = notices.settle(notice_id, account_id, NoticeState.SENT, reason, at)
    else:
        changed = notices.release(notice, reason, at)
    if not changed:
        raise Conflict("what became of the notice has just become known")
    return notices.get(notice_id, account_id)
