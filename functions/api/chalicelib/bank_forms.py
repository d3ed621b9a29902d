"""Forms of bank accounts and statements: how a CSV is read, a line as the bank tells it, files in base64."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.fields import Amount, Form, Reply
from receivables.banking.mapping import Columns, CsvMapping, DateOrder
from receivables.banking.statement import BankLine
from receivables.core.errors import InvalidInput

Column = Annotated[str, Field(min_length=1, max_length=100)]
Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=30)]], Field(max_length=20)]


class ColumnsForm(Form):
    """Names of columns, as the header of the file has them. The amount is `amount` (signed, or with `side`), or `credit` and `debit`."""

    booked_on: Column | None = None
    amount: Column | None = None
    credit: Column | None = None
    debit: Column | None = None
    side: Column | None = None
    valued_on: Column | None = None
    currency: Column | None = None
    counterparty: Column | None = None
    counterparty_account: Column | None = None
    remittance: list[Column] = Field(default=[], max_length=20)
    structured: Column | None = None
    end_to_end: Column | None = None
    mandate: Column | None = None
    bank_reference: Column | None = None
    charges: Column | None = None
    code: Column | None = None
    balance: Column | None = None

    def told(self) -> dict[str, Any]:
        """What is said of them."""
        given = self.model_dump(exclude_defaults=True)
        return given | ({"remittance": tuple(self.remittance)} if self.remittance else {})


class MappingForm(Form):
    """How a bank's CSV is read: the columns, the character between them, that before the decimals, and the order of a date."""

    columns: ColumnsForm
    delimiter: Literal[";", ",", "\t", "|"]
    decimal: Literal[",", "."]
    dates: Literal["ymd", "dmy", "mdy"]
    debit_words: Words | None = Field(default=None, description="In the column `side`: money went out")
    credit_words: Words | None = Field(default=None, description="In the column `side`: money came in")
    newest_first: bool = False

    def mapping(self) -> CsvMapping:
        """Raises InvalidInput without a column of booking dates."""
        told = self.columns.told()
        if "booked_on" not in told:
            raise InvalidInput("columns.booked_on", "is required")
        words = {
            name: tuple(value)
            for name in ("debit_words", "credit_words")
            if (value := getattr(self, name)) is not None
        }
        return CsvMapping(
            Columns(**told),
            self.delimiter,
            self.decimal,
            DateOrder(self.dates),
            newest_first=self.newest_first,
            **words,
        )

    @classmethod
    def of(cls, mapping: CsvMapping) -> MappingForm:
        columns = {name: getattr(mapping.columns, name) for name in ColumnsForm.model_fields}
        columns["remittance"] = list(mapping.columns.remittance)
        plain = {
            "columns": columns,
            "delimiter": mapping.delimiter,
            "decimal": mapping.decimal,
            "dates": mapping.dates.value,
            "debit_words": list(mapping.debit_words),
            "credit_words": list(mapping.credit_words),
            "newest_first": mapping.newest_first,
        }
        return cls.model_validate(plain)


class KeepMappingForm(MappingForm):
    """The mapping that is to be used from now on, and the revision of the bank account that was seen (or If-Match)."""

    rev: int | None = Field(default=None, ge=0)


class SampleForm(Form):
    """A sample of the bank's CSV (base64 of the file as it came), and what is known of it: all else is told by the sample."""

    content: str = Field(min_length=1, max_length=2_000_000)
    columns: ColumnsForm | None = None
    delimiter: Literal[";", ",", "\t", "|"] | None = None
    decimal: Literal[",", "."] | None = None
    dates: Literal["ymd", "dmy", "mdy"] | None = None
    newest_first: bool | None = None

    def sample(self) -> bytes:
        return from_base64(self.content, "content")

    def told(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in ("delimiter", "decimal", "newest_first")}
        dates = DateOrder(self.dates) if self.dates else None
        return {**told, "dates": dates, "columns": self.columns.told() if self.columns else {}}


class LineReply(Reply):
    """A movement as the bank tells it; positive came in. Dates are the bank's."""

    id: str
    booked_on: str
    valued_on: str | None
    amount: Amount
    counterparty: str | None
    counterparty_account: str | None
    remittance: list[str]
    structured: str | None
    end_to_end: str | None
    mandate: str | None
    bank_reference: str | None
    reversal: bool
    charges: Amount | None
    instructed: Amount | None
    batch: str | None
    total: bool
    code: str | None

    @classmethod
    def of(cls, line: BankLine, **more: Any) -> Any:
        plain = {name: getattr(line, name) for name in LineReply.model_fields}
        plain |= {
            "booked_on": line.booked_on.isoformat(),
            "valued_on": line.valued_on.isoformat() if line.valued_on else None,
            "amount": Amount.of(line.amount),
            "remittance": list(line.remittance),
            "charges": Amount.of(line.charges) if line.charges else None,
            "instructed": Amount.of(line.instructed) if line.instructed else None,
        }
        return cls(**plain, **more)


def from_base64(text: str, field: str) -> bytes:
    """The bytes of a file. Raises InvalidInput naming `field`."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput(field, "is not base64") from None
