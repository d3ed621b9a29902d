from datetime import date
from decimal import Decimal

import pytest

from receivables.core.amounts import Amounts
from receivables.core.money import Money
from receivables.terms import (
    DEFAULT_TERMS,
    Adjustment,
    CalendarRule,
    DiscountRules,
    DiscountTier,
    InstalmentRule,
    LateCharges,
    Settlement,
    Terms,
)
from receivables.terms.conditions import ChargesOrder, CreditNoteOrder
from receivables.terms.discounts import DiscountBase, DiscountTax
from receivables.terms.due import (
    DaysOfMonth,
    DaysPlusEndOfMonth,
    DueRule,
    EndOfMonth,
    EndOfMonthPlusDays,
    FixedDates,
    NetDays,
    NetMonths,
    OnReceipt,
    WeekdaySchedule,
)
from receivables.terms.instalments import FixedAmount, PercentOfRemainder, PercentOfTotal, Remainder
from receivables.terms.late_charges import (
    Accrual,
    Band,
    Claiming,
    Compounding,
    DayCount,
    FeeRule,
    FixedRate,
    Fixing,
    Inclusion,
    InterestRule,
    MonthlyRate,
    Per,
    Rate,
    ReferenceRate,
)
from receivables.terms.settlement import CreditUse, Order
from receivables.terms.wording import Paragraph, due_words, wording
from tests.unit.terms.builders import terms


def eur(minor: int) -> Amounts:
    return Amounts.of(Money(minor, "EUR"))


def said(agreed: Terms, heading: str) -> tuple[str, ...]:
    return next((p.sentences for p in wording(agreed) if p.heading == heading), ())


def test_plain_terms_say_when_to_pay_and_how_payments_are_used() -> None:
    assert wording(DEFAULT_TERMS) == (
        Paragraph("Payment", ("An invoice is due 30 days after the date of the invoice.",)),
        Paragraph(
            "How payments are used",
            (
                "A payment that names no invoice pays the invoice that was due first.",
                "Late charges are paid after the invoice that they were charged for.",
                "Credit is used for open invoices at once.",
            ),
        ),
    )


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (OnReceipt(), "on the date of the invoice"),
        (NetDays(1), "1 day after the date of the invoice"),
        (NetMonths(2), "2 months after the date of the invoice"),
        (EndOfMonth(), "on the last day of the month of the invoice"),
        (EndOfMonth(1), "on the last day of the month that is 1 month after that of the invoice"),
        (EndOfMonthPlusDays(10), "10 days after the last day of the month of the invoice"),
        (
            DaysPlusEndOfMonth(45),
            "on the last day of the month that is reached 45 days after the date of the invoice",
        ),
        (
            DaysOfMonth(0, (10, 22)),
            "on the next 10th or 22nd of a month, counted from the date of the invoice",
        ),
        (
            DaysOfMonth(30, (3, 13)),
            "on the next 3rd or 13th of a month, counted from the day that is 30 days after the date of the invoice",
        ),
        (
            WeekdaySchedule(0, frozenset({5, 1})),
            "on the next Monday or Friday, counted from the date of the invoice",
        ),
        (
            FixedDates((date(2026, 3, 31), date(2026, 6, 30))),
            "on the first of these dates that is not before the date of the invoice: 2026-03-31, 2026-06-30",
        ),
    ],
)
def test_every_due_rule_has_its_own_words(rule: DueRule, words: str) -> None:
    assert due_words(rule) == words


def test_instalments_are_listed_with_share_and_date() -> None:
    agreed = terms(
        instalments=(
            InstalmentRule(FixedAmount(eur(50_000)), OnReceipt(), "Deposit"),
            InstalmentRule(PercentOfTotal(Decimal("30.50")), NetDays(10)),
            InstalmentRule(PercentOfRemainder(Decimal(50)), NetDays(20)),
            InstalmentRule(Remainder(), NetDays(30)),
        ),
        settlement=Settlement(credit_notes=CreditNoteOrder.PROPORTIONAL),
    )
    assert said(agreed, "Payment") == (
        "An invoice is paid in 4 parts:",
        "1. Deposit: 500.00 EUR, or what is left if that is less, due on the date of the invoice.",
        "2. 30.5 % of the total, due 10 days after the date of the invoice.",
        "3. 50 % of what the parts before it leave, due 20 days after the date of the invoice.",
        "4. all that is left, due 30 days after the date of the invoice.",
    )
    assert "A credit note reduces all parts in proportion." in said(agreed, "How payments are used")


def test_business_days_are_told_where_dates_move() -> None:
    assert said(terms(calendar=CalendarRule(holidays=("DE",))), "Business days") == ()
    moving = CalendarRule(Adjustment.FOLLOWING, ("DE-BY", "FR"))
    assert said(terms(calendar=moving), "Business days") == (
        "A date that is no business day moves to the following business day.",
        "Business days are Monday to Friday, except public holidays in DE-BY and FR and days on which the company is closed.",
    )
    narrow = CalendarRule(Adjustment.PRECEDING, workdays=frozenset({7, 1}), company_days=False)
    assert said(terms(calendar=narrow), "Business days")[1] == "Business days are Monday and Sunday."


def test_discounts_say_what_is_taken_of_what_and_by_when() -> None:
    tiers = (DiscountTier(NetDays(10), Decimal(2)), DiscountTier(NetDays(20), amount=eur(500)))
    assert said(terms(discount=DiscountRules(tiers)), "Discount for early payment") == (
        "2 % of the total for payment no later than 10 days after the date of the invoice.",
        "5.00 EUR for payment no later than 20 days after the date of the invoice.",
        "A discount reduces the tax of the invoice in proportion.",
        "The invoice must be paid in full to earn a discount.",
    )
    lenient = DiscountRules(
        tiers[:1],
        DiscountBase.NET_OF_TAX,
        DiscountTax.KEPT,
        shares=True,
        tolerance_days=2,
        tolerance=eur(100),
    )
    assert said(terms(discount=lenient), "Discount for early payment") == (
        "2 % of the net price, without tax, for payment no later than 10 days after the date of the invoice.",
        "A discount leaves the tax of the invoice as it is.",
        "A payment of a part earns its share of the discount.",
        "Payment up to 2 days later is accepted as in time.",
        "Payment of up to 1.00 EUR too little is accepted as full.",
    )


def test_late_charges_say_everything_that_may_be_charged() -> None:
    charges = LateCharges(
        fees=(
            FeeRule("sum", bands=(Band(eur(99_999), eur(4_000)), Band(None, eur(7_000)))),
            FeeRule("reminder", flat=eur(500), per=Per.ACCOUNT, after_days=14),
            FeeRule("share", percent=Decimal("1.5"), minimum=eur(100), cap=eur(5_000)),
        ),
        interest=InterestRule(
            "interest",
            ReferenceRate("ecb-mro", Decimal(8)),
            DayCount.ACTUAL_ACTUAL,
            minimum=eur(100),
            cap_per_invoice=eur(10_000),
            legal_maximum=Decimal(18),
        ),
        grace_days=5,
        claiming=Claiming.BY_DECISION,
        business_only=True,
    )
    assert said(terms(late_charges=charges), "Late payment") == (
        "Consumers are not charged for paying late.",
        "Nothing is charged when an invoice is paid within 5 days of its due date.",
        ("A fee is charged once for each late invoice: 40.00 EUR for amounts up to 999.99 EUR; "
        "70.00 EUR for amounts above that."),
        "A fee is charged once for all that is late on the account, 14 days later: 5.00 EUR.",
        "A fee is charged once for each late invoice: 1.5 % of what is late, at least 1.00 EUR, at most 50.00 EUR.",
        ("Interest is charged on the balance of each day at 8 percentage points a year above the rate of the table "
        "ecb-mro, as in force on the first day of the half-year in which the debt became late, from the day after the "
        "due date to the day of payment, that day included, by actual days of a year of 365, or of 366 in leap years."),
        "Interest does not bear interest.",
        "It is charged at the end of each month.",
        "Interest of less than 1.00 EUR is not charged.",
        "Interest on an invoice is at most 100.00 EUR in all, and at most 18 % a year, the legal maximum.",
        "Late charges are to be paid when they are claimed.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (FixedRate(Decimal("9.50")), "at 9.5 % a year"),
        (MonthlyRate(Decimal("1.5")), "at 1.5 % a month"),
        (
            ReferenceRate("boe", Decimal(-1), Fixing.DAILY),
            "at 1 percentage point a year below the rate of the table boe, as in force on each day",
        ),
        (
            ReferenceRate("boe", Decimal(8), Fixing.HALF_YEAR_OF_DEFAULT, eve=True),
            (
                "at 8 percentage points a year above the rate of the table boe, as in force on the last day before "
                "the half-year in which the debt became late (30 June or 31 December)"
            ),
        ),
        (
            ReferenceRate("ecb", Decimal("8.5"), Fixing.EACH_HALF_YEAR),
            "at 8.5 percentage points a year above the rate of the table ecb, as in force on 1 January and 1 July of each year",
        ),
    ],
)
def test_every_rate_has_its_own_words(rate: Rate, words: str) -> None:
    rule = InterestRule(
        "interest",
        rate,
        inclusion=Inclusion.AFTER_DUE_BEFORE_PAYMENT,
        compounding=Compounding.MONTHLY,
        accrual=Accrual.AT_PAYMENT,
        cap_percent=Decimal(10),
        cap_per_year=eur(500),
    )
    late = said(
        terms(late_charges=LateCharges(interest=rule, grace_days=3, grace_is_free=True)), "Late payment"
    )
    assert late[1].startswith(
        f"Interest is charged on the balance of each day {words}, from the day after the 3 days of"
    )
    assert "to the day before that of payment" in late[1]
    assert late[2:] == (
        "Interest is added to the balance each month.",
        "It is charged with each payment, for the time until then.",
        "Interest on an invoice is at most 10 % of its amount, and at most 5.00 EUR in a calendar year.",
    )


def test_grace_without_anything_to_charge_is_not_mentioned() -> None:
    assert said(terms(late_charges=LateCharges(grace_days=5)), "Late payment") == ()


def test_the_use_of_payments_is_told_as_agreed() -> None:
    agreed = Settlement(Order.LARGEST, ChargesOrder.BEFORE_PRINCIPAL, CreditUse.ON_REQUEST, rounding=eur(5))
    assert said(terms(settlement=agreed), "How payments are used") == (
        "A payment that names no invoice pays the largest invoice first.",
        "Late charges are paid before the invoice that they were charged for.",
        "Credit is used for open invoices on request.",
        "Differences of up to 0.05 EUR are let go.",
    )
