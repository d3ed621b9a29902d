"""Rows as customers and invoices: each is usable, or says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final, TypeVar

from receivables.core.errors import FieldError, InvalidFields, InvalidInput
from receivables.core.ids import key, reference
from receivables.core.money import Money, decimals
from receivables.imports.columns import recognise
from receivables.imports.countries import defaults_of
from receivables.imports.job import ImportKind, ImportOptions, RowError
from receivables.imports.table import Row, read_table
from receivables.imports.values import (
    DateFormat,
    as_date,
    as_email,
    as_flag,
    as_locale,
    as_money,
    as_phone,
    as_timezone,
    date_format,
    told_by,
)

T = TypeVar("T")

MAX_TEXT: Final = 200
"""Longest name or description."""


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """A usable invoice; without a due date the customer's terms give it."""

    row: int
    number: str
    customer_id: str
    amount: Money
    issue_date: date
    due_date: date | None
    description: str
    tax: Money | None = None


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A usable customer. `fields` holds what the row says, by attribute name; `defaults` what follows from the
    country and is only for a customer that is new."""

    row: int
    id: str
    fields: Mapping[str, Any]
    defaults: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used, and why."""

    row: int
    errors: tuple[RowError, ...]


AnyRow = InvoiceRow | CustomerRow | BadRow


@dataclass(frozen=True, slots=True)
class ImportRows:
    """A file, read: every row that is not blank, in order."""

    kind: ImportKind
    rows: tuple[AnyRow, ...]


def read_rows(content: bytes, options: ImportOptions = ImportOptions()) -> ImportRows:  # noqa: B008 - immutable
    """Read a file of customers or invoices; which of them is told from its columns.

    A row that repeats the key of an earlier one with other content is an error of the later row.
    Raises InvalidInput (field `file`, `date_format` or `currency`) when the file as a whole cannot be used.
    """
    table = read_table(content)
    kind, columns = recognise(table.header)
    read: Callable[[_Cells], InvoiceRow | CustomerRow]
    if kind is ImportKind.INVOICES:
        read = partial(
            _invoice, order=_order(table.rows, columns, options), currency=_currency(columns, options)
        )
    else:
        read = _customer
    first: dict[str, InvoiceRow | CustomerRow] = {}
    return ImportRows(kind, tuple(_usable(row, columns, read, first) for row in table.rows))


def _order(rows: tuple[Row, ...], columns: Mapping[str, int], options: ImportOptions) -> DateFormat:
    asked = date_format(options.date_format)
    if asked is not None:
        return asked
    dates = [columns[field] for field in ("issue_date", "due_date") if field in columns]
    return told_by(row.cells[i] for row in rows if row.problem is None for i in dates)


def _currency(columns: Mapping[str, int], options: ImportOptions) -> str | None:
    if options.currency is not None:
        decimals(options.currency)
    elif "currency" not in columns:
        raise InvalidInput(
            "currency", "the file has no currency column: say which currency its amounts are in"
        )
    return options.currency


def _usable(
    row: Row,
    columns: Mapping[str, int],
    read: Callable[[_Cells], InvoiceRow | CustomerRow],
    first: dict[str, InvoiceRow | CustomerRow],
) -> AnyRow:
    if row.problem is not None:
        return BadRow(row.number, (RowError(row.number, "row", row.problem),))
    cells = _Cells(row, columns)
    try:
        usable = read(cells)
    except InvalidFields as error:
        return BadRow(row.number, tuple(RowError(row.number, e.field, e.message) for e in error.errors))
    known = first.setdefault(_key(usable), usable)
    if _content(known) != _content(usable):
        field = "number" if isinstance(usable, InvoiceRow) else "id"
        return BadRow(
            row.number, (RowError(row.number, field, f"repeats row {known.row} with other content"),)
        )
    return usable


def _key(row: InvoiceRow | CustomerRow) -> str:
    return row.number if isinstance(row, InvoiceRow) else row.id


def _content(row: InvoiceRow | CustomerRow) -> tuple[Any, ...]:
    if isinstance(row, InvoiceRow):
        return (row.customer_id, row.amount, row.issue_date, row.due_date, row.description, row.tax)
    return (row.fields, row.defaults)


class _Cells:
    """The cells of one row by field, gathering what is wrong with any of them."""

    def __init__(self, row: Row, columns: Mapping[str, int]) -> None:
        self.row = row.number
        self._cells = {field: row.cells[i] for field, i in columns.items()}
        self._errors: list[FieldError] = []

    def text(self, field: str) -> str:
        return self._cells.get(field, "")

    def get(self, field: str, read: Callable[[str, str], T]) -> T | None:
        """The cell's value; None when it is blank or wrong, which is noted."""
        if not self.text(field):
            return None
        try:
            return read(self.text(field), field)
        except InvalidFields as error:
            self._errors.extend(error.errors)
            return None

    def need(self, field: str, read: Callable[[str, str], T]) -> T | None:
        """Like get, but a blank cell is wrong."""
        if not self.text(field):
            self._errors.append(FieldError(field, "is blank"))
        return self.get(field, read)

    def finish(self) -> None:
        """Raises InvalidFields if anything was wrong."""
        if self._errors:
            raise InvalidFields(self._errors)


def _short(cell: str, field: str) -> str:
    if len(cell) > MAX_TEXT or not cell.isprintable():
        raise InvalidInput(field, f"must be at most {MAX_TEXT} printable characters")
    return cell


def _invoice(cells: _Cells, *, order: DateFormat, currency: str | None) -> InvoiceRow:
    day = partial(as_date, order=order)
    number = cells.need("number", lambda cell, field: reference(cell, field=field))
    customer_id = cells.need("customer_id", lambda cell, field: key(cell, field=field))
    issue_date = cells.need("issue_date", lambda cell, field: day(cell, field=field))
    due_date = cells.get("due_date", lambda cell, field: day(cell, field=field))
    amount = cells.need("amount", lambda cell, field: _positive(cell, _code(cells, currency), field))
    tax = cells.get("tax", lambda cell, field: as_money(cell, _code(cells, currency), field))
    if issue_date and due_date and due_date < issue_date:
        cells.get("due_date", _before_issue)
    description = cells.get("description", _short) or ""
    cells.finish()
    if number is None or customer_id is None or issue_date is None or amount is None:
        raise InvalidInput("row", "is incomplete")  # pragma: no cover - finish() has said so
    return InvoiceRow(cells.row, number, customer_id, amount, issue_date, due_date, description, tax)


def _code(cells: _Cells, currency: str | None) -> str:
    code = cells.text("currency").upper() or currency
    if code is None:
        raise InvalidInput("currency", "is blank")
    decimals(code)
    return code


def _positive(cell: str, currency: str, field: str) -> Money:
    amount = as_money(cell, currency, field)
    if amount.minor <= 0:
        raise InvalidInput(field, "must be more than zero; what is owed to a customer is a credit note")
    return amount


def _before_issue(_cell: str, field: str) -> None:
    raise InvalidInput(field, "is before the issue date")


def _customer(cells: _Cells) -> CustomerRow:
    customer_id = cells.need("id", lambda cell, field: key(cell, field=field))
    readers: dict[str, Callable[[str, str], Any]] = {
        "name": _short,
        "email": as_email,
        "phone": as_phone,
        "locale": as_locale,
        "timezone": as_timezone,
        "sms_consent": as_flag,
        "terms_id": lambda cell, field: key(cell, field=field),
        "policy_id": lambda cell, field: key(cell, field=field),
    }
    values = {
        field: (cells.need if field == "name" else cells.get)(field, read) for field, read in readers.items()
    }
    fields = {field: value for field, value in values.items() if value is not None}
    country = None if "locale" in fields and "timezone" in fields else cells.get("country", defaults_of)
    cells.finish()
    if customer_id is None:
        raise InvalidInput("id", "is blank")  # pragma: no cover - finish() has said so
    defaults = dict(zip(("locale", "timezone"), country, strict=True)) if country else {}
    return CustomerRow(cells.row, customer_id, fields, {k: v for k, v in defaults.items() if k not in fields})
