"""CPU of this process: user and system time, whatever else the machine does meanwhile."""

from __future__ import annotations

import gc
import resource
from collections.abc import Callable
from typing import Any


def cpu_ms() -> float:
    """CPU of this process since it began, user and system, in milliseconds."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1000


def cpu_of(work: Callable[[], Any]) -> float:
    """CPU ms of some work, begun without garbage of what came before it."""
    gc.collect()
    before = cpu_ms()
    work()
    return cpu_ms() - before
