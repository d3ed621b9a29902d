from collections.abc import Mapping
from typing import Any

from receivables.runtime.batch import process_queue, process_stream


def failing_on(*bad: str) -> tuple[list[str], Any]:
    seen: list[str] = []

    def one(record: Mapping[str, Any]) -> None:
        seen.append(record["body"])
        if record["body"] in bad:
            raise ValueError(record["body"])

    return seen, one


def queue(*bodies: str) -> dict[str, Any]:
    return {"Records": [{"messageId": f"m-{body}", "body": body} for body in bodies]}


def stream(*bodies: str) -> dict[str, Any]:
    return {"Records": [{"dynamodb": {"SequenceNumber": f"s-{body}"}, "body": body} for body in bodies]}


def test_a_poison_message_does_not_hold_up_the_others_of_its_batch() -> None:
    seen, one = failing_on("b")
    assert process_queue(queue("a", "b", "c"), one) == {"batchItemFailures": [{"itemIdentifier": "m-b"}]}
    assert seen == ["a", "b", "c"]


def test_a_batch_that_fails_whole_is_reported_whole_and_does_not_raise() -> None:
    _, one = failing_on("a", "b")
    assert len(process_queue(queue("a", "b"), one)["batchItemFailures"]) == 2


def test_a_stream_stops_at_its_first_failure_to_keep_the_order() -> None:
    seen, one = failing_on("b")
    assert process_stream(stream("a", "b", "c"), one) == {"batchItemFailures": [{"itemIdentifier": "s-b"}]}
    assert seen == ["a", "b"]


def test_a_batch_that_succeeds_reports_nothing() -> None:
    _, one = failing_on()
    assert process_stream(stream("a"), one) == process_queue(queue("a"), one) == {"batchItemFailures": []}
