"""Adaptations of the Lambda workers."""

# ruff: noqa: SLF001

import hashlib
import os
import queue
import shutil
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

_ENDED = "\x1eend of invocation"
_LONGEST_WAIT_FOR_LOGS = 0.25


def _replace_once(script: str, old: str, new: str) -> str:
    if script.count(old) != 1:
        raise RuntimeError(f"the worker script of this engine is not the one adapted: {old!r}")
    return script.replace(old, new)


def keep_error_type_and_worker() -> None:
    """AWS reports the exception's class as `errorType`, so that Retry and Catch match it by name, and goes on with
    the same execution environment. The engine reports `Runtime.HandlerError` and starts a new worker."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    # A worker that answers "ok" is kept; `failed` tells our side of the pipe that the handler raised.
    lambda_runtime._PYTHON_WORKER_SCRIPT = _replace_once(
        lambda_runtime._PYTHON_WORKER_SCRIPT,
        '{"status": "error", "error": str(e), "trace": traceback.format_exc()}',
        '{"status": "ok", "failed": type(e).__name__, "error": str(e), "trace": traceback.format_exc()}',
    )
    seen = threading.local()
    invoke = lambda_runtime.Worker.invoke
    execute = lambda_svc._execute_function_warm

    def invoke_and_note(self: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        response: dict[str, Any] = invoke(self, *args, **kwargs)
        seen.error_type = response.pop("failed", None)
        if seen.error_type:
            response["status"] = "error"
        return response

    def execute_and_name(func: Any, event: Any, request_id: str) -> dict[str, Any]:
        seen.error_type = None
        result: dict[str, Any] = execute(func, event, request_id)
        if seen.error_type and result.get("error"):
            result["body"]["errorType"] = seen.error_type
        return result

    lambda_runtime.Worker.invoke = invoke_and_note
    lambda_svc._execute_function_warm = execute_and_name


def end_logs_with_the_invocation() -> None:
    """AWS collects logs without delaying the reply. The engine waits up to 50 ms for a line that may never come:
    let the worker say that it has written its last one."""
    from ministack.core import lambda_runtime

    lambda_runtime._PYTHON_WORKER_SCRIPT = _replace_once(
        lambda_runtime._PYTHON_WORKER_SCRIPT,
        "        _real_stdout.flush()\n\nrun()",
        f"        sys.stderr.write({_ENDED + chr(10)!r})\n        sys.stderr.flush()\n"
        "        _real_stdout.flush()\n\nrun()",
    )

    def drain(self: Any, **_: float) -> str:
        lines: list[str] = []
        until = time.monotonic() + _LONGEST_WAIT_FOR_LOGS
        while (left := until - time.monotonic()) > 0:
            try:
                line = self._stderr_queue.get(timeout=left)
            except queue.Empty:
                break
            if line.rstrip("\n") == _ENDED:
                break
            lines.append(line)
        return "\n".join(lines)

    lambda_runtime.Worker._drain_stderr_bounded = drain


class _OnceZipFile(zipfile.ZipFile):
    """Extracts a layer to a directory named by its content and links it to where the worker looks."""

    def _is_layer(self) -> bool:
        return Path(str(self.filename)).name.startswith("layer_")

    def namelist(self) -> list[str]:
        # The engine resolves every name of a layer before it unpacks it: ours hold no surprises.
        return [] if self._is_layer() else super().namelist()

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        if not self._is_layer():
            super().extractall(path, members, pwd)
            return
        digest = hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()[:32]
        shared = Path(os.environ["RECEIVABLES_LAYERS"]) / digest
        with _UNPACKING:
            if not shared.exists():
                fresh = shared.with_suffix(f".{os.getpid()}")
                super().extractall(fresh, super().namelist(), pwd)
                try:
                    fresh.rename(shared)
                except OSError:  # Another engine was as quick.
                    shutil.rmtree(fresh)
        os.utime(shared)
        target = Path(path)
        target.rmdir()
        target.symlink_to(shared)


_UNPACKING = threading.Lock()


def unpack_layers_once() -> None:
    """AWS has a layer ready under /opt. The engine unpacks every layer again for each worker, seconds of a core: the
    workers share one copy, and so do engines."""
    from ministack.core import lambda_runtime

    class _Shim:
        ZipFile = _OnceZipFile
        BadZipFile = zipfile.BadZipFile
        LargeFileError = getattr(zipfile, "LargeZipFile", zipfile.BadZipFile)
        LargeZipFile = zipfile.LargeZipFile

    lambda_runtime.zipfile = _Shim
