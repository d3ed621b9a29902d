"""What does it cost to read a statement of fifty thousand lines, and to tell which of them are new?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from receivables.adapters.statements.read import read_file
from receivables.banking.identity import resolve
from receivables.banking.statement import Statement
from tests.bank_files import MAIN, Move, camt, mt940
from tests.benchmarks.cpu import cpu_of
from tests.benchmarks.report import Section, budgeted

LINES: Final = 50_000
BUDGET_MS: Final = 15_000
"""A run may take 900 seconds, most of which goes into storing what is new."""


def measure(yardstick: float, tell: Callable[[str], None]) -> Section:
    """Each format from bytes to lines; then all lines told for the first time, and told again."""
    tell(f"statement of {LINES:,} lines")
    moves = [
        Move(f"{i % 900 + 1}.50", f"RE-2026-{i:05d} of March", "Example Ltd", ref=f"B{i}", e2e=f"E{i}")
        for i in range(LINES)
    ]
    rows, found = [], None
    for what, content in (("camt.053 read", camt(*moves)), ("MT940 read", mt940(*moves))):
        found, spent = _read(content)
        note = f"{len(content) / 1e6:.0f} MB"
        rows.append(budgeted(what, spent, BUDGET_MS, yardstick, note))
    lines = found.lines if found else ()
    rows.append(budgeted("identity, all new", cpu_of(lambda: resolve(lines, (), "a")), BUDGET_MS, yardstick))
    known = [each.known for each in resolve(lines, (), "a") if each.known is not None]
    again = cpu_of(lambda: resolve(lines, known, "b"))
    rows.append(budgeted("identity, all known", again, BUDGET_MS, yardstick))
    return Section(f"Bank statement of {LINES:,} lines, CPU", rows)


def _read(content: bytes) -> tuple[Statement, float]:
    found: list[Statement] = []
    spent = cpu_of(lambda: found.extend(read_file(content, MAIN)))
    return found[0], spent
