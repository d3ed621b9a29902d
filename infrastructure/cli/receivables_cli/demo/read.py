"""A ledger of the user's own as a story: each invoice of the file, and its payment on the day it says it was settled."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

from receivables.core.calendar import MONDAY_TO_FRIDAY, next_allowed
from receivables.core.errors import InvalidFields, InvalidInput
from receivables.core.ids import key, reference
from receivables.core.money import decimals
from receivables.imports.columns import INVOICE_COLUMNS, find_columns
from receivables.imports.table import Row, read_table
from receivables.imports.values import DateFormat, as_date, as_money, date_format, told_by
from receivables_cli.demo.people import COUNTRIES, invent
from receivables_cli.demo.story import Bill, Debtor, Receipt, Story

COLUMNS: Final = {
    **INVOICE_COLUMNS,
    "settled_on": tuple(
        "settleddate settled settledon settlementdate paiddate paid paidon paymentdate cleardate clearingdate".split()
    ),
}
_REQUIRED: Final = ("number", "customer_id", "issue_date", "amount", "settled_on")
_REMARKS_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class _Line:
    bill: Bill
    settled_on: date | None


def read_story(content: bytes, title: str, *, currency: str, order: str | None, seed: int) -> Story:
    """The story that a file tells; rows that cannot be read are left out and named in its remarks.

    Raises InvalidInput when columns are missing, dates could be read both ways, or no row can be used.
    """
    table = read_table(content)
    columns = find_columns(table.header, COLUMNS)
    if missing := [name for name in _REQUIRED if name not in columns]:
        raise InvalidInput("file", f"has no column for {', '.join(missing)}")
    decimals(currency)
    dates = [columns[name] for name in ("issue_date", "due_date", "settled_on") if name in columns]
    told = date_format(order) or told_by(row.cells[i] for row in table.rows if not row.problem for i in dates)
    reader = _Reader(columns, currency, told)
    lines = [line for row in table.rows if (line := reader.read(row))]
    if not lines:
        raise InvalidInput("file", "has no row that can be used: " + "; ".join(reader.remarks[:3]))
    return _story(title, lines, reader, Random(seed))  # noqa: S311 - a story, not a secret


class _Reader:
    def __init__(self, columns: Mapping[str, int], currency: str, order: DateFormat) -> None:
        self._columns, self._currency, self._order = columns, currency, order
        self.names: dict[str, str] = {}
        self.remarks: list[str] = []
        self._seen: set[str] = set()

    def read(self, row: Row) -> _Line | None:
        """The row; None, with a remark, if it cannot be used."""
        try:
            return self._line(row)
        except InvalidFields as error:
            self.remarks.append(f"row {row.number}: {error}")
            return None

    def _line(self, row: Row) -> _Line:
        if row.problem:
            raise InvalidInput("row", row.problem)
        cells = {name: row.cells[i] for name, i in self._columns.items()}
        number = reference(cells["number"], field="number")
        if number in self._seen:
            raise InvalidInput("number", f"{number!r} is there twice")
        issued = as_date(cells["issue_date"], self._order, "issue_date")
        due = as_date(cells["due_date"], self._order, "due_date") if cells.get("due_date") else None
        if due is not None and due < issued:
            raise InvalidInput("due_date", "is before the issue date")
        settled = as_date(cells["settled_on"], self._order, "settled_on") if cells["settled_on"] else None
        if settled is not None and settled < issued:
            raise InvalidInput("settled_on", "is before the issue date")
        amount = as_money(cells["amount"], cells.get("currency", "").upper() or self._currency, "amount")
        if amount.minor <= 0:
            raise InvalidInput("amount", "must be more than zero")
        self._seen.add(number)
        return _Line(Bill(number, self._customer(cells["customer_id"]), amount, issued, due), settled)

    def _customer(self, cell: str) -> str:
        """The customer's key: the cell itself, or, when it cannot be one (a name), a key made from it."""
        if not cell:
            raise InvalidInput("customer_id", "is blank")
        try:
            found = key(cell, field="customer_id")
        except InvalidInput:
            plain = re.sub(r"[^A-Za-z0-9]+", "-", cell).strip("-")[:40]
            found = f"{plain}-{hashlib.sha256(cell.encode()).hexdigest()[:6]}".strip("-")
        self.names.setdefault(found, cell)
        return found


def _story(title: str, lines: list[_Line], reader: _Reader, random: Random) -> Story:
    countries = list(COUNTRIES)
    debtors = [
        _debtor(random, customer_id, reader.names[customer_id], countries[serial % len(countries)], serial)
        for serial, customer_id in enumerate(sorted({line.bill.customer_id for line in lines}), start=1)
    ]
    names = {debtor.id: debtor.name for debtor in debtors}
    receipts = [_receipt(random, line, names) for line in lines if line.settled_on]
    days = [line.settled_on for line in lines if line.settled_on]
    first = min(line.bill.issue_date for line in lines)
    last = max(*days, *(line.bill.issue_date for line in lines), first + timedelta(days=130))
    hidden = len(reader.remarks) - _REMARKS_SHOWN
    remarks = [*reader.remarks[:_REMARKS_SHOWN], *([f"and {hidden} more rows"] if hidden > 0 else [])]
    bills = sorted((line.bill for line in lines), key=lambda bill: (bill.issue_date, bill.number))
    return Story(
        title,
        first,
        next_allowed(last, MONDAY_TO_FRIDAY),
        tuple(debtors),
        tuple(bills),
        tuple(receipts),
        tuple(remarks),
    )


def _debtor(random: Random, customer_id: str, cell: str, country: str, serial: int) -> Debtor:
    return invent(random, customer_id, country, serial, cell if cell != customer_id else None)


def _receipt(random: Random, line: _Line, names: Mapping[str, str]) -> Receipt:
    bill, day = line.bill, line.settled_on or line.bill.issue_date
    at = datetime.combine(day, time(8, 0), UTC) + timedelta(seconds=random.randrange(9 * 3600))
    processor = "stripe" if random.random() < 2 / 3 else "standardwebhooks"
    return Receipt(f"{bill.number}-1", processor, bill.amount, at, bill.number, names[bill.customer_id])
