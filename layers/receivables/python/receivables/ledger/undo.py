"""Undoing one entry: the same legs with the other sign, and what becomes of receivables, credits and the payment's record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from receivables.core.errors import Conflict
from receivables.core.ids import derived_id
from receivables.core.money import Money
from receivables.ledger.credits import Credit, CreditSource
from receivables.ledger.deeds import Deed, Holdings
from receivables.ledger.entries import Entry, EntryKind, LedgerName, Leg
from receivables.ledger.outflow import reduced_credit
from receivables.ledger.payments import PaymentRecord
from receivables.ledger.posting import CreditChange, PaymentChange, Posting
from receivables.ledger.sheet import Sheet

_OTHERWISE: Final = frozenset(
    {LedgerName.UNAPPLIED, LedgerName.CLEARING, LedgerName.IN_TRANSIT, LedgerName.PROCESSOR_FEES}
)
"""Ledger accounts whose legs name something else than a receivable."""

USED: Final = "the credit that came of it was used: reverse that first"


def receivables_in(entry: Entry) -> frozenset[str]:
    """Numbers of the receivables that an entry changed: those of its legs, and the one that a credit note is on, which may have
    been paid."""
    numbers = {leg.item for leg in entry.legs if leg.item and leg.ledger not in _OTHERWISE}
    if entry.kind is EntryKind.CREDIT_NOTE and entry.invoice:
        numbers.add(entry.invoice)
    return frozenset(numbers)


@dataclass(slots=True)
class Undoing:
    """One entry on its way back; `record` as by now, `entries` those that are made."""

    entry: Entry
    holdings: Holdings
    credits: Mapping[str, Credit]
    deed: Deed
    before: PaymentRecord | None
    sheet: Sheet = field(default_factory=Sheet)
    changes: list[CreditChange] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    record: PaymentRecord | None = None

    def __post_init__(self) -> None:
        self.record = self.before
        for number in sorted(receivables_in(self.entry)):
            if number not in self.holdings:
                raise Conflict(f"receivable {number} has to be read")
            self.sheet.put_held(self.holdings[number])

    @property
    def receivables(self) -> list[tuple[str, int]]:
        """Receivables and the minor units that the entry moved of them."""
        return [
            (leg.item, leg.minor)
            for leg in self.entry.legs
            if leg.ledger is LedgerName.RECEIVABLE and leg.item is not None
        ]

    @property
    def made_good(self) -> list[tuple[str, int]]:
        """Receivables and the minor units that the entry gave up less of them."""
        legs = (leg for leg in self.entry.legs if leg.ledger is LedgerName.BAD_DEBT)
        return [(leg.item, -leg.minor) for leg in legs if leg.item is not None]

    @property
    def unapplied(self) -> int:
        """Minor units of credit that the entry made; negative: that it used."""
        return -self.entry.moved(LedgerName.UNAPPLIED)

    def move(self, number: str, minor: int, kind: EntryKind) -> None:
        self.sheet.move(number, self.deed.effective_at, minor, kind)

    def mirror(self) -> None:
        """The entry with the other sign. Credit that it made goes; credit that it used is there again."""
        legs = []
        used = 0
        for leg in self.entry.legs:
            if leg.ledger is LedgerName.UNAPPLIED and leg.minor > 0:
                used += leg.minor
            else:
                self._take_credit(leg)
                legs.append(replace(leg, minor=-leg.minor))
        if used:
            legs.append(Leg(LedgerName.UNAPPLIED, -used, self._restored(used)))
        self.entries.insert(
            0,
            self.deed.entry(
                self.entry.account_id,
                EntryKind.REVERSAL,
                -self.entry.amount,
                tuple(legs),
                invoice=self.entry.invoice,
                payment=self.entry.payment,
                reverses=self.entry.id,
            ),
        )

    def posting(self) -> Posting:
        change = None
        if self.before is not None and self.record is not None and self.record is not self.before:
            change = PaymentChange(self.before, replace(self.record, rev=self.before.rev + 1))
        return Posting(
            self.entry.account_id,
            tuple(self.entries),
            self.sheet.changes(),
            tuple(self.changes),
            change,
        )

    def take_discount(self, number: str, minor: int) -> None:
        """The payment's record no longer has the discount."""
        if self.record is None:
            return
        self.record = replace(
            self.record,
            allocated=tuple(
                replace(each, discount=each.discount - minor) if each.item == number else each
                for each in self.record.allocated
            ),
        )

    def credits_of_note(self) -> list[Credit]:
        """What is credit of the credit note that the entry booked. Raises Conflict when some of what it made credit at once was
        used."""
        for leg in self.entry.legs:
            if leg.ledger is LedgerName.UNAPPLIED:
                self._unused(leg)
        return [
            credit
            for credit in self.credits.values()
            if credit.source is CreditSource.CREDIT_NOTE
            and self.entry.id == derived_id("ent", EntryKind.CREDIT_NOTE.value, credit.key)
        ]

    def _unused(self, leg: Leg) -> Credit:
        credit = self.credits.get(leg.item or "")
        if credit is None or credit.balance.minor < -leg.minor:
            raise Conflict(USED)
        return credit

    def _take_credit(self, leg: Leg) -> None:
        """What the entry had made credit, if the leg is of that, is no credit any more."""
        if leg.ledger is LedgerName.UNAPPLIED:
            credit = self._unused(leg)
            self.changes.append(reduced_credit(credit, -leg.minor))

    def _restored(self, minor: int) -> str:
        """Credit that is there again, under an id of its own; of the payment that it was of."""
        key = self.entry.payment
        credit = Credit(
            derived_id("crd", "reversal", self.entry.id),
            Money(minor, self.entry.amount.currency),
            self.deed.effective_at,
            CreditSource.PAYMENT if key else CreditSource.RELEASE,
            key or self.entry.id,
        )
        self.changes.append(CreditChange(None, credit))
        return credit.id
