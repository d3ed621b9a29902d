"""Lines of bank statements as events of money, and as messages of the inbox."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final

from receivables.banking.account import BankAccount
from receivables.banking.statement import BankLine
from receivables.core.clock import local_instant, zone
from receivables.payments.events import EventType, MoneyEvent, Payer, References
from receivables.payments.inbox import Form, InboxMessage
from receivables.payments.stored import dump_events

PROCESSOR: Final = "bank"
_NOON: Final = time(12)


def payment_of(line: BankLine, account: BankAccount, received_at: datetime) -> MoneyEvent:
    """Money that came in. What was booked counts; what the bank kept of it is the fee, so that amount and fee together are what
    was paid."""
    return MoneyEvent(
        type=EventType.PAYMENT_SUCCEEDED,
        raw_type=_raw_type(line),
        event_id=line.id,
        occurred=_occurred(line, account, received_at),
        payment_id=line.id,
        amount=line.amount,
        fee=line.charges,
        parent_id=line.batch,
        account=account.id,
        references=References(structured=line.structured, texts=line.remittance, end_to_end=line.end_to_end),
        payer=Payer(name=line.counterparty, account=line.counterparty_account),
    )


def reversal_of(original: str, line: BankLine, account: BankAccount, received_at: datetime) -> MoneyEvent:
    """Money of the payment of the line `original` that the bank took back by `line`."""
    return MoneyEvent(
        type=EventType.PAYMENT_REVERSED,
        raw_type=_raw_type(line),
        event_id=line.id,
        occurred=_occurred(line, account, received_at),
        payment_id=original,
        amount=-line.amount,
        subject_id=line.id,
        account=account.id,
        references=References(texts=line.remittance, end_to_end=line.end_to_end),
        payer=Payer(name=line.counterparty, account=line.counterparty_account),
        failure_code=line.code,
    )


def message_of(event: MoneyEvent, account: BankAccount, received_at: datetime) -> InboxMessage:
    """The event on its way to be applied: the same line is the same message, for ever."""
    return InboxMessage(
        id=f"{PROCESSOR}#{account.id}#{event.event_id}",
        processor=PROCESSOR,
        endpoint=account.id,
        event_id=event.event_id,
        body=dump_events([event]),
        received_at=received_at,
        headers={},
        form=Form.EVENTS,
    )


def _occurred(line: BankLine, account: BankAccount, received_at: datetime) -> datetime:
    """Noon, where the bank is, of the earlier of booking and value date: from then on the bank itself counts it. Banks tell no time;
    and what is heard of has happened."""
    day: date = min(line.booked_on, line.valued_on or line.booked_on)
    return min(local_instant(day, _NOON, zone(account.timezone)), received_at)


def _raw_type(line: BankLine) -> str:
    return f"line/{line.code}" if line.code else "line"
