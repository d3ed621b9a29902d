"""What the contract tests do again and again, through the ports alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from receivables.cases.case import Case
from receivables.customers import Customer
from receivables.ledger import Account, Payment, PaymentRecord, PostOutcome, WorkingSet
from receivables.notices.notice import Notice
from receivables.notices.ports import Claim
from tests.builders import NOW, case, customer, invoice, issued
from tests.contract.conftest import Stores
from tests.contract.postings import paying, placing, suspending


def pay(stores: Stores, paid: Payment, inbox_id: str | None = None) -> PostOutcome:
    """Apply a payment to the invoice that it names, or to suspense, as its use case does."""
    pointer = stores.ledger.pointer(paid.reference) if paid.reference else None
    if pointer is None:
        return stores.ledger.post(suspending(paid), inbox_id=inbox_id)
    item = stores.ledger.open_item(pointer.account_id, pointer.number)
    return stores.ledger.post(paying(paid, pointer.account_id, item), inbox_id=inbox_id)


def put_in_place(
    stores: Stores, record: PaymentRecord, account_id: str, number: str | None, at: datetime = NOW
) -> PostOutcome:
    """Place a payment that is in suspense."""
    item = stores.ledger.open_item(account_id, number) if number else None
    return stores.ledger.post(placing(record, account_id, item, at))


def working_set(stores: Stores, account_id: str = "C-1.EUR") -> WorkingSet:
    """The working set of an account that exists."""
    found = stores.ledger.working_set(account_id)
    assert found is not None
    return found


def account(stores: Stores, account_id: str = "C-1.EUR") -> Account:
    """An account that exists."""
    return working_set(stores, account_id).account


def known_customer(stores: Stores) -> Customer:
    """A customer in the directory, with one invoice."""
    issued(stores.ledger, invoice("INV-1"))
    return stores.customers.create(customer())


def claim(stores: Stores, who: Customer, *notices: Notice, rev: int | None = None) -> None:
    """Claim notices as a worker does that read the account at `rev` (now, unless told otherwise)."""
    read = account(stores)
    progress = dict(read.progress)
    for notice in notices:
        progress |= {item.number: item.step_offset for item in notice.items if item.reached}
    stores.notices.claim(
        Claim(
            account_id=read.id,
            rev=read.rev if rev is None else rev,
            customer=who,
            notices=notices,
            progress=progress,
            worked_at=NOW,
            next_action_at=None,
        )
    )


def opened(stores: Stores, invoices: Iterable[str] = ("INV-1",)) -> Case:
    """An open case of an account that has these invoices."""
    numbers = tuple(invoices)
    issued(stores.ledger, *(invoice(number) for number in numbers))
    fresh = case("C-1.EUR", *numbers)
    stores.cases.open(fresh, rev=account(stores).rev, progress=dict.fromkeys(numbers, 6), next_action_at=NOW)
    stored = stores.cases.active("C-1.EUR")
    assert stored == fresh
    return stored
