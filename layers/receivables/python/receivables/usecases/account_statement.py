"""The statement of an account: what is owed, how long, what happened last, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from receivables.cases.case import Case
from receivables.cases.ports import CaseStore
from receivables.core.clock import local_date
from receivables.core.errors import NotFound
from receivables.customers import Customer
from receivables.customers.ports import Customers
from receivables.insight.ageing import Ageing, ageing
from receivables.ledger import LedgerStore, Page, WorkingSet

LATEST: Final = 50
"""Facts of the timeline that a statement begins with."""


@dataclass(frozen=True, slots=True)
class Statement:
    """An account on a day. `timeline` is its newest part, newest first."""

    on: date
    customer: Customer
    working_set: WorkingSet
    ageing: Ageing | None
    case: Case | None
    timeline: Page[Mapping[str, Any]]


class StateAccount:
    """Reads statements."""

    def __init__(self, ledger: LedgerStore, customers: Customers, cases: CaseStore) -> None:
        self._ledger, self._customers, self._cases = ledger, customers, cases

    def state(self, account_id: str, at: datetime) -> Statement:
        """The statement at an instant (UTC); "today" is the customer's day. Raises NotFound."""
        working_set = self._ledger.working_set(account_id)
        if working_set is None:
            raise NotFound("account", account_id)
        customer = self._customers.get(working_set.account.customer_id)
        today = local_date(at, customer.tz)
        return Statement(
            on=today,
            customer=customer,
            working_set=working_set,
            ageing=next(iter(ageing(working_set.open_items, today)), None),
            case=self._cases.active(account_id) if working_set.case else None,
            timeline=self._ledger.timeline(account_id, LATEST),
        )
