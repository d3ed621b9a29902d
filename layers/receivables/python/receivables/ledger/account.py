"""The account (customer x currency): the unit of dunning and of consistency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from receivables.core.money import Money, total
from receivables.ledger.invoices import OpenItem

MAX_OPEN_ITEMS: Final = 4_000
"""Open invoices an account can hold: one notice may have to list them all, with numbers of 64 characters, in an item
of DynamoDB (400 KB)."""

AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The `next_action_at` of an account on which something happened: the next tick plans it, whatever its time.

It is earlier than anything planned, so a writer sets it without knowing the plan and never postpones it."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Collection is paused, for a reason, by a person, until an instant (UTC) that is mandatory."""

    reason: str
    by: str
    placed_at: datetime
    until: datetime

    def active(self, as_of: datetime) -> bool:
        return self.placed_at <= as_of < self.until


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
class Account:
    """Cached totals and the dunning progress of one customer in one currency.

    `balance` is the sum of open items; `unapplied` credit not yet set against an invoice (positive). `progress`
    maps the number of an open invoice to the highest step that it has had, named by its day relative to the due date (`offset_days`), which
    keeps its meaning when a policy gets, loses or moves steps.
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

    @property
    def currency(self) -> str:
        return self.balance.currency


@dataclass(frozen=True, slots=True)
class WorkingSet:
    """All that a decision about an account needs, from one strongly consistent read."""

    account: Account
    open_items: tuple[OpenItem, ...] = ()
    case: ActiveCase | None = None

    @property
    def open_balance(self) -> Money:
        return total((item.balance for item in self.open_items), self.account.currency)
