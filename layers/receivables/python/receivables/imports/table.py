"""Delimited text as rows: encoding, delimiter, quoting; every oddity is a row's problem, not the file's, if it can be."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from receivables.core.errors import InvalidInput

MAX_ROWS: Final = 50_000
"""Rows of one file: what one run can deal with in time. A longer file is refused as a whole: split it."""

_DELIMITERS: Final = ",;\t|"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` as a spreadsheet counts: the header is row 1. `problem`: why its cells cannot be trusted."""

    number: int
    cells: tuple[str, ...]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The header as written, and the rows under it; blank rows are left out but counted."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(content: bytes) -> Table:
    """Read CSV text: UTF-8 (with or without BOM) or UTF-16 with BOM; delimiter `,` `;` tab or `|`, told from the header.

    Raises InvalidInput (field `file`) when there is no header, the text is in another encoding or the file is
    longer than MAX_ROWS.
    """
    text = _decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    records = _records(reader)
    header = next((row for row in records if any(row.cells) or row.problem), None)
    if header is None:
        raise InvalidInput("file", "is empty: its first row must name the columns")
    if header.problem:
        raise InvalidInput("file", f"the row that names the columns {header.problem}")
    rows = []
    for row in records:
        if row.problem is None and not any(row.cells):
            continue
        rows.append(_fitted(row, len(header.cells)))
        if len(rows) > MAX_ROWS:
            raise InvalidInput("file", f"has more than {MAX_ROWS} rows: split it")
    return Table(header.cells, tuple(rows))


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise InvalidInput("file", "is not UTF-8 text: save it as CSV in UTF-8") from None


def _delimiter(text: str) -> str:
    """The delimiter that occurs most in the first line that has any, outside quotes; `,` if none does."""
    for line in io.StringIO(text):
        outside = "".join(line.split('"')[::2])
        best = max(_DELIMITERS, key=outside.count)
        if outside.strip():
            return best if best in outside else ","
    return ","


def _records(reader: Iterator[list[str]]) -> Iterator[Row]:
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(number, (), _explained(error))
        else:
            yield Row(number, tuple(cell.strip() for cell in cells))


def _explained(error: csv.Error) -> str:
    if "unexpected end of data" in str(error):
        return "opens a quote that is never closed; what follows it could not be read"
    if "field larger than field limit" in str(error):
        return "has a cell that is too long"
    return "has a quote in the wrong place"


def _fitted(row: Row, columns: int) -> Row:
    if row.problem is not None or len(row.cells) == columns:
        return row
    if len(row.cells) > columns and not any(row.cells[columns:]):
        return Row(row.number, row.cells[:columns])
    return Row(row.number, row.cells, f"has {len(row.cells)} cells, the header has {columns}")
