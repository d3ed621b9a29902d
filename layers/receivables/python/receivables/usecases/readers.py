"""As much of the stores as use cases need that only read: what they ask for is what they get permission for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from receivables.ledger import Page

if TYPE_CHECKING:
    from receivables.core.configuration import Company
    from receivables.customers import Customer
    from receivables.ledger import WorkingSet


class AccountReader(Protocol):
    """Accounts as they stand."""

    def working_set(self, account_id: str) -> WorkingSet | None:
        """Account, open items and active case in one strongly consistent query; None: no such account."""


class HistoryReader(AccountReader, Protocol):
    """Accounts, and what happened on them."""

    def timeline(
        self, account_id: str, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[Mapping[str, Any]]:
        """Everything that happened, newest first, as plain facts."""


class CustomerReader(Protocol):
    """Customers by id."""

    def get(self, customer_id: str) -> Customer:
        """Strongly consistent. Raises NotFound."""


class CompanyReader(Protocol):
    """The company's settings."""

    def get(self) -> Company:
        """The defaults when nothing was ever set."""
