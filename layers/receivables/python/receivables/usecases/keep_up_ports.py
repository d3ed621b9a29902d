"""What upkeep needs of its surroundings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from receivables.arrangements import Arrangement
    from receivables.charges.rates import RateTable
    from receivables.customers import Customer
    from receivables.ledger import Invoice, OpenItem, PaymentRecord, PaymentStub, Posting, PostOutcome
    from receivables.terms import Terms


class UpkeepLedger(Protocol):
    """As much of the ledger as upkeep needs besides the account itself."""

    def documents(self, account_id: str, numbers: Iterable[str]) -> Mapping[str, Invoice]:
        """Documents of an account by number, many with one read. Raises NotFound."""

    def invoice(self, number: str) -> tuple[Invoice, OpenItem | None]:
        """The document and, while it is open, its open item. Raises NotFound."""

    def payment(self, key: str) -> PaymentRecord:
        """One payment. Raises NotFound."""

    def known_payment(self, key: str) -> PaymentRecord | PaymentStub | None:
        """What is known of a payment, whether or not its money came."""

    def ended_arrangements(self, account_id: str) -> Iterator[Arrangement]:
        """The arrangements of an account that are not active any more."""

    def post(self, posting: Posting) -> PostOutcome:
        """Write all that a posting changes, all or nothing."""


class TermsReader(Protocol):
    """Versions of terms by name."""

    def of(self, names: Iterable[str]) -> Mapping[str, Terms]:
        """Several by their names (`net-30/2`). Raises NotFound."""


class RatesReader(Protocol):
    """Rate tables in force."""

    def of_terms(self, terms: Iterable[Terms], on: date) -> Mapping[str, RateTable]:
        """The tables that any of these terms refers to, by their ids. Raises NotFound."""


class CustomersTerms(Protocol):
    """The terms that apply to a customer on a day."""

    def for_customer(self, customer: Customer, on: date) -> Terms: ...
