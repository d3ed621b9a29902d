"""What the collection agency is given: the file of a placement, and its recall. JSON, one document a case."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from receivables.cases.case import Case
from receivables.cases.case_file import CaseFile
from receivables.core.clock import format_instant
from receivables.core.money import Money

CONTENT_TYPE: Final = "application/json"


def placement_name(case: Case) -> str:
    """Where the file goes: derived from the case, so that a repeat replaces it."""
    return f"placements/{case.id}.json"


def recall_name(case: Case) -> str:
    return f"recalls/{case.id}.json"


def placement_file(file: CaseFile) -> bytes:
    """Everything that the agency needs: who owes whom, for what, since when, and what was done about it."""
    customer = file.customer
    document = {
        "document": "placement",
        "version": 1,
        "case_id": file.case.id,
        "placed_at": format_instant(file.as_of),
        "agency": file.agency,
        "creditor": file.creditor,
        "debtor": {
            "customer_id": customer.id,
            "name": customer.name,
            "email": customer.email,
            "phone": customer.phone,
            "locale": customer.locale,
            "timezone": customer.timezone,
        },
        "open": _money(file.open),
        "invoices": [
            {
                "number": item.number,
                "description": item.description,
                "issue_date": item.issue_date.isoformat(),
                "due_date": item.due_date.isoformat(),
                "days_overdue": file.days_overdue(item),
                "amount": _money(item.amount),
                "open": _money(item.balance),
            }
            for item in file.items
        ],
        "history": [{"at": format_instant(line.at), "text": line.text} for line in file.history],
    }
    return _json(document)


def recall_file(case: Case, at: datetime) -> bytes:
    """The agency is to stop: the customer has paid."""
    return _json(
        {
            "document": "recall",
            "version": 1,
            "case_id": case.id,
            "customer_id": case.customer_id,
            "recalled_at": format_instant(at),
            "reason": "paid",
        }
    )


def _money(money: Money) -> dict[str, str]:
    return {"amount": f"{money.decimal:f}", "currency": money.currency}


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
