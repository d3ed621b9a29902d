"""Outflow: money of a payment is taken back from where it is now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from receivables.core.errors import Conflict, StaleRevision
from receivables.core.money import Money
from receivables.ledger.credits import Credit, CreditSource
from receivables.ledger.deeds import Deed, Holdings
from receivables.ledger.entries import Entry, EntryKind, LedgerName
from receivables.ledger.journal import Journal
from receivables.ledger.payments import Allocated, PaymentRecord
from receivables.ledger.posting import CreditChange
from receivables.ledger.settling import discount_entry
from receivables.ledger.sheet import Sheet
from receivables.ledger.timing import Step, unfit


@dataclass(slots=True)
class Outflow:
    """Money of one payment on its way back. `record` and `credits` are as by now; `discounts` the entries that take discounts
    back. `undone`: as if it had never come, from when it had counted; otherwise from the instant of the deed on."""

    record: PaymentRecord
    holdings: Holdings
    deed: Deed
    kind: EntryKind
    undone: bool = False
    sheet: Sheet = field(default_factory=Sheet)
    journal: Journal = field(default_factory=Journal)
    credits: list[CreditChange] = field(default_factory=list)
    discounts: list[Entry] = field(default_factory=list)

    def take(self, minor: int, unapplied: Iterable[Credit]) -> None:
        """So much of it: first what is credit, then what was let go as too much, then what pays receivables, the last
        first, then what was recovered. Raises Conflict when a receivable is not handed in, StaleRevision when there is less
        than the record says."""
        minor -= self.take_credit(minor, unapplied)
        minor -= self._take_rounded(minor)
        for each in reversed(self.record.allocated):
            if minor:
                minor -= self.take_allocated(each, min(minor, each.minor))
        minor -= self._take_recovered(minor)
        if minor:
            raise StaleRevision("the payment's money is not where it was: read again")

    def take_credit(self, minor: int, unapplied: Iterable[Credit]) -> int:
        """What is credit of the payment, what became so last first."""
        own = [c for c in unapplied if (c.source, c.key) == (CreditSource.PAYMENT, self.record.payment.key)]
        taken = 0
        for credit in sorted(own, key=lambda credit: (credit.effective_at, credit.id), reverse=True):
            take = min(credit.balance.minor, minor - taken)
            if take:
                self.credits.append(reduced_credit(credit, take))
                self.journal.post(self.deed.effective_at, LedgerName.UNAPPLIED, take, credit.id)
                taken += take
        if taken < min(minor, self.record.credit):
            raise StaleRevision("the payment's credit was used meanwhile: read again")
        self.record = replace(self.record, credit=self.record.credit - taken)
        return taken

    def take_allocated(self, each: Allocated, minor: int) -> int:
        """What pays a receivable, with the discount that was granted for it, in proportion (half to even)."""
        self.lay(each.item)
        discount = round(Fraction(each.discount * minor, each.minor)) if each.minor else each.discount
        steps = self._steps(each.item, minor)
        for at, part in steps:
            self.sheet.move(each.item, at, part, EntryKind.PAYMENT if self.undone else self.kind)
            self.journal.post(at, LedgerName.RECEIVABLE, part, each.item)
            if at != self.deed.effective_at:  # it had waited as credit until then
                self.journal.post(self.deed.effective_at, LedgerName.UNAPPLIED, part, self._waiting)
                self.journal.post(at, LedgerName.UNAPPLIED, -part, self._waiting)
        if discount:
            deed = self.deed.at(max((at for at, _ in steps), default=self.deed.effective_at))
            key = self.record.payment.key
            account_id = self.record.account_id or ""
            self.discounts.append(discount_entry(account_id, self.sheet, each.item, -discount, deed, key))
        left = replace(each, minor=each.minor - minor, discount=each.discount - discount)
        self.record = replace(
            self.record,
            allocated=tuple(
                left if known is each else known
                for known in self.record.allocated
                if known is not each or left.minor or left.discount
            ),
        )
        return minor

    def lay(self, number: str) -> None:
        """Lay a receivable down. Raises Conflict when it is not handed in."""
        if number not in self.sheet:
            if number not in self.holdings:
                raise Conflict(f"receivable {number} has to be read")
            self.sheet.put_held(self.holdings[number])

    def _steps(self, number: str, minor: int) -> list[Step]:
        if self.undone:
            return unfit(self.sheet.item(number), minor, self.record.payment.effective_at)
        return [(self.deed.effective_at, minor)] if minor else []

    @property
    def _waiting(self) -> str:
        return f"{self.record.payment.key}/undone"

    def _take_rounded(self, minor: int) -> int:
        taken = min(minor, self.record.rounded)
        self.journal.post(self.deed.effective_at, LedgerName.ROUNDING, taken)
        self.record = replace(self.record, rounded=self.record.rounded - taken)
        return taken

    def _take_recovered(self, minor: int) -> int:
        """What had been recovered is given up again."""
        taken = min(minor, self.record.recovered)
        number = self.record.invoice
        if taken and number is not None:
            self.lay(number)
            self.sheet.give_up(number, taken)
            self.journal.post(self.deed.effective_at, LedgerName.BAD_DEBT, taken, number)
            self.record = replace(self.record, recovered=self.record.recovered - taken)
        return taken


def reduced_credit(credit: Credit, minor: int) -> CreditChange:
    """A credit of which so much is used."""
    left = credit.balance - Money(minor, credit.balance.currency)
    return CreditChange(credit, replace(credit, balance=left, rev=credit.rev + 1) if left else None)
