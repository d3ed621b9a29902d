"""What becomes of five thousand hostile lines, and what does it cost to match fifty thousand?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.benchmarks.cpu import cpu_of
from tests.benchmarks.report import Row, Section, bounded, budgeted
from tests.hostile_lines import world
from tests.hostile_match import Score, match

LINES: Final = 50_000
HOSTILE: Final = 5_000
LEAST_PERCENT: Final = 95
BUDGET_MS: Final = 150_000
"""3 ms a line; a run of ten minutes spends most of its time on reading and posting."""
_TOLD: Final = 5_000


def measure(yardstick: float, tell: Callable[[str], None]) -> Section:
    """Lines of many kinds, of which the truth is known, against all that is open; the book and habits are kept up."""
    tell(f"{HOSTILE:,} hostile lines")
    score = match(world(lines=HOSTILE))
    tell(f"{LINES:,} lines: making them")
    many = world(lines=LINES)
    scores: list[Score] = []

    def progress(done: int) -> None:
        if done % _TOLD == 0:
            tell(f"{done:,} of {LINES:,} lines matched")

    spent = cpu_of(lambda: scores.append(match(many, progress=progress)))
    note = f"{spent / LINES:.2f} ms a line, {len(many.receivables):,} open receivables"
    return Section(
        f"Cash application: {HOSTILE:,} hostile lines; {LINES:,} lines, CPU",
        [
            bounded("placed wrongly", len(score.wrong), 0),
            bounded(
                "of somebody's, not placed", 100 - _percent(score), 100 - LEAST_PERCENT, " %", _last(score)
            ),
            *_kinds(score),
            budgeted(f"{LINES:,} lines matched", spent, BUDGET_MS, yardstick, note),
            bounded("of these placed wrongly", len(scores[0].wrong), 0, note=_last(scores[0])),
        ],
    )


def _percent(score: Score) -> float:
    return 100 * score.placed / score.somebodys


def _last(score: Score) -> str:
    return score.table().splitlines()[-1]


def _kinds(score: Score) -> list[Row]:
    """What became of each kind of line."""
    return [
        Row(
            f"  {kind}",
            f"{found['placed']:,} placed",
            note=f"{found['proposed']} proposed, {found['unknown']} unknown",
        )
        for kind, found in sorted(score.kinds.items())
    ]
