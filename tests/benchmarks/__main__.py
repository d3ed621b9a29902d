"""`make bench`: the bounds of the design, counted, and its budgets, measured. Fails only when a bound is broken."""

from __future__ import annotations

import sys
import time

from rich.console import Console

from tests.benchmarks import (
    apply_throughput,
    cash_application,
    cold_start,
    cost,
    cpu_per_notice,
    interest_of_10000,
    long_life,
    nominate_growth,
    read_100_items,
    receiver_cpu,
    requests_and_units,
    statement_of_50000,
)
from tests.benchmarks.report import conditions, show
from tests.benchmarks.world import running


def main() -> int:
    started = time.monotonic()
    progress = Console(stderr=True)
    with progress.status("starting") as status, running() as world:

        def tell(doing: str) -> None:
            status.update(f"{time.monotonic() - started:4.0f} s  {doing}")
            if not progress.is_terminal:
                progress.print(f"{time.monotonic() - started:4.0f} s  {doing}")

        notices, payments, counts = requests_and_units.measure(world, tell)
        cold, yardstick = cold_start.measure(tell)
        cpu = cpu_per_notice.measure(world, yardstick, tell)
        receiver = receiver_cpu.measure(world, yardstick, tell)
        applied = apply_throughput.measure(world, yardstick, tell)
        reads = read_100_items.measure(world, yardstick, tell)
        interest = interest_of_10000.measure(yardstick, tell)
        statement = statement_of_50000.measure(yardstick, tell)
        matched = cash_application.measure(yardstick, tell)
        lives = long_life.measure(yardstick, tell)
        growth, tick = nominate_growth.measure(world, tell)
        running_cost = cost.measure(counts, tick)
    console = Console(width=max(Console().width, 160))
    held = show(
        [
            notices,
            payments,
            growth,
            running_cost,
            cpu,
            receiver,
            applied,
            reads,
            interest,
            statement,
            matched,
            *lives,
            cold,
        ],
        console,
    )
    console.print(conditions(yardstick), f"Took {time.monotonic() - started:.0f} s.", sep="\n")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
