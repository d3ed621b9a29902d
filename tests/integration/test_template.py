"""What template.yaml promises, read from its expanded form. No engine is needed."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.api import ManualArgs, lint_file

from receivables_local import template
from receivables_local.engine import ROOT

FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
LINTING = ManualArgs(regions=["us-east-1"])
UNAVOIDABLE = {
    # Step Functions knows no resource for a task token, CloudWatch Logs none for the delivery of its logs.
    "states:SendTaskSuccess",
    "states:SendTaskFailure",
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
}


@pytest.fixture(scope="module")
def expanded() -> template.Expanded:
    return template.expand()


@pytest.fixture(scope="module")
def resources(expanded: template.Expanded) -> dict[str, Any]:
    return dict(expanded.root["Resources"])


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: found["Properties"] for name, found in resources.items() if found["Type"] == kind}


def lambdas(resources: dict[str, Any]) -> dict[str, Any]:
    return of_type(resources, "AWS::Lambda::Function")


def roles_with_statements(resources: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name, statement


def sources_and_failures(resources: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from of_type(resources, "AWS::Lambda::EventSourceMapping").items()


def source_of(mapping: dict[str, Any]) -> str:
    return str(mapping["EventSourceArn"]["Fn::GetAtt"][1])


@pytest.mark.slow
def test_the_expanded_template_is_valid(expanded: template.Expanded, tmp_path: Path) -> None:
    # Only the layers and functions of the checkout are looked at by name; their code is checked by the build.
    file = tmp_path / "expanded.json"
    file.write_text(json.dumps(expanded.root))
    assert [str(match) for match in lint_file(file, LINTING)] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["data", "messaging", "identity", "observability"])
def test_each_nested_template_is_valid(name: str) -> None:
    file = ROOT / "infrastructure" / f"{name}.yaml"
    assert [str(match) for match in lint_file(file, LINTING)] == []


def test_every_function_directory_is_deployed_and_every_deployed_function_exists() -> None:
    deployed = {path.name for _, kind, path in template.local_paths() if kind == "AWS::Serverless::Function"}
    assert deployed == set(FUNCTIONS)


def test_every_function_runs_on_the_same_runtime_and_architecture(resources: dict[str, Any]) -> None:
    kinds = {(found["Runtime"], *found["Architectures"]) for found in lambdas(resources).values()}
    assert kinds == {("python3.13", "arm64")}


def test_every_function_logs_to_a_group_of_its_own_that_forgets(resources: dict[str, Any]) -> None:
    groups = of_type(resources, "AWS::Logs::LogGroup")
    used = [found["LoggingConfig"]["LogGroup"]["Ref"] for found in lambdas(resources).values()]
    assert len(used) == len(set(used))
    assert all("RetentionInDays" in groups[name] for name in used)


def test_every_function_has_a_role_of_its_own(resources: dict[str, Any]) -> None:
    used = [found["Role"]["Fn::GetAtt"][0] for found in lambdas(resources).values()]
    assert len(used) == len(set(used))


def test_no_role_may_do_everything_of_anything(resources: dict[str, Any]) -> None:
    for role, statement in roles_with_statements(resources):
        assert statement["Effect"] == "Allow", role
        for action in statement["Action"]:
            assert "*" not in action, f"{role}: {action}"


def test_a_role_names_its_resources_unless_the_service_has_none(resources: dict[str, Any]) -> None:
    for role, statement in roles_with_statements(resources):
        if statement.get("Resource") == "*":
            assert set(statement["Action"]) <= UNAVOIDABLE, f"{role}: {statement['Action']}"
        if "NotResource" in statement:
            # A text message goes to a number, which is no resource: everything but the topics.
            assert statement["Action"] == ["sns:Publish"], role


def test_only_who_sends_mail_may_and_only_who_posts_money_writes_the_ledger(
    resources: dict[str, Any],
) -> None:
    mailing = {role for role, found in roles_with_statements(resources) if "ses:SendEmail" in found["Action"]}
    assert mailing == {"WorkAccountRole", "AdvanceCaseRole"}


def test_a_queue_waits_at_least_six_times_as_long_as_its_function(
    expanded: template.Expanded, resources: dict[str, Any]
) -> None:
    queues = {
        name: found["Properties"]
        for name, found in expanded.nested["Messaging"]["Resources"].items()
        if found["Type"] == "AWS::SQS::Queue"
    }
    given = resources["Messaging"]["Properties"]["Parameters"]
    checked = 0
    for name, mapping in sources_and_failures(resources):
        match = re.fullmatch(r"Outputs\.(\w+Queue)Arn", source_of(mapping))
        if not match:
            continue
        function = resources[mapping["FunctionName"]["Ref"]]["Properties"]
        queue = queues[match[1]]
        assert int(given[queue["VisibilityTimeout"]["Ref"]]) >= 6 * function["Timeout"], name
        assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5, name
        checked += 1
    assert checked == 2


def test_every_source_reports_failed_items_one_by_one(resources: dict[str, Any]) -> None:
    for name, mapping in sources_and_failures(resources):
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name


def test_every_stream_gives_up_in_the_end_and_says_so(resources: dict[str, Any]) -> None:
    streams = [
        mapping for _, mapping in sources_and_failures(resources) if source_of(mapping).endswith("StreamArn")
    ]
    assert len(streams) == 3
    for mapping in streams:
        assert mapping["BisectBatchOnFunctionError"] is True
        assert 0 < mapping["MaximumRetryAttempts"] <= 100
        assert "DeadLetters" in mapping["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][1]
        for wanted in mapping["FilterCriteria"]["Filters"]:
            assert isinstance(json.loads(wanted["Pattern"]), dict)


def test_every_function_that_is_called_without_an_answer_has_a_place_for_failures(
    resources: dict[str, Any],
) -> None:
    targets = {
        found["Target"]["Arn"]["Fn::GetAtt"][0]
        for found in of_type(resources, "AWS::Scheduler::Schedule").values()
    }
    for rule in of_type(resources, "AWS::Events::Rule").values():
        targets |= {target["Arn"]["Fn::GetAtt"][0] for target in rule["Targets"]}
    with_place = {
        found["FunctionName"]["Ref"]
        for found in of_type(resources, "AWS::Lambda::EventInvokeConfig").values()
        if found["DestinationConfig"]["OnFailure"]["Destination"]
    }
    assert targets == with_place


def test_every_schedule_hands_over_its_time_in_utc_and_can_be_switched_off(resources: dict[str, Any]) -> None:
    schedules = of_type(resources, "AWS::Scheduler::Schedule")
    assert len(schedules) == 9
    for found in schedules.values():
        assert json.loads(found["Target"]["Input"])["time"] == "<aws.scheduler.scheduled-time>"
        assert found["ScheduleExpressionTimezone"] == "UTC"
        assert found["State"] == {"Ref": "TickState"}
        assert found["Target"]["DeadLetterConfig"]


def test_what_is_kept_survives_the_stack_and_can_be_restored(expanded: template.Expanded) -> None:
    for name, found in expanded.nested["Data"]["Resources"].items():
        if found["Type"] == "AWS::DynamoDB::Table":
            assert found["DeletionPolicy"] == "Retain", name
            assert found["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], name
            assert found["Properties"]["SSESpecification"]["SSEEnabled"], name
        if found["Type"] == "AWS::S3::Bucket":
            assert found["DeletionPolicy"] == "Retain", name
            assert all(found["Properties"]["PublicAccessBlockConfiguration"].values()), name
            assert found["Properties"]["BucketEncryption"], name
            assert found["Properties"]["LifecycleConfiguration"]["Rules"], name


def test_time_travel_is_denied_unless_asked_for(expanded: template.Expanded) -> None:
    assert expanded.root["Parameters"]["TimeTravel"]["Default"] == "denied"


def test_every_queue_of_failures_is_watched(expanded: template.Expanded) -> None:
    failures = {name for name in expanded.nested["Messaging"]["Resources"] if name.endswith("DeadLetters")}
    watched = {
        name.removesuffix("Alarm")
        for name in expanded.nested["Observability"]["Resources"]
        if name.endswith("DeadLettersAlarm")
    }
    assert failures == watched


def test_every_function_is_on_the_dashboard(expanded: template.Expanded) -> None:
    dashboard = expanded.nested["Observability"]["Resources"]["Dashboard"]["Properties"]["DashboardBody"]
    titles = {
        widget["properties"]["title"]: json.dumps(widget["properties"]["metrics"])
        for widget in json.loads(dashboard["Fn::Sub"])["widgets"]
    }
    for title in ("Invocations", "Errors", "Duration, 99th percentile"):
        shown = set(re.findall(r"\$\{Stage\}-([a-z-]+)", titles[title]))
        assert {name.replace("_", "-") for name in FUNCTIONS} <= shown


def test_every_metric_that_an_alarm_of_ours_watches_is_counted_somewhere(expanded: template.Expanded) -> None:
    watched = {
        found["Properties"]["MetricName"]
        for found in expanded.nested["Observability"]["Resources"].values()
        if found.get("Properties", {}).get("Namespace") == "Receivables"
    }
    code = "".join(
        path.read_text()
        for folder in (ROOT / "functions", ROOT / "layers/receivables/python/receivables/runtime")
        for path in folder.rglob("*.py")
    )
    assert watched
    assert {name for name in watched if f'"{name}"' not in code} == set()


def test_nothing_refers_to_what_the_stack_on_one_machine_leaves_out(expanded: template.Expanded) -> None:
    kept = {
        name: found for name, found in expanded.root["Resources"].items() if name not in template.LEFT_OUT
    }
    text = json.dumps([kept, expanded.root["Outputs"]])
    for name in template.LEFT_OUT:
        assert f'"{name}"' not in text
        assert f"${{{name}." not in text


def test_the_state_machine_is_given_every_name_it_uses() -> None:
    resource = template.read(ROOT / "template.yaml")["Resources"]["CollectionCase"]["Properties"]
    used = re.findall(r"\$\{(\w+)\}", (ROOT / resource["DefinitionUri"]).read_text())
    assert set(used) == set(resource["DefinitionSubstitutions"])


def test_the_state_machine_waits_for_no_clock() -> None:
    definition = yaml.safe_load((ROOT / "infrastructure/statemachines/collection_case.asl.yaml").read_text())
    assert "Wait" not in {state["Type"] for state in definition["States"].values()}


def names_read(module: Path, function: str) -> set[str]:
    """The variables that a module of the runtime asks for by `setting("NAME")` or `optional("NAME")`."""
    return {
        str(node.args[0].value)
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == function
        and isinstance(node.args[0], ast.Constant)
    }


def runtime_modules(function: str) -> set[Path]:
    """The function's own modules, and what they import of the runtime, at any depth."""
    base = ROOT / "layers/receivables/python/receivables/runtime"
    found, new = set[Path](), set((ROOT / "functions" / function).rglob("*.py"))
    while new:
        found |= new
        imported = {
            name for module in new for name in re.findall(r"receivables\.runtime\.(\w+)", module.read_text())
        }
        new = {base / f"{name}.py" for name in imported} - found
    return found


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_given_the_variables_that_it_reads_and_no_others(
    resources: dict[str, Any], function: str
) -> None:
    logical_id = "".join(word.title() for word in function.split("_")) + "Function"
    given = set(resources[logical_id]["Properties"]["Environment"]["Variables"])
    needed = {name for module in runtime_modules(function) for name in names_read(module, "setting")}
    useful = {name for module in runtime_modules(function) for name in names_read(module, "optional")}
    by_powertools = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}
    assert needed - given == set()
    assert given - needed - useful - by_powertools == set()
