"""How money on an account is settled: by whose days, in which order, and on how many receivables at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Protocol
from zoneinfo import ZoneInfo

from receivables.core.clock import local_date
from receivables.core.errors import InvalidInput, TooLarge
from receivables.core.ids import split_account_id
from receivables.core.money import Money
from receivables.ledger import LedgerName
from receivables.ledger.allocation import allocate
from receivables.ledger.deeds import Held, Holdings
from receivables.terms import Settlement
from receivables.usecases.readers import CustomerReader

if TYPE_CHECKING:
    from receivables.customers import Customer
    from receivables.ledger import Credit, Entry, Invoice, LedgerStore, OpenItem, PaymentRecord, Posting
    from receivables.terms import Terms

MOST_SETTLED: Final = 20
"""Receivables that are settled in one transaction when all do not fit: each may take an open item, its document and
entries of its own for a discount and a rounding difference."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What settles an account: its customer's zone, and the order that was configured for it."""

    settlement: Settlement
    tz: ZoneInfo


class TermsOfCustomer(Protocol):
    """The terms that apply to a customer on a day."""

    def for_customer(self, customer: Customer, on: date) -> Terms:
        """The version in force."""


class Settling:
    """Finds the rules of an account."""

    def __init__(self, customers: CustomerReader, terms: TermsOfCustomer) -> None:
        self._customers, self._terms = customers, terms

    def of(self, account_id: str, at: datetime) -> Rules:
        """The rules in force at an instant (UTC). Raises NotFound for an account of nobody."""
        customer = self._customers.get(split_account_id(account_id)[0])
        terms = self._terms.for_customer(customer, local_date(at, customer.tz))
        return Rules(terms.settlement, customer.tz)

    def zone(self, account_id: str) -> ZoneInfo:
        """The customer's zone. Raises NotFound."""
        return self._customers.get(split_account_id(account_id)[0]).tz


class DocumentReader(Protocol):
    """Receivables by number."""

    def invoice(self, number: str) -> Held:
        """The document and, while it is open, its open item. Raises NotFound."""


def holdings(ledger: DocumentReader, numbers: Iterable[str]) -> Holdings:
    """Receivables as they stand, by number. Raises NotFound."""
    return {number: ledger.invoice(number) for number in numbers}


def money_of(ledger: LedgerStore, payment: str) -> tuple[PaymentRecord, Holdings, Sequence[Credit]]:
    """A payment as it stands, the receivables that hold money of it, and the credits of its account. Raises NotFound."""
    record = ledger.payment(payment)
    recovered = {record.invoice} if record.recovered and record.invoice else set()
    held = holdings(ledger, {part.item for part in record.allocated} | recovered)
    working_set = ledger.working_set(record.account_id) if record.account_id else None
    return record, held, working_set.credits if working_set else ()


def in_currency(amount: Money | None, currency: str, field: str = "amount") -> Money | None:
    """The amount, if there is one. Raises InvalidInput (`amount.currency`) for one in another currency."""
    if amount is not None and amount.currency != currency:
        raise InvalidInput(f"{field}.currency", f"must be {currency}")
    return amount


def receivables_in(entry: Entry) -> frozenset[str]:
    """Numbers of the receivables that an entry moved."""
    return frozenset(leg.item for leg in entry.legs if leg.ledger is LedgerName.RECEIVABLE and leg.item)


def fitting(
    build: Callable[[Sequence[OpenItem]], Posting],
    money: Money,
    items: Sequence[OpenItem],
    settlement: Settlement,
) -> Posting:
    """What `build` makes of all items or, where that is more than a transaction takes, of those that come first in the
    configured order; what is left of the money is credit then, and is applied in its turn."""
    try:
        return build(items)
    except TooLarge:
        first = {share.number for share in allocate(money, items, (), settlement)[:MOST_SETTLED]}
        return build([item for item in items if item.number in first])


def named_items(items: Iterable[OpenItem], numbers: Iterable[str]) -> tuple[OpenItem, ...]:
    """Those with these numbers, and the charges for them."""
    wanted = set(numbers)
    return tuple(item for item in items if item.number in wanted or item.concerns in wanted)


def closed_documents(
    ledger: DocumentReader, items: Iterable[OpenItem], numbers: Iterable[str]
) -> tuple[Invoice, ...]:
    """The documents of those numbers that have no open item among `items`: money for them may be a recovery."""
    is_open = {item.number for item in items}
    return tuple(ledger.invoice(number)[0] for number in numbers if number not in is_open)
