"""Compiles the file of a case from the account, the customer and what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from receivables.cases.case import Case
from receivables.cases.case_file import CaseFile, HistoryLine
from receivables.cases.messages import amount
from receivables.core.clock import parse_instant
from receivables.core.money import Money
from receivables.dunning.dues import Due
from receivables.ledger import EntryKind, Invoice
from receivables.usecases.case_situation import Situation
from receivables.usecases.notice_lines import MOST_WORKINGS, NO_WORKINGS, Workings
from receivables.usecases.readers import CompanyReader, HistoryReader

HISTORY: Final = 100
"""Facts of the timeline that are looked through: a file tells the recent history, the console all of it."""


class FileReader(HistoryReader, Protocol):
    """As much of the ledger as a file is made of."""

    def documents(self, account_id: str, numbers: Iterable[str]) -> Mapping[str, Invoice]:
        """Documents of an account by number, many with one read. Raises NotFound."""


class CaseFiles:
    """Reads what a case file is made of."""

    def __init__(self, ledger: FileReader, company: CompanyReader) -> None:
        self._ledger, self._company = ledger, company

    def compile(self, now: Situation) -> CaseFile:
        """The file as of now."""
        case, working_set = now.case, now.working_set
        company = self._company.get()
        facts = self._ledger.timeline(case.account_id, HISTORY).items
        lines = [line for fact in facts if (line := _line(fact)) is not None]
        still = {item.number for item in now.items}
        asked = sorted(now.asked, key=lambda due: (due.due_date, due.number, due.part))
        return CaseFile(
            case=case,
            customer=now.customer,
            creditor=company.name,
            reply_to=company.reply_to,
            agency=company.agency,
            dues=tuple(asked),
            closed=tuple(number for number in case.invoices if number not in still),
            history=tuple(sorted(lines, key=lambda line: line.at)),
            as_of=now.as_of,
            unapplied=working_set.account.unapplied,
            workings=self._workings(case.account_id, asked),
            company=company,
        )

    def _workings(self, account_id: str, asked: Sequence[Due]) -> Workings:
        """How the late charges came about; of very many, the first ones."""
        charges = {
            each.number
            for due in asked
            for each in (due, *due.charges)
            if each.item is not None and each.item.is_charge
        }
        if not charges:
            return NO_WORKINGS
        found = self._ledger.documents(account_id, sorted(charges)[:MOST_WORKINGS])
        return {number: each.charge for number, each in found.items() if each.charge is not None}

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


_ENTRIES: Final = {
    EntryKind.INVOICE.value: "invoice",
    EntryKind.FEE.value: "late fee",
    EntryKind.INTEREST.value: "interest",
    EntryKind.WAIVER.value: "waiver",
    EntryKind.CREDIT_NOTE.value: "credit note",
    EntryKind.DISCOUNT.value: "discount",
    EntryKind.REFUND.value: "refund",
    EntryKind.REFUND_RETURNED.value: "return of a refund",
    EntryKind.CHARGEBACK.value: "chargeback",
    EntryKind.CHARGEBACK_REVERSAL.value: "reversal of a chargeback",
    EntryKind.WRITE_OFF.value: "write-off",
}


def _entry(fact: Mapping[str, Any]) -> str | None:
    about = f" for {fact['invoice']}" if fact.get("invoice") else ""
    if _is_payment(fact):
        return f"payment of {_money(fact)}{about}"
    words = _ENTRIES.get(str(fact.get("entry_kind")))
    return f"{words} of {_money(fact)}{about}" if words else None


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


def _arrangement(fact: Mapping[str, Any]) -> str:
    by = f" by {fact['by']}" if fact.get("by") else ""
    over = f" over {_money(fact)}" if fact.get("amount") is not None else ""
    return f"{fact['arrangement_kind']}{over}: {str(fact['event']).replace('_', ' ')}{by}"


_WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str | None]]] = {
    "entry": _entry,
    "notice": _notice,
    "case_event": _case_event,
    "decision": _decision,
    "account_event": _account_event,
    "arrangement": _arrangement,
}


def _money(fact: Mapping[str, Any]) -> str:
    return amount(Money(fact["amount"], fact["currency"]))
