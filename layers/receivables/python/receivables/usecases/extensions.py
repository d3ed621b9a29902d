"""Extensions: more time for one invoice, with or without late interest from its first due date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from receivables.arrangements import Extension, InterestFrom
from receivables.arrangements.pausing import make_extension
from receivables.core.clock import local_date
from receivables.core.errors import Conflict, NotFound
from receivables.core.ids import new_id, split_account_id
from receivables.ledger import LedgerStore, OpenItem, Posting
from receivables.ledger.adjusting import extend
from receivables.ledger.deeds import Deed
from receivables.usecases.booking import post_again
from receivables.usecases.readers import CustomerReader


@dataclass(frozen=True, slots=True)
class ExtensionOrder:
    """Until when (a local date of the customer), from when interest counts, and why."""

    due_date: date
    interest: InterestFrom
    reason: str


class Extensions:
    """Grants more time, and takes it back."""

    def __init__(self, ledger: LedgerStore, customers: CustomerReader) -> None:
        self._ledger, self._customers = ledger, customers

    def grant(
        self, number: str, order: ExtensionOrder, by: str, at: datetime, recorded_at: datetime
    ) -> OpenItem:
        """The open item with its new due date for dunning; ageing keeps the old one. An extension replaces one that there
        was. Raises NotFound, InvalidInput (`due_date`), and Conflict when the invoice is closed."""
        account_id = self._account_of(number)
        customer_id, _ = split_account_id(account_id)
        today = local_date(at, self._customers.get(customer_id).tz)
        event = new_id("ext", at)

        def build() -> Posting:
            item = self._item(account_id, number)
            if item.extension is not None and _granted(item.extension) == (order, by):
                return Posting(account_id)
            extension = make_extension(
                order.due_date,
                order.interest,
                order.reason,
                by=by,
                granted_at=at,
                today=today,
                agreed=item.due_date,
            )
            return extend(
                account_id, item, extension, Deed(event, f"api/{by}", at, recorded_at, order.reason)
            )

        post_again(self._ledger, build)
        return self._item(account_id, number)

    def take_back(self, number: str, by: str, at: datetime, recorded_at: datetime) -> OpenItem:
        """The open item with the due date of its terms. Raises NotFound, and Conflict when there is no extension."""
        account_id, event = self._account_of(number), new_id("ext", at)

        def build() -> Posting:
            return extend(
                account_id, self._item(account_id, number), None, Deed(event, f"api/{by}", at, recorded_at)
            )

        post_again(self._ledger, build)
        return self._item(account_id, number)

    def _account_of(self, number: str) -> str:
        pointer = self._ledger.pointer(number)
        if pointer is None:
            raise NotFound("invoice", number)
        return pointer.account_id

    def _item(self, account_id: str, number: str) -> OpenItem:
        item = self._ledger.open_item(account_id, number)
        if item is None:
            raise Conflict(f"{number} is not open")
        return item


def _granted(extension: Extension) -> tuple[ExtensionOrder, str]:
    """What was asked for, and by whom."""
    return ExtensionOrder(extension.due_date, extension.interest, extension.reason), extension.by
