"""Changes of a customer record that concern collection: written over whatever else changed, and told to all accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from receivables.core.errors import StaleRevision, Throttled
from receivables.customers import Customer
from receivables.customers.ports import Customers
from receivables.ledger import Fact, LedgerStore, Posting
from receivables.usecases.booking import post_again

MOST_TRIES: Final = 5


def change_customer(
    customers: Customers, customer_id: str, change: Callable[[Customer], Customer]
) -> Customer:
    """The record as changed. What others change meanwhile is kept: it is read again. Raises NotFound and Throttled."""
    for _ in range(MOST_TRIES):
        before = customers.get(customer_id)
        after = change(before)
        if after == before:
            return before
        try:
            return customers.update(after)
        except StaleRevision:
            continue
    raise Throttled("others keep changing the customer; nothing was written")


def tell_accounts(ledger: LedgerStore, customer_id: str, fact: Fact) -> None:
    """Put the fact on the timeline of every account of the customer, which wakes it. A crash in between leaves accounts
    untold: whoever asked gets an error and asks again."""
    for account in ledger.accounts_of(customer_id):
        own = {**fact, "id": f"{fact['id']}.{account.currency}"}
        post_again(ledger, _posting(account.id, own))


def _posting(account_id: str, fact: Fact) -> Callable[[], Posting]:
    return lambda: Posting(account_id, facts=(fact,))
