"""How commands write amounts, instants and tables."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from rich.markup import escape
from rich.table import Table
from rich.text import Text

_AT_ONCE: Final = "1970-"


def money(amount: Mapping[str, str]) -> str:
    """`1234.50 EUR`"""
    return f"{amount['amount']} {amount['currency']}"


def is_zero(amount: Mapping[str, str]) -> bool:
    return not Decimal(amount["amount"])


def moment(instant: str | None) -> str:
    """An instant to the minute; "at once" for what is to be done at the next tick."""
    if instant is None:
        return "never"
    return "at the next tick" if instant.startswith(_AT_ONCE) else instant[:16].replace("T", " ")


def table(title: str, *columns: str) -> Table:
    """Without lines; a column that begins with `>` has its numbers under one another."""
    made = Table(title=title or None, title_justify="left", title_style="bold", box=None)
    for column in columns:
        name = column.removeprefix(">")
        made.add_column(name, justify="right" if name != column else "left", no_wrap=name != column)
    return made


def row(into: Table, *cells: str) -> None:
    """Cells are text: what others wrote is never read as markup."""
    into.add_row(*(escape(cell) for cell in cells))


def said(text: str, style: str = "") -> Text:
    """A line that others wrote."""
    return Text(text, style=style)
