"""PayPal's list of transactions, read as events (developer.paypal.com/docs/transaction-search/transaction-event-codes).

T00… with money that came is a payment, T1107 a refund, T1106 and T1201 money taken back; T0400, T0401 and T0403 are withdrawals
to our bank. Holds, conversions, fees of their own and what else there is are not money of payers. A payment that
was reversed later (status V) had come; the reversal is a record of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from receivables.adapters.processors.asking import Read
from receivables.adapters.processors.document import (
    first_text,
    identifier,
    instant,
    money_in_decimals,
    received,
    section,
)
from receivables.adapters.processors.paypal.fields import references
from receivables.core.money import Money
from receivables.payments.events import EventType, MoneyEvent, OtherEvent, Payer

_REFUNDED: Final = frozenset({"T1107"})
_TAKEN: Final = frozenset({"T1106", "T1201"})
_WITHDRAWN: Final = frozenset({"T0400", "T0401", "T0403"})
_STATES: Final = {
    "S": EventType.PAYMENT_SUCCEEDED,
    "V": EventType.PAYMENT_SUCCEEDED,
    "P": EventType.PAYMENT_PENDING,
    "D": EventType.PAYMENT_FAILED,
}


def listed(record: Mapping[str, Any]) -> Read:
    """What a transaction of the list is to a payment."""
    info = section(record, "transaction_info")
    code, state = first_text(info.get("transaction_event_code")) or "", info.get("transaction_status")
    amount = _amount(info, "transaction_amount")
    if code.startswith("T00") and amount.minor > 0 and state in _STATES:
        return [_payment(record, info, amount, _STATES[str(state)])]
    if code in _REFUNDED | _TAKEN and amount.minor < 0 and state == "S":
        taken = EventType.PAYMENT_REVERSED if code in _TAKEN else EventType.REFUND_SUCCEEDED
        return [_back(info, -amount, taken)]
    return [OtherEvent(code, identifier(info.get("transaction_id"), "transaction_id"))]


def withdrawn(record: Mapping[str, Any]) -> Read:
    """A withdrawal to our bank."""
    info = section(record, "transaction_info")
    code, amount = first_text(info.get("transaction_event_code")) or "", _amount(info, "transaction_amount")
    own = identifier(info.get("transaction_id"), "transaction_id")
    if code not in _WITHDRAWN or amount.minor >= 0 or info.get("transaction_status") != "S":
        return [OtherEvent(code, own)]
    return [
        MoneyEvent(
            type=EventType.PAYOUT,
            raw_type=code,
            event_id=f"{own}/S",
            occurred=instant(info.get("transaction_initiation_date"), "transaction_initiation_date"),
            subject_id=own,
            amount=received(-amount),
            account=first_text(info.get("paypal_account_id")),
        )
    ]


def _payment(
    record: Mapping[str, Any], info: Mapping[str, Any], amount: Money, type_: EventType
) -> MoneyEvent:
    own = identifier(info.get("transaction_id"), "transaction_id")
    payer = section(record, "payer_info")
    told = {**info, "custom_id": info.get("custom_field"), "description": info.get("transaction_subject")}
    return MoneyEvent(
        type=type_,
        raw_type=str(info["transaction_event_code"]),
        event_id=f"{own}/{info['transaction_status']}",
        occurred=instant(info.get("transaction_initiation_date"), "transaction_initiation_date"),
        payment_id=own,
        amount=received(amount),
        fee=_fee(info, amount.currency),
        references=references({**told, "note_to_payer": info.get("transaction_note")}),
        payer=Payer(
            name=first_text(section(payer, "payer_name").get("alternate_full_name")),
            email=first_text(payer.get("email_address")),
            customer=first_text(payer.get("account_id")),
        ),
    )


def _back(info: Mapping[str, Any], amount: Money, type_: EventType) -> MoneyEvent:
    own = identifier(info.get("transaction_id"), "transaction_id")
    return MoneyEvent(
        type=type_,
        raw_type=str(info["transaction_event_code"]),
        event_id=f"{own}/S",
        occurred=instant(info.get("transaction_initiation_date"), "transaction_initiation_date"),
        payment_id=identifier(info.get("paypal_reference_id"), "paypal_reference_id"),
        subject_id=own,
        amount=received(amount),
    )


def _amount(info: Mapping[str, Any], name: str) -> Money:
    told = section(info, name)
    return money_in_decimals(told.get("value"), told.get("currency_code"), name)


def _fee(info: Mapping[str, Any], currency: str) -> Money | None:
    """The fee, which the list shows as money that went."""
    if section(info, "fee_amount").get("currency_code") != currency:
        return None
    fee = _amount(info, "fee_amount")
    return -fee if fee.minor < 0 else None
