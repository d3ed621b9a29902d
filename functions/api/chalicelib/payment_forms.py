"""Payments as callers send and see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from chalicelib.fields import Amount, Form, Instant, Number, Reply, Text, When
from chalicelib.money_moves import MoveId
from chalicelib.path_ids import to_path
from receivables.core.errors import InvalidInput
from receivables.core.money import Money
from receivables.ledger import PaymentRecord
from receivables.usecases.payment_targets import Share, Targets

MOST_NAMED = 40
"""Invoices that one payment can name: they are settled together, in one transaction."""


class ShareForm(Form):
    """An invoice, and how much of the money is for it."""

    number: Number
    amount: Amount | None = Field(default=None, description="Without one: as much as is open of it")


class PaymentForm(Form):
    """Money that a person knows of: for one invoice, for several, for an account - its configured order says what is
    paid first - or, with none of them, for a person to place later."""

    id: MoveId | None = None
    amount: Amount
    reference: Number | None = Field(default=None, description="The invoice it pays")
    invoices: list[ShareForm] = Field(
        default=[], max_length=MOST_NAMED, description="The invoices it pays, of one account"
    )
    account_id: str | None = Field(
        default=None, max_length=80, description="The account it is for, without naming invoices"
    )
    effective_at: When = Field(description="When the money moved; not later than now")
    payer: Text | None = None
    method: str | None = Field(
        default=None,
        pattern="^[a-z][a-z_]{0,31}$",
        description="How it was paid: `cash`, `card`, `bank_transfer`",
    )

    def targets(self) -> Targets:
        """What it is for. Raises InvalidInput when it says so in two ways."""
        if self.reference is not None and self.invoices:
            raise InvalidInput("invoices", "name them here or as the reference, not both")
        if self.reference is not None:
            return Targets(self.account_id, (Share(self.reference),))
        return Targets(self.account_id, shares(self.invoices, self.amount.currency))


class PlacementForm(Form):
    """Where a payment in suspense belongs."""

    account_id: str = Field(max_length=80)
    invoice: Number | None = Field(default=None, description="Without any it becomes unapplied credit")
    invoices: list[ShareForm] = Field(default=[], max_length=MOST_NAMED)

    def targets(self, currency: str) -> Targets:
        """Raises InvalidInput when it says where in two ways."""
        if self.invoice is not None and self.invoices:
            raise InvalidInput("invoices", "name them here or as the invoice, not both")
        if self.invoice is not None:
            return Targets(self.account_id, (Share(self.invoice, field="invoice"),))
        return Targets(self.account_id, shares(self.invoices, currency))


class AllocatedReply(Reply):
    """What a payment pays of one receivable, and the discount that was granted for it."""

    invoice: str
    amount: Amount
    discount: Amount


class PaymentReply(Reply):
    """A payment and where its money is now. `id` is its key as part of a path. `state` tells where it went at first."""

    id: str
    key: str
    state: str
    amount: Amount
    reference: str | None
    account_id: str | None
    invoice: str | None
    effective_at: Instant
    received_at: Instant
    source: str
    payer: str | None
    method: str | None
    allocated: list[AllocatedReply]
    credit: Amount = Field(description="What is unapplied credit")
    refunded: Amount
    charged_back: Amount
    recovered: Amount = Field(description="What went to receivables that had been written off")
    rounded: Amount = Field(description="What was too much, by less than the tolerance")
    returned: Amount = Field(description="What went back while nobody knew whose it was")

    @classmethod
    def of(cls, record: PaymentRecord) -> PaymentReply:
        return cls(**payment_fields(record))


def payment_fields(record: PaymentRecord) -> dict[str, Any]:
    """The fields of a payment's reply."""
    payment, currency = record.payment, record.payment.amount.currency
    return {
        "id": to_path(payment.key),
        "key": payment.key,
        "state": record.state.value,
        "amount": Amount.of(payment.amount),
        "reference": payment.reference,
        "account_id": record.account_id,
        "invoice": record.invoice,
        "effective_at": payment.effective_at,
        "received_at": payment.received_at,
        "source": payment.source,
        "payer": payment.payer,
        "method": payment.method,
        "allocated": [
            AllocatedReply(
                invoice=part.item,
                amount=Amount.minor(part.minor, currency),
                discount=Amount.minor(part.discount, currency),
            )
            for part in record.allocated
        ],
        "credit": Amount.minor(record.credit, currency),
        "refunded": Amount.minor(record.refunded, currency),
        "charged_back": Amount.minor(record.charged_back, currency),
        "recovered": Amount.minor(record.recovered, currency),
        "rounded": Amount.minor(record.rounded, currency),
        "returned": Amount.minor(record.returned, currency),
    }


def shares(forms: Sequence[ShareForm], currency: str) -> tuple[Share, ...]:
    """The invoices named, each once and in the payment's currency. Raises InvalidInput by the path in the list."""
    found: list[Share] = []
    for index, form in enumerate(forms):
        field = f"invoices.{index}"
        if form.number in {share.number for share in found}:
            raise InvalidInput(f"{field}.number", "is named twice")
        found.append(Share(form.number, _amount(form.amount, currency, f"{field}.amount"), f"{field}.number"))
    return tuple(found)


def _amount(given: Amount | None, currency: str, field: str) -> Money | None:
    if given is None:
        return None
    amount = given.money(field)
    if amount.currency != currency:
        raise InvalidInput(f"{field}.currency", f"the payment is in {currency}")
    if amount.minor <= 0:
        raise InvalidInput(field, "must be more than zero")
    return amount


def happened(stated: datetime | None, as_of: datetime) -> datetime:
    """When something happened: not later than now, which it is unless it says otherwise. Raises InvalidInput."""
    if stated is not None and stated > as_of:
        raise InvalidInput("effective_at", "lies in the future")
    return stated or as_of
