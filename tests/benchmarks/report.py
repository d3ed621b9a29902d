"""What was measured, against what it may be: one table, and the conditions it was measured under."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from receivables_local.engine import VERSION

YARDSTICK_MS: Final = 180
"""CPU of importing botocore and making one client on the machine that the budgets were set on."""


class Verdict(StrEnum):
    """How a measurement compares with its bound. Only a broken bound fails the run: a time depends on the machine."""

    HELD = "[green]held[/]"
    BROKEN = "[bold red]BROKEN[/]"
    WITHIN = "[green]within[/]"
    OVER = "[yellow]over[/]"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One answer: what, its bound or budget, what was measured, and details worth knowing."""

    what: str
    measured: str
    bound: str = ""
    verdict: Verdict = Verdict.NONE
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One question and its answers."""

    question: str
    rows: Sequence[Row]


def bounded(what: str, measured: float, most: float, unit: str = "", note: str = "") -> Row:
    """A count, which must hold: the same on every machine."""
    verdict = Verdict.HELD if measured <= most else Verdict.BROKEN
    return Row(what, f"{number(measured)}{unit}", f"<= {number(most)}{unit}", verdict, note)


def budgeted(what: str, ms: float, budget: float | None, yardstick: float, note: str = "") -> Row:
    """CPU time, brought to the machine of the budgets by what the yardstick takes on this one."""
    there = normalised(ms, yardstick)
    told = f"{number(ms)} ms here. {note}"
    if budget is None:
        return Row(what, f"{number(there)} ms", note=told)
    verdict = Verdict.WITHIN if there <= budget else Verdict.OVER
    return Row(what, f"{number(there)} ms", f"<= {number(budget)} ms", verdict, told)


def normalised(ms: float, yardstick: float) -> float:
    """Milliseconds here as milliseconds on the machine of the budgets."""
    return ms * YARDSTICK_MS / yardstick


def number(value: float) -> str:
    """As few digits as say it."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def show(sections: Iterable[Section], console: Console) -> bool:
    """Print them; whether every bound held."""
    table = Table(title="Bounds and budgets", title_justify="left", show_lines=False, pad_edge=False)
    table.add_column("", min_width=44)
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column("bound or budget", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("note", style="dim")
    held = True
    for section in sections:
        table.add_section()
        table.add_row(f"[bold]{section.question}[/]")
        for row in section.rows:
            table.add_row(f"  {row.what}", row.measured, row.bound, row.verdict.value, row.note)
            held = held and row.verdict is not Verdict.BROKEN
    console.print(table)
    return held


def conditions(yardstick: float) -> str:
    """Where and with what this was measured."""
    return (
        f"Python {platform.python_version()} · {platform.system()} {platform.machine()}, {_processor()}, "
        f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f} · MiniStack {VERSION} · botocore {version('botocore')}\n"
        f"Yardstick (import botocore, make one client): {yardstick:.0f} ms CPU here, {YARDSTICK_MS} ms where the "
        f"budgets were set. Budgets compare CPU x {YARDSTICK_MS}/{yardstick:.0f}.\n"
        "Each is of the least disturbed of several rounds; a busy machine still makes them larger, and uneven."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown"
    )
