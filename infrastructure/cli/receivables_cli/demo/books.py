"""The stack's books as they lie in its table, read item by item: nothing that it computed for us is taken on trust."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from receivables.adapters.dynamodb.arrangement_codec import arrangement_from
from receivables.adapters.dynamodb.case_codec import approval_from, case_from
from receivables.adapters.dynamodb.codec import account_from, entry_from
from receivables.adapters.dynamodb.notice_codec import notice_from
from receivables.adapters.dynamodb.payment_codec import payment_from
from receivables.adapters.dynamodb.payout_codec import payout_from
from receivables.adapters.dynamodb.receivable_codec import invoice_from, open_item_from
from receivables.arrangements import Arrangement
from receivables.cases.case import Approval, Case, Stage
from receivables.core.money import Money
from receivables.core.trees import loads
from receivables.insight import PaidInvoice
from receivables.ledger import Account, Entry, Invoice, ItemKind, LedgerName, OpenItem, PaymentRecord
from receivables.ledger.payouts import Payout
from receivables.matching.ports import Proposal
from receivables.notices.notice import Notice


@dataclass(slots=True)
class Books:
    """Every fact of the receivables table. Late charges are among the invoices, as documents of another kind."""

    accounts: list[Account] = field(default_factory=list)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    open_items: dict[str, OpenItem] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)
    payments: list[PaymentRecord] = field(default_factory=list)
    arrangements: list[Arrangement] = field(default_factory=list)
    payouts: list[Payout] = field(default_factory=list)
    proposals: dict[str, Proposal] = field(default_factory=dict)

    def add(self, item: Mapping[str, Any]) -> None:
        """Put an item of the table where its kind belongs."""
        kind = item.get("kind", {}).get("S")
        if kind == "invoice":
            invoice = invoice_from(dict(item))
            self.invoices[invoice.number] = invoice
        elif kind == "open_item":
            opened = open_item_from(dict(item), item.get("case_id", {}).get("S"))
            self.open_items[opened.number] = opened
        elif kind == "proposal":
            proposal = loads(Proposal, item["document"]["S"])
            self.proposals[proposal.payment] = proposal
        elif kind == "arrangement" and "document" not in item:
            return  # the timeline's word of it
        elif kind in _SHELVES:
            name, read = _SHELVES[kind]
            getattr(self, name).append(read(dict(item)))

    def active_cases(self) -> list[Case]:
        return [case for case in self.cases if case.stage is not Stage.CLOSED]

    def bills(self) -> list[Invoice]:
        """The invoices proper."""
        return [invoice for invoice in self.invoices.values() if invoice.kind is ItemKind.INVOICE]

    def charges(self) -> list[Invoice]:
        """Late charges, and what was charged for payment plans."""
        return [invoice for invoice in self.invoices.values() if invoice.kind is not ItemKind.INVOICE]

    def paid(self) -> list[PaidInvoice]:
        """Every invoice and how far it is paid, by the date (UTC) of the payment that closed it."""
        closing = self.closing()
        return [
            PaidInvoice(
                number=invoice.number,
                amount=invoice.amount,
                balance=self.balance(invoice),
                issue_date=invoice.issue_date,
                due_date=invoice.due_date,
                paid_on=closing[invoice.number].effective_at.date() if invoice.number in closing else None,
            )
            for invoice in self.bills()
        ]

    def closing(self) -> dict[str, Entry]:
        """The entry by which each receivable that owes nothing came to that, by its number: the last one, if it was owed
        again in between."""
        owed: Counter[str] = Counter()
        closing: dict[str, Entry] = {}
        for entry in sorted(self.entries, key=lambda entry: (entry.recorded_at, entry.id)):
            for leg in entry.legs:
                if leg.ledger is LedgerName.RECEIVABLE and leg.item:
                    owed[leg.item] += leg.minor
                    closing[leg.item] = entry
        return {number: entry for number, entry in closing.items() if not owed[number]}

    def balance(self, invoice: Invoice) -> Money:
        """What is still to be paid of an invoice."""
        still = self.open_items.get(invoice.number)
        return still.balance if still else Money.zero(invoice.amount.currency)


_SHELVES: Mapping[str, tuple[str, Callable[[dict[str, Any]], Any]]] = {
    "account": ("accounts", account_from),
    "entry": ("entries", entry_from),
    "notice": ("notices", notice_from),
    "case": ("cases", case_from),
    "approval": ("approvals", approval_from),
    "payment": ("payments", payment_from),
    "arrangement": ("arrangements", arrangement_from),
    "payout": ("payouts", payout_from),
}


def read_books(client: Callable[[str], Any], outputs: Mapping[str, str]) -> Books:
    """Read the whole table: for demonstrations, not for real ledgers."""
    books = Books()
    for item in _items(client("dynamodb"), outputs["ReceivablesTableName"]):
        books.add(item)
    return books


def _items(dynamodb: Any, table: str) -> Iterator[Mapping[str, Any]]:
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]
