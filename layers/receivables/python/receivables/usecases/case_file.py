"""Compiles the file of a case from the account, the customer and what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from receivables.cases.case import Case
from receivables.cases.case_file import CaseFile, HistoryLine
from receivables.cases.messages import amount
from receivables.core.clock import parse_instant
from receivables.core.money import Money
from receivables.ledger import EntryKind, OpenItem, WorkingSet
from receivables.usecases.readers import CompanyReader, CustomerReader, HistoryReader

HISTORY: Final = 100
"""Facts of the timeline that are looked through: a file tells the recent history, the console all of it."""


class CaseFiles:
    """Reads what a case file is made of."""

    def __init__(self, ledger: HistoryReader, customers: CustomerReader, company: CompanyReader) -> None:
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
            reply_to=company.reply_to,
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


def _is_payment(fact: Mapping[str, Any]) -> bool:
    return fact.get("entry_kind") in _PAYMENTS


_PAYMENTS: Final = frozenset({EntryKind.PAYMENT.value, EntryKind.PLACEMENT.value})


def _at(fact: Mapping[str, Any]) -> datetime:
    return parse_instant(str(fact["at"]), field="at")


def _line(fact: Mapping[str, Any]) -> HistoryLine | None:
    words = _WORDS.get(str(fact["kind"]))
    text = words(fact) if words else None
    return HistoryLine(_at(fact), text) if text else None


def _entry(fact: Mapping[str, Any]) -> str | None:
    about = f" for {fact['invoice']}" if fact.get("invoice") else ""
    if _is_payment(fact):
        return f"payment of {_money(fact)}{about}"
    return f"invoice of {_money(fact)}{about}" if fact.get("entry_kind") == EntryKind.INVOICE else None


def _notice(fact: Mapping[str, Any]) -> str:
    return f"{fact['step_key']} notice by {fact['channel']} over {_money(fact)}: {fact['state']}"


def _case_event(fact: Mapping[str, Any]) -> str:
    return f"case: {str(fact['event']).replace('_', ' ')}"


def _decision(fact: Mapping[str, Any]) -> str:
    reason = f" ({fact['reason']})" if fact.get("reason") else ""
    return f"{str(fact['action']).replace('_', ' ')}: {fact['decision']} by {fact['by']}{reason}"


def _account_event(fact: Mapping[str, Any]) -> str:
    reason = f" ({fact['reason']})" if fact.get("reason") else ""
    return f"{str(fact['event']).replace('_', ' ')} by {fact['by']}{reason}"


_WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str | None]]] = {
    "entry": _entry,
    "notice": _notice,
    "case_event": _case_event,
    "decision": _decision,
    "account_event": _account_event,
}


def _money(fact: Mapping[str, Any]) -> str:
    return amount(Money(fact["amount"], fact["currency"]))
