"""The embedded AWS: one process that serves every AWS interface the stack uses, on a loopback port.

It runs on its own interpreter (`.venv-engine`), because handlers run there too and should find what the Lambda
runtime has and nothing else. State lives in its memory: when it stops, everything deployed to it is gone.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[3]
VERSION = "1.5.33"
CACHE = ROOT / ".local" / "artefacts"
"""What is built and unpacked, by content; shared by all engines of this checkout."""
DEFAULT_PORT = 4566
REGION = "us-east-1"
ACCOUNT = "000000000000"
_INTERPRETER = ROOT / ".venv-engine" / "bin" / "python"
_LAUNCHER = Path(__file__).with_name("launcher.py")
_ROOT_KEY = "receivables-local-root"
_PATIENCE = 20.0


class EngineError(Exception):
    """The embedded AWS could not be started, is of another version, or does not answer."""


@dataclass(frozen=True, slots=True)
class Status:
    """What is known about an engine: its address and process, if it runs."""

    running: bool
    url: str
    pid: int | None
    version: str | None


class Engine:
    """One embedded AWS, whose files are under `home`.

    `port` None takes the port noted by an earlier start of the same home, else a free one. `enforce_iam` makes
    every call need the permission that the caller's role has on AWS. `adapted` False serves the engine as it comes.
    """

    def __init__(
        self, home: Path, port: int | None = None, *, enforce_iam: bool = True, adapted: bool = True
    ) -> None:
        self.home = home
        self._enforce_iam = enforce_iam
        self._adapted = adapted
        self._clients: dict[str, Any] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._port = port or self._noted().get("port") or _free_port()

    @classmethod
    @contextlib.contextmanager
    def temporary(cls, *, enforce_iam: bool = True, adapted: bool = True) -> "Iterator[Engine]":
        """An engine on a free port with its files in a temporary directory, stopped and removed at the end."""
        with tempfile.TemporaryDirectory(prefix="receivables-engine-", ignore_cleanup_errors=True) as home:
            engine = cls(Path(home), enforce_iam=enforce_iam, adapted=adapted)
            engine.start()
            try:
                yield engine
            finally:
                engine.stop()

    @property
    def url(self) -> str:
        """The address of every service: `http://127.0.0.1:<port>`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def log(self) -> Path:
        """The engine's own log."""
        return self.home / "engine.log"

    @property
    def permissions(self) -> Path:
        """Where the engine notes each permission that was used."""
        return self.home / "permissions.jsonl"

    @property
    def stack_note(self) -> Path:
        """Where `deploy` notes what it deployed; a new start forgets it, as the engine does."""
        return self.home / "stack.json"

    def environment(self) -> dict[str, str]:
        """The variables that point any AWS SDK to this engine, with its root credentials."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": _ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": _ROOT_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of one service, with root credentials; made once for each service."""
        if options or service not in self._clients:
            client = boto3.session.Session().client(
                service,
                region_name=REGION,
                endpoint_url=self.url,
                aws_access_key_id=_ROOT_KEY,
                aws_secret_access_key=_ROOT_KEY,
                config=Config(
                    retries={"total_max_attempts": 1},
                    max_pool_connections=32,
                    s3={"addressing_style": "path"},
                ),
                **options,
            )
            if options:
                return client
            self._clients[service] = client
        return self._clients[service]

    def get(self, path: str) -> Any:
        """The JSON answer of one of the engine's own pages, such as `/_ministack/health`."""
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)

    def start(self) -> None:
        """Start it and wait until it answers. Raises EngineError if it does not, or is not version `VERSION`."""
        if self.status().running:
            raise EngineError(f"already running at {self.url}")
        if not _INTERPRETER.exists():
            raise EngineError(f"{_INTERPRETER.parents[1].name} is missing: run `make setup`")
        scratch = self.home / "tmp"
        scratch.mkdir(parents=True, exist_ok=True)
        (CACHE / "layers").mkdir(parents=True, exist_ok=True)
        self.permissions.write_text("")
        self.stack_note.unlink(missing_ok=True)
        arguments = [str(_INTERPRETER), str(_LAUNCHER), *([] if self._adapted else ["--plain"])]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                arguments,
                env=self._process_environment(scratch),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._note({"pid": self._process.pid, "port": self._port})
        try:
            self._wait_until_ready()
        except EngineError:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop it gracefully, by its process id; does nothing if it does not run."""
        pid = self._noted().get("pid")
        if pid is not None and _is_ours(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            if not self._ended(pid, 5.0):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
                self._ended(pid, 5.0)
        if self._process is not None:
            self._process.wait(timeout=5.0)
        self._note({})
        self._clients.clear()

    def status(self) -> Status:
        """Whether it answers, and which version."""
        pid = self._noted().get("pid")
        if pid is None or not _is_ours(pid):
            return Status(running=False, url=self.url, pid=None, version=None)
        try:
            health = self.get("/_ministack/health")
        except (urllib.error.URLError, OSError):
            return Status(running=False, url=self.url, pid=pid, version=None)
        return Status(running=True, url=self.url, pid=pid, version=str(health.get("version")))

    def _process_environment(self, scratch: Path) -> dict[str, str]:
        # Handlers inherit this environment: nothing of ours may be in it.
        return {
            "PATH": f"{_INTERPRETER.parent}:/usr/bin:/bin",
            "HOME": str(self.home),
            "TMPDIR": str(scratch),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "GATEWAY_PORT": str(self._port),
            "AUTH": "true" if self._enforce_iam else "false",
            "AWS_ACCESS_KEY_ID": _ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": _ROOT_KEY,
            "RECEIVABLES_LAYERS": str(CACHE / "layers"),
            "RECEIVABLES_PERMISSIONS": str(self.permissions),
            "LOG_LEVEL": "WARNING",
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "DOCKER_HOST": "unix:///nowhere",
        }

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            status = self.status()
            if status.running:
                if status.version != VERSION:
                    raise EngineError(
                        f"the embedded AWS is {status.version}; this project is adapted to {VERSION}"
                    )
                return
            if self._process is not None and self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise EngineError(f"the embedded AWS did not start: {_tail(self.log)}")

    def _ended(self, pid: int, patience: float) -> bool:
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if self._process is not None:
                self._process.poll()
            if not _is_ours(pid):
                return True
            time.sleep(0.02)
        return False

    def _noted(self) -> dict[str, Any]:
        try:
            return dict(json.loads((self.home / "engine.json").read_text()))
        except (FileNotFoundError, ValueError):
            return {}

    def _note(self, facts: dict[str, Any]) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "engine.json").write_text(json.dumps(facts))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_ours(pid: int) -> bool:
    """Whether the process lives and is an engine: its id may have been given to another."""
    with contextlib.suppress(OSError):
        return str(_LAUNCHER).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    if Path("/proc/self").exists():
        return False
    listing = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return str(_LAUNCHER) in listing.stdout


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-12:])
