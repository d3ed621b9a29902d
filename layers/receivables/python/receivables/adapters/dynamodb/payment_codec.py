"""Payments and what is known of them to items and back. The common payment - all of it to one invoice, nothing else known -
has no attribute that it does not need: what is as by default, or follows from the key, is left out. Who holds the money, and of which day it
is, are one attribute: that of the index by which a processor's own list is compared with ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from receivables import ledger
from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.values import (
    Item,
    Value,
    instant,
    instant_at,
    list_at,
    listed,
    money_at,
    number,
    number_at,
    optional_text,
    present,
    text,
    text_at,
    texts,
    texts_at,
    worklist,
)
from receivables.core.trees import dumps, loads

ORPHANS: Final = "orphan"
"""The worklist of stubs of which money went back, or was contested, that never came."""
STUB: Final = "payment_stub"

_AMOUNTS: Final = (
    "credit",
    "refunded",
    "charged_back",
    "recovered",
    "rounded",
    "reversed",
    "returned",
    "paid_out",
    "rev",
)


def payment_item(record: ledger.PaymentRecord) -> Item:
    """The payment's record; one in suspense belongs to no account yet and is on the worklist."""
    payment = record.payment
    waits = record.state is ledger.PaymentState.SUSPENSE
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
            source=text(payment.source) if payment.source != payment.key else None,
            payer=text(payment.payer) if payment.payer else None,
            held=text(held_on(payment.held_by, payment.effective_at.date())) if payment.held_by else None,
            method=text(payment.method) if payment.method else None,
            remittance=_remittance_value(payment.remittance),
            state=text(record.state),
            account_id=text(record.account_id) if record.account_id else None,
            invoice=text(record.invoice) if record.invoice else None,
            allocated=listed(_allocated_value(each) for each in record.allocated),
            **{name: number(getattr(record, name)) for name in _AMOUNTS if getattr(record, name)},
            **_heard(record),
            **(worklist("suspense", payment.received_at) if waits else {}),
        ),
    }


def payment_from(item: Mapping[str, Value]) -> ledger.PaymentRecord:
    key = text_at(item, "key")
    payment = ledger.Payment(
        key=key,
        amount=money_at(item),
        effective_at=instant_at(item, "effective_at"),
        received_at=instant_at(item, "received_at"),
        reference=optional_text(item, "reference"),
        source=text_at(item, "source", key),
        payer=optional_text(item, "payer"),
        held_by=text_at(item, "held").rpartition("#")[0] or None,
        method=optional_text(item, "method"),
        remittance=loads(ledger.Remittance, text_at(item, "remittance")) if "remittance" in item else None,
    )
    return ledger.PaymentRecord(
        payment,
        ledger.PaymentState(text_at(item, "state")),
        optional_text(item, "account_id"),
        optional_text(item, "invoice"),
        tuple(_allocated(each["L"]) for each in list_at(item, "allocated")),
        known=_known_at(item),
        done=texts_at(item, "done"),
        **{name: number_at(item, name) for name in _AMOUNTS},
    )


def stub_item(stub: ledger.PaymentStub) -> Item:
    """It is where the record will be; an orphan is on the worklist."""
    since = stub.orphan_since
    return {
        **keys.payment_key(stub.key),
        **present(
            kind=text(STUB),
            key=text(stub.key),
            account_id=text(stub.account_id) if stub.account_id else None,
            reference=text(stub.reference) if stub.reference else None,
            rev=number(stub.rev) if stub.rev else None,
            **_heard(stub),
            **(worklist(ORPHANS, since) if since else {}),
        ),
    }


def stub_from(item: Mapping[str, Value]) -> ledger.PaymentStub:
    return ledger.PaymentStub(
        text_at(item, "key"),
        _known_at(item),
        texts_at(item, "done"),
        optional_text(item, "account_id"),
        optional_text(item, "reference"),
        number_at(item, "rev"),
    )


def held_on(held_by: str, on: date) -> str:
    """Where the payments of a processor's account and a day (UTC) are in their index."""
    return f"{held_by}#{on.isoformat()}"


def is_stub(item: Mapping[str, Value]) -> bool:
    return text_at(item, "kind") == STUB


def _heard(of: ledger.PaymentRecord | ledger.PaymentStub) -> dict[str, Value | None]:
    return {
        "known": listed(_known_value(fact) for fact in of.known),
        "done": texts(of.done) if of.done else None,
    }


def _known_value(fact: ledger.Known) -> Value:
    """What, when, of which refund or dispute (may be empty); then the amount if it is told, and whether it is a total."""
    stored = [text(fact.what), instant(fact.at), text(fact.id)]
    if fact.minor is not None:
        stored.append(number(fact.minor))
    if fact.total:
        stored.append(text("total"))
    return {"L": stored}


def _known_at(item: Mapping[str, Value]) -> tuple[ledger.Known, ...]:
    return tuple(_known(each["L"]) for each in list_at(item, "known"))


def _known(stored: list[Value]) -> ledger.Known:
    what, at, id_, *more = stored
    minor = next((int(each["N"]) for each in more if "N" in each), None)
    total = any("S" in each for each in more)
    return ledger.Known(what["S"], datetime.fromisoformat(at["S"]), id_["S"], minor, total)


def _remittance_value(remittance: ledger.Remittance | None) -> Value | None:
    return text(dumps(ledger.Remittance, remittance)) if remittance is not None else None


def _allocated_value(part: ledger.Allocated) -> Value:
    paid = [text(part.item), number(part.minor)]
    return {"L": [*paid, number(part.discount)] if part.discount else paid}


def _allocated(stored: list[Value]) -> ledger.Allocated:
    return ledger.Allocated(
        stored[0]["S"], int(stored[1]["N"]), int(stored[2]["N"]) if len(stored) > 2 else 0
    )
