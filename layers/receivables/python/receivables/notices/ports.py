"""What sending needs of the outside: the claim store, the kill switch and the message gateways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from receivables.notices.notice import Notice, NoticeState

if TYPE_CHECKING:
    from receivables.customers import Customer


@dataclass(frozen=True, slots=True)
class Email:
    """A rendered e-mail. `tags` travel with it and come back in the provider's events. `sender_name` stands before the
    sender's address; answers go to `reply_to`, or else to the sender."""

    to: str
    subject: str
    text: str
    html: str
    tags: Mapping[str, str]
    sender_name: str = ""
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Sms:
    """A rendered text message to an E.164 number."""

    to: str
    text: str


class EmailGateway(Protocol):
    """Sends an e-mail once; never retries by itself."""

    def send(self, email: Email) -> str:
        """The provider's message id. Raises Throttled, Refused or OutcomeUnknown."""


class SmsGateway(Protocol):
    """Sends a text message once; never retries by itself."""

    def send(self, sms: Sms) -> str:
        """The provider's message id. Raises Throttled, Refused or OutcomeUnknown."""


class KillSwitch(Protocol):
    """The one switch that stops all sending."""

    def engaged(self) -> bool:
        """Strongly consistent: read it after the claim and before the send."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send, to be taken in one transaction.

    It holds only if the account's rev is still `rev` and the customer record is still `customer` (same rev, so same
    addresses and suppressions). Sets the account's progress, `worked_at` and `next_action_at`.
    """

    account_id: str
    rev: int
    customer: Customer
    notices: Sequence[Notice]
    progress: Mapping[str, int]
    worked_at: datetime
    next_action_at: datetime | None


class NoticeStore(Protocol):
    """Notices in the account's timeline. A notice is found by its id, which tells when it was claimed, and its account."""

    def claim(self, claim: Claim) -> None:
        """Take it; the account moves to the next rev. Raises StaleRevision when the account or the customer changed.
        A repeat after a lost response recognises its own attempt and succeeds."""

    def sent(self, notice: Notice, message_id: str, at: datetime) -> None:
        """The provider accepted it. Only from CLAIMED, by the attempt that owns it; else nothing changes."""

    def refused(self, notice: Notice, reason: str, at: datetime) -> None:
        """The provider refused it for good: listed for a person to look at. Only from CLAIMED, by its attempt."""

    def release(self, notice: Notice, reason: str, at: datetime) -> bool:
        """It was certainly not sent: give its steps back (`previous`, unless a later step was reached since) and wake
        the account AT_ONCE. From CLAIMED or REFUSED, by attempt id, once; False when it had been settled or released
        before."""

    def settle(self, notice_id: str, account_id: str, state: NoticeState, reason: str, at: datetime) -> bool:
        """What the provider's event, or a person, said. Moves only forward (claimed or refused < sent < delivered <
        bounced < complained); False when nothing changed. Raises NotFound."""

    def get(self, notice_id: str, account_id: str) -> Notice:
        """One notice, strongly consistent. Raises NotFound."""

    def unsettled(self, before: datetime) -> Sequence[Notice]:
        """Notices claimed before an instant and not settled, oldest first: their outcome is unknown."""

    def refusals(self) -> Sequence[Notice]:
        """Notices that the provider refused and nobody has resolved, oldest first."""

    def last_notices(self, account_id: str, limit: int) -> Sequence[Notice]:
        """The newest notices of an account."""
