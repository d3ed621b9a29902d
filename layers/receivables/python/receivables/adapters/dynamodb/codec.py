"""Items of the ledger to domain objects and back, attribute by attribute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.values import (
    Item,
    Value,
    day,
    day_at,
    instant,
    instant_at,
    number,
    number_at,
    number_map_at,
    optional_instant,
    optional_text,
    present,
    text,
    text_at,
    texts_at,
)
from receivables.core.money import Money
from receivables.ledger import (
    Account,
    ActiveCase,
    Entry,
    EntryKind,
    Hold,
    Invoice,
    InvoicePointer,
    InvoiceStatus,
    LedgerName,
    Leg,
    OpenItem,
    Payment,
    PaymentRecord,
    PaymentState,
    WorkingSet,
)


def money_at(item: Mapping[str, Value], name: str = "amount") -> Money:
    """An amount of the item, in the item's currency."""
    return Money(int(item[name]["N"]), item["currency"]["S"])


def account_from(item: Mapping[str, Value]) -> Account:
    return Account(
        id=keys.account_id_of(item["pk"]["S"]),
        customer_id=item["customer_id"]["S"],
        balance=money_at(item, "balance"),
        unapplied=money_at(item, "unapplied"),
        rev=number_at(item, "rev"),
        progress=number_map_at(item, "progress"),
        worked_at=optional_instant(item, "worked_at"),
        next_action_at=optional_instant(item, "next_action_at"),
        hold=_hold_from(item["hold"]["M"]) if "hold" in item else None,
    )


def hold_value(hold: Hold) -> Value:
    return {
        "M": {
            "reason": text(hold.reason),
            "by": text(hold.by),
            "placed_at": instant(hold.placed_at),
            "until": instant(hold.until),
        }
    }


def _hold_from(item: Mapping[str, Value]) -> Hold:
    return Hold(
        text_at(item, "reason"), text_at(item, "by"), instant_at(item, "placed_at"), instant_at(item, "until")
    )


def open_item_item(account_id: str, item: OpenItem) -> Item:
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
        ),
    }


def open_item_from(item: Mapping[str, Value], active_case_id: str | None) -> OpenItem:
    """The mark of a case that is not the account's active one is left over, and ignored."""
    marked = optional_text(item, "case_id")
    return OpenItem(
        number=item["number"]["S"],
        amount=money_at(item),
        balance=money_at(item, "balance"),
        issue_date=day_at(item, "issue_date"),
        due_date=day_at(item, "due_date"),
        description=text_at(item, "description"),
        case_id=marked if marked == active_case_id else None,
    )


def working_set_from(items: Iterable[Item]) -> WorkingSet | None:
    """The items of an account's working set; None when there is no account among them."""
    account: Account | None = None
    case: ActiveCase | None = None
    opened: list[Item] = []
    for item in items:
        place = item["sk"]["S"]
        if place.startswith(keys.OPEN_ITEMS):
            opened.append(item)
        elif place == keys.ACCOUNT:
            account = account_from(item)
        elif place == keys.ACTIVE_CASE:
            case = _active_case_from(item)
    if account is None:
        return None
    active = case.id if case else None
    return WorkingSet(account, tuple(open_item_from(item, active) for item in opened), case)


def _active_case_from(item: Mapping[str, Value]) -> ActiveCase:
    return ActiveCase(
        id=text_at(item, "id"),
        stage=text_at(item, "stage"),
        invoices=texts_at(item, "invoices"),
        wake_at=optional_instant(item, "wake_at"),
        started=item["started"]["BOOL"],
    )


def invoice_item(invoice: Invoice) -> Item:
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
        ),
    }


def invoice_from(item: Mapping[str, Value]) -> Invoice:
    return Invoice(
        number=text_at(item, "number"),
        account_id=keys.account_id_of(item["pk"]["S"]),
        amount=money_at(item),
        issue_date=day_at(item, "issue_date"),
        due_date=day_at(item, "due_date"),
        issued_at=instant_at(item, "issued_at"),
        terms_id=optional_text(item, "terms_id"),
        terms_version=number_at(item, "terms_version") if "terms_version" in item else None,
        description=text_at(item, "description"),
        status=InvoiceStatus(text_at(item, "status")),
        closed_at=optional_instant(item, "closed_at"),
        rev=number_at(item, "rev"),
    )


def pointer_item(invoice: Invoice) -> Item:
    return {
        **keys.pointer_key(invoice.number),
        "kind": text("pointer"),
        "account_id": text(invoice.account_id),
        "amount": number(invoice.amount.minor),
        "currency": text(invoice.amount.currency),
        "issue_date": day(invoice.issue_date),
        "due_date": day(invoice.due_date),
        "description": text(invoice.description),
    }


def pointer_from(item: Mapping[str, Value]) -> InvoicePointer:
    return InvoicePointer(
        number=item["pk"]["S"].removeprefix("I#"),
        account_id=text_at(item, "account_id"),
        amount=money_at(item),
        issue_date=day_at(item, "issue_date"),
        due_date=day_at(item, "due_date"),
        description=text_at(item, "description"),
    )


def entry_item(entry: Entry) -> Item:
    return {
        **keys.fact_key(entry.account_id, entry.recorded_at, "entry", entry.id),
        **present(
            kind=text("entry"),
            id=text(entry.id),
            entry_kind=text(entry.kind),
            amount=number(entry.amount.minor),
            currency=text(entry.amount.currency),
            effective_at=instant(entry.effective_at),
            recorded_at=instant(entry.recorded_at),
            legs={"L": [{"L": [text(leg.ledger), number(leg.minor)]} for leg in entry.legs]},
            source=text(entry.source),
            invoice=text(entry.invoice) if entry.invoice else None,
        ),
    }


def entry_from(item: Mapping[str, Value]) -> Entry:
    return Entry(
        id=text_at(item, "id"),
        account_id=keys.account_id_of(item["pk"]["S"]),
        kind=EntryKind(text_at(item, "entry_kind")),
        amount=money_at(item),
        effective_at=instant_at(item, "effective_at"),
        recorded_at=instant_at(item, "recorded_at"),
        legs=tuple(Leg(LedgerName(leg["L"][0]["S"]), int(leg["L"][1]["N"])) for leg in item["legs"]["L"]),
        source=text_at(item, "source"),
        invoice=optional_text(item, "invoice"),
    )


def payment_item(payment: Payment, state: PaymentState, entry: Entry) -> Item:
    """The payment document; one in suspense belongs to no account yet and is on the worklist."""
    waits = state is PaymentState.SUSPENSE
    return {
        **keys.payment_key(payment.key),
        **present(
            kind=text("payment"),
            key=text(payment.key),
            amount=number(payment.amount.minor),
            currency=text(payment.amount.currency),
            effective_at=instant(payment.effective_at),
            received_at=instant(payment.received_at),
            reference=text(payment.reference) if payment.reference else None,
            source=text(payment.source),
            payer=text(payment.payer) if payment.payer else None,
            state=text(state),
            account_id=None if waits else text(entry.account_id),
            invoice=text(entry.invoice) if entry.invoice and not waits else None,
            **(worklist("suspense", payment.received_at) if waits else {}),
        ),
    }


def payment_from(item: Mapping[str, Value]) -> PaymentRecord:
    payment = Payment(
        key=text_at(item, "key"),
        amount=money_at(item),
        effective_at=instant_at(item, "effective_at"),
        received_at=instant_at(item, "received_at"),
        reference=optional_text(item, "reference"),
        source=text_at(item, "source"),
        payer=optional_text(item, "payer"),
    )
    state = PaymentState(text_at(item, "state"))
    return PaymentRecord(payment, state, optional_text(item, "account_id"), optional_text(item, "invoice"))


def worklist(name: str, at: datetime) -> Item:
    """The attributes that put an item on a worklist."""
    return {"worklist": text(name), "worklist_at": instant(at)}
