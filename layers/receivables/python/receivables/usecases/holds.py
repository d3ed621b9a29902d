"""Holds: collection of an invoice, an account or a customer pauses for a reason, until an instant that must be said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from receivables.arrangements import Hold
from receivables.arrangements.pausing import make_hold
from receivables.core.clock import format_instant
from receivables.core.errors import Conflict, NotFound
from receivables.core.ids import new_id
from receivables.customers import Customer
from receivables.customers.ports import Customers
from receivables.ledger import Account, AccountChange, LedgerStore, OpenItem, Posting
from receivables.ledger.adjusting import hold_item
from receivables.ledger.deeds import Deed
from receivables.ledger.facts import account_event
from receivables.usecases.booking import post_again, working_set_of
from receivables.usecases.change_customer import change_customer, tell_accounts


@dataclass(frozen=True, slots=True)
class HoldOrder:
    """Why collection pauses and until when (UTC); `owner` answers for it (None: who asks)."""

    reason: str
    until: datetime
    owner: str | None = None

    def hold(self, by: str, at: datetime) -> Hold:
        """Raises InvalidInput (`until`)."""
        return make_hold(self.reason, by=by, owner=self.owner, placed_at=at, until=self.until)


class Holds:
    """Places and lifts them. Placing again replaces what was there; lifting what is not there changes nothing."""

    def __init__(self, ledger: LedgerStore, customers: Customers) -> None:
        self._ledger, self._customers = ledger, customers

    def invoice(
        self, number: str, order: HoldOrder | None, by: str, at: datetime, recorded_at: datetime
    ) -> OpenItem:
        """Hold a receivable, or lift its hold (order None). Raises NotFound, InvalidInput (`until`), and Conflict when it
        is closed."""
        pointer = self._ledger.pointer(number)
        if pointer is None:
            raise NotFound("invoice", number)
        account_id, hold, event = pointer.account_id, order.hold(by, at) if order else None, new_id("hld", at)

        def build() -> Posting:
            item = self._item(account_id, number)
            if hold is None and item.hold is None:
                return Posting(account_id)
            reason = hold.reason if hold else ""
            return hold_item(account_id, item, hold, Deed(event, f"api/{by}", at, recorded_at, reason))

        post_again(self._ledger, build)
        return self._item(account_id, number)

    def account(self, account_id: str, order: HoldOrder | None, by: str, at: datetime) -> Account:
        """Hold an account, or lift its hold (order None). Raises NotFound and InvalidInput (`until`)."""
        hold, event = order.hold(by, at) if order else None, new_id("hld", at)

        def build() -> Posting:
            before = working_set_of(self._ledger, account_id).account.hold
            if hold is None and before is None:
                return Posting(account_id)
            fact = _fact("hold_placed" if hold else "hold_lifted", event, hold, by, at)
            return Posting(account_id, account=AccountChange(hold=hold), facts=(fact,))

        post_again(self._ledger, build)
        return working_set_of(self._ledger, account_id).account

    def customer(self, customer_id: str, order: HoldOrder | None, by: str, at: datetime) -> Customer:
        """Hold all accounts of a customer, or lift that (order None). They are told even where nothing changes: an earlier
        attempt may have written the record and no more. Raises NotFound and InvalidInput (`until`)."""
        hold = order.hold(by, at) if order else None
        written = change_customer(self._customers, customer_id, _held(hold))
        event = new_id("hld", at)
        name = "customer_hold_placed" if hold else "customer_hold_lifted"
        tell_accounts(self._ledger, customer_id, _fact(name, event, hold, by, at))
        return written

    def _item(self, account_id: str, number: str) -> OpenItem:
        item = self._ledger.open_item(account_id, number)
        if item is None:
            raise Conflict(f"{number} is not open")
        return item


def _held(hold: Hold | None) -> Callable[[Customer], Customer]:
    return lambda customer: replace(customer, hold=hold)


def _fact(event: str, event_id: str, hold: Hold | None, by: str, at: datetime) -> dict[str, object]:
    if hold is None:
        return dict(account_event(event, event_id, at, by))
    until = format_instant(hold.until)
    return dict(account_event(event, event_id, at, by, reason=hold.reason, owner=hold.owner, until=until))
