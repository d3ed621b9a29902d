"""Rules for late charges as callers write and read them."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from chalicelib.fields import AmountList, Form, Percentage
from chalicelib.trees import SHOWN
from receivables.core.errors import FieldError, InvalidFields, InvalidInput, NotFound
from receivables.terms import LateCharges
from receivables.terms.late_charges import Accrual, Claiming, Compounding, DayCount, Fixing, Inclusion, Per

RuleKey = Annotated[str, Field(min_length=1, max_length=40, examples=["reminder-fee"])]

_OF_A_PACK: Final = frozenset({"region", "accrual"})
"""What can be said beside a pack, and has its place in the rules otherwise."""


class BandForm(Form):
    """A fee for amounts up to `up_to`, that amount included; null: without limit."""

    up_to: AmountList | None = None
    fee: AmountList


class FeeForm(Form):
    """A fee that is charged once: exactly one of flat, percent, bands. `key` names it for ever within the terms."""

    key: RuleKey
    flat: AmountList | None = None
    percent: Percentage | None = None
    bands: list[BandForm] = Field(default=[], max_length=50)
    per: Per = Per.INVOICE
    after_days: int = 0
    minimum: AmountList = Field(default=[])
    cap: AmountList = Field(default=[])


class FixedRateForm(Form):
    """So many percent a year."""

    kind: Literal["fixed"]
    annual_percent: Percentage


class MonthlyRateForm(Form):
    """So many percent a month."""

    kind: Literal["monthly"]
    monthly_percent: Percentage


class ReferenceRateForm(Form):
    """A reference rate of a dated table (see `/rates`), and so many percentage points on top."""

    kind: Literal["reference"]
    table: str = Field(max_length=64)
    margin: Percentage
    fixing: Fixing = Fixing.HALF_YEAR_OF_DEFAULT
    eve: bool = Field(
        default=False, description="Read on the day before the half-year begins, not on its first day"
    )


Rate = Annotated[FixedRateForm | MonthlyRateForm | ReferenceRateForm, Field(discriminator="kind")]


class InterestForm(Form):
    """Interest on the balance of each day. `key` names it for ever within the terms."""

    key: RuleKey
    rate: Rate
    day_count: DayCount = DayCount.ACTUAL_365
    compounding: Compounding = Compounding.NONE
    inclusion: Inclusion = Inclusion.AFTER_DUE_TO_PAYMENT
    accrual: Accrual = Accrual.MONTHLY
    minimum: AmountList = Field(default=[])
    cap_per_invoice: AmountList = Field(default=[])
    cap_percent: Percentage | None = Field(default=None, description="Of the invoice's amount")
    cap_per_year: AmountList = Field(default=[])
    legal_maximum: Percentage | None = Field(default=None, description="Percent a year")


class ChargeRules(Form):
    """All that may be charged, spelled out. `pack` names the ready-made rules that these were taken from."""

    fees: list[FeeForm] = Field(default=[], max_length=50)
    interest: InterestForm | None = None
    grace_days: int = 0
    grace_is_free: bool = False
    claiming: Claiming = Claiming.AT_ONCE
    business_only: bool = False
    pack: str | None = Field(default=None, max_length=64, examples=["eu-2011-7"])


class LateChargesForm(ChargeRules):
    """All that may be charged: `fees` and `interest` spelled out, or a `pack` (see `/charge-packs`) with what is to differ:
    `region`, `accrual`, `grace_days`, `grace_is_free`, `claiming`, `business_only`."""

    region: str | None = Field(default=None, max_length=20, description="Whose caps bound the pack's rate")
    accrual: Accrual | None = Field(default=None, description="When the pack's interest becomes a charge")

    def spelled_out(self, at: str) -> dict[str, Any]:
        """The rules in full, in their plain form. Raises InvalidFields, paths beginning with `at`."""
        if self.pack is None or self.fees or self.interest:
            if misplaced := sorted(self.model_fields_set & _OF_A_PACK):
                raise InvalidFields(
                    FieldError(f"{at}.{name}", "goes with a pack that is taken as it is")
                    for name in misplaced
                )
            return self.model_dump(mode="json", exclude=set(_OF_A_PACK))
        return self._of_pack(self.pack, at)

    def _of_pack(self, pack_id: str, at: str) -> dict[str, Any]:
        from receivables.charges.packs import pack

        try:
            chosen = pack(pack_id).rules(self.region)
        except NotFound as error:
            raise InvalidInput(f"{at}.pack", str(error)) from None
        except InvalidFields as error:
            raise InvalidFields(FieldError(f"{at}.{e.field}", e.message) for e in error.errors) from None
        rules: dict[str, Any] = SHOWN.dump(LateCharges, chosen)
        differing = self.model_fields_set - {"fees", "interest", "pack"} - _OF_A_PACK
        rules |= self.model_dump(mode="json", include=differing)
        if self.accrual is not None:
            if rules["interest"] is None:
                raise InvalidInput(f"{at}.accrual", "the pack has no interest")
            rules["interest"]["accrual"] = self.accrual.value
        return rules | {"pack": pack_id}
