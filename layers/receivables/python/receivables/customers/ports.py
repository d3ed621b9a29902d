"""What the customer directory needs of its store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from receivables.customers.contact import Channel
from receivables.customers.customer import Customer


class MandateHolders(Protocol):
    """Whose a mandate is (or was), by its key: what a processor tells of it names nobody else. Nothing is ever forgotten: the
    customer's record decides."""

    def remember(self, mandate_key: str, customer_id: str) -> None:
        """Harmless when it is known."""

    def holders(self, mandate_key: str) -> Sequence[str]:
        """Ids of customers, strongly consistent."""


class Customers(Protocol):
    """Customer records by id."""

    def get(self, customer_id: str) -> Customer:
        """Strongly consistent. Raises NotFound."""

    def create(self, customer: Customer) -> Customer:
        """Raises AlreadyExists."""

    def update(self, customer: Customer) -> Customer:
        """Replace it if its stored rev is still `customer.rev`; returns it with the next rev. A changed address
        lifts the suppression of its channel. Raises NotFound or StaleRevision."""

    def suppress(self, customer_id: str, channel: Channel, address: str, reason: str) -> None:
        """Never use this channel again for this address (ignored if the address has changed since)."""

    def page(self, limit: int, position: str | None = None) -> tuple[Sequence[Customer], str | None]:
        """Customers in no particular order, with the position of the next page."""
