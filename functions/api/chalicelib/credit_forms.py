"""Unapplied credit as callers see it."""

from __future__ import annotations

from pydantic import Field

from chalicelib.fields import Amount, Instant, Reply
from receivables.ledger import Credit


class CreditReply(Reply):
    """What is left of one unapplied credit. It counts from `effective_at`, whenever it is applied."""

    id: str
    balance: Amount
    effective_at: Instant
    source: str
    key: str = Field(
        description="Key of the payment, number of the credit note, or id of the entry that it came from"
    )

    @classmethod
    def of(cls, credit: Credit) -> CreditReply:
        return cls(
            id=credit.id,
            balance=Amount.of(credit.balance),
            effective_at=credit.effective_at,
            source=credit.source.value,
            key=credit.key,
        )
