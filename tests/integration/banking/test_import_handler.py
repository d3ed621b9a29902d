"""The handler over its real adapters, on moto: a dropped statement becomes messages, and lines that are kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from functions.import_statement.app import handler
from receivables.adapters.dynamodb.banking import DynamoBankAccounts, DynamoStatementJobs, DynamoStatements
from receivables.adapters.dynamodb.inbox import DynamoInbox
from receivables.adapters.statement_files import S3StatementFiles
from receivables.core.errors import NotFound, TooLarge
from receivables.payments.inbox import Form
from receivables.runtime import clients, import_statement
from receivables.usecases.import_statement import Unfinished
from receivables_local.engine import ROOT
from receivables_local.template import read
from tests.bank_files import MAIN, Move, camt
from tests.builders import NOW

EVENT = json.loads((ROOT / "events" / "import_statement" / "dropped.json").read_text())
BUCKET, KEY = EVENT["detail"]["bucket"]["name"], EVENT["detail"]["object"]["key"]


def context(milliseconds: int = 900_000) -> Any:
    """As much of Lambda's context as the handler looks at."""
    return SimpleNamespace(aws_request_id="test", get_remaining_time_in_millis=lambda: milliseconds)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The bucket, the bus, and the tables as the template describes them, with one bank account."""
    kept = (clients.client, clients._session, import_statement.import_statement)
    with mock_aws():
        for each in kept:
            each.cache_clear()
        resources = read(ROOT / "infrastructure" / "data.yaml")["Resources"]
        dynamodb = clients.client("dynamodb")
        for kind in ("Configuration", "Inbox"):
            described = resources[f"{kind}Table"]["Properties"]
            parts = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
            dynamodb.create_table(
                TableName=kind, **{part: described[part] for part in parts if part in described}
            )
            monkeypatch.setenv(f"{kind.upper()}_TABLE", kind)
        clients.client("s3").create_bucket(Bucket=BUCKET)
        clients.client("events").create_event_bus(Name="bus")
        monkeypatch.setenv("IMPORTS_BUCKET", BUCKET)
        monkeypatch.setenv("EVENT_BUS", "bus")
        DynamoBankAccounts(dynamodb, "Configuration").put(
            MAIN.__class__("main", "House bank", "EUR", iban=MAIN.iban)
        )
        yield clients.client("s3")
    for each in kept:
        each.cache_clear()


def test_a_dropped_statement_becomes_messages_and_kept_lines(s3: Any) -> None:
    moves = [Move(f"{i + 1}.00", f"RE-{i}", "Ada", ref=f"B{i}", e2e=f"E{i}") for i in range(30)]
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=camt(*moves, Move("-1.00", "fee")))
    assert handler(EVENT, context()) | {"import_id": ""} == {
        "import_id": "",
        "state": "done",
        "lines": 31,
        "new": 31,
    }
    dynamodb = clients.client("dynamodb")
    (job,), _ = DynamoStatementJobs(dynamodb, "Configuration").of_account("main", 5)
    lines, _ = DynamoStatements(dynamodb, "Configuration").lines(job.statements[0])
    message = DynamoInbox(dynamodb, "Inbox").get(f"bank#main#{lines[0].line.id}")
    assert (message.form, message.received_at, len(lines)) == (Form.EVENTS, job.requested_at, 31)
    assert handler(EVENT, context())["new"] == 31


def test_a_refused_file_is_no_failure_of_the_function(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"%PDF-1.4")
    assert handler(EVENT, context())["state"] == "failed"


def test_without_time_it_fails_so_that_it_is_tried_again(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=camt(Move("1.00")))
    with pytest.raises(Unfinished):
        handler(EVENT, context(milliseconds=20_000))
    assert handler(EVENT, context())["state"] == "done"


def test_a_file_that_is_gone_is_a_failure(s3: Any) -> None:
    with pytest.raises(NotFound):
        handler(EVENT, context())


def test_a_file_over_the_bound_is_not_read_and_a_link_is_for_one_length(s3: Any) -> None:
    files = S3StatementFiles(s3, BUCKET)
    files.write(KEY, b"x" * 100)
    assert files.read(KEY, 100).content == b"x" * 100
    with pytest.raises(TooLarge):
        files.read(KEY, 99)
    link = files.to_put(KEY, 12_345, NOW)
    assert KEY in link.url
    assert link.headers == {"Content-Length": "12345"}
