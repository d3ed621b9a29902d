"""Receivables to items and back: the document, the open item and the pointer by number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Final

from receivables import ledger
from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.compact import (
    accrued_at,
    accrued_value,
    conditions_at,
    conditions_value,
    extension_at,
    extension_value,
    hold_at,
    hold_value,
    instalments_at,
    instalments_value,
    moves_at,
    moves_value,
    short_at,
    short_value,
)
from receivables.adapters.dynamodb.values import (
    Item,
    Value,
    day,
    day_at,
    flag,
    flag_at,
    instant,
    instant_at,
    money_at,
    number,
    number_at,
    optional_instant,
    optional_text,
    present,
    text,
    text_at,
    worklist,
)
from receivables.core.money import Money
from receivables.core.trees import dumps, loads

SHORT_PAYMENTS: Final = "short_payment"
UNCLAIMED_CHARGES: Final = "unclaimed_charge"
"""Worklists of open items that wait for a person."""


def open_item_item(account_id: str, item: ledger.OpenItem) -> Item:
    """What is as most invoices have it is left out. While it is asked for it is in the index of what is open."""
    asked_for = item.balance and item.claimed
    return {
        **keys.open_item_key(account_id, item.number),
        **present(
            kind=text("open_item"),
            number=text(item.number),
            amount=number(item.amount.minor),
            balance=number(item.balance.minor),
            currency=text(item.amount.currency),
            issue_date=day(item.issue_date),
            due_date=day(item.due_date),
            description=text(item.description),
            case_id=text(item.case_id) if item.case_id else None,
            **_what_for(item),
            claimed=None if item.claimed else flag(value=False),
            schedule=instalments_value(item.schedule),
            moves=moves_value(item.moves),
            accrued=accrued_value(item.accrued),
            accrued_rev=number(item.accrued_rev) if item.accrued_rev else None,
            hold=hold_value(item.hold),
            extension=extension_value(item.extension),
            short=short_value(item.short),
            rev=number(item.rev) if item.rev else None,
            open_shard=text(keys.open_shard(item.number)) if asked_for else None,
            **_waits(item),
        ),
    }


def open_item_from(item: Mapping[str, Value], active_case_id: str | None) -> ledger.OpenItem:
    """The mark of a case that is not the account's active one is left over, and ignored."""
    marked = optional_text(item, "case_id")
    return ledger.OpenItem(
        number=item["number"]["S"],
        amount=money_at(item),
        balance=money_at(item, "balance"),
        issue_date=day_at(item, "issue_date"),
        due_date=day_at(item, "due_date"),
        description=text_at(item, "description"),
        case_id=marked if marked == active_case_id else None,
        kind=_kind_at(item),
        concerns=optional_text(item, "concerns"),
        claimed=flag_at(item, "claimed", default=True),
        terms=optional_text(item, "terms"),
        conditions=conditions_at(item),
        schedule=instalments_at(item, "schedule"),
        moves=moves_at(item),
        accrued=accrued_at(item),
        accrued_rev=number_at(item, "accrued_rev"),
        hold=hold_at(item),
        extension=extension_at(item),
        short=short_at(item),
        rev=number_at(item, "rev"),
    )


def invoice_item(invoice: ledger.Invoice) -> Item:
    return {
        **keys.invoice_key(invoice.account_id, invoice.number),
        **present(
            kind=text("invoice"),
            number=text(invoice.number),
            amount=number(invoice.amount.minor),
            currency=text(invoice.amount.currency),
            issue_date=day(invoice.issue_date),
            due_date=day(invoice.due_date),
            issued_at=instant(invoice.issued_at),
            terms_id=text(invoice.terms_id) if invoice.terms_id else None,
            terms_version=number(invoice.terms_version) if invoice.terms_version is not None else None,
            description=text(invoice.description),
            status=text(invoice.status),
            closed_at=instant(invoice.closed_at) if invoice.closed_at else None,
            rev=number(invoice.rev),
            item_kind=text(invoice.kind) if invoice.kind is not ledger.ItemKind.INVOICE else None,
            tax=number(invoice.tax.minor) if invoice.tax is not None else None,
            conditions=conditions_value(invoice.conditions),
            concerns=text(invoice.concerns) if invoice.concerns else None,
            charge=text(dumps(ledger.ChargeDetail, invoice.charge)) if invoice.charge else None,
            moves=moves_value(invoice.moves),
            accrued=accrued_value(invoice.accrued),
            schedule=instalments_value(invoice.schedule),
            written_off=number(invoice.written_off) if invoice.written_off else None,
            item_rev=number(invoice.item_rev) if invoice.item_rev else None,
        ),
    }


def invoice_from(item: Mapping[str, Value]) -> ledger.Invoice:
    return ledger.Invoice(
        number=text_at(item, "number"),
        account_id=keys.account_id_of(item["pk"]["S"]),
        amount=money_at(item),
        issue_date=day_at(item, "issue_date"),
        due_date=day_at(item, "due_date"),
        issued_at=instant_at(item, "issued_at"),
        terms_id=optional_text(item, "terms_id"),
        terms_version=number_at(item, "terms_version") if "terms_version" in item else None,
        description=text_at(item, "description"),
        status=ledger.InvoiceStatus(text_at(item, "status")),
        closed_at=optional_instant(item, "closed_at"),
        rev=number_at(item, "rev"),
        kind=_kind_at(item),
        tax=Money(number_at(item, "tax"), text_at(item, "currency")) if "tax" in item else None,
        conditions=conditions_at(item),
        concerns=optional_text(item, "concerns"),
        charge=loads(ledger.ChargeDetail, text_at(item, "charge")) if "charge" in item else None,
        moves=moves_at(item),
        accrued=accrued_at(item),
        schedule=instalments_at(item, "schedule"),
        written_off=number_at(item, "written_off"),
        item_rev=number_at(item, "item_rev"),
    )


def pointer_item(invoice: ledger.Invoice) -> Item:
    return {
        **keys.pointer_key(invoice.number),
        **present(
            kind=text("pointer"),
            account_id=text(invoice.account_id),
            amount=number(invoice.amount.minor),
            currency=text(invoice.amount.currency),
            issue_date=day(invoice.issue_date),
            due_date=day(invoice.due_date),
            description=text(invoice.description),
            **_what_for(invoice),
        ),
    }


def pointer_from(item: Mapping[str, Value]) -> ledger.InvoicePointer:
    return ledger.InvoicePointer(
        number=item["pk"]["S"].removeprefix("I#"),
        account_id=text_at(item, "account_id"),
        amount=money_at(item),
        issue_date=day_at(item, "issue_date"),
        due_date=day_at(item, "due_date"),
        description=text_at(item, "description"),
        kind=_kind_at(item),
        concerns=optional_text(item, "concerns"),
        terms=optional_text(item, "terms"),
        conditions=conditions_at(item),
    )


def _what_for(receivable: ledger.Invoice | ledger.OpenItem) -> dict[str, Value | None]:
    """What never changes: of which kind, for which invoice, under which terms."""
    return {
        "item_kind": text(receivable.kind) if receivable.kind is not ledger.ItemKind.INVOICE else None,
        "concerns": text(receivable.concerns) if receivable.concerns else None,
        "terms": text(receivable.terms) if receivable.terms else None,
        "conditions": conditions_value(receivable.conditions),
    }


def _kind_at(item: Mapping[str, Value]) -> ledger.ItemKind:
    return ledger.ItemKind(item["item_kind"]["S"]) if "item_kind" in item else ledger.ItemKind.INVOICE


def _waits(item: ledger.OpenItem) -> Item:
    """On a worklist: since the last change of what was paid short, since its issue for a charge that nobody claimed."""
    if item.short is not None:
        since = item.moves[-1].at if item.moves else _beginning(item)
        return worklist(SHORT_PAYMENTS, since)
    return {} if item.claimed else worklist(UNCLAIMED_CHARGES, _beginning(item))


def _beginning(item: ledger.OpenItem) -> datetime:
    return datetime.combine(item.issue_date, time(), UTC)
