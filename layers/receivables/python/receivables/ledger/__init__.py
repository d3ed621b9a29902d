"""The ledger: what is owed. Immutable entries, balances derived from them."""

from receivables.ledger.account import AT_ONCE, MAX_OPEN_ITEMS, Account, ActiveCase, Hold, WorkingSet
from receivables.ledger.entries import Entry, EntryKind, LedgerName, Leg
from receivables.ledger.invoices import Invoice, InvoiceStatus, OpenItem
from receivables.ledger.ports import InvoicePointer, LedgerStore, Page, PaymentRecord, PostOutcome
from receivables.ledger.posting import Payment, PaymentState, Posting, issue_invoice, place, post_payment

__all__ = [
    "AT_ONCE",
    "MAX_OPEN_ITEMS",
    "Account",
    "ActiveCase",
    "Entry",
    "EntryKind",
    "Hold",
    "Invoice",
    "InvoicePointer",
    "InvoiceStatus",
    "LedgerName",
    "LedgerStore",
    "Leg",
    "OpenItem",
    "Page",
    "Payment",
    "PaymentRecord",
    "PaymentState",
    "PostOutcome",
    "Posting",
    "WorkingSet",
    "issue_invoice",
    "place",
    "post_payment",
]
