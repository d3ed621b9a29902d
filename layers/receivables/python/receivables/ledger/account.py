"""The account (customer x currency): the unit of dunning and of consistency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from receivables.core.money import Money, total

if TYPE_CHECKING:
    from receivables.arrangements import Arrangement, Hold
    from receivables.ledger.credits import Credit
    from receivables.ledger.items import OpenItem

MAX_OPEN_ITEMS: Final = 4_000
"""Open receivables an account can hold: one notice may have to list them all, with numbers of 64 characters, in an item
of DynamoDB (400 KB)."""

AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The `next_action_at` of an account on which something happened: the next tick plans it, whatever its time.

It is earlier than anything planned, so a writer sets it without knowing the plan and never postpones it."""


@dataclass(frozen=True, slots=True)
class ActiveCase:
    """The collection case of an account, as far as planning needs it.

    `wake_at` is when its date comes (UTC; None: it waits for a person or a payment only). `started` tells that its
    workflow execution is known to exist. `invoices` are the numbers it collects.
    """

    id: str
    stage: str
    invoices: tuple[str, ...]
    wake_at: datetime | None
    started: bool

    @property
    def with_agency(self) -> bool:
        """What it collects has been, or is just being, handed over: nothing can be added to that."""
        return self.stage in {"placing", "placed"}


@dataclass(frozen=True, slots=True)
class PromiseRecord:
    """How often the customer kept its word on this account."""

    kept: int = 0
    partly_kept: int = 0
    broken: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """Cached totals and the dunning progress of one customer in one currency.

    `balance` is the sum of open items; `unapplied` credit not yet set against a receivable (positive). `progress`
    maps what is dunned (the number of an invoice; `number#2` for its second instalment; a plan's id and part) to the
    highest step that it has had, named by its day relative to the due date (`offset_days`), which keeps its meaning
    when a policy gets, loses or moves steps. `raised` maps the number of an invoice to a step that it has earned
    whatever its dates, because a promise or plan was broken. `over_limit`: the credit limit is known to be exceeded.
    `worked_at` is the as_of of the last planning; `next_action_at` when the next is to happen. `rev` counts changes.
    """

    id: str
    customer_id: str
    balance: Money
    unapplied: Money
    rev: int = 0
    progress: Mapping[str, int] = field(default_factory=dict)
    worked_at: datetime | None = None
    next_action_at: datetime | None = None
    hold: Hold | None = None
    raised: Mapping[str, int] = field(default_factory=dict)
    promises: PromiseRecord = PromiseRecord()
    over_limit: bool = False

    @property
    def currency(self) -> str:
        return self.balance.currency

    @property
    def exposure(self) -> Money:
        """What is owed, charges included, less unapplied credit; never negative."""
        return max(Money.zero(self.currency), self.balance - self.unapplied)


@dataclass(frozen=True, slots=True)
class WorkingSet:
    """All that a decision about an account needs, from one strongly consistent read.

    `items` are all open items as stored, charges not claimed and settling invoices included.
    """

    account: Account
    items: tuple[OpenItem, ...] = ()
    case: ActiveCase | None = None
    credits: tuple[Credit, ...] = ()
    arrangements: tuple[Arrangement, ...] = ()

    @property
    def open_items(self) -> tuple[OpenItem, ...]:
        """What the customer is asked for: with a balance, and claimed."""
        return tuple(item for item in self.items if item.balance and item.claimed)

    @property
    def open_balance(self) -> Money:
        """What the customer is asked for, all in all."""
        return total((item.balance for item in self.open_items), self.account.currency)
