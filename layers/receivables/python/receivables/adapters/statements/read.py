"""The statements of a file, in whatever format it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from receivables.adapters.statements.text import FileFormat, decoded, format_of
from receivables.banking.account import BankAccount
from receivables.banking.mapping import CsvMapping
from receivables.banking.ports import MOST_BYTES
from receivables.banking.statement import Statement
from receivables.core.errors import InvalidInput, TooLarge


def read_file(content: bytes, account: BankAccount) -> Sequence[Statement]:
    """The statements of a file, all of that account, in the file's order; their lines have no ids yet.

    Raises TooLarge, and InvalidInput naming what is wrong: `file`, `account` (it is another one's), `currency`, or the path of
    what cannot be read. The parsers are loaded when they are needed.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge(f"a statement may have {MOST_BYTES // 1024 // 1024} MB: split it")
    text = decoded(content)
    match format_of(text):
        case FileFormat.CAMT:
            from receivables.adapters.statements.camt import read_camt

            found = read_camt(text, account)
        case FileFormat.MT940:
            from receivables.adapters.statements.mt940 import read_mt940

            found = read_mt940(text, account)
        case FileFormat.BAI2:
            from receivables.adapters.statements.bai2 import read_bai2

            found = read_bai2(text, account)
        case FileFormat.CSV:
            from receivables.adapters.statements.csv_file import read_csv

            found = read_csv(text, account)
    if not found:
        raise InvalidInput("file", "holds no statement")
    return found


def mapping_by_example(content: bytes, told: Mapping[str, Any] | None = None) -> CsvMapping:
    """How CSV files like this sample are to be read: see `csv_example`. Raises InvalidInput, also when it is no CSV."""
    from receivables.adapters.statements import csv_example

    text = decoded(content)
    if format_of(text) is not FileFormat.CSV:
        raise InvalidInput("sample", "is no CSV: what it is can be read without a mapping")
    return csv_example.mapping_by_example(text, told)
