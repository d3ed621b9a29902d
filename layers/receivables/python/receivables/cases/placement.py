"""What the collection agency is given: the file of a placement, and its recall. JSON, one document a case."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from receivables.cases.case import Case
from receivables.cases.case_file import CaseFile
from receivables.core.clock import format_instant
from receivables.core.money import Money
from receivables.dunning.dues import Due
from receivables.ledger import ChargeDetail

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
        "invoices": [_claimed(file, due) for due in file.lines],
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


def _claimed(file: CaseFile, due: Due) -> dict[str, Any]:
    item = due.item
    claimed: dict[str, Any] = {
        "number": due.number,
        "description": due.description,
        "issue_date": due.issue_date.isoformat(),
        "due_date": due.due_date.isoformat(),
        "days_overdue": file.days_overdue(due),
        "amount": _money(item.amount if item else due.amount),
        "open": _money(due.amount),
    }
    if due.part:
        claimed["instalment"] = {"number": due.part, "of": due.parts}
    if due.disputed:
        claimed["disputed"] = _money(due.disputed)
    if item is not None and item.is_charge:
        claimed |= {"kind": item.kind.value, "concerns": item.concerns}
    if (working := file.workings.get(due.number)) is not None:
        claimed["working"] = _working(working)
    return claimed


def _working(detail: ChargeDetail) -> dict[str, Any]:
    """How a late charge came about, all of it: the agency has to answer for it. `amount` is exact, in minor units."""
    return {
        "rule": detail.rule,
        "terms": detail.terms,
        "period": detail.period,
        "notes": list(detail.notes),
        "rows": [
            {
                "from": row.first.isoformat(),
                "to": row.last.isoformat(),
                "days": row.days,
                "balance": _money(row.balance),
                "rate_percent": row.rate,
                "amount_minor": row.amount,
            }
            for row in detail.rows
        ],
    }


def _money(money: Money) -> dict[str, str]:
    return {"amount": f"{money.decimal:f}", "currency": money.currency}


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
