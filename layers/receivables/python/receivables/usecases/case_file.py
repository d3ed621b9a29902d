"""Compiles the file of a case from the account, the customer and what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from receivables.cases.case import Case
from receivables.cases.case_file import CaseFile, HistoryLine
from receivables.cases.messages import amount
from receivables.core.clock import parse_instant
from receivables.core.configuration import CompanyStore
from receivables.core.money import Money
from receivables.customers import Customers
from receivables.ledger import EntryKind, LedgerStore, OpenItem, WorkingSet

HISTORY: Final = 100
"""Facts of the timeline that are looked through: a file tells the recent history, the console all of it."""


class CaseFiles:
    """Reads what a case file is made of."""

    def __init__(self, ledger: LedgerStore, customers: Customers, company: CompanyStore) -> None:
        self._ledger, self._customers, self._company = ledger, customers, company

    def compile(
        self, case: Case, working_set: WorkingSet, items: Sequence[OpenItem], as_of: datetime
    ) -> CaseFile:
        """The file as of now; `items` are the open ones among the case's invoices."""
        company = self._company.get()
        facts = self._ledger.timeline(case.account_id, HISTORY).items
        lines = [line for fact in facts if (line := _line(fact)) is not None]
        return CaseFile(
            case=case,
            customer=self._customers.get(case.customer_id),
            creditor=company.name,
            agency=company.agency,
            items=tuple(sorted(items, key=lambda item: (item.due_date, item.number))),
            history=tuple(sorted(lines, key=lambda line: line.at)),
            as_of=as_of,
            unapplied=working_set.account.unapplied,
        )

    def last_payment(self, case: Case) -> datetime | None:
        """When this system learned of the newest payment of one of the case's invoices; None: none is recent."""
        for fact in self._ledger.timeline(case.account_id, HISTORY).items:
            if _is_payment(fact) and fact.get("invoice") in case.invoices:
                return _at(fact)
        return None
