"""Structured logs that let no personal data out, and metrics in the embedded metric format.

Logs are an allow-list: a key that is not named here does not leave the process, and of an exception only its type and
where it was raised do (its text may quote a name or an address). Log messages are constants.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit

from receivables.runtime.settings import optional

ALLOWED: Final = frozenset(
    # Of the runtime
    "level location message timestamp service cold_start function_name function_request_id function_memory_size "
    "xray_trace_id correlation_id exception_name where "
    # Ours: identifiers, counts and states
    "account_id action as_of attempt approval_id bucket case_id channel count decision differing endpoint event_id failed index_misses "
    "invoice job_id key kind message_id method missed next_action_at notice_id outcome page parked payouts processor proposed queued "
    "applied delivered finished halted reported restarted started unfinished woken "
    "reason_code record received redriven route rows rows_bad scanned sent shard skipped stage state status step unknown".split()
)


class AllowListFormatter(LambdaPowertoolsFormatter):
    """Drops every key that is not on the list."""

    def serialize(self, log: Any) -> str:
        return json.dumps({k: v for k, v in log.items() if k in ALLOWED and v is not None}, default=str)


class _Logger:
    """A thin face: constant message, named facts."""

    def __init__(self) -> None:
        self._logger = Logger(logger_formatter=AllowListFormatter(use_rfc3339=True, utc=True))

    def info(self, message: str, **facts: Any) -> None:
        self._logger.info(message, extra=facts, stacklevel=3)

    def warning(self, message: str, **facts: Any) -> None:
        self._logger.warning(message, extra=facts, stacklevel=3)

    def failed(self, message: str, error: BaseException, **facts: Any) -> None:
        """An error: its type and where it was raised, never its text."""
        frames = traceback.extract_tb(error.__traceback__)[-6:]
        where = [f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
        self._logger.error(
            message,
            extra={"exception_name": type(error).__name__, "where": where, **facts},
            stacklevel=3,
        )

    def context(self, lambda_context: Any) -> None:
        """Put the invocation's request id on every line that follows."""
        self._logger.append_keys(function_request_id=getattr(lambda_context, "aws_request_id", None))

    @property
    def underlying(self) -> logging.Logger:
        return self._logger._logger  # noqa: SLF001 - for tests that capture the output


class _Metrics:
    """Counts, written as one EMF line at the end of the invocation."""

    def __init__(self) -> None:
        self._metrics = Metrics(namespace=optional("POWERTOOLS_METRICS_NAMESPACE", "Receivables"))

    def count(self, name: str, number: int = 1) -> None:
        """Add to a count. Names: Nominated, Worked, Claimed, Sent, Unknown, Refused, Released, Applied, Unapplied,
        Suspended, Duplicate, Placed, Returned, Restored, Noted, Booked, Ignored, Parked, WebhooksStored,
        WebhooksRepeated, WebhooksRefused, WebhooksFailed, CasesOpened, CasesClosed, CasesWoken, CasesFailed, UnknownOutcomes, IndexMissed, KeptUp,
        LedgerDifferences, ReconciliationsFailed, PaymentsMissing, PaymentsDiffering, Collections<Outcome>, MatchApplied, MatchProposed."""
        if number:
            self._metrics.add_metric(name=name, unit=MetricUnit.Count, value=number)

    def flush(self) -> None:
        if self._metrics.metric_set:
            self._metrics.flush_metrics()


logger = _Logger()
metrics = _Metrics()


def instrument(handler: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Around a Lambda handler: request id on every line, one closing line, metrics flushed, errors logged and raised."""

    @wraps(handler)
    def instrumented(event: Any, context: Any) -> Any:
        logger.context(context)
        try:
            answer = handler(event, context)
        except Exception as error:
            logger.failed("invocation failed", error)
            raise
        else:
            logger.info("invocation done", **_outline(event, answer))
            return answer
        finally:
            metrics.flush()

    return instrumented


def _outline(event: Any, answer: Any) -> dict[str, Any]:
    outline: dict[str, Any] = {}
    if isinstance(event, Mapping) and isinstance(event.get("Records"), list):
        outline["count"] = len(event["Records"])
    if isinstance(answer, Mapping):
        if "statusCode" in answer:
            outline["status"] = answer["statusCode"]
        if isinstance(answer.get("batchItemFailures"), list):
            outline["failed"] = len(answer["batchItemFailures"])
    return outline
