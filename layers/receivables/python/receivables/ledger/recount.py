"""Recounting: everything that is kept of an account, worked out from its entries alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from receivables.ledger.entries import Entry, EntryKind, LedgerName

_CHARGES = {EntryKind.INVOICE, EntryKind.FEE, EntryKind.INTEREST}
_BACK = {
    EntryKind.REFUND: "refunded",
    EntryKind.REFUND_RETURNED: "refunded",
    EntryKind.CHARGEBACK: "charged back",
    EntryKind.CHARGEBACK_REVERSAL: "charged back",
    EntryKind.REVERSAL: "reversed",
}


_HERE = {LedgerName.CASH, LedgerName.CLEARING, LedgerName.REFUNDS_PAYABLE}
"""Where money comes to and goes from."""
_NAMES = {
    LedgerName.UNAPPLIED: "credit",
    LedgerName.SUSPENSE: "waits",
    LedgerName.BAD_DEBT: "recovered",
    LedgerName.IN_TRANSIT: "paid out",
}
"""What money of a payment is called on these; on others, as those of discounts, it is none of it."""


@dataclass(slots=True)
class PaymentCount:
    """Where the money of a payment is: by receivable, and otherwise by name; the discounts granted for it; and by which ledger
    accounts it came and went, net."""

    allocated: Counter[str] = field(default_factory=Counter)
    discounts: Counter[str] = field(default_factory=Counter)
    amounts: Counter[str] = field(default_factory=Counter)
    kept: Counter[LedgerName] = field(default_factory=Counter)

    @property
    def anything(self) -> bool:
        """Whether anything of it is left on the account: it may have been there, and be on another now."""
        return any(
            any(counter.values()) for counter in (self.allocated, self.discounts, self.amounts, self.kept)
        )


@dataclass(slots=True)
class Recount:
    """Minor units: what is owed in all and unapplied; by receivable what is open, what was charged at first and what
    was given up; by credit; by payment; by payout what is under way."""

    balance: int = 0
    unapplied: int = 0
    receivables: Counter[str] = field(default_factory=Counter)
    charged: Counter[str] = field(default_factory=Counter)
    given_up: Counter[str] = field(default_factory=Counter)
    credits: Counter[str] = field(default_factory=Counter)
    payments: dict[str, PaymentCount] = field(default_factory=dict)
    in_transit: Counter[str] = field(default_factory=Counter)


def recount(entries: Iterable[Entry]) -> Recount:
    """Fold the entries of an account, in any order."""
    there = tuple(entries)
    kinds = {entry.id: entry.kind for entry in there}
    counted = Recount()
    for entry in there:
        _add(counted, entry)
        if entry.payment is not None:
            _add_payment(counted.payments.setdefault(entry.payment, PaymentCount()), entry, kinds)
    return counted


def _add(counted: Recount, entry: Entry) -> None:
    for leg in entry.legs:
        of = leg.item or ""
        if leg.ledger is LedgerName.RECEIVABLE:
            counted.balance += leg.minor
            counted.receivables[of] += leg.minor
            if entry.kind in _CHARGES:
                counted.charged[of] += leg.minor
        elif leg.ledger is LedgerName.UNAPPLIED:
            counted.unapplied -= leg.minor
            counted.credits[of] -= leg.minor
        elif leg.ledger is LedgerName.BAD_DEBT:
            counted.given_up[of] += leg.minor
        elif leg.ledger is LedgerName.IN_TRANSIT:
            counted.in_transit[of] += leg.minor


def _add_payment(count: PaymentCount, entry: Entry, kinds: Mapping[str, EntryKind]) -> None:
    """An entry that undoes another counts as that one does, with its own signs."""
    kind = kinds.get(entry.reverses or "", entry.kind) if entry.kind is EntryKind.REVERSAL else entry.kind
    if entry.kind in _BACK:
        out = sum(leg.minor for leg in entry.legs if leg.ledger in _HERE)
        count.amounts[_BACK[entry.kind]] -= out
    # A rest of a receivable that is let go is no money of the payment.
    of_receivable = any(leg.ledger is LedgerName.RECEIVABLE for leg in entry.legs)
    for leg in entry.legs:
        if leg.ledger is LedgerName.RECEIVABLE:
            _add_receivable(count, kind, leg.item or "", leg.minor)
        elif leg.ledger in _HERE:
            count.kept[leg.ledger] += leg.minor
        elif leg.ledger is not LedgerName.ROUNDING:
            count.amounts[_NAMES.get(leg.ledger, "otherwise")] -= leg.minor
        elif kind is not EntryKind.ROUNDING or not of_receivable:
            count.amounts["rounded"] -= leg.minor


def _add_receivable(count: PaymentCount, kind: EntryKind, number: str, minor: int) -> None:
    if kind is EntryKind.DISCOUNT:
        count.discounts[number] -= minor
    elif kind is not EntryKind.ROUNDING:
        count.allocated[number] -= minor
