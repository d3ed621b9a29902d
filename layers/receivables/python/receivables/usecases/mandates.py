"""Mandates: a customer's permission to draw what is due (autopay). Given through the API, ended by a person or by the bank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from receivables.cases.ports import Finance, Message
from receivables.core.clock import format_instant
from receivables.core.errors import InvalidInput, NotFound
from receivables.core.ids import derived_id
from receivables.customers import Customer, Mandate
from receivables.customers.ports import Customers, MandateHolders
from receivables.ledger import LedgerStore
from receivables.ledger.facts import account_event
from receivables.usecases.change_customer import change_customer, tell_accounts
from receivables.usecases.readers import CompanyReader


class MandateKinds(Protocol):
    """Which payment processors can draw money."""

    def collects(self, name: str, /) -> bool:
        """It draws money under mandates."""


class KeepMandate:
    """Gives a customer a mandate, or takes it away. All accounts are told, which wakes them: what is due is drawn from then on, or
    asked for again. What has been ordered already is not called back."""

    def __init__(
        self,
        customers: Customers,
        holders: MandateHolders,
        ledger: LedgerStore,
        company: CompanyReader,
        processors: MandateKinds,
    ) -> None:
        self._customers, self._holders, self._ledger = customers, holders, ledger
        self._company, self._processors = company, processors

    def give(self, customer_id: str, mandate: Mandate, by: str, at: datetime) -> Customer:
        """The customer with the mandate, in place of an earlier one. Raises NotFound, and InvalidInput (`processor`,
        `endpoint`) when nothing could be drawn under it."""
        accounts = {(each.processor, each.endpoint) for each in self._company.get().processors}
        if not self._processors.collects(mandate.processor):
            raise InvalidInput("processor", "draws no money under mandates")
        if (mandate.processor, mandate.endpoint) not in accounts:
            raise InvalidInput("endpoint", f"the company has no account {mandate.account} there")
        self._customers.get(customer_id)
        # Whose it is comes first: a mandate that nobody could end would be worse than a pointer to nobody.
        self._holders.remember(mandate.key, customer_id)
        return self._written(customer_id, mandate, "mandate_given", by, at)

    def take(self, customer_id: str, by: str, at: datetime) -> Customer:
        """The customer without a mandate. Raises NotFound."""
        return self._written(customer_id, None, "mandate_removed", by, at)

    def _written(
        self, customer_id: str, mandate: Mandate | None, event: str, by: str, at: datetime
    ) -> Customer:
        before = self._customers.get(customer_id).mandate
        written = change_customer(self._customers, customer_id, _with(mandate))
        key = mandate.key if mandate else (before.key if before else None)
        # Told even where nothing changes: an earlier attempt may have written the record and no more.
        fact_id = derived_id("mnd", customer_id, event, key or "", format_instant(at))
        tell_accounts(self._ledger, customer_id, account_event(event, fact_id, at, by, mandate=key))
        return written


class EndMandate:
    """Ends a mandate that the bank, the scheme or the processor has ended: nothing is drawn under it any more, what is due is asked
    for, and finance is told."""

    def __init__(
        self, customers: Customers, holders: MandateHolders, ledger: LedgerStore, finance: Finance
    ) -> None:
        self._customers, self._holders = customers, holders
        self._ledger, self._finance = ledger, finance

    def __call__(
        self, processor: str, endpoint: str, mandate_id: str, reason: str, at: datetime
    ) -> tuple[str, ...]:
        """The customers who had it. Harmless when it is not known, or has ended: whoever has it is told of again, under the same
        ids, because an earlier attempt may have died in between."""
        key = Mandate(processor, endpoint, mandate_id).key
        ended = tuple(each for each in self._holders.holders(key) if self._end(each, key, reason, at))
        if ended:
            self._finance.tell(mandate_ended(key, ended, reason, at))
        return ended

    def _end(self, customer_id: str, key: str, reason: str, at: datetime) -> bool:
        def change(customer: Customer) -> Customer:
            mandate = customer.mandate
            if mandate is None or mandate.key != key or not mandate.active:
                return customer
            return replace(customer, mandate=replace(mandate, active=False, ended=reason))

        try:
            mandate = change_customer(self._customers, customer_id, change).mandate
        except NotFound:
            return False
        if mandate is None or mandate.key != key:
            return False
        fact_id = derived_id("mnd", customer_id, "mandate_ended", key, format_instant(at))
        fact = account_event("mandate_ended", fact_id, at, processor_of(key), mandate=key, reason=reason)
        tell_accounts(self._ledger, customer_id, fact)
        return True


def processor_of(mandate_key: str) -> str:
    """The processor's account that a mandate is of: `gocardless/main`."""
    return mandate_key.rpartition("/")[0]


def mandate_ended(key: str, customers: tuple[str, ...], reason: str, at: datetime) -> Message:
    """For finance: somebody who was drawn from has to be asked from now on. Names ids only."""
    text = "\n".join(
        (
            f"The mandate {key} has ended: {reason or 'no reason was told'}.",
            "Nothing is drawn under it any more. What is due is asked for by the usual notices, unless a new mandate is given.",
            *(f"  customer {each}" for each in customers),
        )
    )
    return Message(
        derived_id("msg", "mandate_ended", key, format_instant(at)),
        "A mandate has ended",
        text,
        {"event": "mandate_ended", "mandate": key},
    )


def _with(mandate: Mandate | None) -> Callable[[Customer], Customer]:
    return lambda customer: replace(customer, mandate=mandate)
