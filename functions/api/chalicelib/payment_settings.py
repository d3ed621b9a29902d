"""The parts of the company's settings that concern how it is paid."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from chalicelib.fields import Form, Text, at_path, checked
from receivables.banking import numbers
from receivables.core.configuration import CashRules, Creditor, ProcessorAccount
from receivables.core.errors import InvalidInput
from receivables.core.money import decimals

Iban = Annotated[
    str,
    Field(max_length=60),
    checked(lambda text: numbers.iban(text, field="")),
    Field(examples=["DE89370400440532013000"]),
]
Bic = Annotated[
    str,
    Field(max_length=20),
    checked(lambda text: numbers.bic(text, field="")),
    Field(examples=["COBADEFFXXX"]),
]
Country = Annotated[
    str, checked(lambda text: numbers.country(text, field="")), Field(examples=["DE"], description="ISO 3166")
]


def _currency(text: str) -> str:
    try:
        decimals(text)
    except InvalidInput as error:
        raise ValueError(error.message) from None
    return text


Currency = Annotated[str, AfterValidator(_currency), Field(examples=["EUR"], description="ISO 4217")]
ProcessorName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
"""As in the path of webhooks: of a processor, or of one of our endpoints there."""


class CreditorForm(Form):
    """Whom bank transfers are made to, as it stands on payment slips and in QR codes. A Swiss QR-bill needs the whole address."""

    name: Annotated[Text, Field(max_length=70)]
    iban: Iban
    bic: Bic | None = None
    street: Annotated[str, Field(max_length=70)] = ""
    building: Annotated[str, Field(max_length=16)] = ""
    postal_code: Annotated[str, Field(max_length=16)] = ""
    city: Annotated[str, Field(max_length=35)] = ""
    country: Country | None = None

    def creditor(self) -> Creditor:
        return Creditor(**self.model_dump(exclude={"country"}), country=self.country or "")

    @classmethod
    def of(cls, creditor: Creditor) -> CreditorForm:
        values = {name: getattr(creditor, name) for name in cls.model_fields}
        return cls.model_construct(**values | {"country": creditor.country or None})


class CashForm(Form):
    """How money that names no invoice is applied."""

    auto_apply: int = Field(
        default=90, ge=50, le=101, description="Confidence in percent from which nobody is asked; 101: never"
    )

    def rules(self) -> CashRules:
        return CashRules(self.auto_apply)

    @classmethod
    def of(cls, rules: CashRules) -> CashForm:
        return cls(auto_apply=rules.auto_apply)


class ProcessorForm(Form):
    """An account at a payment processor, by the name of its webhook endpoint."""

    processor: ProcessorName = Field(examples=["stripe"])
    endpoint: ProcessorName = Field(examples=["main"])
    livemode: bool = Field(default=True, description="Real money; false: a rehearsal")
    label: Text | None = Field(default=None, description="What people call it")
    pays: bool = Field(default=False, description="Payers may use it through pay links")
    currencies: list[Currency] = Field(default=[], max_length=50, description="Of pay links; none: all")
    reconciled: bool = Field(default=False, description="It is compared with the ledger every night")

    def account(self) -> ProcessorAccount:
        values = self.model_dump(exclude={"label", "currencies"})
        return ProcessorAccount(**values, label=self.label or "", currencies=tuple(self.currencies))

    @classmethod
    def of(cls, account: ProcessorAccount) -> ProcessorForm:
        values = {name: getattr(account, name) for name in cls.model_fields}
        return cls.model_construct(
            **values | {"label": account.label or None, "currencies": list(account.currencies)}
        )


def _once_each(accounts: list[ProcessorForm]) -> list[ProcessorForm]:
    seen: set[str] = set()
    for i, each in enumerate(accounts):
        if (name := each.account().id) in seen:
            raise at_path(i, "endpoint", f"{name} is named twice")
        seen.add(name)
    return accounts


ProcessorForms = Annotated[list[ProcessorForm], Field(max_length=100), AfterValidator(_once_each)]
