"""Unwalked responses say the same as botocore's own, for the botocore that is installed; this fails when that changes."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from botocore import parsers
from botocore.session import Session

from receivables.adapters.dynamodb import lean
from receivables.adapters.dynamodb.values import binary_at

ITEM: dict[str, Any] = {
    "text": {"S": "zwölf €"},
    "empty": {"S": ""},
    "number": {"N": "-12345678901234567890"},
    "flag": {"BOOL": False},
    "nothing": {"NULL": True},
    "list": {"L": [{"S": "a"}, {"N": "1"}, {"L": []}, {"M": {"deep": {"BOOL": True}}}]},
    "map": {"M": {"x": {"S": "y"}, "z": {"M": {}}}},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2"]},
}


def answer(session: Session, operation: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    """What a client of this session makes of a response."""
    model = session.get_service_model("dynamodb")
    parser = session.get_component("response_parser_factory").create_parser(model.metadata["protocol"])
    response = {"status_code": status, "headers": {}, "body": json.dumps(body).encode()}
    shape = model.operation_model(operation).output_shape if status == 200 else None
    parsed: dict[str, Any] = parser.parse(response, shape)
    if status != 200:
        error = model.shape_for_error_code(parsed["Error"]["Code"])
        parsed |= parser.parse(response, error)
    return parsed


@pytest.fixture(scope="module")
def walked() -> Session:
    return Session()


@pytest.fixture(scope="module")
def unwalked() -> Session:
    session = Session()
    assert lean.leave_attributes_unwalked(session), "botocore has changed: see adapters/dynamodb/lean.py"
    return session


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("GetItem", {"Item": ITEM}),
        ("GetItem", {}),
        (
            "Query",
            {
                "Items": [ITEM, {}, ITEM],
                "Count": 3,
                "ScannedCount": 3,
                "LastEvaluatedKey": {"pk": {"S": "x"}},
            },
        ),
        ("Scan", {"Items": [ITEM], "Count": 1, "ConsumedCapacity": {"TableName": "t", "CapacityUnits": 0.5}}),
        ("UpdateItem", {"Attributes": ITEM}),
        ("TransactGetItems", {"Responses": [{"Item": ITEM}, {}]}),
        ("BatchGetItem", {"Responses": {"table": [ITEM]}, "UnprocessedKeys": {}}),
        (
            "DescribeTable",
            {"Table": {"TableName": "t", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}},
        ),
    ],
)
def test_a_response_says_the_same(
    walked: Session, unwalked: Session, operation: str, body: dict[str, Any]
) -> None:
    assert answer(unwalked, operation, body) == answer(walked, operation, body)


def test_a_canceled_transaction_says_the_same(walked: Session, unwalked: Session) -> None:
    body = {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled",
        "CancellationReasons": [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": ITEM}],
    }
    lean_answer = answer(unwalked, "TransactWriteItems", body, 400)
    assert lean_answer == answer(walked, "TransactWriteItems", body, 400)
    assert lean_answer["CancellationReasons"][1]["Item"] == ITEM


def test_bytes_stay_base64_text_and_are_read_all_the_same(walked: Session, unwalked: Session) -> None:
    raw = b"\x00\xff raw"
    body = {"Item": {"body": {"B": base64.b64encode(raw).decode()}}}
    assert answer(walked, "GetItem", body)["Item"]["body"] == {"B": raw}
    assert answer(unwalked, "GetItem", body)["Item"] == body["Item"]
    for session in (walked, unwalked):
        assert binary_at(answer(session, "GetItem", body)["Item"], "body") == raw


def test_other_services_and_protocols_keep_their_parsers(walked: Session, unwalked: Session) -> None:
    ours, theirs = (each.get_component("response_parser_factory") for each in (unwalked, walked))
    for protocol in parsers.PROTOCOL_PARSERS:
        if protocol != "json":
            assert type(ours.create_parser(protocol)) is type(theirs.create_parser(protocol))


def test_a_botocore_that_has_changed_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def renamed(self: object, shape: object, node: object, depth: int) -> object:
        return node

    monkeypatch.setattr(parsers.JSONParser, "_handle_map", renamed)
    session = Session()
    assert not lean.leave_attributes_unwalked(session)
    assert type(session.get_component("response_parser_factory")) is parsers.ResponseParserFactory
