"""Checks of money: where that of each payment is, and what is under way from processors, by the entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from receivables.core.ids import split_account_id
from receivables.core.money import Money
from receivables.ledger.account import Account
from receivables.ledger.credits import Credit
from receivables.ledger.entries import Entry, LedgerName
from receivables.ledger.invoices import Invoice
from receivables.ledger.items import OpenItem
from receivables.ledger.payments import PaymentRecord
from receivables.ledger.payouts import Payout, PayoutState
from receivables.ledger.posting import SUSPENSE_CUSTOMER
from receivables.ledger.recount import Recount


@dataclass(frozen=True, slots=True)
class AccountBooks:
    """All that is kept of an account. `account` None: one of ours (suspense, clearing), which has nothing but entries. `payments` and
    `payouts` are those that its entries name; None: they are not looked at."""

    account_id: str
    account: Account | None
    items: tuple[OpenItem, ...] = ()
    credits: tuple[Credit, ...] = ()
    documents: tuple[Invoice, ...] = ()
    payments: tuple[PaymentRecord, ...] | None = None
    entries: tuple[Entry, ...] = ()
    payouts: tuple[Payout, ...] | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not what the entries say: of which account, what, and the two values in words."""

    account_id: str
    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.account_id}: {self.what} is {self.found}, should be {self.expected}"


def payments_in(entries: Iterable[Entry]) -> set[str]:
    """The keys of the payments that entries name."""
    return {entry.payment for entry in entries if entry.payment}


def payouts_in(entries: Iterable[Entry]) -> set[str]:
    """The keys of the payouts that entries move."""
    return {leg.item for e in entries for leg in e.legs if leg.ledger is LedgerName.IN_TRANSIT and leg.item}


class MoneyCheck:
    """Differences between what is kept of money and what the entries of an account say."""

    def __init__(self, books: AccountBooks, counted: Recount) -> None:
        self._books, self._counted = books, counted
        self._currency = split_account_id(books.account_id)[1]

    def _moved(self) -> Iterator[Difference]:
        if self._books.payments is not None:
            yield from self._payments({record.payment.key: record for record in self._books.payments})
        if self._books.payouts is not None:
            yield from self._payouts({payout.key: payout for payout in self._books.payouts})

    def _payments(self, records: Mapping[str, PaymentRecord]) -> Iterator[Difference]:
        in_suspense = split_account_id(self._books.account_id)[0] == SUSPENSE_CUSTOMER
        for key in sorted({*records, *self._counted.payments}):
            record = records.get(key)
            if record is None:
                yield self._difference(f"payment {key}", "on record", "missing")
            elif key not in self._counted.payments:
                yield self._difference(f"payment {key}", "booked", "without entries")
            elif in_suspense:
                yield from self._waiting(record)
            elif record.account_id == self._books.account_id:
                yield from self._payment(record)
            elif self._counted.payments[key].anything:
                yield self._difference(
                    f"the account of payment {key}", self._books.account_id, record.account_id
                )

    def _waiting(self, record: PaymentRecord) -> Iterator[Difference]:
        key, of = record.payment.key, self._counted.payments[record.payment.key]
        yield from self._same(
            f"what waits of payment {key}", record.waiting, self._money(of.amounts["waits"])
        )
        back = self._money(of.amounts["refunded"] + of.amounts["charged back"])
        what = f"what of payment {key} went back out of suspense"
        yield from self._same(what, back, self._money(record.returned))
        yield from self._kept(record)

    def _kept(self, record: PaymentRecord) -> Iterator[Difference]:
        """Its money comes to, and goes from, one place."""
        other = {LedgerName.CASH, LedgerName.CLEARING} - {record.payment.kept_on}
        for ledger in other:
            moved = self._counted.payments[record.payment.key].kept[ledger]
            yield from self._same(
                f"what of payment {record.payment.key} is on {ledger.value}",
                self._money(0),
                self._money(moved),
            )

    def _payouts(self, payouts: Mapping[str, Payout]) -> Iterator[Difference]:
        for key in sorted({*payouts, *self._counted.in_transit}):
            payout = payouts.get(key)
            if payout is None:
                yield self._difference(f"payout {key}", "on record", "missing")
                continue
            on_the_way = payout.amount.minor if payout.state is PayoutState.SENT else 0
            yield from self._same(
                f"what of payout {key} is under way",
                self._money(self._counted.in_transit[key]),
                self._money(on_the_way),
            )

    def _payment(self, record: PaymentRecord) -> Iterator[Difference]:
        key = record.payment.key
        of = self._counted.payments[key]
        found = {
            "credit": record.credit,
            "refunded": record.refunded,
            "charged back": record.charged_back,
            "recovered": record.recovered,
            "rounded": record.rounded,
            "reversed": record.reversed,
            "paid out": record.paid_out,
        }
        for name, minor in found.items():
            yield from self._same(
                f"what of payment {key} is {name}", self._money(of.amounts[name]), self._money(minor)
            )
        yield from self._allocated(record)
        yield from self._kept(record)
        parts = sum(found.values()) + sum(each.minor for each in record.allocated) + record.returned
        yield from self._same(f"what payment {key} adds up to", record.payment.amount, self._money(parts))

    def _allocated(self, record: PaymentRecord) -> Iterator[Difference]:
        key = record.payment.key
        of = self._counted.payments[key]
        pays = {each.item: each.minor for each in record.allocated}
        granted = {each.item: each.discount for each in record.allocated}
        for number in sorted({*pays, *of.allocated}):
            yield from self._same(
                f"what payment {key} pays of {number}",
                self._money(of.allocated[number]),
                self._money(pays.get(number, 0)),
            )
        for number in sorted({*granted, *of.discounts}):
            yield from self._same(
                f"the discount on {number} with payment {key}",
                self._money(of.discounts[number]),
                self._money(granted.get(number, 0)),
            )

    def _money(self, minor: int) -> Money:
        return Money(minor, self._currency)

    def _same(self, what: str, expected: object, found: object) -> Iterator[Difference]:
        if expected != found:
            yield self._difference(what, expected, found)

    def _difference(self, what: str, expected: object, found: object) -> Difference:
        return Difference(self._books.account_id, what, str(expected), str(found))
