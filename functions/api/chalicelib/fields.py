"""What forms and replies of several resources share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final
from unicodedata import category

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from receivables.core import ids
from receivables.core.amounts import Amounts
from receivables.core.calendar import business_day
from receivables.core.clock import format_instant
from receivables.core.errors import InvalidFields
from receivables.core.money import Money
from receivables.ledger import AT_ONCE

MAX_TEXT: Final = 200
MAX_NOTE: Final = 500
_BREAKS: Final = frozenset({"Cc", "Zl", "Zp"})


class Form(BaseModel):
    """Something that a caller sends: every field is known, every type exact, and no error repeats the input."""

    model_config = ConfigDict(
        extra="forbid", strict=True, hide_input_in_errors=True, frozen=True, defer_build=True
    )


class Reply(BaseModel):
    """Something that a caller gets."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class Amount(Form):
    """An amount of money, exact: a decimal as text, with at most the decimals of its currency."""

    amount: str = Field(max_length=30, examples=["1234.50"])
    currency: str = Field(pattern=r"^[A-Z]{3}$", examples=["EUR"], description="ISO 4217")

    def money(self, field: str = "amount") -> Money:
        """Raises InvalidInput naming the part of `field` that is wrong."""
        try:
            return Money.parse(self.amount, self.currency)
        except InvalidFields as error:
            raise under(field, error) from None

    @classmethod
    def of(cls, money: Money) -> Amount:
        return cls(amount=f"{money.decimal:f}", currency=money.currency)

    @classmethod
    def minor(cls, minor: int, currency: str) -> Amount:
        return cls.of(Money(minor, currency))


def _exact(amount: Amount) -> Amount:
    try:
        amount.money()
    except InvalidFields as error:
        raise at_path(error.errors[0].field.removeprefix("amount."), error.errors[0].message) from None
    return amount


def _one_each(amounts: list[Amount]) -> list[Amount]:
    for i, amount in enumerate(amounts):
        if amount.currency in {before.currency for before in amounts[:i]}:
            raise at_path(i, "currency", f"{amount.currency} is named twice")
    return amounts


def at_path(*path_and_message: str | int) -> ValidationError:
    """An error of a part of what is being validated: its path from there, then the message."""
    *path, message = path_and_message
    problem = PydanticCustomError("refused", "{message}", {"message": message})
    return ValidationError.from_exception_data(
        "refused", [InitErrorDetails(type=problem, loc=tuple(path), input=None)]
    )


AmountList = Annotated[
    list[Annotated[Amount, AfterValidator(_exact)]], Field(max_length=50), AfterValidator(_one_each)
]
"""One amount in each of several currencies."""
Percentage = Annotated[str, Field(pattern=r"^-?[0-9]{1,9}(\.[0-9]{1,12})?$", examples=["2.5"])]
"""A percentage, exact: a decimal as text."""


def as_amounts(amounts: list[Amount]) -> Amounts:
    """One amount in each of several currencies, as the domain has it."""
    return Amounts.of(*(amount.money() for amount in amounts))


def under(field: str, error: InvalidFields) -> InvalidFields:
    """The same errors, of the parts of a field."""
    return InvalidFields(type(each)(f"{field}.{each.field}", each.message) for each in error.errors)


def checked(check: Callable[[str], str]) -> AfterValidator:
    """A validator that uses the product's own rule; its message reaches the caller under the field's own path."""

    def validate(text: str) -> str:
        try:
            return check(text)
        except InvalidFields as error:
            raise ValueError(error.errors[0].message) from None

    return AfterValidator(validate)


def _in_range(value: date) -> date:
    try:
        return business_day(value, field="")
    except InvalidFields as error:
        raise ValueError(error.errors[0].message) from None


Day = Annotated[date, AfterValidator(_in_range)]
"""A day that a caller sends."""


def _instant(value: datetime) -> str:
    return "at once" if value == AT_ONCE else format_instant(value)


Key = Annotated[str, checked(lambda text: ids.key(text, field="")), Field(examples=["C-001"])]
"""An id chosen by the caller."""
Number = Annotated[str, checked(lambda text: ids.reference(text, field="")), Field(examples=["INV-2026-001"])]
"""An invoice number."""


def _one_line(text: str) -> str:
    """Names stand in subjects and senders of messages, where a line break would begin something else."""
    if any(category(character) in _BREAKS for character in text):
        raise ValueError("must be one line, without control characters")
    return text


Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT), AfterValidator(_one_line)]
Note = Annotated[str, Field(min_length=1, max_length=MAX_NOTE)]
Instant = Annotated[datetime, PlainSerializer(_instant, return_type=str)]
"""Written as UTC text of fixed width."""


def aware(value: datetime) -> datetime:
    """UTC. Raises ValueError for an instant without zone, and for one on which no business can be done."""
    if value.tzinfo is None:
        raise ValueError("needs a zone: end it with Z or an offset")
    _in_range(value.date())
    return value.astimezone(UTC)


When = Annotated[datetime, AfterValidator(aware), Field(examples=["2026-03-01T08:00:00Z"])]
"""An instant that a caller sends."""

Facts = dict[str, Any]
_MONEY: Final = frozenset({"amount", "credited", "exposure", "limit"})
"""Minor units in a fact that tells its currency."""


def money_shown(fact: Facts) -> Facts:
    """A plain fact with its minor units as amounts."""
    shown = dict(fact)
    currency = shown.pop("currency", None)
    if currency is None:
        return shown
    for name in _MONEY & shown.keys():
        shown[name] = Amount.minor(shown[name], currency).model_dump()
    if "legs" in shown:
        shown["legs"] = [
            {
                "ledger": leg["ledger"],
                "amount": Amount.minor(leg["minor"], currency).model_dump(),
                "item": leg["item"],
            }
            for leg in shown["legs"]
        ]
    if "items" in shown:
        shown["items"] = [
            {**item, "balance": Amount.of(Money(item["balance"], currency)).model_dump()}
            for item in shown["items"]
        ]
    return shown
