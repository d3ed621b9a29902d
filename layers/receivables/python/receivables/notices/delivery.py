"""What providers report of notices after they accepted them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from receivables.customers import Channel
from receivables.notices.notice import NoticeState


class Fate(StrEnum):
    """What a provider's event says of a message."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    DELAYED = "delayed"
    """The mail server did not take it yet; the provider goes on trying."""
    BOUNCED = "bounced"
    """The address does not exist or will never take mail from us."""
    NOT_DELIVERED = "not_delivered"
    """A passing fault of the mailbox (full, too large): this message is lost, the address may be used again."""
    COMPLAINED = "complained"
    """The receiver called it spam."""
    REJECTED = "rejected"
    """The provider accepted it and then refused to send it."""


STATE_OF: dict[Fate, NoticeState] = {
    Fate.ACCEPTED: NoticeState.SENT,
    Fate.DELIVERED: NoticeState.DELIVERED,
    Fate.BOUNCED: NoticeState.BOUNCED,
    Fate.NOT_DELIVERED: NoticeState.BOUNCED,
    Fate.COMPLAINED: NoticeState.COMPLAINED,
    Fate.REJECTED: NoticeState.BOUNCED,
}
"""The state of the notice that each fate settles; a delay settles nothing."""

SUPPRESSING: frozenset[Fate] = frozenset({Fate.BOUNCED, Fate.COMPLAINED})
"""Fates after which the address is not written to again."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """One event of a provider about one notice. `at` (UTC) is the provider's time, `reason` its words."""

    notice_id: str
    account_id: str
    channel: Channel
    fate: Fate
    reason: str
    at: datetime
