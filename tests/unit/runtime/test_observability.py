import io
import json
from typing import Any

import pytest

from receivables.core.errors import InvalidInput
from receivables.runtime.observability import ALLOWED, instrument, logger, metrics

CANARIES = ("jane.doe@example.com", "+15550100", "Jane Doe", "12 High Street")


class Context:
    aws_request_id = "request-1"


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The lines written since, as the log pipeline would read them: logs and metrics."""
    logs = io.StringIO()
    for handler in logger.underlying.handlers:
        monkeypatch.setattr(handler, "stream", logs)
    return lambda: [json.loads(line) for line in (logs.getvalue() + capsys.readouterr().out).splitlines()]


def test_what_is_not_on_the_list_does_not_get_out(lines: Any) -> None:
    logger.info(
        "working", account_id="C-1.EUR", email=CANARIES[0], customer={"name": CANARIES[2]}, phone=CANARIES[1]
    )
    (line,) = lines()
    assert line["account_id"] == "C-1.EUR"
    assert set(line) <= ALLOWED
    assert not any(canary in json.dumps(line) for canary in CANARIES)


def test_an_error_tells_its_type_and_place_but_not_its_text(lines: Any) -> None:
    @instrument
    def handler(event: Any, context: Any) -> None:
        raise InvalidInput("email", f"{event['email']!r} bounced for {CANARIES[2]}")

    with pytest.raises(InvalidInput):
        handler({"email": CANARIES[0]}, Context())
    (line,) = lines()
    assert line["exception_name"] == "InvalidInput"
    assert any("test_observability.py" in place for place in line["where"])
    assert not any(canary in json.dumps(line) for canary in CANARIES)


def test_every_invocation_ends_with_one_line_that_says_how_it_went(lines: Any) -> None:
    @instrument
    def handler(event: Any, context: Any) -> Any:
        return {"batchItemFailures": [{"itemIdentifier": "2"}]}

    handler({"Records": [{}, {}, {}]}, Context())
    (line,) = lines()
    assert (line["count"], line["failed"], line["function_request_id"]) == (3, 1, "request-1")


def test_counts_are_written_once_in_the_embedded_metric_format(lines: Any) -> None:
    @instrument
    def handler(event: Any, context: Any) -> None:
        metrics.count("Sent", 2)
        metrics.count("Refused", 0)

    handler({}, Context())
    handler_lines = lines()
    (emf,) = [line for line in handler_lines if "_aws" in line]
    assert emf["Sent"] == [2.0]
    assert "Refused" not in emf


def test_counts_are_written_even_when_the_invocation_fails(lines: Any) -> None:
    @instrument
    def handler(event: Any, context: Any) -> None:
        metrics.count("Sent")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        handler({}, Context())
    assert any("_aws" in line and line["Sent"] == [1.0] for line in lines())
