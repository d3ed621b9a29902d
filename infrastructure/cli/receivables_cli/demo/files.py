"""The files that a story is imported by."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from receivables.core.money import Money
from receivables_cli.demo.story import Bill, Debtor


def invoices_csv(bills: Sequence[Bill]) -> bytes:
    """Invoices; without a due date the terms give it."""
    header = ("invoice_number", "customer_id", "issue_date", "due_date", "amount", "tax", "currency")
    rows = (
        (
            b.number,
            b.customer_id,
            b.issue_date,
            b.due_date or "",
            _plain(b.amount),
            _plain(b.tax),
            b.amount.currency,
        )
        for b in bills
    )
    return _csv(header, rows)


def _plain(amount: Money | None) -> str:
    return f"{amount.decimal:f}" if amount else ""


def customers_csv(debtors: Sequence[Debtor]) -> bytes:
    """Customers with their terms."""
    header = ("customer_id", "name", "email", "phone", "locale", "timezone", "sms_consent", "terms_id")
    rows = (
        (
            d.id,
            d.name,
            d.email,
            d.phone,
            d.locale,
            d.timezone,
            "yes" if d.sms_consent else "no",
            d.terms_id or "",
        )
        for d in debtors
    )
    return _csv(header, rows)


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
