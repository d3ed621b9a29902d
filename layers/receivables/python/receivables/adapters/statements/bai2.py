"""BAI2 (Cash Management Balance Reporting, version 2), previous-day and same-day reports.

Records and type codes: the BAI's specification (1XX-3XX credits, 4XX-6XX debits, 92X-95X and 96X-99X a bank's own credits and debits).
Amounts have no decimal point: they are minor units of the currency of the account, group or - where none is told - of USD.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from receivables.adapters.statements.limits import Budget, day_of, parts, words
from receivables.banking.account import BankAccount
from receivables.banking.identity import normal_reference
from receivables.banking.statement import Balance, BankLine, Statement
from receivables.core.errors import InvalidInput
from receivables.core.money import MAX_MINOR, Money

_RECORDS: Final = frozenset("01 02 03 16 49 88 98 99".split())
_AMOUNT: Final = re.compile(r"[+-]?\d{1,18}")
_DAY: Final = re.compile(r"\d{6}|\d{8}")
_OPENING, _CLOSING = "010", "015"
_REVERSALS: Final = frozenset("252 254 255 257 258 261 266 268 552 554 555 557 558 561 566 568".split())
"""Returned, rejected and reversed items, and corrections of posting errors: the bank takes back what it had booked."""
_STATUS: Final = {"2": "deletes", "3": "corrects", "4": "is a test of"}


@dataclass(slots=True)
class _Open:
    """The account that is being read. `total` is the control total so far."""

    index: int
    reference: str
    booked_on: date
    opening: Balance | None = None
    closing: Balance | None = None
    total: int = 0
    lines: list[BankLine] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


class _Reader:
    def __init__(self, account: BankAccount) -> None:
        self._account, self._budget = account, Budget()
        self._group: tuple[date, str] | None = None
        self._file = ""
        self._open: _Open | None = None
        self._ended = False
        self.statements: list[Statement] = []

    def take(self, code: str, fields: list[str], number: int) -> None:
        match code:
            case "01":
                self._file = words("-".join(fields[:5])) or ""
            case "02":
                self._begin_group(fields, number)
            case "03":
                self._begin_account(fields, number)
            case "16":
                self._detail(fields, number)
            case "49":
                self._end_account(fields, number)
            case "99":
                self._ended = True

    def finish(self) -> Sequence[Statement]:
        if self._open is not None or not self._ended:
            raise InvalidInput("file", "ends before its last record (99): it is not complete")
        return self.statements

    def _begin_group(self, fields: list[str], number: int) -> None:
        status = _at(fields, 2)
        if status in _STATUS:
            raise InvalidInput(
                f"record.{number}", f"{_STATUS[status]} an earlier report: have it sent anew as an update"
            )
        told = _at(fields, 3)
        if not _DAY.fullmatch(told):
            raise InvalidInput(f"record.{number}", "has no as-of date such as 260301")
        century = int(told[:-4]) + (0 if len(told) == 8 else 2000)
        self._group = (day_of(century, int(told[-4:-2]), int(told[-2:]), f"record.{number}"), _at(fields, 5))

    def _begin_account(self, fields: list[str], number: int) -> None:
        if self._group is None or self._open is not None:
            raise InvalidInput(
                f"record.{number}", "is an account out of place: the record before it is missing"
            )
        self._budget.statement()
        on, group_currency = self._group
        if not self._account.is_named(_at(fields, 0)):
            raise InvalidInput(
                "account", f"record {number} is of another account, not of {self._account.id!r}"
            )
        currency = _at(fields, 1) or group_currency or "USD"
        if currency != self._account.currency:
            raise InvalidInput(
                "currency", f"record {number} is in another currency than {self._account.currency}"
            )
        self._open = _Open(len(self.statements) + 1, f"{self._file}-{len(self.statements) + 1}", on)
        self._summaries(self._open, fields[2:], number)

    def _summaries(self, statement: _Open, rest: list[str], number: int) -> None:
        """Balances and totals: type, amount, items, funds type - and what the funds type brings with it."""
        while any(rest):
            code, told = _at(rest, 0), _at(rest, 1)
            amount = self._amount(told, number) if told else 0
            statement.total += amount
            if code == _OPENING and told:
                statement.opening = Balance(statement.booked_on, Money(amount, self._account.currency))
            if code == _CLOSING and told:
                statement.closing = Balance(statement.booked_on, Money(amount, self._account.currency))
            rest = _after_funds(rest[3:], number)[1]

    def _detail(self, fields: list[str], number: int) -> None:
        if self._open is None:
            raise InvalidInput(f"record.{number}", "is a movement outside of any account")
        self._budget.line()
        statement, code, told = self._open, _at(fields, 0), _at(fields, 1)
        minor = self._amount(told, number) if told else 0
        if told.startswith("-"):
            raise InvalidInput(f"record.{number}", "has a negative amount: the type code tells the side")
        statement.total += minor
        incoming = _incoming(code)
        if incoming is None or not told:
            statement.left_out[code[:3]] += 1
            return
        value_date, rest = _after_funds(fields[2:], number)
        money = Money(minor if incoming else -minor, self._account.currency)
        statement.lines.append(self._line(statement, code, money, value_date, rest))

    def _line(
        self, statement: _Open, code: str, money: Money, valued_on: date | None, rest: list[str]
    ) -> BankLine:
        own = words(_at(rest, 1))
        return BankLine(
            account=self._account.id,
            id="",
            booked_on=statement.booked_on,
            amount=money,
            valued_on=valued_on,
            remittance=parts([",".join(rest[2:]).strip(", ")]),
            end_to_end=own if normal_reference(own) else None,
            bank_reference=words(_at(rest, 0)) if normal_reference(_at(rest, 0)) else None,
            reversal=code in _REVERSALS,
            code=code,
        )

    def _end_account(self, fields: list[str], number: int) -> None:
        statement, self._open = self._open, None
        if statement is None:
            raise InvalidInput(f"record.{number}", "ends an account that was not begun")
        if self._amount(_at(fields, 0), number) != statement.total:
            raise InvalidInput(
                f"record.{number}", "has a control total that the amounts before it do not add up to"
            )
        left_out = [
            f"{n} records of type {code} tell of no movement, and are left out"
            for code, n in statement.left_out.items()
        ]
        self.statements.append(
            Statement(
                account=self._account.id,
                reference=statement.reference,
                format="bai2",
                lines=tuple(statement.lines),
                opening=statement.opening,
                closing=statement.closing,
                notes=tuple(left_out),
            )
        )

    def _amount(self, text: str, number: int) -> int:
        if not _AMOUNT.fullmatch(text):
            raise InvalidInput(f"record.{number}", "has an amount that is not a whole number")
        if abs(int(text)) > MAX_MINOR:
            raise InvalidInput(f"record.{number}", "has an amount that is too large")
        return int(text)


def _incoming(code: str) -> bool | None:
    """Whether money of that type came in; None: no money moved (loans, remarks, balances)."""
    if not (code.isascii() and code.isdigit()) or len(code) != 3:
        return None
    number = int(code)
    if 100 <= number <= 399 or 920 <= number <= 959:
        return True
    return False if 400 <= number <= 699 or 960 <= number <= 999 else None


def _after_funds(rest: list[str], number: int) -> tuple[date | None, list[str]]:
    """The value date, where the funds type tells one, and the fields behind it. `rest` begins with the funds type."""
    kind = _at(rest, 0).upper()
    if kind == "V":
        told = _at(rest, 1)
        return _value_date(told, number) if told else None, rest[3:]
    if kind == "S":
        return None, rest[4:]
    if kind == "D":
        count = _at(rest, 1)
        if not count.isascii() or not count.isdigit() or len(count) > 3:
            raise InvalidInput(f"record.{number}", "has a distribution of funds without a count")
        return None, rest[2 + 2 * int(count) :]
    return None, rest[1:]


def _value_date(told: str, number: int) -> date:
    if not _DAY.fullmatch(told):
        raise InvalidInput(f"record.{number}", "has a value date that is not a date such as 260301")
    year = int(told[:-4]) + (0 if len(told) == 8 else 2000)
    return day_of(year, int(told[-4:-2]), int(told[-2:]), f"record.{number}")


def _at(fields: Sequence[str], index: int) -> str:
    return fields[index].strip() if index < len(fields) else ""


def records(text: str) -> Iterator[tuple[str, list[str], int]]:
    """Logical records: code, fields, and the number of the line on which each begins. A slash ends the fields; what 88 continues is
    either the fields or, where no slash had ended it, the text of a movement."""
    code, begun, ended = "", 0, True
    fields: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()  # noqa: PLW2901
        if not line:
            continue
        this, _, rest = line.partition(",")
        this = this.zfill(2)
        if this not in _RECORDS:
            raise InvalidInput(f"record.{number}", "is of no type that BAI2 has")
        closed = rest.endswith("/")
        told = rest[:-1] if closed else rest
        if this == "88":
            if ended or code == "03":
                fields.extend(_aligned(code, fields, told.split(",")))
            else:
                fields[-1] = f"{fields[-1]} {told}"
            ended = closed
            continue
        if code:
            yield code, fields, begun
        code, fields, begun, ended = this, told.split(","), number, closed
    if code:
        yield code, fields, begun


def _aligned(code: str, fields: list[str], more: list[str]) -> list[str]:
    """Continued fields of a line. Of an account's each total has four: some banks leave the last, empty one out, others have one more."""
    plain = code == "03" and not {"S", "V", "D"} & {each.strip().upper() for each in fields}
    over = (len(fields) - 2) % 4
    if plain and over == 1 and not fields[-1]:
        fields.pop()
    return ["", *more] if plain and over == 3 else more


def read_bai2(text: str, account: BankAccount) -> Sequence[Statement]:
    """The statements of a BAI2 file. Raises InvalidInput naming the record that cannot be read, `account` or `currency`."""
    reader = _Reader(account)
    for code, fields, number in records(text):
        reader.take(code, fields, number)
    return reader.finish()
