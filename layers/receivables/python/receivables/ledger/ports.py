"""What the ledger needs of its store. One contract suite runs against every implementation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from receivables.core.money import Money
from receivables.ledger.account import Account, Hold, WorkingSet
from receivables.ledger.entries import Entry
from receivables.ledger.invoices import Invoice, OpenItem
from receivables.ledger.posting import Payment, PaymentState, Posting

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list; `position` is where the next part begins (opaque; None: this was the last)."""

    items: tuple[T, ...]
    position: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class InvoicePointer:
    """What never changes of an invoice, found by its number in one read."""

    number: str
    account_id: str
    amount: Money
    issue_date: date
    due_date: date
    description: str = ""


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """A payment and where its money went; `account_id` and `invoice` are None while in suspense."""

    payment: Payment
    state: PaymentState
    account_id: str | None
    invoice: str | None


class PostOutcome(StrEnum):
    """What became of a posting."""

    POSTED = "posted"
    DUPLICATE = "duplicate"
    """The payment's key was there already: nothing was written, and nothing needs to be."""
    STALE = "stale"
    """The open item is not as the posting assumed: read it and work it out again."""


class LedgerStore(Protocol):
    """Accounts, invoices, entries and payments."""

    def working_set(self, account_id: str) -> WorkingSet | None:
        """Account, open items and active case in one strongly consistent query; None: no such account."""

    def pointer(self, number: str) -> InvoicePointer | None:
        """The invoice's static facts, by number, strongly consistent."""

    def invoice(self, number: str) -> tuple[Invoice, OpenItem | None]:
        """The document and, while anything is owed, its open item. Raises NotFound."""

    def describe(self, number: str, description: str, rev: int, at: datetime, by: str) -> None:
        """Change the description of an invoice whose document is at `rev`, and of its open item, and record who did
        it. Raises NotFound or StaleRevision."""

    def open_item(self, account_id: str, number: str) -> OpenItem | None:
        """What is still to be paid of an invoice, strongly consistent; None: nothing."""

    def issue(self, invoice: Invoice, item: OpenItem, posting: Posting) -> Invoice:
        """Write a new invoice, its open item and its entry, and create or change its account, all or nothing; the
        account is woken at the start (UTC) of the issue date or, if earlier, when it would have acted.

        Raises AlreadyExists if the number is taken by another invoice; the same invoice again (same account, amount
        and dates) is returned as it is. Raises Conflict when the account holds MAX_OPEN_ITEMS.
        """

    def post(self, posting: Posting, *, inbox_id: str | None = None) -> PostOutcome:
        """Write a payment, its entry and what it changes, all or nothing; with `inbox_id` the inbox message is
        marked processed in the same transaction (a message that is not RECEIVED any more makes it a DUPLICATE). The
        account is woken AT_ONCE; what was planned is never postponed. Nothing at all is written unless POSTED: the
        caller settles the message of a duplicate. Raises NotFound when the account does not exist."""

    def place(self, record: PaymentRecord, release: Entry, posting: Posting) -> PostOutcome:
        """Move a payment from suspense to an account, all or nothing; wakes the account AT_ONCE. STALE also when it is
        not in suspense. Raises NotFound when the account does not exist."""

    def payment(self, key: str) -> PaymentRecord:
        """One payment. Raises NotFound."""

    def suspense(self, limit: int, position: Mapping[str, str] | None = None) -> Page[PaymentRecord]:
        """Payments that wait for a person to place them, oldest first."""

    def hold(self, account_id: str, hold: Hold | None, at: datetime, by: str) -> Account:
        """Place (or lift, with None) a hold, wake the account AT_ONCE and record who did it. Raises NotFound."""

    def invoices(
        self, account_id: str, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[tuple[Invoice, OpenItem | None]]:
        """All invoices of an account by number, open and closed."""

    def timeline(
        self, account_id: str, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[Mapping[str, Any]]:
        """Everything that happened on an account, newest first, as plain facts (ready for JSON): each has `kind`
        (`entry`, `notice`, `case_event`, `decision`, `account_event`), `id` and `at`."""

    def accounts_of(self, customer_id: str) -> tuple[Account, ...]:
        """The accounts of a customer, by currency."""

    def entries(self, account_id: str) -> Iterator[Entry]:
        """Every entry of an account, oldest first (history: reads all of it)."""
