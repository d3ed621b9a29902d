"""The notice record: claimed before it is sent, sent at most once, settled by what the provider reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from receivables.core.money import Money
from receivables.customers import Channel


class NoticeState(StrEnum):
    """What is known of a notice.

    claimed -> sent -> delivered | bounced | complained; claimed -> released | refused; claimed for long = unknown.
    """

    CLAIMED = "claimed"
    """The right to send was taken; until something settles it the outcome is unknown."""
    SENT = "sent"
    """The provider accepted it."""
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    RELEASED = "released"
    """It was certainly not sent; its step may be claimed again."""
    REFUSED = "refused"
    """The provider refused it for good; a person should look."""
    UNREACHABLE = "unreachable"
    """No channel of the step reaches the customer; nothing was sent, the step counts as done."""


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """An invoice in a notice: listed with this balance, for this step (reached now, or outstanding before)."""

    number: str
    balance: int
    step_offset: int
    reached: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """One message on one channel to one account.

    `attempt` is drawn by the worker that claimed it: only its owner may release or settle it. `previous` is the
    progress of the reached invoices before the claim, so that a release can put it back. `reasons` say why it exists.
    `id` begins with `ntc_` and, with `account_id` and `claimed_at`, gives its place in the timeline.
    """

    id: str
    account_id: str
    customer_id: str
    channel: Channel
    address: str | None
    step_key: str
    total: Money
    items: tuple[NoticeItem, ...]
    claimed_at: datetime
    attempt: str
    policy: str
    reasons: tuple[str, ...] = ()
    previous: dict[str, int] = field(default_factory=dict)
    state: NoticeState = NoticeState.CLAIMED
    state_reason: str = ""
    message_id: str | None = None
    settled_at: datetime | None = None
    kind: str = "dunning"
    """`dunning` (a policy step) or `formal` (the formal notice of a case)."""
