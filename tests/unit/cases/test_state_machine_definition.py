"""The definition of the case workflow, read as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.api import ManualArgs, lint

from receivables.runtime.advance_case import _OPERATIONS

FILE = Path(__file__).parents[3] / "infrastructure" / "statemachines" / "collection_case.asl.yaml"
DEFINITION: dict[str, Any] = yaml.safe_load(FILE.read_text())
STATES: dict[str, Any] = DEFINITION["States"]
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}


def following(state: dict[str, Any]) -> set[str]:
    targets = {state.get("Next"), state.get("Default")}
    targets |= {choice["Next"] for choice in state.get("Choices", [])}
    targets |= {catch["Next"] for catch in state.get("Catch", [])}
    return {target for target in targets if target}


def test_every_state_can_be_reached_and_leads_to_one_that_exists() -> None:
    reached, ahead = set(), {DEFINITION["StartAt"]}
    while ahead:
        name = ahead.pop()
        reached.add(name)
        ahead |= following(STATES[name]) - reached
    assert reached == STATES.keys()


def test_no_state_waits_for_the_clock() -> None:
    assert not [name for name, state in STATES.items() if state["Type"] == "Wait"]
    assert "HeartbeatSeconds" not in FILE.read_text()


def test_the_tasks_are_the_operations_of_the_function() -> None:
    assert {task["Parameters"]["Payload"]["op"] for task in TASKS.values()} == _OPERATIONS.keys()


@pytest.mark.parametrize("name", TASKS)
def test_every_task_is_tried_again_with_bounds_and_its_failure_is_caught(name: str) -> None:
    [retry] = TASKS[name]["Retry"]
    assert retry["ErrorEquals"] == ["States.ALL"]
    assert 1 <= retry["MaxAttempts"] <= 10
    assert retry["MaxDelaySeconds"] <= 60
    assert TASKS[name]["Catch"][-1]["ErrorEquals"] == ["States.ALL"]


def test_only_the_wait_for_a_token_has_no_time_limit() -> None:
    unlimited = {name for name, task in TASKS.items() if "TimeoutSeconds" not in task}
    waiting = {
        name for name, task in TASKS.items() if task["Resource"].endswith(":lambda:invoke.waitForTaskToken")
    }
    assert unlimited == waiting == {"Park"}
    assert TASKS["Park"]["Parameters"]["Payload"]["token.$"] == "$$.Task.Token"


def test_the_linter_finds_nothing() -> None:
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": "arn:aws:iam::111122223333:role/case",
            "DefinitionString": FILE_AS_JSON,
            "DefinitionSubstitutions": {
                "AdvanceCaseFunctionArn": "arn:aws:lambda:eu-central-1:111122223333:function:advance"
            },
        },
    }
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Machine": machine}}
    assert lint(json.dumps(template), config=ManualArgs(regions=["eu-central-1"])) == []


def test_the_linter_would_find_a_state_that_leads_nowhere() -> None:
    broken = json.loads(FILE_AS_JSON)
    broken["States"]["Act"]["Next"] = 7
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": "arn:aws:iam::111122223333:role/case",
            "DefinitionString": json.dumps(broken),
        },
    }
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Machine": machine}}
    assert lint(json.dumps(template), config=ManualArgs(regions=["eu-central-1"])) != []


FILE_AS_JSON = json.dumps(DEFINITION)
