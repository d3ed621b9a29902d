"""Payments that a person records, and money in suspense that a person places. Each is booked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from receivables.core.errors import Conflict, InvalidInput
from receivables.core.money import Money
from receivables.ledger import (
    LedgerStore,
    OpenItem,
    Payment,
    PaymentRecord,
    PaymentState,
    Posting,
    PostOutcome,
)
from receivables.ledger.deeds import Deed
from receivables.ledger.receiving import place, receive, to_suspense
from receivables.usecases.booking import post_again, working_set_of
from receivables.usecases.payment_targets import Targets, account_of
from receivables.usecases.settling import Settling, closed_documents, fitting, named_items


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """Money that a person knows of. `key` is unique for ever; `reference` the one invoice that the payer named; `method` how it was
    paid, in a word (`cash`, `card`)."""

    key: str
    amount: Money
    effective_at: datetime
    targets: Targets = field(default_factory=Targets)
    reference: str | None = None
    payer: str | None = None
    method: str | None = None


class RecordPayment:
    """Books a payment by hand: to the invoices that it names, to an account in its configured order, or to suspense."""

    def __init__(self, ledger: LedgerStore, settling: Settling) -> None:
        self._ledger, self._settling = ledger, settling

    def record(
        self, order: PaymentOrder, by: str, at: datetime, recorded_at: datetime
    ) -> tuple[PaymentRecord, bool]:
        """The payment and whether it is new; the same one again is harmless.

        Raises InvalidInput (`amount`, `effective_at`, `reference`, `invoices.0.number`, `account_id`), and Conflict
        when the key was used for another payment.
        """
        if order.effective_at > at:
            raise InvalidInput("effective_at", "lies in the future")
        payment = Payment(
            order.key,
            order.amount,
            order.effective_at,
            at,
            order.reference,
            f"api/{by}",
            order.payer,
            method=order.method,
        )
        account = account_of(order.targets, order.amount, self._ledger.pointer)
        if account is not None and self._ledger.working_set(account) is None:
            raise InvalidInput("account_id", f"account {account!r} does not exist")
        outcome = post_again(
            self._ledger, lambda: self._posting(payment, account, order.targets, at, recorded_at)
        )
        record = self._ledger.payment(order.key)
        elsewhere = account is not None and record.account_id != account
        other = elsewhere or not _same(record.payment, payment) or not _same_targets(record, order.targets)
        if outcome is PostOutcome.DUPLICATE and other:
            raise Conflict(f"the key {order.key!r} was used for another payment")
        return record, outcome is PostOutcome.POSTED

    def _posting(
        self, payment: Payment, account: str | None, targets: Targets, at: datetime, recorded_at: datetime
    ) -> Posting:
        if account is None:
            return to_suspense(payment, recorded_at)
        rules = self._settling.of(account, at)
        items = working_set_of(self._ledger, account).items
        if targets.shares:
            items = named_items(items, targets.numbers)
        closed = closed_documents(self._ledger, items, targets.numbers)

        def build(chosen: Sequence[OpenItem]) -> Posting:
            return receive(
                payment,
                account,
                chosen,
                named=targets.named,
                settlement=rules.settlement,
                tz=rules.tz,
                written_off=closed,
                recorded_at=recorded_at,
            )

        return build(items) if targets.shares else fitting(build, payment.amount, items, rules.settlement)


class PlacePayment:
    """Moves a payment out of suspense to the account, and the invoices, that a person names."""

    def __init__(self, ledger: LedgerStore, settling: Settling) -> None:
        self._ledger, self._settling = ledger, settling

    def place(self, key: str, targets: Targets, by: str, recorded_at: datetime) -> PaymentRecord:
        """The payment, placed; the same placement again is harmless. Without invoices all of it becomes credit.

        Raises NotFound (no such payment), InvalidInput (`account_id`, `invoice`, `invoices.0.number`) and Conflict when
        it is not in suspense.
        """
        record = self._ledger.payment(key)
        if is_placed_so(record, targets):
            return record
        account = account_of(targets, record.payment.amount, self._ledger.pointer)
        if account is None or self._ledger.working_set(account) is None:
            raise InvalidInput("account_id", f"account {account!r} does not exist")
        source = f"api/{by}"
        deed = Deed(key, source, record.payment.effective_at, recorded_at)
        post_again(self._ledger, lambda: self._posting(key, account, targets, deed))
        return self._ledger.payment(key)

    def _posting(self, key: str, account: str, targets: Targets, deed: Deed) -> Posting:
        record = self._ledger.payment(key)
        if record.state is not PaymentState.SUSPENSE:
            raise Conflict(f"payment {key!r} is not in suspense: {record.state.value}")
        rules = self._settling.of(account, deed.recorded_at)
        items = named_items(working_set_of(self._ledger, account).items, targets.numbers)
        return place(
            record,
            account,
            items,
            deed,
            named=targets.named,
            settlement=rules.settlement,
            tz=rules.tz,
            written_off=closed_documents(self._ledger, items, targets.numbers),
        )


def is_placed_so(record: PaymentRecord, targets: Targets) -> bool:
    """Whether it was placed as a person says. Of several invoices some may have been paid by other money meanwhile."""
    if record.state is not PaymentState.PLACED or record.account_id != targets.account_id:
        return False
    if len(targets.shares) == 1:
        return record.invoice == targets.numbers[0]
    paid, named = {part.item for part in record.allocated}, set(targets.numbers)
    return record.invoice is None and (paid <= named or named <= paid if named else not paid)


def _same_targets(record: PaymentRecord, targets: Targets) -> bool:
    """The record keeps which invoice it was for, if it was one. A recovery has a place of its own there."""
    if not targets.shares or record.recovered:
        return True
    return record.invoice == (targets.numbers[0] if len(targets.shares) == 1 else None)


def _same(stored: Payment, wanted: Payment) -> bool:
    return (stored.amount, stored.reference, stored.effective_at) == (
        wanted.amount,
        wanted.reference,
        wanted.effective_at,
    )
