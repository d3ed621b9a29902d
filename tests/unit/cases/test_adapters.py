"""The gateways of cases, over clients that answer as the services do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from receivables.adapters.dynamodb.sweep import DynamoCensus, DynamoSweepLog
from receivables.adapters.eventbridge import EventBridgeBus
from receivables.adapters.s3_agency import S3Agency
from receivables.adapters.sns_finance import SnsTopic
from receivables.adapters.stepfunctions import StepFunctionsWorkflow
from receivables.cases.ports import BusEvent, Message, WorkflowState
from receivables.core.errors import DependencyFailed, Throttled
from receivables.usecases.sweep_accounts import Planned, SweepState

AT = datetime(2026, 5, 1, 8, tzinfo=UTC)
MACHINE = "arn:aws:states:eu-central-1:111122223333:stateMachine:receivables-collection-case"


class Service:
    """A client whose operations answer, in turn, with a document or an error code; keeps what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.calls.append((operation, arguments))
            answer = self._answers.pop(0) if self._answers else {}
            if isinstance(answer, str):
                raise ClientError({"Error": {"Code": answer, "Message": "secret text"}}, operation)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def test_an_execution_is_started_by_its_name_with_a_small_state() -> None:
    client = Service()
    StepFunctionsWorkflow(client, MACHINE).start("case_1-2", "case_1", "C-1.EUR", AT)
    [(operation, asked)] = client.calls
    assert (operation, asked["name"], asked["stateMachineArn"]) == ("start_execution", "case_1-2", MACHINE)
    assert json.loads(asked["input"]) == {
        "case_id": "case_1",
        "account_id": "C-1.EUR",
        "as_of": "2026-05-01T08:00:00.000000Z",
    }


def test_an_execution_that_exists_is_a_success() -> None:
    StepFunctionsWorkflow(Service("ExecutionAlreadyExists"), MACHINE).start("case_1", "case_1", "C-1.EUR", AT)


@pytest.mark.parametrize("spent", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_token_that_was_used_is_a_success(spent: str) -> None:
    workflow = StepFunctionsWorkflow(Service(spent, spent), MACHINE)
    workflow.resume("token")
    workflow.give_up("token", "ParkFailed", "Throttled")


@pytest.mark.parametrize(
    "failure", ["AccessDeniedException", ReadTimeoutError(endpoint_url="https://states")]
)
def test_any_other_failure_is_told_without_the_services_text(failure: Any) -> None:
    with pytest.raises(DependencyFailed) as failed:
        StepFunctionsWorkflow(Service(failure), MACHINE).resume("token")
    assert "secret" not in str(failed.value)


def test_a_service_that_has_no_time_is_throttled() -> None:
    with pytest.raises(Throttled):
        StepFunctionsWorkflow(Service("ThrottlingException"), MACHINE).resume("token")


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"status": "RUNNING"}, WorkflowState.RUNNING),
        ({"status": "SUCCEEDED"}, WorkflowState.ENDED),
        ({"status": "TIMED_OUT"}, WorkflowState.ENDED),
        ("ExecutionDoesNotExist", WorkflowState.MISSING),
    ],
)
def test_the_state_of_an_execution(answer: Any, state: WorkflowState) -> None:
    client = Service(answer)
    assert StepFunctionsWorkflow(client, MACHINE).state("case_1") is state
    [(_, asked)] = client.calls
    assert asked["executionArn"] == MACHINE.replace(":stateMachine:", ":execution:") + ":case_1"


def test_a_message_carries_its_id_in_its_attributes_and_its_text() -> None:
    client = Service()
    SnsTopic(client, "topic").tell(Message("msg_1", "Subject", "Text", {"case_id": "case_1", "empty": ""}))
    [(_, asked)] = client.calls
    assert asked["Message"] == "Text\n\nMessage msg_1\n"
    attributes = {name: value["StringValue"] for name, value in asked["MessageAttributes"].items()}
    assert attributes == {"message_id": "msg_1", "case_id": "case_1"}


def test_a_file_goes_out_with_its_checksum_and_comes_back_with_its_address() -> None:
    client = Service()
    assert S3Agency(client, "agency").deliver("placements/1.json", b"{}", "application/json") == (
        "s3://agency/placements/1.json"
    )
    [(_, asked)] = client.calls
    assert asked["ChecksumSHA256"] == "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="


def test_events_go_out_in_tens_and_those_that_were_refused_come_back() -> None:
    events = [BusEvent(f"evt-{n}", "case.opened", AT, {"case_id": "case_1"}) for n in range(12)]
    refused = {"FailedEntryCount": 1, "Entries": [{"EventId": "1"}, {"ErrorCode": "InternalFailure"}]}
    client = Service({"Entries": [{"EventId": "1"}] * 10}, refused)
    assert EventBridgeBus(client, "bus").publish(events) == [events[11]]
    assert [len(asked["Entries"]) for _, asked in client.calls] == [10, 2]
    entry = client.calls[0][1]["Entries"][0]
    assert (entry["Source"], entry["DetailType"], entry["EventBusName"]) == (
        "receivables",
        "case.opened",
        "bus",
    )
    assert json.loads(entry["Detail"]) == {
        "id": "evt-0",
        "at": "2026-05-01T08:00:00.000000Z",
        "case_id": "case_1",
    }


def test_the_census_goes_on_where_a_page_ended() -> None:
    item = {
        "pk": {"S": "A#C-1.EUR"},
        "balance": {"N": "35000"},
        "next_action_at": {"S": "2026-05-01T08:00:00.000000Z"},
    }
    last = {"pk": {"S": "A#C-1.EUR"}, "sk": {"S": "0#account"}}
    client = Service({"Items": [item], "LastEvaluatedKey": last}, {"Items": []})
    census = DynamoCensus(client, "receivables")
    page = census.page(None)
    assert page.items == (Planned("C-1.EUR", 35_000, AT),)
    assert census.page(page.position).position is None
    assert client.calls[1][1]["ExclusiveStartKey"] == last


def test_the_sweeps_state_comes_back_as_it_was_kept() -> None:
    client = Service({})
    log = DynamoSweepLog(client, "receivables")
    state = SweepState({"pk": "A#C-1.EUR", "sk": "0#account"}, 10, 2, ("ntc_1",))
    log.keep(state)
    kept = Service({"Item": client.calls[0][1]["Item"]}, {})
    again = DynamoSweepLog(kept, "receivables")
    assert again.read() == state
    assert again.read() == SweepState()
