from datetime import date
from decimal import Decimal

from receivables.core.money import Money
from receivables.insight import PaidInvoice, collection


def invoice(
    number: str, amount: int, balance: int, paid_on: date | None, currency: str = "EUR"
) -> PaidInvoice:
    return PaidInvoice(
        number,
        Money(amount, currency),
        Money(balance, currency),
        date(2026, 1, 1),
        date(2026, 1, 31),
        paid_on,
    )


def test_paid_invoices_are_told_apart_by_the_due_date() -> None:
    (summary,) = collection(
        [
            invoice("A", 1_000, 0, date(2026, 1, 31)),
            invoice("B", 2_000, 0, date(2026, 2, 1)),
            invoice("C", 3_000, 0, date(2026, 2, 4)),
            invoice("D", 4_000, 1_500, None),
            invoice("E", 5_000, 5_000, None),
        ]
    )
    assert (summary.invoices, summary.paid_on_time, summary.paid_late) == (5, 1, 2)
    assert (summary.open, summary.part_paid) == (2, 1)
    assert summary.invoiced == Money(15_000, "EUR")
    assert summary.outstanding == Money(6_500, "EUR")
    assert summary.settled == Money(8_500, "EUR")
    assert summary.days_to_pay == Decimal("31.7")
    assert summary.days_late == Decimal("2.5")


def test_without_a_paid_invoice_there_is_no_mean() -> None:
    (summary,) = collection([invoice("A", 1_000, 1_000, None)])
    assert summary.days_to_pay is None
    assert summary.days_late is None


def test_there_is_one_summary_for_each_currency() -> None:
    euro, yen = collection([invoice("A", 10, 10, None, "JPY"), invoice("B", 20, 20, None)])
    assert (euro.currency, yen.currency) == ("EUR", "JPY")
    assert yen.invoiced == Money(10, "JPY")
