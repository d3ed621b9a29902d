"""The workflow of cases on Step Functions (Standard: an execution per case, parked on task tokens)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from receivables.adapters.errors import calling, code_of
from receivables.cases.ports import WorkflowState
from receivables.core.clock import format_instant
from receivables.core.errors import DependencyFailed

_TOKEN_IS_SPENT: Final = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
"""The task went on, or its execution ended: whoever sent first has done what was wanted."""
_MAX_CAUSE: Final = 32_768


class StepFunctionsWorkflow:
    """Implements `cases.ports.Workflow`."""

    def __init__(self, client: Any, state_machine_arn: str) -> None:
        self._client, self._arn = client, state_machine_arn

    def start(self, execution: str, case_id: str, account_id: str, as_of: datetime) -> None:
        # The same name with the same input is success at the service while it runs; one that has ended says that it
        # exists. Both mean that this execution was started.
        state = {"case_id": case_id, "account_id": account_id, "as_of": format_instant(as_of)}
        try:
            with calling("states"):
                self._client.start_execution(
                    stateMachineArn=self._arn, name=execution, input=json.dumps(state)
                )
        except DependencyFailed as error:
            if not _is(error.__cause__, {"ExecutionAlreadyExists"}):
                raise

    def resume(self, token: str) -> None:
        self._send(lambda: self._client.send_task_success(taskToken=token, output="{}"))

    def give_up(self, token: str, error: str, cause: str) -> None:
        self._send(
            lambda: self._client.send_task_failure(
                taskToken=token, error=error[:256], cause=cause[:_MAX_CAUSE]
            )
        )

    def state(self, execution: str) -> WorkflowState:
        arn = f"{self._arn.replace(':stateMachine:', ':execution:')}:{execution}"
        try:
            with calling("states"):
                status = self._client.describe_execution(executionArn=arn)["status"]
        except DependencyFailed as error:
            if _is(error.__cause__, {"ExecutionDoesNotExist"}):
                return WorkflowState.MISSING
            raise
        # PENDING_REDRIVE will run again by itself.
        running = status in {"RUNNING", "PENDING_REDRIVE"}
        return WorkflowState.RUNNING if running else WorkflowState.ENDED

    def _send(self, call: Callable[[], object]) -> None:
        try:
            with calling("states"):
                call()
        except DependencyFailed as error:
            if not _is(error.__cause__, _TOKEN_IS_SPENT):
                raise


def _is(cause: BaseException | None, codes: frozenset[str] | set[str]) -> bool:
    return isinstance(cause, ClientError) and code_of(cause) in codes
