"""What finance and operations read of a case: plain text, because a topic delivers it as e-mail."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from receivables.cases.case import Approval, ApprovalAction, Case
from receivables.cases.case_file import CaseFile
from receivables.cases.ports import Message
from receivables.core.clock import format_instant
from receivables.core.ids import derived_id
from receivables.core.money import Money, decimals
from receivables.dunning.dues import Due
from receivables.ledger import ChargeDetail

MAX_SUBJECT: Final = 100
"""Longest subject that SNS takes, in printable ASCII."""
MAX_ITEMS: Final = 50
"""Invoices listed in a message; the console shows all. SNS takes 256 KB, people far less."""

MAX_ROWS: Final = 12
"""Rows of a charge's working in a message."""

_ASKS: Final = {
    ApprovalAction.SUSPEND_SERVICE: "suspend the customer's service",
    ApprovalAction.PLACE_WITH_AGENCY: "hand the case over to the collection agency",
}


def case_opened(file: CaseFile, notice: str, console: str) -> Message:
    """A case was opened. `notice` says in words what became of the formal notice to the customer."""
    lead = (
        f"A collection case was opened for {file.customer.name} ({file.case.account_id}).",
        f"Formal notice: {notice}.",
        f"Without payment you will be asked in {file.case.playbook.formal_notice_days} days whether to suspend the service.",
    )
    return _message(
        file, "opened", f"Collection case opened: {file.customer.name}, {file.open}", lead, console
    )


def approval_wanted(file: CaseFile, approval: Approval, console: str) -> Message:
    """Finance is asked for a decision, for the first time or again."""
    asks = _ASKS[approval.action]
    waiting = (file.as_of - approval.requested_at).days
    again = (f"This request has been waiting for {waiting} days.",) if waiting > 0 else ()
    lead = (
        f"Please decide whether to {asks}: {file.customer.name} ({file.case.account_id}).",
        *again,
        f"Asked by {approval.requested_by}; it must be decided by somebody else.",
        f"Approve or reject, with a reason: {console}/approvals/{approval.id}",
        "The link only shows the request; nothing is decided by opening it.",
    )
    kind = "Decision wanted" if not again else "Decision still wanted"
    return _message(
        file,
        approval.id,
        f"{kind}: {asks}, {file.customer.name}, {file.open}",
        lead,
        console,
        approval=approval,
    )


def workflow_failed(case: Case, error: str, console: str) -> Message:
    """For operations: a case stands still. Names no customer."""
    text = "\n".join(
        (
            f"The workflow of case {case.id} (execution {case.execution}) gave up at stage {case.stage}.",
            f"Error: {error}",
            "The daily sweep starts it again. Payments close it then; nothing is done twice.",
            f"{console}/cases/{case.id}",
        )
    )
    return Message(
        derived_id("msg", case.id, "failed", str(case.run), str(case.rev)),
        _subject(f"Collection case stands still: {case.id}"),
        text,
        {"event": "case_failed", "case_id": case.id},
    )


def amount(money: Money) -> str:
    """An amount for people, with thousands separated: `12,345.00 EUR`."""
    return f"{money.decimal:,f} {money.currency}"


def _message(
    file: CaseFile,
    what: str,
    subject: str,
    lead: tuple[str, ...],
    console: str,
    approval: Approval | None = None,
) -> Message:
    sections = (
        lead,
        _amounts(file),
        _invoices(file),
        _history(file),
        (f"Case: {console}/cases/{file.case.id}",),
    )
    attributes = {"event": "approval_wanted" if approval else "case_opened", "case_id": file.case.id}
    if approval is not None:
        attributes |= {"approval_id": approval.id, "action": approval.action.value}
    # The date on which it is due makes each reminder a message of its own, and a repeat the same message.
    moment = format_instant(file.case.wake_at) if file.case.wake_at else ""
    return Message(
        derived_id("msg", file.case.id, what, moment),
        _subject(subject),
        "\n\n".join("\n".join(section) for section in sections),
        attributes,
    )


def _subject(text: str) -> str:
    readable = "".join(c if c.isascii() and c.isprintable() else "?" for c in text)
    return readable if len(readable) <= MAX_SUBJECT else readable[: MAX_SUBJECT - 3] + "..."


def _amounts(file: CaseFile) -> Iterator[str]:
    yield f"Open in this case: {amount(file.open)}"
    if file.unapplied:
        yield f"Unapplied credit of the account: {amount(file.unapplied)}"
    if file.closed:
        yield f"Paid since the case was opened: {len(file.closed)} of {len(file.case.invoices)} invoices"


def _invoices(file: CaseFile) -> Iterator[str]:
    yield "Open invoices:"
    for due in file.lines[:MAX_ITEMS]:
        yield f"  {_line(file, due)}"
        working = file.workings.get(due.number)
        if working is not None:
            yield from (f"      {row}" for row in _working(working))
    if len(file.lines) > MAX_ITEMS:
        yield f"  and {len(file.lines) - MAX_ITEMS} more"


def _line(file: CaseFile, due: Due) -> str:
    item = due.item
    if item is not None and item.is_charge:
        return f"{due.number}: {amount(due.amount)}, {item.kind.value} for {item.concerns}"
    part = f", instalment {due.part} of {due.parts}" if due.part else ""
    of = f" of {amount(item.amount)}" if item is not None and due.amount != item.amount else ""
    disputed = f", {amount(due.disputed)} of it disputed and not asked for" if due.disputed else ""
    return (
        f"{due.number}{part}: {amount(due.amount)}{of}, due {due.due_date.isoformat()}, "
        f"{file.days_overdue(due)} days overdue{disputed}"
    )


def _working(detail: ChargeDetail) -> Iterator[str]:
    """The rows of a charge, the newest of many."""
    yield f"rule {detail.rule} of terms {detail.terms}, {detail.period}"
    if len(detail.rows) > MAX_ROWS:
        yield f"{len(detail.rows) - MAX_ROWS} earlier rows"
    for row in detail.rows[-MAX_ROWS:]:
        exact = Decimal(row.amount).scaleb(-decimals(row.balance.currency))
        yield (
            f"{row.first.isoformat()} to {row.last.isoformat()}: {row.days} days on {amount(row.balance)} "
            f"at {row.rate} %: {exact:f} {row.balance.currency}"
        )


def _history(file: CaseFile) -> Iterator[str]:
    yield "History:"
    if not file.history:
        yield "  nothing yet"
    for line in file.history:
        yield f"  {line.at.astimezone(file.customer.tz):%Y-%m-%d %H:%M} {line.text}"
