"""What is asked for: as much of an open item as finding out what money is for needs."""

from __future__ import annotations

from receivables.core.money import Money
from receivables.ledger.discounting import offered
from receivables.ledger.items import OpenItem
from receivables.ledger.ports import OpenReceivable


def open_receivable(account_id: str, item: OpenItem) -> OpenReceivable:
    """The receivable as the index shows it; its offers on what credit notes and granted discounts have left."""
    offers = sorted(offered(item), key=lambda offer: (-offer[1], offer[0]))
    return OpenReceivable(
        item.number,
        account_id,
        item.balance,
        item.amount,
        item.issue_date,
        item.due_date,
        item.kind,
        item.concerns,
        tuple((until, item.balance - Money(minor, item.balance.currency)) for until, minor in offers),
    )
