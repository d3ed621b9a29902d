"""The ledger: what is owed. Immutable entries, balances derived from them.

What is named here is loaded when it is first used: what moves money is not needed to find out whether anything is due.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from receivables.core.on_demand import on_demand

if TYPE_CHECKING:
    from receivables.ledger.account import (
        AT_ONCE,
        MAX_OPEN_ITEMS,
        Account,
        ActiveCase,
        PromiseRecord,
        WorkingSet,
    )
    from receivables.ledger.credits import Credit, CreditSource
    from receivables.ledger.entries import Entry, EntryKind, LedgerName, Leg
    from receivables.ledger.invoices import Invoice, InvoiceStatus
    from receivables.ledger.items import ItemKind, OpenItem
    from receivables.ledger.moves import Accrued, Move, ShortPayment, ShortPaymentReason
    from receivables.ledger.payments import Allocated, Payment, PaymentRecord, PaymentState
    from receivables.ledger.ports import InvoicePointer, LedgerStore, Page, PostOutcome
    from receivables.ledger.posting import (
        SUSPENSE_CUSTOMER,
        AccountChange,
        ArrangementChange,
        Closing,
        CreditChange,
        Fact,
        ItemChange,
        Keep,
        PaymentChange,
        Posting,
    )
    from receivables.ledger.workings import ChargeDetail, WorkingRow

__all__ = [
    "AT_ONCE",
    "MAX_OPEN_ITEMS",
    "SUSPENSE_CUSTOMER",
    "Account",
    "AccountChange",
    "Accrued",
    "ActiveCase",
    "Allocated",
    "ArrangementChange",
    "ChargeDetail",
    "Closing",
    "Credit",
    "CreditChange",
    "CreditSource",
    "Entry",
    "EntryKind",
    "Fact",
    "Invoice",
    "InvoicePointer",
    "InvoiceStatus",
    "ItemChange",
    "ItemKind",
    "Keep",
    "LedgerName",
    "LedgerStore",
    "Leg",
    "Move",
    "OpenItem",
    "Page",
    "Payment",
    "PaymentChange",
    "PaymentRecord",
    "PaymentState",
    "PostOutcome",
    "Posting",
    "PromiseRecord",
    "ShortPayment",
    "ShortPaymentReason",
    "WorkingRow",
    "WorkingSet",
]

if not TYPE_CHECKING:
    __getattr__ = on_demand(
        __name__,
        {
            "account": "AT_ONCE MAX_OPEN_ITEMS Account ActiveCase PromiseRecord WorkingSet",
            "credits": "Credit CreditSource",
            "entries": "Entry EntryKind LedgerName Leg",
            "invoices": "Invoice InvoiceStatus",
            "items": "ItemKind OpenItem",
            "moves": "Accrued Move ShortPayment ShortPaymentReason",
            "payments": "Allocated Payment PaymentRecord PaymentState",
            "ports": "InvoicePointer LedgerStore Page PostOutcome",
            "posting": "SUSPENSE_CUSTOMER AccountChange ArrangementChange Closing CreditChange Fact ItemChange Keep PaymentChange Posting",
            "workings": "ChargeDetail WorkingRow",
        },
    )
