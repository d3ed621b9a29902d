"""camt.052, camt.053 and camt.054 of ISO 20022, versions .001.02 to .001.13.

Element names and their meaning: ISO 20022 message definition reports "Bank-to-Customer Cash Management". What differs between the
versions is read in both ways: the status is a text until .07 and a choice after it, a party is `Nm` or `Pty/Nm`, charges are one
record or several. The namespace does not matter; it names the format that is kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from xml.etree.ElementTree import Element

from receivables.adapters.statements.camt_entry import Entries, day_at
from receivables.adapters.statements.limits import Budget, words
from receivables.adapters.statements.xml_stream import Node, events, split
from receivables.banking.account import BankAccount
from receivables.banking.statement import Balance, BankLine, Statement
from receivables.core.clock import parse_instant
from receivables.core.errors import InvalidFields, InvalidInput
from receivables.core.money import Money

_MESSAGES: Final = {
    "BkToCstmrStmt": ("camt.053", "Stmt"),
    "BkToCstmrAcctRpt": ("camt.052", "Rpt"),
    "BkToCstmrDbtCdtNtfctn": ("camt.054", "Ntfctn"),
}
_VERSION: Final = re.compile(r"camt\.05[234]\.001\.\d{2}")
_OPENING: Final = ("OPBD", "PRCD")
_CLOSING: Final = ("CLBD",)


@dataclass(slots=True)
class _Open:
    """The statement that is being read."""

    path: str
    node: Node
    format: str
    entries: Entries | None = None
    lines: list[BankLine] = field(default_factory=list)
    count: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


class _Document:
    """Reads a document as its elements end, and forgets them."""

    def __init__(self, account: BankAccount) -> None:
        self._account, self._budget = account, Budget()
        self._message: tuple[str, str] | None = None
        self._root = ""
        self._open: _Open | None = None
        self.statements: list[Statement] = []

    def start(self, element: Element) -> None:
        if self._open is not None:
            return
        namespace, name = split(element.tag)
        self._root = self._root or name
        if name in _MESSAGES and self._message is None:
            family, container = _MESSAGES[name]
            version = _VERSION.search(namespace)
            self._message = (version[0] if version and version[0].startswith(family) else family, container)
        elif self._message is not None and name == self._message[1]:
            self._budget.statement()
            path = f"{name}.{len(self.statements) + 1}"
            self._open = _Open(path, Node(element, namespace), self._message[0])

    def end(self, element: Element) -> None:
        if self._open is None:
            return
        if element is self._open.node.element:
            self.statements.append(self._concluded(self._open))
            element.clear()
            self._open = None
        elif element.tag == self._open.node.namespace + "Ntry":
            self._entry(self._open, element)

    def finish(self) -> Sequence[Statement]:
        if self._message is None:
            raise InvalidInput(
                "file",
                f"is XML, but no statement of camt.052, .053 or .054: it begins with {self._root[:60]}",
            )
        return self.statements

    def _entry(self, statement: _Open, element: Element) -> None:
        self._budget.line()
        statement.count += 1
        if statement.entries is None:
            statement.entries = self._entries_of(statement)
        path = f"{statement.path}.Ntry.{statement.count}"
        if not any(child is element for child in statement.node.element):
            raise InvalidInput(path, "is within another element: an entry stands in its statement")
        entry = Node(element, statement.node.namespace)
        status = entry.text("Sts", "Cd") or entry.text("Sts", "Prtry") or entry.text("Sts")
        if status is None:
            raise InvalidInput(f"{path}.Sts", "is missing: it tells whether the entry is booked")
        if status == "BOOK":
            lines, notes = statement.entries.read(entry, path)
            for _ in lines[1:]:
                self._budget.line()
            statement.lines.extend(lines)
            statement.notes.extend(notes)
        else:
            statement.left_out[status[:10]] += 1
        statement.node.element.remove(element)

    def _entries_of(self, statement: _Open) -> Entries:
        """How the entries of a statement are read, when it is one of the account."""
        node = statement.node.find("Acct")
        told = node and (node.text("Id", "IBAN") or node.text("Id", "Othr", "Id"))
        if node is None or not told:
            raise InvalidInput(f"{statement.path}.Acct", "is missing: it tells whose statement this is")
        if not self._account.is_named(told):
            raise InvalidInput(
                "account", f"{statement.path} is a statement of another account, not of {self._account.id!r}"
            )
        currency = node.text("Ccy")
        if currency is not None and currency != self._account.currency:
            raise InvalidInput(
                "currency", f"{statement.path} is in another currency than {self._account.currency}"
            )
        return Entries(self._account)

    def _concluded(self, statement: _Open) -> Statement:
        if statement.entries is None:
            statement.entries = self._entries_of(statement)
        self._require_all_entries(statement)
        balances = _Balances(statement, self._account)
        created = statement.node.text("CreDtTm")
        announced = [
            f"{n} entries with the status {status} are not booked, and left out"
            for status, n in statement.left_out.items()
        ]
        return Statement(
            account=self._account.id,
            reference=words(statement.node.text("Id")) or "",
            format=statement.format,
            lines=tuple(statement.lines),
            opening=balances.first(_OPENING),
            closing=balances.last(_CLOSING),
            created_at=_instant(created),
            number=_number(statement.node),
            notes=tuple(announced + statement.notes),
        )

    def _require_all_entries(self, statement: _Open) -> None:
        """The summary, where there is one, counts the entries: a file that was cut and mended has fewer."""
        told = statement.node.text("TxsSummry", "TtlNtries", "NbOfNtries")
        if (
            told is not None
            and told.isascii()
            and told.isdigit()
            and len(told) <= 15
            and int(told) != statement.count
        ):
            raise InvalidInput(
                f"{statement.path}.TxsSummry",
                f"counts {int(told)} entries, the statement has {statement.count}",
            )


class _Balances:
    """The balances of an end-of-day statement; other messages tell of moments within a day."""

    def __init__(self, statement: _Open, account: BankAccount) -> None:
        self._account, self._path = account, statement.path
        booked = statement.format.startswith("camt.053")
        self._nodes = statement.node.all("Bal") if booked else []

    def first(self, codes: Sequence[str]) -> Balance | None:
        found = self._of(codes)
        return found[0] if found else None

    def last(self, codes: Sequence[str]) -> Balance | None:
        found = self._of(codes)
        return found[-1] if found else None

    def _of(self, codes: Sequence[str]) -> list[Balance]:
        """Those of the first code that occurs."""
        for code in codes:
            nodes = [node for node in self._nodes if node.text("Tp", "CdOrPrtry", "Cd") == code]
            if nodes:
                return [self._balance(node, f"{self._path}.Bal") for node in nodes]
        return []

    def _balance(self, node: Node, path: str) -> Balance:
        currency = node.find("Amt")
        if currency is None or currency.attribute("Ccy") != self._account.currency:
            raise InvalidInput("currency", f"{path} is in another currency than {self._account.currency}")
        amount = Money.parse(node.text("Amt") or "", self._account.currency, field=f"{path}.Amt")
        on: date = day_at(node.find("Dt"), f"{path}.Dt", self._account.timezone)
        return Balance(on, -amount if node.text("CdtDbtInd") == "DBIT" else amount)


def _number(node: Node) -> tuple[int, ...]:
    """The number that the bank counts its statements by, and the page."""
    told = (node.text("ElctrncSeqNb") or node.text("LglSeqNb"), node.text("StmtPgntn", "PgNb"))
    numbers = [int(each) for each in told if each and each.isascii() and each.isdigit() and len(each) <= 18]
    return tuple(numbers)


def _instant(text: str | None) -> datetime | None:
    """When it was made; banks leave the zone out, and then it is not known."""
    try:
        return parse_instant(text) if text else None
    except InvalidFields:
        return None


def read_camt(text: str, account: BankAccount) -> Sequence[Statement]:
    """The statements of a camt document. Raises InvalidInput naming the element that cannot be read, `account` or `currency`."""
    document = _Document(account)
    for event, element in events(text):
        if event == "start":
            document.start(element)
        else:
            document.end(element)
    return document.finish()
