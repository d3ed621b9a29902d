"""Knowing: what is heard of a payment and moves no money is kept with it, in a posting like any other."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from receivables.core.ids import account_id as account_of
from receivables.ledger.payments import Known, PaymentRecord, PaymentStub
from receivables.ledger.posting import SUSPENSE_CUSTOMER, PaymentChange, Posting, StubChange

_ANY_CURRENCY: Final = "EUR"
"""Nothing is written on the account of a posting that has only a stub, whose currency may not be known."""


def note(record: PaymentRecord, *, known: tuple[Known, ...], done: tuple[str, ...] | None = None) -> Posting:
    """The record of a payment with these facts (and, if they are handed in, deeds); nothing else changes, and nobody is woken."""
    after = replace(record, known=known, done=record.done if done is None else done, rev=record.rev + 1)
    account_id = account_of(SUSPENSE_CUSTOMER, record.payment.amount.currency)
    return Posting(account_id, payment=PaymentChange(record, after))


def note_stub(before: PaymentStub | None, after: PaymentStub) -> Posting:
    """What is known of a payment whose money has not come: first (`before` None), or more than before. Nobody is woken."""
    return Posting(account_of(SUSPENSE_CUSTOMER, _ANY_CURRENCY), stub=StubChange(before, after))
