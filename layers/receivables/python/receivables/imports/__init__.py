"""Imports: files of customers and invoices, row by row; a bad row never stops a good one. Parsing only."""

from receivables.imports.job import (
    MAX_ERRORS_KEPT,
    ImportJob,
    ImportKind,
    ImportOptions,
    ImportState,
    PageResult,
    RowError,
)
from receivables.imports.ports import ImportFile, ImportFiles, ImportJobs
from receivables.imports.rows import AnyRow, BadRow, CustomerRow, ImportRows, InvoiceRow, read_rows

__all__ = [
    "MAX_ERRORS_KEPT",
    "AnyRow",
    "BadRow",
    "CustomerRow",
    "ImportFile",
    "ImportFiles",
    "ImportJob",
    "ImportJobs",
    "ImportKind",
    "ImportOptions",
    "ImportRows",
    "ImportState",
    "InvoiceRow",
    "PageResult",
    "RowError",
    "read_rows",
]
