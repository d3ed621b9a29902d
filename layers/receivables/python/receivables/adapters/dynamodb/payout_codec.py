"""Payouts of processors to items and back. They are few - some a day -, so all of them stay on worklists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from receivables import ledger
from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.values import (
    Item,
    Value,
    day,
    day_at,
    instant,
    instant_at,
    money_at,
    number,
    number_at,
    optional_text,
    present,
    text,
    text_at,
)
from receivables.core.clock import format_instant
from receivables.core.money import Money

_DIGITS: Final = 18
"""Of an amount as text, so that texts sort as numbers do."""


def payout_item(payout: ledger.Payout) -> Item:
    return {
        **keys.payout_key(payout.key),
        **present(
            kind=text("payout"),
            key=text(payout.key),
            held_by=text(payout.held_by),
            amount=number(payout.amount.minor),
            currency=text(payout.amount.currency),
            fee=number(payout.fee.minor),
            sent_at=instant(payout.sent_at),
            arrives_on=day(payout.arrives_on) if payout.arrives_on else None,
            state=text(payout.state),
            payment=text(payout.payment) if payout.payment else None,
            rev=number(payout.rev) if payout.rev else None,
            worklist=text(payout_list(payout.state)),
            worklist_at=text(payout_place(payout)),
        ),
    }


def payout_from(item: Mapping[str, Value]) -> ledger.Payout:
    return ledger.Payout(
        text_at(item, "key"),
        text_at(item, "held_by"),
        money_at(item),
        money_at(item, "fee"),
        instant_at(item, "sent_at"),
        day_at(item, "arrives_on") if "arrives_on" in item else None,
        ledger.PayoutState(text_at(item, "state")),
        optional_text(item, "payment"),
        number_at(item, "rev"),
    )


def payout_list(state: ledger.PayoutState) -> str:
    """The worklist of payouts in a state."""
    return f"payout_{state.value}"


def payout_place(payout: ledger.Payout) -> str:
    """Where it is in its list: under way by currency and amount, so that a line of a bank statement finds it; after that by time."""
    sent = format_instant(payout.sent_at)
    return f"{payout_prefix(payout.amount)}{sent}" if payout.state is ledger.PayoutState.SENT else sent


def payout_prefix(amount: Money) -> str:
    """How the places of payouts of this amount begin, while they are under way."""
    return f"{amount.currency}#{amount.minor:0{_DIGITS}d}#"
