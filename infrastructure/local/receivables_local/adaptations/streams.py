"""Adaptations of event source mappings, most of all on DynamoDB streams."""

# ruff: noqa: SLF001

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0

_Batch = tuple[int, list[dict[str, Any]], list[dict[str, Any]]]
"""Where the records read begin, the records, and those of them that pass the filter."""


@dataclass
class _Progress:
    """What the next poll of one mapping reads: less than a batch while a failure is being narrowed down."""

    size: int
    attempts: int = 0
    not_before: float = 0.0
    gathering_since: float | None = None
    busy: bool = False

    def is_gathering(self, found: int, window: float) -> bool:
        """Whether to wait for more: the batch is not full, and its window has not passed."""
        self.gathering_since = self.gathering_since or time.monotonic()
        if found < self.size and time.monotonic() - self.gathering_since < window:
            return True
        self.gathering_since = None
        return False


def retry_from_the_failed_record() -> None:
    """AWS retries a stream batch from the lowest reported sequence number, halves a batch that failed as a whole if
    asked to, and after `MaximumRetryAttempts` describes it to the on-failure destination and goes on; it gathers a
    batch for as long as its window. The engine ignores `batchItemFailures` (records are lost) and the window, never
    gives up, and runs one mapping at a time."""
    from ministack.services import lambda_svc

    lambda_svc._poll_dynamodb_streams = _Poller().poll


def take_up_work_at_once() -> None:
    """AWS polls with many pollers. The engine's single one sleeps 50 ms after a wake that found nothing, and most
    writes wake it: sleep less, or every queue crawls."""
    from ministack.services import lambda_svc

    lambda_svc._ESM_IDLE_WAKE_GAP_SECONDS = 0.002


def read_numbers_from_parameters() -> None:
    """A parameter of type Number is text to CloudFormation, and a number to the resource on AWS. The engine compares
    the text with a number, and stops reading every queue."""
    from ministack.services import lambda_svc

    concurrency = lambda_svc._sqs_esm_concurrency

    def with_numbers(mapping: dict[str, Any], *rest: Any) -> int:
        scaling = mapping.get("ScalingConfig") or {}
        limit = scaling.get("MaximumConcurrency")
        return int(concurrency({**mapping, "ScalingConfig": {"MaximumConcurrency": int(limit or 0)}}, *rest))

    lambda_svc._sqs_esm_concurrency = with_numbers


class _Poller:
    def __init__(self) -> None:
        self._progress: dict[str, _Progress] = {}

    def poll(self) -> bool:
        """One pass over the mappings; True if any of them had something to do."""
        from ministack.services import lambda_svc

        found = False
        for account, region, mapping in lambda_svc._iter_all_esms():
            with _scope(account, region):
                found = self._start_batch(mapping) or found
        return found

    def _start_batch(self, mapping: dict[str, Any]) -> bool:
        from ministack.services import dynamodb, lambda_svc

        table = _table_of(mapping)
        function, _ = lambda_svc._get_func_record_for_qualifier(
            mapping["FunctionName"], mapping.get("Qualifier")
        )
        if table is None or function is None:
            return False
        progress = self._progress.setdefault(mapping["UUID"], _Progress(size=mapping.get("BatchSize", 100)))
        if progress.busy or progress.not_before > time.monotonic():
            return False
        position = _position(mapping, table)
        records = dynamodb.stream_records_since(table, position, progress.size)
        window = mapping.get("MaximumBatchingWindowInSeconds") or 0
        if not records or progress.is_gathering(len(records), window):
            return False
        wanted = lambda_svc._apply_filter_criteria(records, mapping)
        if not wanted:
            self._succeed(mapping, progress, position + len(records))
            return True
        progress.busy = True
        batch = (position, records, wanted)
        lambda_svc._dispatch_esm_batch(mapping["UUID"], self._run, mapping, function, progress, batch)
        return True

    def _run(
        self, mapping: dict[str, Any], function: dict[str, Any], progress: _Progress, batch: _Batch
    ) -> None:
        from ministack.services import lambda_svc

        position, records, wanted = batch
        try:
            result = lambda_svc._execute_function(function, {"Records": wanted})
            failed = _first_failure(result, mapping, records)
            if failed is None:
                self._succeed(mapping, progress, position + len(records))
            else:
                self._fail(mapping, function, progress, batch, failed, result)
        finally:
            progress.busy = False

    def _succeed(self, mapping: dict[str, Any], progress: _Progress, position: int) -> None:
        _advance(mapping, position)
        mapping["LastProcessingResult"] = "OK"
        progress.size, progress.attempts, progress.not_before = mapping.get("BatchSize", 100), 0, 0.0

    def _fail(
        self,
        mapping: dict[str, Any],
        function: dict[str, Any],
        progress: _Progress,
        batch: _Batch,
        failed: int,
        result: dict[str, Any],
    ) -> None:
        from ministack.services import lambda_svc

        position, records, _ = batch
        mapping["LastProcessingResult"] = "FAILED"
        lambda_svc.logger.warning(
            "stream batch failed in %s: %s", mapping["FunctionName"], result.get("log", "")
        )
        if failed > 0:
            progress.attempts = 0
        elif mapping.get("BisectBatchOnFunctionError") and len(records) > 1:
            progress.size = len(records) // 2
        else:
            progress.attempts += 1
        limit = mapping.get("MaximumRetryAttempts", -1)
        if limit is not None and 0 <= limit < progress.attempts:
            lambda_svc._send_ddb_stream_failure_record(
                mapping, function, records, mapping["EventSourceArn"], result, "RetryAttemptsExhausted"
            )
            self._succeed(mapping, progress, position + len(records))
            return
        _advance(mapping, position + failed)
        pause = min(_FIRST_PAUSE * 2**progress.attempts, _LONGEST_PAUSE)
        progress.not_before = time.monotonic() + pause


@contextlib.contextmanager
def _scope(account: str, region: str) -> Iterator[None]:
    from ministack.services import lambda_svc

    account_token = lambda_svc._request_account_id.set(account)
    region_token = lambda_svc._request_region.set(region)
    try:
        yield
    finally:
        lambda_svc._request_account_id.reset(account_token)
        lambda_svc._request_region.reset(region_token)


def _table_of(mapping: dict[str, Any]) -> str | None:
    """Name of the table whose stream an enabled mapping reads."""
    from ministack.services import dynamodb

    arn = mapping.get("EventSourceArn", "")
    if not mapping.get("Enabled", True) or ":dynamodb:" not in arn or "/stream/" not in arn:
        return None
    name = str(arn.split("/stream/")[0].split("/")[-1])
    table = dynamodb._tables.get(name)
    return name if table and table.get("LatestStreamArn") == arn else None


def _position(mapping: dict[str, Any], table: str) -> int:
    from ministack.services import dynamodb, lambda_svc

    horizon: int = dynamodb.stream_start_position(table)
    with lambda_svc._dynamodb_stream_positions_lock:
        known = lambda_svc._dynamodb_stream_positions.get(mapping["UUID"])
        if known is None:
            latest = mapping.get("StartingPosition", "LATEST") == "LATEST"
            known = dynamodb.stream_end_position(table) if latest else horizon
        position = max(int(known), horizon)
        lambda_svc._dynamodb_stream_positions[mapping["UUID"]] = position
    return position


def _advance(mapping: dict[str, Any], position: int) -> None:
    from ministack.services import lambda_svc

    with lambda_svc._dynamodb_stream_positions_lock:
        if mapping["UUID"] in lambda_svc._dynamodb_stream_positions:
            lambda_svc._dynamodb_stream_positions[mapping["UUID"]] = position


def _first_failure(
    result: dict[str, Any], mapping: dict[str, Any], records: list[dict[str, Any]]
) -> int | None:
    """Index of the first record to retry; None if all went well."""
    if result.get("error"):
        return 0
    reply = result.get("body")
    if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", []) or not isinstance(
        reply, dict
    ):
        return None
    reported = [failure.get("itemIdentifier") for failure in reply.get("batchItemFailures") or []]
    if not reported:
        return None
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    # An identifier that is no record of the batch fails the whole batch, as on AWS.
    return min((numbers.index(name) if name in numbers else 0) for name in reported)
