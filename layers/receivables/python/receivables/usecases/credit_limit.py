"""The credit limit: where a customer stands, and leave to owe more for a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from receivables.arrangements import CreditRelease
from receivables.arrangements.credit import CreditStanding, credit_standing
from receivables.arrangements.pausing import check_until
from receivables.core.amounts import Amounts
from receivables.core.clock import format_instant
from receivables.core.errors import FieldError, InvalidFields
from receivables.core.ids import new_id
from receivables.core.money import Money
from receivables.customers import Customer
from receivables.customers.ports import Customers
from receivables.ledger import LedgerStore
from receivables.ledger.facts import account_event
from receivables.usecases.change_customer import change_customer, tell_accounts


@dataclass(frozen=True, slots=True)
class ReleaseOrder:
    """Up to how much may be owed, until when (UTC), and why."""

    limit: Amounts
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class CustomerCredit:
    """Where a customer stands, by currency: of its accounts, and where there is a limit without an account."""

    customer: Customer
    standings: tuple[CreditStanding, ...]


class CreditLimits:
    """Tells where customers stand, and grants releases."""

    def __init__(self, ledger: LedgerStore, customers: Customers) -> None:
        self._ledger, self._customers = ledger, customers

    def read(self, customer_id: str, as_of: datetime) -> CustomerCredit:
        """Raises NotFound."""
        customer = self._customers.get(customer_id)
        owed = {account.currency: account.exposure for account in self._ledger.accounts_of(customer_id)}
        for limit in customer.credit_limit.each:
            owed.setdefault(limit.currency, Money.zero(limit.currency))
        standings = (
            credit_standing(customer.credit_limit, customer.credit_release, owed[currency], as_of)
            for currency in sorted(owed)
        )
        return CustomerCredit(customer, tuple(standings))

    def release(self, customer_id: str, order: ReleaseOrder, by: str, at: datetime) -> CustomerCredit:
        """Let the customer owe more for a time; replaces a release that there was.

        Raises NotFound and InvalidFields (`until`, `limit.0`: no such limit to lift, or it is not lifted by this).
        """
        check_until(order.until, at)
        release = CreditRelease(order.limit, order.until, order.reason, by, at)

        def released(customer: Customer) -> Customer:
            _check(customer, order.limit)
            return replace(customer, credit_release=release)

        change_customer(self._customers, customer_id, released)
        until = format_instant(order.until)
        amounts = ", ".join(str(amount) for amount in order.limit.each)
        fact = account_event(
            "credit_released", new_id("crd", at), at, by, reason=order.reason, until=until, limit=amounts
        )
        tell_accounts(self._ledger, customer_id, fact)
        return self.read(customer_id, at)

    def revoke(self, customer_id: str, by: str, at: datetime) -> CustomerCredit:
        """The credit limit counts again. Raises NotFound."""
        change_customer(self._customers, customer_id, _without_release)
        tell_accounts(
            self._ledger, customer_id, account_event("credit_release_revoked", new_id("crd", at), at, by)
        )
        return self.read(customer_id, at)


def _without_release(customer: Customer) -> Customer:
    return replace(customer, credit_release=None)


def _check(customer: Customer, released: Amounts) -> None:
    errors = []
    for i, amount in enumerate(released.each):
        limit = customer.credit_limit.in_(amount.currency)
        if limit is None:
            errors.append(FieldError(f"limit.{i}.currency", f"there is no credit limit in {amount.currency}"))
        elif amount <= limit:
            errors.append(FieldError(f"limit.{i}.amount", f"must be more than {limit}, the credit limit"))
    if not released:
        errors.append(FieldError("limit", "must name an amount"))
    if errors:
        raise InvalidFields(errors)
