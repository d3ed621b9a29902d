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
    from receivables.ledger.payments import (
        Allocated,
        Known,
        Payment,
        PaymentRecord,
        PaymentState,
        PaymentStub,
        Remittance,
    )
    from receivables.ledger.payouts import Payout, PayoutState
    from receivables.ledger.ports import (
        InvoicePointer,
        LedgerStore,
        OpenReceivable,
        Page,
        PayoutStore,
        PostOutcome,
    )
    from receivables.ledger.posting import (
        CLEARING_CUSTOMER,
        OWN_CUSTOMERS,
        SUSPENSE_CUSTOMER,
        AccountChange,
        ArrangementChange,
        Closing,
        CreditChange,
        Fact,
        ItemChange,
        Keep,
        PaymentChange,
        PayoutChange,
        Posting,
        StubChange,
    )
    from receivables.ledger.workings import ChargeDetail, WorkingRow

__all__ = [
    "AT_ONCE",
    "CLEARING_CUSTOMER",
    "MAX_OPEN_ITEMS",
    "OWN_CUSTOMERS",
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
    "Known",
    "LedgerName",
    "LedgerStore",
    "Leg",
    "Move",
    "OpenItem",
    "OpenReceivable",
    "Page",
    "Payment",
    "PaymentChange",
    "PaymentRecord",
    "PaymentState",
    "PaymentStub",
    "Payout",
    "PayoutChange",
    "PayoutState",
    "PayoutStore",
    "PostOutcome",
    "Posting",
    "PromiseRecord",
    "Remittance",
    "ShortPayment",
    "ShortPaymentReason",
    "StubChange",
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
            "payments": "Allocated Known Payment PaymentRecord PaymentState PaymentStub Remittance",
            "payouts": "Payout PayoutState",
            "ports": "InvoicePointer LedgerStore OpenReceivable Page PayoutStore PostOutcome",
            "posting": "CLEARING_CUSTOMER OWN_CUSTOMERS SUSPENSE_CUSTOMER AccountChange ArrangementChange Closing CreditChange Fact ItemChange Keep PaymentChange PayoutChange Posting StubChange",
            "workings": "ChargeDetail WorkingRow",
        },
    )
