"""What planning needs of its store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Protocol

from receivables.customers import Customer
from receivables.dunning.policy import Policy
from receivables.ledger import Account


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

    def every_account(self) -> Iterator[Account]:
        """All accounts from the base table, for the daily sweep: reads everything, trusts no index."""


class Policies(Protocol):
    """The policy that applies to a customer on a day."""

    def for_customer(self, customer: Customer, on: date) -> Policy:
        """Customer's own, else the company's default, else DEFAULT_POLICY; the version in force on `on`."""
