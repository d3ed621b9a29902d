"""CSV files of banks, read by the mapping that was saved for the account."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from receivables.adapters.statements.limits import Budget, day_of, parts, words
from receivables.banking.account import BankAccount
from receivables.banking.identity import normal_reference
from receivables.banking.mapping import CsvMapping, DateOrder
from receivables.banking.statement import Balance, BankLine, Statement
from receivables.core.errors import InvalidInput
from receivables.core.money import Money

MOST_ABOVE: Final = 60
"""Rows that may stand above the header: name of the account, period, balances."""
_DATE: Final = re.compile(r"(\d{1,4})[.\-/ ](\d{1,2})[.\-/ ](\d{1,4})(?:[T ].*)?|(\d{8})")
_BLANKS: Final = str.maketrans("", "", " \u00a0\u202f\u2009'’")
_GROUPED: Final = {
    ",": re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d*)?|\d+(?:,\d*)?"),
    ".": re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row under the header: its number in the file, and its cells by the name of the column."""

    number: int
    cells: Mapping[str, str]


def rows(text: str, mapping: CsvMapping) -> Iterator[Row]:
    """The rows under the header. Raises InvalidInput (field `file`) when no row has the columns of the mapping, or quotes are broken."""
    header: list[str] | None = None
    wanted = {plain(name) for name in mapping.columns.named().values()}
    for number, cells in enumerate(_records(text, mapping.delimiter), start=1):
        if header is None:
            names = [plain(cell) for cell in cells]
            if wanted <= set(names):
                header = names
            elif number > MOST_ABOVE:
                break
        elif any(cell.strip() for cell in cells):
            # Of two columns with one name the first counts.
            yield Row(
                number, dict(reversed(list(zip(header, (cell.strip() for cell in cells), strict=False))))
            )
    if header is None:
        raise InvalidInput(
            "file", f"has no row that names the columns {', '.join(sorted(mapping.columns.named().values()))}"
        )


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise InvalidInput("file", f"cannot be read as CSV near its line {reader.line_num}") from None


def plain(name: str) -> str:
    """A column's name without case, spaces and punctuation; names of punctuation only stay as they are."""
    return "".join(c for c in name.casefold() if c.isalnum()) or name.strip()


class _Reader:
    def __init__(self, account: BankAccount, mapping: CsvMapping) -> None:
        self._account, self._mapping, self._budget = account, mapping, Budget()
        self._column = {field: plain(name) for field, name in mapping.columns.named().items()}
        self._remittance = [self._column[f"remittance.{i}"] for i in range(len(mapping.columns.remittance))]
        self.lines: list[BankLine] = []
        self.balances: list[Money] = []
        self.left_out = 0

    def take(self, row: Row) -> None:
        """A row without a date and without an amount is a total or a remark under the table."""
        if not self._is_movement(row):
            self.left_out += 1
            return
        self._budget.line()
        where = f"row.{row.number}"
        currency = self._cell(row, "currency")
        if currency and currency.upper() != self._account.currency:
            raise InvalidInput(
                "currency", f"row {row.number} is in another currency than {self._account.currency}"
            )
        booked_on = as_day(self._cell(row, "booked_on"), self._mapping.dates, f"{where}.booked_on")
        self.lines.append(self._line(row, where, booked_on))
        if "balance" in self._column:
            self.balances.append(self._money(self._cell(row, "balance"), f"{where}.balance"))

    def _is_movement(self, row: Row) -> bool:
        told = (self._cell(row, name) for name in ("amount", "credit", "debit"))
        return _DATE.match(self._cell(row, "booked_on")) is not None or any(told)

    def _line(self, row: Row, where: str, booked_on: date) -> BankLine:
        valued = self._cell(row, "valued_on")
        charges = self._cell(row, "charges")
        kept = abs(self._money(charges, f"{where}.charges").minor) if charges else 0
        return BankLine(
            account=self._account.id,
            id="",
            booked_on=booked_on,
            amount=self._amount(row, where),
            valued_on=as_day(valued, self._mapping.dates, f"{where}.valued_on") if valued else None,
            counterparty=words(self._cell(row, "counterparty")),
            counterparty_account=words(self._cell(row, "counterparty_account").translate(_BLANKS)),
            remittance=parts(row.cells.get(column) for column in self._remittance),
            structured=words(self._cell(row, "structured")),
            end_to_end=self._reference(row, "end_to_end"),
            mandate=self._reference(row, "mandate"),
            bank_reference=self._reference(row, "bank_reference"),
            charges=Money(kept, self._account.currency) if kept else None,
            code=words(self._cell(row, "code")),
        )

    def _amount(self, row: Row, where: str) -> Money:
        if "amount" not in self._column:
            return self._of_two_columns(row, where)
        amount = self._money(self._cell(row, "amount"), f"{where}.amount")
        if "side" not in self._column:
            return amount
        side = self._cell(row, "side").upper()
        if side in {word.upper() for word in self._mapping.debit_words}:
            return Money(-abs(amount.minor), amount.currency)
        if side in {word.upper() for word in self._mapping.credit_words}:
            return Money(abs(amount.minor), amount.currency)
        raise InvalidInput(
            f"{where}.side", "is none of the words that the mapping knows for debit and credit"
        )

    def _of_two_columns(self, row: Row, where: str) -> Money:
        credit, debit = self._cell(row, "credit"), self._cell(row, "debit")
        came = self._money(credit, f"{where}.credit") if credit else Money.zero(self._account.currency)
        went = self._money(debit, f"{where}.debit") if debit else Money.zero(self._account.currency)
        if came and went:
            raise InvalidInput(f"{where}.credit", "and debit both have an amount")
        return came or Money(-abs(went.minor), went.currency)

    def _money(self, text: str, where: str) -> Money:
        return as_amount(text, self._account.currency, self._mapping.decimal, where)

    def _cell(self, row: Row, field: str) -> str:
        column = self._column.get(field)
        return row.cells.get(column, "") if column else ""

    def _reference(self, row: Row, field: str) -> str | None:
        told = words(self._cell(row, field))
        return told if normal_reference(told) else None


def as_day(text: str, order: DateOrder, where: str) -> date:
    """A date in the file's order. Raises InvalidInput naming `where`."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise InvalidInput(where, "is not a date in the order of the mapping")
    if match[4]:
        ends = {DateOrder.YEAR_FIRST: (4, 6), DateOrder.DAY_FIRST: (2, 4), DateOrder.MONTH_FIRST: (2, 4)}[
            order
        ]
        told = (match[4][: ends[0]], match[4][ends[0] : ends[1]], match[4][ends[1] :])
    else:
        told = (match[1], match[2], match[3])
    first, second, third = (int(each) for each in told)
    year, month, day = {
        DateOrder.YEAR_FIRST: (first, second, third),
        DateOrder.DAY_FIRST: (third, second, first),
        DateOrder.MONTH_FIRST: (third, first, second),
    }[order]
    return day_of(year + 2000 if year < 100 else year, month, day, where)


def as_amount(text: str, currency: str, decimal: str, where: str) -> Money:
    """A signed amount: with thousands grouped or not, a sign before or after it, or in brackets. Raises InvalidInput naming `where`."""
    told = text.translate(_BLANKS).replace("−", "-").removesuffix(currency).removeprefix(currency)
    negative = told.startswith("(") and told.endswith(")")
    told = told[1:-1] if negative else told
    signs = [each for each in (told[:1], told[-1:] if len(told) > 1 else "") if each and each in "+-"]
    bare = told.strip("+-")
    if len(signs) > 1 or len(told) - len(bare) != len(signs) or not _GROUPED[decimal].fullmatch(bare):
        raise InvalidInput(where, f"is not an amount with {decimal!r} before its decimals")
    separator = "." if decimal == "," else ","
    amount = Money.parse(bare.replace(separator, "").replace(",", ".").rstrip("."), currency, field=where)
    return -amount if negative or "-" in signs else amount


def read_csv(text: str, account: BankAccount) -> Sequence[Statement]:
    """The statement of a CSV file. Raises InvalidInput naming the row and field, `file`, `mapping` or `currency`."""
    if account.mapping is None:
        raise InvalidInput("mapping", f"of {account.id!r} has not been saved: show a sample of its CSV first")
    reader = _Reader(account, account.mapping)
    for row in rows(text, account.mapping):
        reader.take(row)
    if not reader.lines:
        return ()
    opening, closing = _ends(reader, account.mapping)
    days = [line.booked_on for line in reader.lines]
    notes = (f"{reader.left_out} rows without date and amount are left out",) if reader.left_out else ()
    reference = f"{min(days)}..{max(days)}"
    return [Statement(account.id, reference, "csv", tuple(reader.lines), opening, closing, notes=notes)]


def _ends(reader: _Reader, mapping: CsvMapping) -> tuple[Balance | None, Balance | None]:
    """Opening and closing balance, told by the first and the last row."""
    if not reader.balances:
        return None, None
    lines, balances = reader.lines, reader.balances
    first_day, last_day = lines[0].booked_on, lines[-1].booked_on
    newest_first = mapping.newest_first if first_day == last_day else first_day > last_day
    oldest, newest = (-1, 0) if newest_first else (0, -1)
    opening = Balance(lines[oldest].booked_on, balances[oldest] - lines[oldest].amount)
    return opening, Balance(lines[newest].booked_on, balances[newest])
