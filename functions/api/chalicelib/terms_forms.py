"""Payment terms as callers write and read them. What a rule allows is said by the domain; here is only its form."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.charge_forms import ChargeRules, LateChargesForm
from chalicelib.documents import NewDocument, VersionForm, VersionReply
from chalicelib.fields import AmountList, Form, Percentage, Reply
from chalicelib.trees import SHOWN
from receivables.terms import Adjustment, Terms
from receivables.terms.conditions import ChargesOrder, CreditNoteOrder
from receivables.terms.discounts import DiscountBase, DiscountTax
from receivables.terms.settlement import CreditUse, Order

Weekdays = Annotated[list[int], Field(min_length=1, max_length=7, description="ISO: 1 is Monday")]


class OnReceiptForm(Form):
    """Due on the day of the invoice."""

    kind: Literal["on_receipt"]


class NetDaysForm(Form):
    """So many calendar days after the invoice date."""

    kind: Literal["net_days"]
    days: int


class NetMonthsForm(Form):
    """So many months after the invoice date; 31 January + 1 month is the last of February."""

    kind: Literal["net_months"]
    months: int


class EndOfMonthForm(Form):
    """The last day of the month that lies so many months after that of the invoice."""

    kind: Literal["end_of_month"]
    months: int = 0


class EndOfMonthPlusDaysForm(Form):
    """So many days after the last day of the invoice's month."""

    kind: Literal["end_of_month_plus_days"]
    days: int


class DaysPlusEndOfMonthForm(Form):
    """The last day of the month in which the day lies that is so many days after the invoice date."""

    kind: Literal["days_plus_end_of_month"]
    days: int


class DaysOfMonthForm(Form):
    """So many days after the invoice date, then the next of these days of the month (31: its last day)."""

    kind: Literal["days_of_month"]
    days: int
    on: list[int] = Field(min_length=1, max_length=31)


class FixedDatesForm(Form):
    """The first of these dates that is not before the invoice date."""

    kind: Literal["fixed_dates"]
    dates: list[date] = Field(min_length=1, max_length=1000)


class WeekdayScheduleForm(Form):
    """So many days after the invoice date, then the next of these weekdays."""

    kind: Literal["weekday_schedule"]
    days: int
    on: Weekdays


Due = Annotated[
    OnReceiptForm
    | NetDaysForm
    | NetMonthsForm
    | EndOfMonthForm
    | EndOfMonthPlusDaysForm
    | DaysPlusEndOfMonthForm
    | DaysOfMonthForm
    | FixedDatesForm
    | WeekdayScheduleForm,
    Field(discriminator="kind"),
]


class PercentOfTotalForm(Form):
    """A share of the invoice's total."""

    kind: Literal["percent_of_total"]
    percent: Percentage


class PercentOfRemainderForm(Form):
    """A share of what the parts before it have left."""

    kind: Literal["percent_of_remainder"]
    percent: Percentage


class FixedAmountForm(Form):
    """An amount, at most what is left."""

    kind: Literal["fixed_amount"]
    amount: AmountList


class RemainderForm(Form):
    """All that is left."""

    kind: Literal["remainder"]


Share = Annotated[
    PercentOfTotalForm | PercentOfRemainderForm | FixedAmountForm | RemainderForm,
    Field(discriminator="kind"),
]


class InstalmentRuleForm(Form):
    """One part of a split: how much, and when. A deposit is a first part that is due on receipt."""

    share: Share
    due: Due
    name: str = Field(default="", max_length=100)


class CalendarForm(Form):
    """Which days are business days, and where a due date goes that is none. `holidays` are countries, or countries with
    a subdivision (`DE-BY`); `company_days`: the company's own closed days count too."""

    adjustment: Adjustment = Adjustment.NONE
    holidays: list[str] = Field(default=[], max_length=50, examples=[["DE-BY"]])
    workdays: Weekdays = Field(default=[1, 2, 3, 4, 5])
    company_days: bool = True


class DiscountTierForm(Form):
    """A discount for payment within a time: a percentage or a fixed amount."""

    within: Due
    percent: Percentage | None = None
    amount: AmountList | None = None


class DiscountForm(Form):
    """Early-payment discounts, the best first. `shares`: a payment of a part earns its share of the discount."""

    tiers: list[DiscountTierForm] = Field(min_length=1, max_length=20)
    base: DiscountBase = DiscountBase.TOTAL
    tax: DiscountTax = DiscountTax.REDUCED
    shares: bool = False
    tolerance_days: int = 0
    tolerance: AmountList = Field(default=[])


class SettlementForm(Form):
    """In which order money is set against what is owed, and which differences are let go (`rounding`)."""

    order: Order = Order.OLDEST_DUE
    charges: ChargesOrder = ChargesOrder.AFTER_PRINCIPAL
    credit: CreditUse = CreditUse.AUTOMATIC
    credit_notes: CreditNoteOrder = CreditNoteOrder.LAST_FIRST
    rounding: AmountList = Field(default=[])


class TermsVersionForm(VersionForm):
    """A version of payment terms. Without instalments all is due by `due`. `late_charges` are rules of their own, or those
    of a pack."""

    due: Due = NetDaysForm(kind="net_days", days=30)
    instalments: list[InstalmentRuleForm] = Field(default=[], max_length=200)
    calendar: CalendarForm = CalendarForm()
    discount: DiscountForm | None = None
    late_charges: LateChargesForm | None = None
    settlement: SettlementForm = SettlementForm()

    def terms(self, terms_id: str, version: int, today: date) -> Terms:
        """Raises InvalidFields, each by its path in this form."""
        shown: dict[str, Any] = self.model_dump(mode="json", exclude={"in_force_from", "late_charges"})
        if self.late_charges is not None:
            shown["late_charges"] = self.late_charges.spelled_out("late_charges")
        in_force_from = (self.in_force_from or today).isoformat()
        return SHOWN.load(Terms, shown | {"id": terms_id, "version": version, "in_force_from": in_force_from})


class TermsForm(TermsVersionForm, NewDocument):
    """New payment terms: their first version."""


class TermsVersion(VersionReply):
    """One version of payment terms."""

    due: Due
    instalments: list[InstalmentRuleForm]
    calendar: CalendarForm
    discount: DiscountForm | None
    late_charges: ChargeRules | None
    settlement: SettlementForm

    @classmethod
    def of(cls, terms: Terms) -> TermsVersion:
        return cls.model_validate_json(SHOWN.dumps(Terms, terms))


class TermsDocument(Reply):
    """Payment terms: all versions, oldest first, and the number of the one in force today (null: none yet)."""

    id: str
    in_force: int | None
    versions: list[TermsVersion]
