"""Adaptation of Step Functions callbacks."""

# ruff: noqa: SLF001

import threading
from typing import Any


def fail_a_task_that_fails_before_its_callback() -> None:
    """On AWS a function that raises inside `lambda:invoke.waitForTaskToken` fails its task, and Retry and Catch see
    its error. The engine swallows the error and waits for a callback that never comes."""
    from ministack.services import stepfunctions

    waiting = threading.local()
    with_callback, call = stepfunctions._invoke_with_callback, stepfunctions._call_lambda

    def remember_token(resource: str, data: Any, token: str, state: dict[str, Any]) -> Any:
        waiting.token = token
        try:
            return with_callback(resource, data, token, state)
        finally:
            waiting.token = None

    def call_and_report(function: str, event: Any) -> Any:
        token, waiting.token = getattr(waiting, "token", None), None
        try:
            return call(function, event)
        except stepfunctions._ExecutionError as failure:
            task = stepfunctions._task_tokens.get(token) if token else None
            if task is not None:
                task["error"] = {"Error": failure.error, "Cause": failure.cause}
                task["event"].set()
            raise

    stepfunctions._invoke_with_callback = remember_token
    stepfunctions._call_lambda = call_and_report
