"""What planning needs of its store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from receivables.customers import Customer
    from receivables.dunning.policy import Policy


class Agenda(Protocol):
    """Whose turn it is, and when it is next. The index nominates; the account decides."""

    def due(self, as_of: datetime) -> Iterator[str]:
        """Ids of accounts whose next action is at or before `as_of`, from the sparse index: O(due)."""

    def replan(
        self,
        account_id: str,
        rev: int,
        *,
        progress: Mapping[str, int],
        worked_at: datetime,
        next_action_at: datetime | None,
    ) -> None:
        """Store the plan if the account is still at `rev`; the account moves to the next rev. Raises StaleRevision."""


class Policies(Protocol):
    """The policy that applies to a customer on a day."""

    def for_customer(self, customer: Customer, on: date) -> Policy:
        """Customer's own, else the company's default, else DEFAULT_POLICY; the version in force on `on`."""


class AccountQueue(Protocol):
    """The accounts that wait to be worked."""

    def put(self, account_ids: Sequence[str], as_of: datetime) -> None:
        """Queue them, at most MOST_AT_ONCE at a time. Raises DependencyFailed when some could not be queued even
        after bounded retries; those that were stay queued (being worked twice is harmless)."""


MOST_AT_ONCE = 10
"""As many accounts as one request to the queue carries."""
