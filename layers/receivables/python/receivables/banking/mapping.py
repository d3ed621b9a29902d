"""How the CSV files of a bank are to be read: which column holds what, and how dates and amounts are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final

from receivables.core.errors import FieldError, InvalidFields


class DateOrder(StrEnum):
    """The order of a date's parts; any of `.`, `-`, `/` and space may stand between them, years have two or four digits."""

    YEAR_FIRST = "ymd"
    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the columns, as the header of the file has them. The amount is one signed column, or one for what came in
    and one for what went out, or one unsigned and one that tells the side."""

    booked_on: str
    amount: str | None = None
    credit: str | None = None
    debit: str | None = None
    side: str | None = None
    valued_on: str | None = None
    currency: str | None = None
    counterparty: str | None = None
    counterparty_account: str | None = None
    remittance: tuple[str, ...] = ()
    structured: str | None = None
    end_to_end: str | None = None
    mandate: str | None = None
    bank_reference: str | None = None
    charges: str | None = None
    code: str | None = None
    balance: str | None = None

    def named(self) -> Mapping[str, str]:
        """Every column that is used, by its field; those of the remittance are `remittance.0`, `remittance.1` and so on."""
        single = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "remittance"}
        many = {f"remittance.{i}": name for i, name in enumerate(self.remittance)}
        return {field: name for field, name in (single | many).items() if name is not None}


@dataclass(frozen=True, slots=True)
class CsvMapping:
    """How to read a bank's CSV. `decimal` is the character before the minor units (`,` or `.`). `debit_words` and
    `credit_words` are what the column `side` has for money that went out and came in. Rows above the header are passed over. `newest_first` says
    how rows of one day are ordered, where there is a column of balances."""

    columns: Columns
    delimiter: str = ";"
    decimal: str = ","
    dates: DateOrder = DateOrder.DAY_FIRST
    debit_words: tuple[str, ...] = ("D", "DR", "DBIT", "DEBIT", "S", "SOLL", "AF", "-")
    credit_words: tuple[str, ...] = ("C", "CR", "CRDT", "CREDIT", "H", "HABEN", "BIJ", "+")
    newest_first: bool = False


DELIMITERS: Final = (";", ",", "\t", "|")


def checked(mapping: CsvMapping) -> CsvMapping:
    """The mapping, if files can be read by it. Raises InvalidFields."""
    columns, errors = mapping.columns, []
    amounts = [bool(columns.amount), bool(columns.credit or columns.debit)]
    if sum(amounts) != 1:
        errors.append(FieldError("columns.amount", "name either amount, or credit and debit"))
    if columns.side and not columns.amount:
        errors.append(FieldError("columns.side", "tells the side of an amount: name its column too"))
    if mapping.delimiter not in DELIMITERS:
        errors.append(FieldError("delimiter", "must be ; , | or a tab"))
    if mapping.decimal not in (",", "."):
        errors.append(FieldError("decimal", "must be , or ."))
    errors.extend(_used_twice(columns))
    if errors:
        raise InvalidFields(errors)
    return mapping


def _used_twice(columns: Columns) -> Sequence[FieldError]:
    """A column may be shown as remittance and mean something else too; otherwise it means one thing."""
    seen: dict[str, str] = {}
    errors = []
    for field, name in columns.named().items():
        if field.startswith("remittance"):
            continue
        if name in seen:
            errors.append(FieldError(f"columns.{field}", f"is the column of {seen[name]} already"))
        seen[name] = field
    return errors
