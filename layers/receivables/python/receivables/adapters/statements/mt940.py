"""MT940 (SWIFT, "Customer Statement Message"), as banks send it to their customers.

Fields and their formats: SWIFT Standards Category 9. The free field 86 is read in the three ways in which banks structure it: with
subfields after a code of three digits (`166?20...?32...`, German banks), with code words between slashes (`/EREF/.../REMI/...`, Dutch
and international banks), or not at all. Statements in several messages (60M, 62M) are statements of their own, each of which adds up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from receivables.adapters.statements.limits import Budget, day_of, words
from receivables.adapters.statements.mt940_text import Said, said_in
from receivables.banking.account import BankAccount
from receivables.banking.identity import normal_reference
from receivables.banking.statement import Balance, BankLine, Statement
from receivables.core.errors import InvalidInput
from receivables.core.money import Money

_TAG: Final = re.compile(r":(\d{2}[A-Z]?|NS):")
_LINE: Final = re.compile(
    r"(\d{6})(\d{4})?(R?[CD]|E[CD])([A-Z])?(\d{1,15},\d{0,4})([A-Z][A-Z0-9]{3})?([^\n]*?)(?://([^\n]*))?(?:\n([\s\S]*))?"
)
_BALANCE: Final = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d{1,15},\d{0,4})")
_NUMBERS: Final = re.compile(r"\d{1,9}")
_HALF_A_YEAR: Final = 183
_KNOWN: Final = {
    tag: what
    for what, tags in (
        ("account", "25 25P"),
        ("number", "28 28C"),
        ("opening", "60F 60M"),
        ("closing", "62F 62M"),
        ("line", "61"),
    )
    for tag in tags.split()
}


@dataclass(slots=True)
class _Open:
    """The statement that is being read."""

    index: int
    reference: str = ""
    named: bool = False
    number: tuple[int, ...] = ()
    opening: Balance | None = None
    closing: Balance | None = None
    lines: list[BankLine] = field(default_factory=list)
    expected: int = 0
    pending: tuple[str, str] | None = None
    """A line of field 61 and its place, until the field 86 that may follow it is known."""


class _Reader:
    def __init__(self, account: BankAccount) -> None:
        self._account, self._budget = account, Budget()
        self._statement: _Open | None = None
        self._counts: Counter[str] = Counter()
        self.statements: list[Statement] = []

    def take(self, tag: str, value: str) -> None:
        if tag == "20":
            self.finish()
            self._budget.statement()
            self._statement = _Open(len(self.statements) + 1, words(value) or "")
            return
        if self._statement is None:
            raise InvalidInput("file", f"begins with field :{tag}: instead of :20:")
        if self._statement.pending:
            self._close_line(self._statement, value if tag == "86" else None)
        if tag in _KNOWN:
            self._field(self._statement, tag, value)

    def _field(self, statement: _Open, tag: str, value: str) -> None:
        match _KNOWN[tag]:
            case "account":
                self._require_own(statement, value)
            case "number":
                statement.number = tuple(int(each) for each in _NUMBERS.findall(value)[:2])
            case "opening":
                statement.opening = self._balance(statement, tag, value)
            case "closing":
                statement.closing = self._balance(statement, tag, value)
            case "line":
                self._budget.line()
                count = len(statement.lines) + statement.expected + 1
                statement.pending = (value, f"statement.{statement.index}.61.{count}")

    def finish(self) -> None:
        """What is open is complete: another statement begins, or the file ends."""
        statement, self._statement = self._statement, None
        if statement is None:
            return
        if statement.pending:
            self._close_line(statement, None)
        where = f"statement.{statement.index}"
        if not statement.named:
            raise InvalidInput(f"{where}.25", "is missing: it tells whose statement this is")
        if statement.opening is None or statement.closing is None:
            missing = "60F" if statement.opening is None else "62F"
            raise InvalidInput(f"{where}.{missing}", "is missing: the statement is not complete")
        notes = (f"{statement.expected} lines are only expected, and left out",) if statement.expected else ()
        self.statements.append(
            Statement(
                account=self._account.id,
                reference=statement.reference,
                format="mt940",
                lines=tuple(statement.lines),
                opening=statement.opening,
                closing=statement.closing,
                number=statement.number,
                notes=notes,
            )
        )

    def _require_own(self, statement: _Open, value: str) -> None:
        if not self._account.is_named(value.split("\n")[0].strip()):
            raise InvalidInput(
                "account", f"statement {statement.index} is of another account, not of {self._account.id!r}"
            )
        statement.named = True

    def _balance(self, statement: _Open, tag: str, value: str) -> Balance:
        where = f"statement.{statement.index}.{tag}"
        match = _BALANCE.match(value)
        if match is None:
            raise InvalidInput(where, "is not a balance such as C260301EUR1234,50")
        if match[3] != self._account.currency:
            raise InvalidInput("currency", f"{where} is in another currency than {self._account.currency}")
        amount = _amount(match[4], match[3], where)
        return Balance(_day(match[2], where), amount if match[1] == "C" else -amount)

    def _close_line(self, statement: _Open, details: str | None) -> None:
        value, where = statement.pending or ("", "")
        statement.pending = None
        match = _LINE.fullmatch(value)
        if match is None:
            raise InvalidInput(where, "is not a statement line such as 2603010301C1234,50NTRFNONREF//B1")
        if match[3].startswith("E"):
            statement.expected += 1
            return
        statement.lines.append(self._line(match, said_in(details), where))

    def _line(self, match: re.Match[str], said: Said, where: str) -> BankLine:
        """What the bank returns of a collection is a debit with the code of a return, not a reversal by its mark."""
        valued_on = _day(match[1], where)
        mark, own = match[3], words(match[7])
        amount = _amount(match[5], self._account.currency, where)
        further = () if said.structure else tuple(each for each in (words(match[9]),) if each)
        return BankLine(
            account=self._account.id,
            id="",
            booked_on=_entry_day(match[2], valued_on, where),
            amount=amount if mark in ("C", "RD") else -amount,
            valued_on=valued_on,
            counterparty=said.name,
            counterparty_account=said.account,
            remittance=(*said.remittance, *further),
            structured=said.structured,
            end_to_end=_told(said.end_to_end) or _told(own),
            mandate=_told(said.mandate),
            bank_reference=_told(words(match[8])),
            reversal=mark.startswith("R") or said.returned,
            charges=said.money(said.charges, self._account.currency),
            instructed=said.foreign(said.ordered, self._account.currency),
            code=match[6] if said.code is None else f"{match[6] or ''}/{said.code}",
        )


def _told(text: str | None) -> str | None:
    return text if normal_reference(text) else None


def _amount(text: str, currency: str, where: str) -> Money:
    return Money.parse(text.rstrip(",").replace(",", "."), currency, field=where)


def _day(text: str, where: str) -> date:
    """Two digits of the year: no bank has sent this format before 1980."""
    year = int(text[:2])
    return day_of(year + (1900 if year >= 80 else 2000), int(text[2:4]), int(text[4:6]), where)


def _entry_day(text: str | None, valued_on: date, where: str) -> date:
    """The booking day has no year: it is the one nearest to the value date."""
    if text is None:
        return valued_on
    month, day = int(text[:2]), int(text[2:])
    years = (valued_on.year, valued_on.year + 1, valued_on.year - 1)
    for year in years:
        if (month, day) == (2, 29) and (year % 4 or (year % 100 == 0 and year % 400)):
            continue
        found = day_of(year, month, day, where)
        if abs((found - valued_on).days) <= _HALF_A_YEAR:
            return found
    raise InvalidInput(where, "has an entry date that is not a day of the calendar")


def fields(text: str) -> Iterator[tuple[str, str]]:
    """The fields of the messages of a file: tag and value, lines of it joined by line feeds. Headers and trailers of SWIFT
    (`{1:...}`, `-}`) and lines before the first field are passed over."""
    tag = ""
    value: list[str] = []
    for line in text.splitlines():
        content = line.rpartition("{4:")[2] if line.startswith("{") else line
        match = _TAG.match(content)
        if match is not None:
            if tag:
                yield tag, "\n".join(value)
            tag, value = match[1], [content[match.end() :]]
        elif content.startswith("-") and content.strip() in ("-", "-}", "--"):
            if tag:
                yield tag, "\n".join(value)
            tag = ""
        elif tag and content:
            value.append(content)
    if tag:
        yield tag, "\n".join(value)


def read_mt940(text: str, account: BankAccount) -> Sequence[Statement]:
    """The statements of an MT940 file. Raises InvalidInput naming the field that cannot be read, `account` or `currency`."""
    reader = _Reader(account)
    for tag, value in fields(text):
        reader.take(tag, value)
    reader.finish()
    return reader.statements
