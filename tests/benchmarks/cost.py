"""What do 1,000 notices cost to run, without SES and SMS?

From the counted request units, requests and functions, at list prices without any free tier. How long a function waits
for AWS cannot be measured here: those latencies are assumed, and named below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from receivables_local import template
from tests.benchmarks.metering import Count
from tests.benchmarks.nominate_growth import DUE
from tests.benchmarks.report import Row, Section, bounded, number
from tests.benchmarks.requests_and_units import Counts

# US dollars, us-east-1, on demand, arm64, as listed in November 2026.
PER_WRITE_UNIT: Final = 0.625e-6
PER_READ_UNIT: Final = 0.125e-6
PER_GB_SECOND: Final = 0.0000133334
PER_INVOCATION: Final = 0.20e-6
PER_QUEUE_REQUEST: Final = 0.40e-6
PER_SCHEDULE: Final = 1.00e-6
PER_BUS_EVENT: Final = 1.00e-6
PER_TOPIC_REQUEST: Final = 0.50e-6

BOUND: Final = 0.01
"""US dollars for 1,000 notices."""

# Milliseconds that a function in the same region waits for an answer, assumed.
WAITS_MS: Final = {"Query": 5, "GetItem": 4, "UpdateItem": 6, "TransactWriteItems": 15, "SendEmail": 80}
BUSY_MS: Final = 12
"""CPU of a notice with a whole processor, more than is measured."""
VCPU_MB: Final = 1769
"""Memory at which a function has one whole processor."""
TICKS_A_DAY: Final = 288
SWEEPS_A_DAY: Final = 97
EVENTS_OF_A_NOTICE: Final = 3
"""Claimed, sent, delivered."""
REPORTS_TOGETHER: Final = 10
POLLERS: Final = 2
"""Requests that wait at an empty queue at a time, 20 seconds each."""


@dataclass(frozen=True, slots=True)
class Worker:
    """How work_account is deployed."""

    memory_mb: int
    batch: int


def measure(counts: Counts, tick: Count) -> Section:
    """By the number of invoices an account has: from the counts of a notice and of a tick with 100 due. Nothing here
    depends on the machine that counts."""
    worker = _worker()
    rows = [row for n, notice in counts.notices.items() for row in _rows(n, notice, tick, worker)]
    return Section(
        "Running cost of 1,000 notices, without SES and SMS (USD)",
        [*rows, _afterwards(counts.reported), _quiet_day(tick)],
    )


def _rows(invoices: int, notice: Count, tick: Count, worker: Worker) -> Iterator[Row]:
    parts = {
        "DynamoDB": units(notice),
        "tick": units(tick) / DUE,
        # Sent by tens, received and deleted by as many.
        "SQS": (tick.requests("sqs") / DUE + 2 / worker.batch) * PER_QUEUE_REQUEST,
        "Lambda": _lambda(notice, worker),
    }
    note = ", ".join(f"{name} {1000 * cost:.4f}" for name, cost in parts.items())
    yield bounded(f"accounts of {invoices} open", round(1000 * sum(parts.values()), 4), BOUND, note=note)


def units(count: Count) -> float:
    """US dollars of the request units."""
    return count.read * PER_READ_UNIT + count.written * PER_WRITE_UNIT


def _lambda(notice: Count, worker: Worker) -> float:
    waiting = sum(WAITS_MS[call.operation] for call in notice.calls)
    busy = BUSY_MS / min(1.0, worker.memory_mb / VCPU_MB)
    return (waiting + busy) / 1000 * worker.memory_mb / 1024 * PER_GB_SECOND + PER_INVOCATION / worker.batch


def _afterwards(reported: Count) -> Row:
    """Not part of sending: what SES reports by SNS and SQS, and what other systems are told on the bus."""
    reports = 2 * (PER_TOPIC_REQUEST + 3 / REPORTS_TOGETHER * PER_QUEUE_REQUEST) + units(reported)
    facts = EVENTS_OF_A_NOTICE * PER_BUS_EVENT
    note = f"delivery reports {1000 * reports:.4f}, {EVENTS_OF_A_NOTICE} events each on the bus {1000 * facts:.4f}; without Lambda"
    return Row(
        "besides: what is told of them after they were sent", f"{1000 * (reports + facts):.4f}", note=note
    )


def _quiet_day(tick: Count) -> Row:
    queries = tick.requests("dynamodb")
    polls = POLLERS * 86_400 / 20
    cost = TICKS_A_DAY * queries * 0.5 * PER_READ_UNIT
    cost += (TICKS_A_DAY + SWEEPS_A_DAY) * (PER_SCHEDULE + PER_INVOCATION) + polls * PER_QUEUE_REQUEST
    note = f"{TICKS_A_DAY} ticks, {SWEEPS_A_DAY} sweeps, {number(polls)} polls of the queue; nothing to do"
    return Row("besides: a day on which nothing happens", f"{cost:.4f}", note=note)


def _worker() -> Worker:
    properties: dict[str, Any] = template.source()["Resources"]["WorkAccountFunction"]["Properties"]
    shared: dict[str, Any] = template.source()["Globals"]["Function"]
    memory = properties.get("MemorySize", shared["MemorySize"])
    return Worker(int(memory), int(properties["Events"]["Accounts"]["Properties"]["BatchSize"]))
