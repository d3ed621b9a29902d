"""Postings: one atomic change of an account, worked out purely; the store writes it in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from receivables.core.errors import TooLarge
from receivables.core.ids import split_account_id
from receivables.ledger.invoices import InvoiceStatus

if TYPE_CHECKING:
    from receivables.arrangements import Arrangement, Hold
    from receivables.ledger.credits import Credit
    from receivables.ledger.entries import Entry
    from receivables.ledger.invoices import Invoice
    from receivables.ledger.items import OpenItem
    from receivables.ledger.moves import Accrued, Move
    from receivables.ledger.payments import PaymentRecord, PaymentStub
    from receivables.ledger.payouts import Payout
    from receivables.terms import Instalment

SUSPENSE_CUSTOMER: Final = "suspense"
"""The customer id of the pseudo-accounts that hold money nobody could place yet."""

CLEARING_CUSTOMER: Final = "clearing"
"""The customer id of the pseudo-accounts on which payouts of processors are booked."""

OWN_CUSTOMERS: Final = frozenset({SUSPENSE_CUSTOMER, CLEARING_CUSTOMER})
"""Nobody's accounts: entries and payments only; no balance, nobody to be woken."""

MOST_WRITES: Final = 100
"""What one transaction of DynamoDB takes."""

Fact = Mapping[str, Any]
"""Something that happened and moved no money, in its plain form: see `ledger.facts`."""


@dataclass(frozen=True, slots=True)
class Closing:
    """What the document of a receivable keeps when its open item goes: enough to open it again as it was.

    `at` (UTC) is when what closed it took effect. `written_off`: minor units given up by that; they are added to what the
    document says already. `rev` is that of the open item which goes: it is kept (`Invoice.item_rev`), so that no
    rev comes twice when the receivable opens again.
    """

    at: datetime
    status: InvoiceStatus = InvoiceStatus.CLOSED
    moves: tuple[Move, ...] = ()
    accrued: tuple[Accrued, ...] = ()
    schedule: tuple[Instalment, ...] = ()
    written_off: int = 0
    rev: int = 0


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One receivable before and after. `before` None: it is new, or was closed; `after` None: it leaves the open items, or
    has none.

    `closing` is there exactly when an open item goes. `document` is there when the document is written otherwise: a new one
    (`document_rev` None), or one that was closed when it was read at `document_rev` (it opens again, or what was written
    off is recovered).
    """

    number: str
    before: OpenItem | None
    after: OpenItem | None
    closing: Closing | None = None
    document: Invoice | None = None
    document_rev: int | None = None

    @property
    def delta(self) -> int:
        """Change of the balance in minor units."""
        return _minor(self.after) - _minor(self.before)

    @property
    def opens(self) -> bool:
        """An open item comes into being: of a new document, or of one that was closed."""
        return self.before is None and self.after is not None

    @property
    def writes(self) -> int:
        """Items of the table: the open item, the document, and for a new document its pointer."""
        new = self.document is not None and self.document_rev is None
        changes_document = self.closing is not None or self.document is not None
        return (self.before is not None or self.after is not None) + changes_document + new


@dataclass(frozen=True, slots=True)
class CreditChange:
    """One credit before and after. None: it was not, or is no longer, there."""

    before: Credit | None
    after: Credit | None

    @property
    def delta(self) -> int:
        return _minor(self.after) - _minor(self.before)


@dataclass(frozen=True, slots=True)
class PaymentChange:
    """A payment's record before and after. `before` None: the payment is new, and its key must be - unless there is a stub at
    `stub_rev`, whose place it takes."""

    before: PaymentRecord | None
    after: PaymentRecord
    stub_rev: int | None = None


@dataclass(frozen=True, slots=True)
class StubChange:
    """What is known of a payment whose money has not come, before (None: nothing was) and after."""

    before: PaymentStub | None
    after: PaymentStub


@dataclass(frozen=True, slots=True)
class PayoutChange:
    """A processor's payout before and after. `before` None: it is new, and its key must be."""

    before: Payout | None
    after: Payout


@dataclass(frozen=True, slots=True)
class ArrangementChange:
    """An arrangement before and after. `before` None: it is new. One that is no longer active is kept as history."""

    before: Arrangement | None
    after: Arrangement


class Keep(Enum):
    """Leave it as it is; None would mean: take it away."""

    AS_IS = "as_is"


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What else changes of the account. `hold` is set as given, or kept; `raised` adds to the map, `forget` names
    keys that leave `progress` and `raised`; `restored` puts steps back into `progress` that dues had had before they were
    paid for a time (a higher one that is there stays); `kept`, `partly_kept`, `broken` count promises."""

    hold: Hold | Keep | None = Keep.AS_IS
    raised: Mapping[str, int] = field(default_factory=dict)
    forget: tuple[str, ...] = ()
    restored: Mapping[str, int] = field(default_factory=dict)
    kept: int = 0
    partly_kept: int = 0
    broken: int = 0
    over_limit: bool | None = None


NO_CHANGE: Final = AccountChange()


@dataclass(frozen=True, slots=True)
class Posting:
    """One atomic change of an account: what is written together, under which assumptions.

    What it assumes are the `before` of all that it changes (their rev), and `account_rev` where the working depended on
    the account as a whole. Keys that must be new - entries, payments, documents - make a repetition a duplicate; `key` is
    one for what has no other (a refund, a write-off, a credit note): taken for ever, and remembered with the first entry.
    `entries` may also be on the suspense account of the currency. On one of nobody's accounts (`own`) nothing but entries, payments,
    stubs and payouts is written, and nobody is woken. Raises TooLarge when it needs more writes than a
    transaction takes.
    """

    account_id: str
    entries: tuple[Entry, ...] = ()
    items: tuple[ItemChange, ...] = ()
    credits: tuple[CreditChange, ...] = ()
    payment: PaymentChange | None = None
    stub: StubChange | None = None
    payout: PayoutChange | None = None
    arrangements: tuple[ArrangementChange, ...] = ()
    account: AccountChange = NO_CHANGE
    facts: tuple[Fact, ...] = ()
    account_rev: int | None = None
    key: str | None = None

    def __post_init__(self) -> None:
        if self.writes > MOST_WRITES:
            raise TooLarge(f"{self.writes} writes at once; at most {MOST_WRITES} are possible")

    @property
    def own(self) -> bool:
        """Whether it is on one of nobody's accounts: suspense, clearing."""
        return split_account_id(self.account_id)[0] in OWN_CUSTOMERS

    @property
    def balance(self) -> int:
        """Change of the account's balance in minor units."""
        return sum(change.delta for change in self.items)

    @property
    def unapplied(self) -> int:
        """Change of the account's unapplied credit in minor units."""
        return sum(change.delta for change in self.credits)

    @property
    def opened(self) -> int:
        """How many open items more there are after it; may be negative."""
        return sum((c.after is not None) - (c.before is not None) for c in self.items)

    @property
    def room(self) -> int:
        """How many open items more the account must have room for. A receivable that opens again needs none: that money
        went back is a fact, which no bound of ours can refuse."""
        new = any(change.opens and change.document_rev is None for change in self.items)
        return self.opened if new else 0

    @property
    def writes(self) -> int:
        """Items of the table that are written, at most: with the account and a message of the inbox."""
        return (
            2
            + len(self.entries)
            + sum(change.writes for change in self.items)
            + len(self.credits)
            + (self.payment is not None)
            + (self.stub is not None)
            + (self.payout is not None)
            + 4 * len(self.arrangements)  # the item, where it was, its pointer, its fact
            + len(self.facts)
            + (self.key is not None)
        )


def _minor(of: OpenItem | Credit | None) -> int:
    return of.balance.minor if of else 0
