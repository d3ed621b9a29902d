"""The stack on this machine: start it, deploy to it, stop it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from receivables_local.deploy import Stack, deploy
from receivables_local.engine import DEFAULT_PORT, ROOT, Engine

HOME: Final = ROOT / ".local" / "engine"
PARAMETERS: Final[Mapping[str, str]] = {"TimeTravel": "allowed", "TickState": "DISABLED"}
"""Commands say what time it is; the schedules do not run unless asked to."""


def engine() -> Engine:
    """The embedded AWS of this checkout, running or not."""
    return Engine(HOME, _port())


def up(parameters: Mapping[str, str], progress: Callable[[str], None]) -> Stack:
    """Start it afresh and deploy template.yaml to it; what an earlier one held is gone."""
    running = engine()
    running.stop()
    running.start()
    return deploy(running, {**PARAMETERS, **parameters}, progress=progress)


def _port() -> int | None:
    """The usual port if it is free or ours; else whichever is."""
    import json
    import socket

    try:
        return int(json.loads((HOME / "engine.json").read_text())["port"])
    except (FileNotFoundError, ValueError, KeyError):
        pass
    with socket.socket() as probe:
        free = probe.connect_ex(("127.0.0.1", DEFAULT_PORT)) != 0
    return DEFAULT_PORT if free else None
