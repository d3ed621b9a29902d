"""Invoices, and late charges, as callers see them."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from chalicelib.account_forms import ExtensionReply, HoldReply
from chalicelib.charges import WorkingRowReply
from chalicelib.fields import Amount, Instant, Reply
from chalicelib.path_ids import to_path
from receivables.core.money import Money
from receivables.ledger import ChargeDetail, Invoice, ItemKind, OpenItem, ShortPayment
from receivables.ledger.instalments import outstanding
from receivables.terms import Discount, Instalment


class InvoicePartReply(Reply):
    """A part of an invoice: when it is due, how much it is (as credit notes left it), and what is still to be paid of it."""

    due_date: date
    amount: Amount
    outstanding: Amount

    @classmethod
    def of(cls, part: Instalment, left: Money) -> InvoicePartReply:
        return cls(due_date=part.due_date, amount=Amount.of(part.amount), outstanding=Amount.of(left))


class DiscountReply(Reply):
    """What may be kept back when it is paid by `until`; `tax` is the part of it that reduces tax. `forgiven_until` is that day
    with those that are overlooked. `shares`: a payment of a part earns its share."""

    until: date
    forgiven_until: date
    amount: Amount
    tax: Amount
    tolerance: Amount
    shares: bool

    @classmethod
    def of(cls, discount: Discount) -> DiscountReply:
        return cls(
            until=discount.until,
            forgiven_until=discount.forgiven_until,
            amount=Amount.of(discount.amount),
            tax=Amount.of(discount.tax),
            tolerance=Amount.minor(discount.tolerance, discount.amount.currency),
            shares=discount.shares,
        )


class MissingReply(Reply):
    """Less came than was owed; a person decides whether the rest is claimed or granted."""

    payment: str
    missing: Amount
    reason: str
    proposal: str

    @classmethod
    def of(cls, short: ShortPayment) -> MissingReply:
        return cls(
            payment=short.payment,
            missing=Amount.of(short.missing),
            reason=short.reason.value,
            proposal=short.proposal,
        )


class WorkingReply(Reply):
    """How a late charge was worked out: by which rule of which version of the terms, for which period, row by row."""

    rule: str
    terms: str
    period: str
    rows: list[WorkingRowReply]
    notes: list[str]

    @classmethod
    def of(cls, detail: ChargeDetail) -> WorkingReply:
        return cls(
            rule=detail.rule,
            terms=detail.terms,
            period=detail.period,
            rows=[WorkingRowReply.of(row) for row in detail.rows],
            notes=list(detail.notes),
        )


class InvoiceReply(Reply):
    """An invoice and what is still to be paid of it. `self` is its path: the number may hold what a path cannot. A late
    charge has another `kind`, the invoice that it `concerns`, and its working. An `extension` is the due date for
    reminders; `due_date` is that of the terms, the last one where there are instalments."""

    number: str
    self_: str = Field(serialization_alias="self")
    account_id: str
    kind: ItemKind
    concerns: str | None
    amount: Amount
    tax: Amount | None
    balance: Amount
    issue_date: date
    due_date: date
    issued_at: Instant
    terms_id: str | None
    terms_version: int | None
    description: str
    status: str
    closed_at: Instant | None
    written_off: Amount
    claimed: bool
    instalments: list[InvoicePartReply]
    discounts: list[DiscountReply]
    extension: ExtensionReply | None
    hold: HoldReply | None
    short_payment: MissingReply | None
    charge: WorkingReply | None
    case_id: str | None
    rev: int

    @classmethod
    def of(cls, invoice: Invoice, item: OpenItem | None) -> InvoiceReply:
        currency = invoice.amount.currency
        return cls(
            number=invoice.number,
            self_=f"/invoices/{to_path(invoice.number)}",
            account_id=invoice.account_id,
            kind=invoice.kind,
            concerns=invoice.concerns,
            amount=Amount.of(invoice.amount),
            tax=Amount.of(invoice.tax) if invoice.tax is not None else None,
            balance=Amount.of(item.balance if item else Money.zero(currency)),
            issue_date=invoice.issue_date,
            due_date=invoice.due_date,
            issued_at=invoice.issued_at,
            terms_id=invoice.terms_id,
            terms_version=invoice.terms_version,
            description=invoice.description,
            status=invoice.status.value,
            closed_at=invoice.closed_at,
            written_off=Amount.minor(invoice.written_off, currency),
            claimed=item.claimed if item else True,
            instalments=_instalments(invoice, item),
            discounts=[DiscountReply.of(discount) for discount in invoice.conditions.discounts],
            charge=WorkingReply.of(invoice.charge) if invoice.charge else None,
            case_id=item.case_id if item else None,
            rev=invoice.rev,
            **_pauses(item),
        )


def _pauses(item: OpenItem | None) -> dict[str, Reply | None]:
    return {
        "extension": ExtensionReply.of(item.extension) if item and item.extension else None,
        "hold": HoldReply.of(item.hold) if item and item.hold else None,
        "short_payment": MissingReply.of(item.short) if item and item.short else None,
    }


def _instalments(invoice: Invoice, item: OpenItem | None) -> list[InvoicePartReply]:
    """The parts of an invoice that has some; of a closed one, as credit notes had left them."""
    zero = Money.zero(invoice.amount.currency)
    if item is None:
        closed = invoice.schedule or invoice.conditions.instalments
        return [InvoicePartReply.of(part, zero) for part in closed]
    return [
        InvoicePartReply.of(part, left.amount)
        for part, left in zip(item.schedule, outstanding(item), strict=False)
    ]
