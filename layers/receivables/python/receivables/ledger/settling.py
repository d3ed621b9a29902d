"""Settling: what follows when money has paid a receivable - a discount that is earned, one that is not, a rest that is let go."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from receivables.core.clock import local_date
from receivables.core.money import Money
from receivables.ledger.deeds import Deed
from receivables.ledger.discounting import earned, earned_at, short_mark, tax_in
from receivables.ledger.entries import Entry, EntryKind, LedgerName, Leg
from receivables.ledger.sheet import Sheet


@dataclass(slots=True)
class Settling:
    """Of one posting: the entries that follow from money, besides its own, and the discounts granted by receivable.
    `payment` is the key of the payment that the money is of, if it is of one."""

    account_id: str
    sheet: Sheet
    deed: Deed
    tz: ZoneInfo
    payment: str | None
    entries: list[Entry] = field(default_factory=list)
    discounts: dict[str, int] = field(default_factory=dict)

    def paid(self, number: str) -> None:
        """Money has just paid something of the receivable, at the instant of the deed."""
        item = self.sheet.item(number)
        if minor := earned(item, self.tz):
            self.grant(number, minor, earned_at(item, self.tz, self.deed.effective_at))
        item = self.sheet.item(number)
        if item.balance and item.balance.minor <= item.conditions.rounding:
            self._let_go(number)
        elif self.payment and (
            mark := short_mark(item, self.payment, local_date(self.deed.effective_at, self.tz))
        ):
            self.sheet.mark(number, short=mark)

    def grant(self, number: str, minor: int, at: datetime) -> None:
        """A discount, with an entry of its own."""
        entry = discount_entry(self.account_id, self.sheet, number, minor, self.deed.at(at), self.payment)
        self.entries.append(entry)
        self.discounts[number] = self.discounts.get(number, 0) + minor

    def _let_go(self, number: str) -> None:
        item = self.sheet.item(number)
        rest = item.balance.minor
        at = max((move.at for move in item.moves), default=self.deed.effective_at)
        self.sheet.move(number, at, -rest, EntryKind.ROUNDING)
        legs = (Leg(LedgerName.ROUNDING, rest), Leg(LedgerName.RECEIVABLE, -rest, number))
        self.entries.append(
            self.deed.at(at).entry(
                self.account_id,
                EntryKind.ROUNDING,
                item.balance,
                legs,
                number,
                invoice=number,
                payment=self.payment,
                reason=f"a rest of {item.balance} is let go",
            )
        )


def discount_entry(
    account_id: str,
    sheet: Sheet,
    number: str,
    minor: int,
    deed: Deed,
    payment: str | None,
    reverses: str | None = None,
) -> Entry:
    """A discount granted on a receivable (or, negative, taken back), with the tax in it, on the sheet and as an entry."""
    item = sheet.item(number)
    tax = tax_in(item, minor)
    sheet.move(number, deed.effective_at, -minor, EntryKind.DISCOUNT)
    legs = (
        Leg(LedgerName.DISCOUNTS, minor - tax),
        Leg(LedgerName.TAX, tax),
        Leg(LedgerName.RECEIVABLE, -minor, number),
    )
    amount = Money(minor, item.balance.currency)
    return deed.entry(
        account_id,
        EntryKind.DISCOUNT if reverses is None else EntryKind.REVERSAL,
        amount,
        legs,
        number,
        invoice=number,
        payment=payment,
        reverses=reverses,
    )
