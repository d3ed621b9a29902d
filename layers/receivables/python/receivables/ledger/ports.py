"""What the ledger needs of its store. One contract suite runs against every implementation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from receivables.core.money import Money
from receivables.ledger.items import ItemKind
from receivables.terms import PLAIN, Conditions

if TYPE_CHECKING:
    from receivables.arrangements import Arrangement, ArrangementKind
    from receivables.ledger.account import Account, WorkingSet
    from receivables.ledger.entries import Entry
    from receivables.ledger.invoices import Invoice
    from receivables.ledger.items import OpenItem
    from receivables.ledger.payments import PaymentRecord, PaymentStub
    from receivables.ledger.payouts import Payout, PayoutState
    from receivables.ledger.posting import Posting

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list; `position` is where the next part begins (opaque; None: this was the last)."""

    items: tuple[T, ...]
    position: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class InvoicePointer:
    """What never changes of a receivable, found by its number in one read."""

    number: str
    account_id: str
    amount: Money
    issue_date: date
    due_date: date
    description: str = ""
    kind: ItemKind = ItemKind.INVOICE
    concerns: str | None = None
    terms: str | None = None
    conditions: Conditions = PLAIN


@dataclass(frozen=True, slots=True)
class OpenReceivable:
    """As much of an open item as finding out what money is for needs. `offers` are its discounts: until when (local date,
    included, with the days of grace), and what settles it if paid by then; the largest discount first, whatever day it is.
    `discounted` and `discount_until` are the first of them."""

    number: str
    account_id: str
    balance: Money
    amount: Money
    issue_date: date
    due_date: date
    kind: ItemKind = ItemKind.INVOICE
    concerns: str | None = None
    offers: tuple[tuple[date, Money], ...] = ()

    @property
    def discounted(self) -> Money | None:
        return self.offers[0][1] if self.offers else None

    @property
    def discount_until(self) -> date | None:
        return self.offers[0][0] if self.offers else None


class PostOutcome(StrEnum):
    """What became of a posting."""

    POSTED = "posted"
    DUPLICATE = "duplicate"
    """A key that had to be new was there already: nothing was written, and nothing needs to be."""
    STALE = "stale"
    """Something is not as the posting assumed: read it and work it out again."""


class LedgerStore(Protocol):
    """Accounts, receivables, entries, payments and arrangements."""

    def working_set(self, account_id: str) -> WorkingSet | None:
        """Account, open items, credits, active arrangements and active case in one strongly consistent query; None: no
        such account."""

    def pointer(self, number: str) -> InvoicePointer | None:
        """The receivable's static facts, by number, strongly consistent."""

    def invoice(self, number: str) -> tuple[Invoice, OpenItem | None]:
        """The document and, while it is open, its open item. Raises NotFound."""

    def documents(self, account_id: str, numbers: Iterable[str]) -> dict[str, Invoice]:
        """Documents of an account by number, open and closed, a hundred with one read; strongly consistent. Raises NotFound."""

    def describe(self, number: str, description: str, rev: int, at: datetime, by: str) -> None:
        """Change the description of an invoice whose document is at `rev`, and of its open item, and record who did
        it. Raises NotFound or StaleRevision."""

    def open_item(self, account_id: str, number: str) -> OpenItem | None:
        """The open item of a receivable, strongly consistent; None: it is closed."""

    def issue(self, posting: Posting) -> Invoice:
        """Write a new invoice (the posting's one item), its open item and its entry, and create or change its account, all or
        nothing; the account is woken at the start (UTC) of the issue date or, if earlier, when it would have acted.

        Raises AlreadyExists if the number is taken by another invoice; the same invoice again (same account, amount
        and dates) is returned as it is. Raises Conflict when the account holds MAX_OPEN_ITEMS.
        """

    def post(self, posting: Posting, *, inbox_id: str | None = None) -> PostOutcome:
        """Write all that a posting changes, all or nothing; with `inbox_id` the inbox message is marked processed in the
        same transaction (a message that is not RECEIVED any more makes it a DUPLICATE). The account is woken AT_ONCE;
        what was planned is never postponed. Nothing at all is written unless POSTED: the caller settles the message
        of a duplicate. On nobody's accounts (`posting.own`) nothing but entries, payments, stubs and payouts is written, and nobody
        is woken.

        DUPLICATE: an entry, a new payment, stub, payout, document or arrangement was there already, or the posting's `key`. STALE: something that is changed is
        not at the rev that was assumed, or a document not in the state. Raises NotFound when the account does not exist.
        """

    def payment(self, key: str) -> PaymentRecord:
        """One payment. Raises NotFound."""

    def known_payment(self, key: str) -> PaymentRecord | PaymentStub | None:
        """What is known of a payment, whether or not its money came; strongly consistent. None: nothing."""

    def held(self, held_by: str, on: date, position: Mapping[str, str] | None = None) -> Page[str]:
        """Keys of the payments that a processor's account (`stripe/main`) has, or had, in its hands, and that took effect on a day
        (UTC); in no particular order, from a sparse index: lately written ones may be missing."""

    def orphans(
        self, before: datetime, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[PaymentStub]:
        """Stubs of payments of which a refund or dispute was heard before an instant (UTC), and whose money never came; oldest
        first, from an index."""

    def open_receivables(self, position: Mapping[str, str] | None = None) -> Page[OpenReceivable]:
        """Everything that is asked for, of all accounts, in no particular order; from a sparse index: O(open), a page of about a
        megabyte, lately changed ones may be stale."""

    def suspense(self, limit: int, position: Mapping[str, str] | None = None) -> Page[PaymentRecord]:
        """Payments that wait for a person to place them, oldest first."""

    def invoices(
        self, account_id: str, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[tuple[Invoice, OpenItem | None]]:
        """All receivables of an account by number, open and closed, charges too."""

    def timeline(
        self, account_id: str, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[Mapping[str, Any]]:
        """Everything that happened on an account, newest first, as plain facts (ready for JSON): each has `kind`
        (`entry`, `notice`, `case_event`, `decision`, `account_event`, `arrangement`), `id` and `at`."""

    def accounts_of(self, customer_id: str) -> tuple[Account, ...]:
        """The accounts of a customer, by currency."""

    def entry(self, account_id: str, entry_id: str, recorded_at: datetime) -> Entry:
        """One entry, strongly consistent. Raises NotFound."""

    def keyed(self, key: str) -> Entry | None:
        """The first entry of the posting that took that key, strongly consistent; None: the key is free."""

    def entries(self, account_id: str) -> Iterator[Entry]:
        """Every entry of an account, oldest first by recording (history: reads all of it)."""

    def arrangement(self, arrangement_id: str) -> Arrangement:
        """One promise, plan or dispute, active or ended, strongly consistent. Raises NotFound."""

    def arrangements(
        self, account_id: str, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[Arrangement]:
        """All arrangements of an account, ended ones too, in the order of their ids (which tell their time)."""

    def ended_arrangements(self, account_id: str) -> Iterator[Arrangement]:
        """The arrangements of an account that are not active any more, in the order of their ids, strongly consistent. (Those
        that are, are part of its working set.)"""

    def wake(self, account_id: str) -> None:
        """Let the account be planned AT_ONCE. Nothing when it does not exist."""

    def undecided(
        self, kind: ArrangementKind, before: date, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[Arrangement]:
        """Active arrangements of a kind whose day came before that day, oldest first: the deadline of a dispute, the last
        date (with grace) of a promise or plan. From an index: lately changed ones may be missing."""

    def short_payments(
        self, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[tuple[str, OpenItem]]:
        """Account ids and open items that were paid short, and wait for a decision; oldest first, from an index."""

    def unclaimed_charges(
        self, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[tuple[str, OpenItem]]:
        """Account ids and charges that wait for a person to claim or waive them; oldest first, from an index."""


class PayoutStore(Protocol):
    """Payouts of processors; they are written by `LedgerStore.post`, with their entries. From an index but for `payout`: lately
    changed ones may be missing."""

    def payout(self, key: str) -> Payout:
        """One payout, strongly consistent. Raises NotFound."""

    def payouts(
        self, state: PayoutState, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[Payout]:
        """Those in a state: under way by currency and amount, the others by the day on which they were sent, oldest first."""

    def payouts_of(self, amount: Money) -> tuple[Payout, ...]:
        """Those under way with exactly this amount, the one that was sent first first."""
