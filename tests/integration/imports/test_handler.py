"""The handler over its real adapters, on moto: a dropped file becomes customers, invoices and a report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from functions.import_file.app import handler
from receivables.core.errors import NotFound
from receivables.runtime import clients, import_file
from receivables.usecases.import_file import Unfinished
from receivables_local.engine import ROOT
from receivables_local.template import read

EVENT = json.loads((ROOT / "events" / "import_file" / "dropped.json").read_text())
BUCKET, KEY = EVENT["detail"]["bucket"]["name"], EVENT["detail"]["object"]["key"]
REPORT = KEY.removesuffix(".csv") + ".report.json"
INVOICES = (
    b"invoice,customer,date,amount,currency\nINV-1,C-1,2026-03-01,12.50,EUR\nINV-2,C-9,2026-03-01,1,EUR\n"
)


def context(milliseconds: int = 900_000) -> Any:
    """As much of Lambda's context as the handler looks at."""
    return SimpleNamespace(aws_request_id="test", get_remaining_time_in_millis=lambda: milliseconds)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The bucket, and the tables as the template describes them."""
    kept = (clients.client, clients._session, import_file._parts)
    with mock_aws():
        for each in kept:
            each.cache_clear()
        resources = read(ROOT / "infrastructure" / "data.yaml")["Resources"]
        for kind in ("Receivables", "Customers", "Configuration"):
            described = resources[f"{kind}Table"]["Properties"]
            parts = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
            known = {part: described[part] for part in parts if part in described}
            clients.client("dynamodb").create_table(TableName=kind, **known)
            monkeypatch.setenv(f"{kind.upper()}_TABLE", kind)
        clients.client("s3").create_bucket(Bucket=BUCKET)
        monkeypatch.setenv("IMPORTS_BUCKET", BUCKET)
        yield clients.client("s3")
    for each in kept:
        each.cache_clear()


def report(s3: Any) -> dict[str, Any]:
    return dict(json.load(s3.get_object(Bucket=BUCKET, Key=REPORT)["Body"]))


def test_customers_and_then_their_invoices_are_imported(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"id,name,country\nC-1,Ada,DE\n")
    assert handler(EVENT, context())["rows"] == 1
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=INVOICES)
    assert handler(EVENT, context()) | {"import_id": ""} == {
        "import_id": "",
        "state": "done",
        "rows": 2,
        "failed": 1,
    }
    told = report(s3)
    assert (told["created"], told["failed"], told["requested_at"]) == (1, 1, "2026-03-02T09:30:00.000000Z")
    assert told["errors"] == [{"row": 3, "field": "customer_id", "message": "customer 'C-9' does not exist"}]


def test_the_event_may_come_twice(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"id,name\nC-1,Ada\n")
    assert handler(EVENT, context()) == handler(EVENT, context())
    assert report(s3)["created"] == 1


def test_options_are_read_from_the_metadata(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"id,name\nC-1,Ada\n")
    handler(EVENT, context())
    content = b"invoice,customer,date,amount\nINV-1,C-1,1/2/2026,5\n"
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=content, Metadata={"date-format": "mdy", "currency": "JPY"})
    assert handler(EVENT, context())["state"] == "done"
    assert report(s3)["created"] == 1


def test_without_time_it_fails_so_that_it_is_tried_again(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"id,name\nC-1,Ada\n")
    with pytest.raises(Unfinished):
        handler(EVENT, context(milliseconds=20_000))
    assert handler(EVENT, context())["state"] == "done"


def test_a_file_that_is_gone_is_a_failure(s3: Any) -> None:
    with pytest.raises(NotFound):
        handler(EVENT, context())
