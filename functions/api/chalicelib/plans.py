"""Payment plans: previewed by anybody, agreed by finance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from chalicelib.arrangement_forms import (
    RECEIVABLES,
    ArrangementDetails,
    PartForm,
    Receivables,
    SaidForm,
    parts_of,
)
from chalicelib.fields import Amount, Day, Form, Reply, Text, at_path
from chalicelib.web import EVERYBODY, FINANCE, Answer, Call, Routes
from receivables.arrangements import Consequence, LateInterest
from receivables.arrangements.plan_making import MOST_GRACE_DAYS, Understanding
from receivables.arrangements.plan_schedule import (
    MOST_EVERY,
    MOST_PARTS,
    EqualParts,
    OwnParts,
    PlanTerms,
    Unit,
)
from receivables.usecases.plans import PlanAgreed, PlanOrder

routes = Routes(__name__)

Percent = Annotated[
    str, Field(pattern=r"^[0-9]{1,3}(\.[0-9]{1,6})?$", examples=["6.5"], description="Percent a year")
]


class EqualForm(Form):
    """So many equal parts, the first on a day, then one every so many days, weeks or months."""

    count: int = Field(ge=1, le=MOST_PARTS)
    first: Day
    every: int = Field(default=1, ge=1, le=MOST_EVERY)
    unit: Unit = Unit.MONTHS


class PlanForm(SaidForm):
    """A payment plan: equal parts (`schedule`) or parts as agreed (`parts`), which with the down payment add up to what is open;
    a fee and interest for the plan are charged apart, and are paid with the parts.

    `missed_limit` parts that are unpaid `grace_days` after their days end the plan, with `consequence`. `ages`: the parts'
    days count for ageing too. `waive_if_kept`: late charges of the invoices are waived when all is paid.
    """

    receivables: Receivables = RECEIVABLES
    schedule: EqualForm | None = None
    parts: list[PartForm] | None = Field(default=None, min_length=1, max_length=MOST_PARTS)
    down_payment: PartForm | None = None
    fee: Amount | None = None
    annual_percent: Percent | None = None
    agreed_by: Text
    grace_days: int = Field(default=0, ge=0, le=MOST_GRACE_DAYS)
    missed_limit: int = Field(default=1, ge=1, le=MOST_PARTS)
    consequence: Consequence = Consequence.RESUME
    late_interest: LateInterest = LateInterest.CONTINUES
    waive_if_kept: bool = False
    ages: bool = False

    @model_validator(mode="after")
    def _one_schedule(self) -> PlanForm:
        if (self.schedule is None) == (self.parts is None):
            raise at_path("schedule", "say either this or parts")
        return self

    def order(self) -> PlanOrder:
        """Raises InvalidFields."""
        agreed = Understanding(
            agreed_by=self.agreed_by,
            channel=self.channel,
            grace_days=self.grace_days,
            missed_limit=self.missed_limit,
            consequence=self.consequence,
            late_interest=self.late_interest,
            waive_if_kept=self.waive_if_kept,
            ages=self.ages,
            note=self.note,
        )
        return PlanOrder(self._terms(), agreed, tuple(self.receivables or ()))

    def _terms(self) -> PlanTerms:
        schedule = (
            EqualParts(**self.schedule.model_dump())
            if self.schedule
            else OwnParts(parts_of(self.parts or ()))
        )
        return PlanTerms(
            schedule,
            down_payment=self.down_payment.part("down_payment") if self.down_payment else None,
            fee=self.fee.money("fee") if self.fee else None,
            annual_percent=Decimal(self.annual_percent) if self.annual_percent else None,
        )


class InterestRowReply(Reply):
    """Days (both included) on which a balance bore interest; `amount` is exact, in minor units."""

    first: date
    last: date
    days: int
    balance: Amount
    amount: str


class PlanReply(Reply):
    """A plan, and how its parts came about: principal, fee and interest with its working, and the charges made for it."""

    arrangement: ArrangementDetails
    principal: Amount
    fee: Amount
    interest: Amount
    total: Amount
    interest_rows: list[InterestRowReply]
    charges: list[str]

    @classmethod
    def of(cls, agreed: PlanAgreed) -> PlanReply:
        found = agreed.outline
        rows = [
            InterestRowReply(
                first=row.first,
                last=row.last,
                days=row.days,
                balance=Amount.of(row.balance),
                amount=f"{row.amount:f}",
            )
            for row in found.rows
        ]
        return cls(
            arrangement=ArrangementDetails.of(agreed.plan),
            principal=Amount.of(found.principal),
            fee=Amount.of(found.fee),
            interest=Amount.of(found.interest),
            total=Amount.of(found.total),
            interest_rows=rows,
            charges=[charge.number for charge in agreed.charges],
        )


@routes.post(
    "/accounts/{account_id}/plans",
    allow=FINANCE,
    body=PlanForm,
    reply=PlanReply,
    summary="Agree on a payment plan",
)
def agree_plan(call: Call, account_id: str, body: PlanForm) -> Answer:
    agreed = call.services.arrangements.plans.agree(
        account_id, body.order(), call.caller.name, call.as_of, call.recorded_at
    )
    return Answer(PlanReply.of(agreed))


@routes.post(
    "/accounts/{account_id}/plans/preview",
    allow=EVERYBODY,
    body=PlanForm,
    reply=PlanReply,
    status=200,
    once=False,
    summary="What would a payment plan be? Writes nothing",
)
def preview_plan(call: Call, account_id: str, body: PlanForm) -> Answer:
    found = call.services.arrangements.plans.preview(account_id, body.order(), call.caller.name, call.as_of)
    return Answer(PlanReply.of(found))
