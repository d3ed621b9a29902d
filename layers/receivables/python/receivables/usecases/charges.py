"""Late charges: reading them with their working, and deciding whether they are claimed or waived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from receivables.core.errors import Conflict, NotFound
from receivables.core.money import Money
from receivables.ledger import EntryKind, ItemKind, LedgerStore, Page, Posting
from receivables.ledger.adjusting import claim_charge, waive
from receivables.ledger.deeds import Deed, Held
from receivables.usecases.booking import Booked, book, post_again
from receivables.usecases.settling import in_currency

MOST_PAGES: Final = 20
"""Pages of receivables that are read for one page of charges: what lies between them may be many invoices."""


@dataclass(frozen=True, slots=True)
class WaiverOrder:
    """Which charge, and how much of it (None: all). `id` is unique for it, for ever."""

    number: str
    id: str
    amount: Money | None
    reason: str


class ReadCharges:
    """Reads charges."""

    def __init__(self, ledger: LedgerStore) -> None:
        self._ledger = ledger

    def one(self, number: str) -> Held:
        """A charge. Raises NotFound, also for an invoice."""
        held = self._ledger.invoice(number)
        if held[0].kind is ItemKind.INVOICE:
            raise NotFound("charge", number)
        return held

    def of_account(self, account_id: str, limit: int, position: Mapping[str, str] | None) -> Page[Held]:
        """The charges of an account by number, at most `limit`; a page with fewer may have another after it."""
        found: list[Held] = []
        for _ in range(MOST_PAGES):
            page = self._ledger.invoices(account_id, limit - len(found), position)
            found += [held for held in page.items if held[0].kind is not ItemKind.INVOICE]
            position = page.position
            if position is None or len(found) == limit:
                break
        return Page(tuple(found), position)


class DecideCharge:
    """Carries out what a person decided of a charge."""

    def __init__(self, ledger: LedgerStore) -> None:
        self._ledger, self._read = ledger, ReadCharges(ledger)

    def claim(self, number: str, reason: str, by: str, recorded_at: datetime) -> None:
        """The customer is asked for it from now on; again is harmless. Raises NotFound, and Conflict when it is closed."""
        if self._item_is_claimed(number):
            return

        def build() -> Posting:
            invoice, item = self._read.one(number)
            if item is None:
                raise Conflict(f"charge {number} is {invoice.status.value}")
            deed = Deed(number, f"api/{by}", recorded_at, recorded_at, reason)
            return claim_charge(invoice.account_id, item, deed)

        post_again(self._ledger, build)

    def waive(self, order: WaiverOrder, by: str, at: datetime, recorded_at: datetime) -> Booked:
        """The entry. Raises NotFound, InvalidInput (`amount`) and Conflict."""
        key = f"{order.number}/{order.id}"
        deed = Deed(key, f"api/{by}", at, recorded_at, order.reason)

        def build() -> Posting:
            held = self._read.one(order.number)
            return waive(held, deed, amount=in_currency(order.amount, held[0].amount.currency))

        done = book(self._ledger, f"waiver/{key}", build)
        return done.same(EntryKind.WAIVER, order.amount)

    def _item_is_claimed(self, number: str) -> bool:
        item = self._read.one(number)[1]
        return item is not None and item.claimed
