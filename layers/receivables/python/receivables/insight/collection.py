"""The collection summary: how much of what was invoiced came in, and how late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from receivables.core.money import Money, total

_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """An invoice and how far it has been paid. `paid_on` is the local date of the payment that closed it (None: it
    is open); `balance` what is still to be paid."""

    number: str
    amount: Money
    balance: Money
    issue_date: date
    due_date: date
    paid_on: date | None

    @property
    def late(self) -> bool:
        """Paid in full, but after its due date."""
        return self.paid_on is not None and self.paid_on > self.due_date


@dataclass(frozen=True, slots=True)
class Collection:
    """What became of the invoices of one currency.

    `days_to_pay` is the mean of calendar days from issue to full payment, `days_late` the mean of days past due of
    those paid late; both to one decimal, None without such an invoice.
    """

    currency: str
    invoices: int
    paid_on_time: int
    paid_late: int
    open: int
    part_paid: int
    invoiced: Money
    settled: Money
    outstanding: Money
    days_to_pay: Decimal | None
    days_late: Decimal | None


def collection(invoices: Iterable[PaidInvoice]) -> tuple[Collection, ...]:
    """One summary for each currency that occurs, by currency code. Part-paid invoices are counted as open too."""
    by_currency: dict[str, list[PaidInvoice]] = {}
    for invoice in invoices:
        by_currency.setdefault(invoice.amount.currency, []).append(invoice)
    return tuple(_summary(currency, by_currency[currency]) for currency in sorted(by_currency))


def _summary(currency: str, invoices: list[PaidInvoice]) -> Collection:
    paid = [(invoice, invoice.paid_on) for invoice in invoices if invoice.paid_on is not None]
    late = [(invoice, on) for invoice, on in paid if invoice.late]
    unpaid = [invoice for invoice in invoices if invoice.paid_on is None]
    invoiced = total((invoice.amount for invoice in invoices), currency)
    outstanding = total((invoice.balance for invoice in invoices), currency)
    return Collection(
        currency=currency,
        invoices=len(invoices),
        paid_on_time=len(paid) - len(late),
        paid_late=len(late),
        open=len(unpaid),
        part_paid=sum(invoice.balance < invoice.amount for invoice in unpaid),
        invoiced=invoiced,
        settled=invoiced - outstanding,
        outstanding=outstanding,
        days_to_pay=_mean([(on - invoice.issue_date).days for invoice, on in paid]),
        days_late=_mean([(on - invoice.due_date).days for invoice, on in late]),
    )


def _mean(days: list[int]) -> Decimal | None:
    return (Decimal(sum(days)) / len(days)).quantize(_TENTH, ROUND_HALF_UP) if days else None
