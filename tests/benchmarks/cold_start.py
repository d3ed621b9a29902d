"""What does a cold start cost: importing each handler from the built layers, and making what its first event needs?

Measured as on Lambda: an isolated interpreter sees the function, its layers with their compiled code, and the SDK of the
runtime; nothing else. CPU rather than time, since the machine may be busy.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from receivables_local import artefacts
from receivables_local.engine import ROOT
from tests.benchmarks.report import Row, Section, budgeted, normalised

PYTHON: Final = ROOT / ".venv-engine" / "bin" / "python"
ROUNDS: Final = 5
LISTED: Final = 10

YARDSTICK: Final = "import botocore.session; botocore.session.Session().create_client('dynamodb')"
_IMPORT: Final = "import app"
_TIMED: Final = """
import sys, time
sys.path[:0] = sys.argv[1:]
started = time.process_time()
{code}
print((time.process_time() - started) * 1000)
"""
_SETTINGS: Final = (
    "RECEIVABLES_TABLE CUSTOMERS_TABLE CONFIGURATION_TABLE INBOX_TABLE IDEMPOTENCY_TABLE ACCOUNTS_QUEUE_URL SENDER "
    "CONFIGURATION_SET PAY_LINK_BASE PAY_LINK_SECRET_ARN PROCESSOR_SECRETS_PREFIX CASE_STATE_MACHINE_ARN WEBHOOK_SECRETS_PREFIX PAGE_TOKEN_SECRET_ARN IMPORTS_BUCKET "
    "POWERTOOLS_SERVICE_NAME POWERTOOLS_METRICS_NAMESPACE"
).split()


@dataclass(frozen=True, slots=True)
class Handler:
    """A function: its resource in the template, its budget if it has one, and what its first event makes."""

    name: str
    resource: str
    budget: float | None = None
    first_event: str = ""


def _composed(name: str) -> str:
    return f"; from receivables.runtime.{name} import {name}; {name}()"


HANDLERS: Final = (
    Handler("receive_webhook", "ReceiveWebhookFunction", 200, _composed("receive_webhook")),
    Handler(
        "work_account",
        "WorkAccountFunction",
        350,
        _composed("work_account") + "; from receivables.runtime.clients import client; client('sesv2')",
    ),
    Handler("nominate", "NominateFunction", None, _composed("nominate")),
    Handler("apply_payment", "ApplyPaymentFunction", None, _composed("apply_payment")),
    Handler("api", "ApiFunction"),
)


@dataclass(frozen=True, slots=True)
class Built:
    """Where the functions and layers were unpacked."""

    functions: dict[str, Path]
    layers: Sequence[Path]

    def path(self, handler: Handler | None) -> list[str]:
        """What an interpreter is to see for a handler, in Lambda's order."""
        own = [self.functions[handler.resource]] if handler else []
        return [str(directory) for directory in (*own, *self.layers, _runtime())]


def measure(tell: Callable[[str], None]) -> tuple[Section, float]:
    """The answers, and the yardstick: CPU ms of importing botocore and making one client."""
    with tempfile.TemporaryDirectory(prefix="receivables-bench-") as directory:
        tell("cold start: building the layers")
        built = build(Path(directory))
        takes = {handler.name: _Takes([], []) for handler in HANDLERS}
        yardsticks = []
        for turn in range(ROUNDS):
            tell(f"cold start: round {turn + 1} of {ROUNDS}")
            yardsticks.append(_cpu(YARDSTICK, built.path(None)))
            for handler in HANDLERS:
                takes[handler.name].imported.append(_cpu(_IMPORT, built.path(handler)))
                if handler.first_event:
                    code = _IMPORT + handler.first_event
                    takes[handler.name].ready.append(_cpu(code, built.path(handler)))
        yardstick = min(yardsticks)
        rows = [row for handler in HANDLERS for row in _rows(handler, takes[handler.name], yardstick)]
        over = [handler for handler in HANDLERS if _is_over(handler, takes[handler.name], yardstick)]
        for handler in over:
            rows.extend(_dearest(handler, built))
        return Section("A cold start, from the built layers", rows), yardstick


@dataclass(frozen=True, slots=True)
class _Takes:
    imported: list[float]
    ready: list[float]


def build(directory: Path) -> Built:
    """Functions and layers as they are deployed to the stack on one machine, with compiled code."""
    functions: dict[str, Path] = {}
    layers = []
    for artefact in artefacts.build():
        if artefact.file.suffix != ".zip":
            continue
        place = directory / artefact.resource
        with zipfile.ZipFile(artefact.file) as packed:
            packed.extractall(place)
        if artefact.resource.endswith("Layer"):
            layers.append(place / "python")
            continue
        functions[artefact.resource] = place
        subprocess.run(
            [PYTHON, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", place], check=True
        )
    return Built(functions, layers)


def _rows(handler: Handler, takes: _Takes, yardstick: float) -> Iterator[Row]:
    stages = {"import": takes.imported, "import and its clients": takes.ready}
    for stage, measured in stages.items():
        if measured:
            ms = min(measured)
            against = f"{ms / yardstick:.2f} x the yardstick"
            budget = handler.budget if stage == "import" else None
            yield budgeted(f"{handler.name}: {stage}", ms, budget, yardstick, against)


def _is_over(handler: Handler, takes: _Takes, yardstick: float) -> bool:
    return handler.budget is not None and normalised(min(takes.imported), yardstick) > handler.budget


def _dearest(handler: Handler, built: Built) -> Iterator[Row]:
    """The imports that cost most by themselves, by the interpreter's own account (wall time)."""
    command = [
        str(PYTHON),
        "-I",
        "-S",
        "-X",
        "importtime",
        "-c",
        _TIMED.format(code=_IMPORT),
    ]
    told = subprocess.run(
        [*command, *built.path(handler)], env=_environment(), capture_output=True, text=True, check=True
    )
    found = re.findall(r"import time:\s+(\d+) \|\s+(\d+) \|\s+(\S+)", told.stderr)
    dearest = sorted(found, key=lambda line: -int(line[0]))[:LISTED]
    for own, cumulative, module in dearest:
        yield Row(
            f"   {handler.name}: {module}",
            f"{int(own) / 1000:.1f} ms",
            note=f"with its own imports {int(cumulative) / 1000:.0f} ms",
        )


def _cpu(code: str, path: Sequence[str]) -> float:
    command = [str(PYTHON), "-I", "-S", "-c", _TIMED.format(code=code), *path]
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"not importable from the built layers: {code}\n{done.stderr}")
    return float(done.stdout)


def _environment() -> dict[str, str]:
    settings = {name: f"https://{name.lower()}.example" for name in _SETTINGS}
    return settings | {"AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1", "PATH": os.defpath}


def _runtime() -> Path:
    return next((PYTHON.parents[1] / "lib").glob("python3.*")) / "site-packages"
