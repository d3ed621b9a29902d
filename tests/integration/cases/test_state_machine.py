"""Collection cases on the deployed stack: the real state machine, functions, streams and topics, with IAM enforced."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

import pytest

from receivables.adapters.dynamodb.cases import DynamoCases
from receivables.adapters.dynamodb.ledger import DynamoLedger
from receivables.adapters.stepfunctions import StepFunctionsWorkflow
from receivables.cases.case import Approval, Case, Outcome, Stage
from receivables.cases.opening import new_case
from receivables.cases.ports import WorkflowState
from receivables.dunning.policy import DEFAULT_POLICY
from receivables.ledger import post_payment
from receivables.usecases.cases import DecideApproval
from receivables.usecases.wake_case import wake
from receivables_local.deploy import Stack
from receivables_local.mailbox import mailbox
from tests.builders import day, invoice, issued, payment

pytestmark = [pytest.mark.engine, pytest.mark.slow]

OPENED = datetime(2026, 5, 1, 8, tzinfo=UTC)
PATIENCE_SECONDS = 20
T = TypeVar("T")
_customers = count(1)


class Town:
    """The stack, seen by the stores; each case has a customer of its own."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        dynamodb, names = stack.engine.client("dynamodb"), stack.environment
        self.dynamodb, self.customers = dynamodb, names["CUSTOMERS_TABLE"]
        self.table = names["RECEIVABLES_TABLE"]
        self.cases, self.ledger = DynamoCases(dynamodb, self.table), DynamoLedger(dynamodb, self.table)
        self.states = stack.engine.client("stepfunctions")
        self.workflow = StepFunctionsWorkflow(self.states, stack.outputs["CaseStateMachineArn"])

    def open(self, *, start: bool = True) -> Case:
        """A case over 350.00 EUR in two invoices."""
        customer = f"S-{next(_customers)}"
        self.dynamodb.put_item(
            TableName=self.customers,
            Item={
                "id": {"S": customer},
                "name": {"S": "Ada Blum"},
                "email": {"S": f"{customer.lower()}@example.com"},
                "locale": {"S": "en_GB"},
                "timezone": {"S": "Europe/Berlin"},
                "sms_consent": {"BOOL": False},
                "rev": {"N": "1"},
            },
        )
        account_id = f"{customer}.EUR"
        for number, minor in (("A", 10_000), ("B", 25_000)):
            issued(self.ledger, invoice(f"{customer}-{number}", account_id, minor, due_date=day(30)))
        working_set = self.ledger.working_set(account_id)
        assert working_set is not None
        account = working_set.account
        numbers = [item.number for item in working_set.open_items]
        case = new_case(account, numbers, DEFAULT_POLICY, OPENED)
        progress = dict.fromkeys(numbers, len(DEFAULT_POLICY.steps))
        self.cases.open(case, rev=account.rev, progress=progress, next_action_at=OPENED)
        if start:
            self.workflow.start(case.execution, case.id, account_id, OPENED)
            self.cases.started(case)
        return case

    def rests(self, case: Case) -> Case:
        """Wait until it is parked with no wake unseen, or closed."""
        resting = until(lambda: self._rests(case), f"case {case.id} never rests")
        assert resting is not None
        return resting

    def closes(self, case: Case) -> Case:
        until(lambda: self.cases.get(case.id).closed_at, f"case {case.id} is not closed")
        return self.cases.get(case.id)

    def _rests(self, case: Case) -> Case | None:
        item = self.dynamodb.get_item(
            TableName=self.table,
            Key={"pk": {"S": f"A#{case.account_id}"}, "sk": {"S": "0#case"}},
            ConsistentRead=True,
        ).get("Item")
        if item is None:
            return self.cases.get(case.id)
        seen = "token" in item and item.get("parked_seen") == item["wake_count"]
        return self.cases.active(case.account_id) if seen else None

    def on(self, case: Case, days: int) -> Case:
        """So many days after the opening."""
        wake(self.cases, self.workflow, case.account_id, case.id, OPENED + timedelta(days=days))
        return self.rests(case)

    def approval(self, case: Case) -> Approval:
        assert case.approval_id is not None
        return self.cases.approval(case.approval_id)

    def decide(self, case: Case, *, approve: bool) -> Case:
        DecideApproval(self.cases, self.ledger, self.workflow).decide(
            self.approval(case).id, approve=approve, by="ann", reason="agreed", at=case.clock or OPENED
        )
        return self.rests(case)

    def pay(self, case: Case, number: str) -> None:
        """A payment; the table's stream is what wakes the case."""
        item = self.ledger.open_item(case.account_id, number)
        assert item is not None
        at = OPENED + timedelta(days=40)
        came = payment(number, item.balance.minor, effective_at=at, received_at=at)
        self.ledger.post(post_payment(came, case.account_id, item))

    def events(self, case: Case) -> list[str]:
        facts = self.ledger.timeline(case.account_id, 100).items
        return [fact["event"] for fact in reversed(facts) if fact["kind"] == "case_event"]

    def impatient_machine(self) -> str:
        """The same definition without retries, so that a test need not wait for them."""
        deployed = self.states.describe_state_machine(
            stateMachineArn=self.stack.outputs["CaseStateMachineArn"]
        )
        definition = json.loads(deployed["definition"])
        for state in definition["States"].values():
            state.pop("Retry", None)
        return str(
            self.states.create_state_machine(
                name="impatient", definition=json.dumps(definition), roleArn=deployed["roleArn"]
            )["stateMachineArn"]
        )

    def succeeded(self, case: Case) -> bool:
        arn = self.stack.outputs["CaseStateMachineArn"].replace(":stateMachine:", ":execution:")
        described = self.states.describe_execution(executionArn=f"{arn}:{case.execution}")
        return bool(described["status"] == "SUCCEEDED")


def until(found: Callable[[], T], what: str) -> T:
    """Ask until there is an answer; the engine works in threads of its own."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    pause = Pause()
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        pause()
    raise AssertionError(what)


class Pause:
    """Longer each time: what is asked works on the same two cores."""

    def __init__(self) -> None:
        self._seconds = 0.02

    def __call__(self) -> None:
        time.sleep(self._seconds)
        self._seconds = min(self._seconds * 1.5, 0.5)


@pytest.fixture(scope="module")
def town(stack: Stack) -> Town:
    return Town(stack)


class Ear:
    """A queue that hears what is published from now on."""

    def __init__(self, stack: Stack, name: str) -> None:
        self._sqs = stack.engine.client("sqs")
        self.url = self._sqs.create_queue(QueueName=f"{name}-inbox")["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.arn = attributes["Attributes"]["QueueArn"]
        self._heard: dict[str, Any] = {}

    def allow(self, service: str, source: str) -> None:
        """Let a service deliver to it."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sqs:SendMessage",
            "Resource": self.arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": source}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})

    def heard(self) -> list[Any]:
        """Everything so far."""
        while messages := self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            self._heard |= {message["MessageId"]: json.loads(message["Body"]) for message in messages}
        return list(self._heard.values())

    def close(self) -> None:
        self._sqs.delete_queue(QueueUrl=self.url)


@pytest.fixture
def bus(town: Town) -> Iterator[Ear]:
    """The events that other systems hear."""
    ear, events = Ear(town.stack, "bus"), town.stack.engine.client("events")
    name = town.stack.outputs["EventBusName"]
    rule = events.put_rule(
        Name="everything", EventBusName=name, EventPattern=json.dumps({"source": ["receivables"]})
    )
    ear.allow("events.amazonaws.com", rule["RuleArn"])
    events.put_targets(Rule="everything", EventBusName=name, Targets=[{"Id": "ear", "Arn": ear.arn}])
    yield ear
    events.remove_targets(Rule="everything", EventBusName=name, Ids=["ear"])
    events.delete_rule(Name="everything", EventBusName=name)
    ear.close()


@pytest.fixture
def finance(town: Town) -> Iterator[Ear]:
    """What finance is told."""
    ear, sns = Ear(town.stack, "finance"), town.stack.engine.client("sns")
    topic = town.stack.outputs["FinanceTopicArn"]
    ear.allow("sns.amazonaws.com", topic)
    subscription = sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=ear.arn, ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    yield ear
    sns.unsubscribe(SubscriptionArn=subscription)
    ear.close()


def test_the_whole_way_to_the_agency_and_a_payment_that_recalls_it(
    town: Town, finance: Ear, bus: Ear
) -> None:
    case = town.rests(town.open())
    assert case.stage is Stage.NOTIFIED
    address = f"{case.customer_id.lower()}@example.com"
    [mail] = [mail for mail in mailbox(town.stack.engine) if address in str(mail.to)]
    assert mail.tags["account_id"]
    case = town.on(case, 10)
    assert case.stage is Stage.AWAITING_SUSPENSION
    link = f"/approvals/{town.approval(case).id}"
    assert until(lambda: any(link in m["Message"] for m in finance.heard()), "finance was not asked")
    case = town.decide(case, approve=True)
    assert (case.stage, case.suspended) == (Stage.SUSPENDED, True)
    case = town.on(case, 24)
    case = town.decide(case, approve=True)
    assert (case.stage, case.placed) == (Stage.PLACED, True)
    s3, bucket = town.stack.engine.client("s3"), town.stack.outputs["AgencyBucketName"]
    file = json.loads(s3.get_object(Bucket=bucket, Key=f"placements/{case.id}.json")["Body"].read())
    assert file["open"] == {"amount": "350.00", "currency": "EUR"}
    for number in case.invoices:
        town.pay(case, number)
    closed = town.closes(case)
    assert (closed.outcome, closed.stage) == (Outcome.PAID, Stage.CLOSED)
    assert s3.get_object(Bucket=bucket, Key=f"recalls/{case.id}.json")
    assert until(lambda: town.succeeded(closed), "the execution did not end")
    assert town.events(closed)[-2:] == ["placed", "closed"]
    assert len([mail for mail in mailbox(town.stack.engine) if address in str(mail.to)]) == 1
    told = {"service.suspended", "case.placed", "service.restored", "case.recalled", "payment.received"}
    assert until(lambda: told <= {e["detail-type"] for e in bus.heard()}, "the bus was not told everything")
    assert address not in json.dumps(bus.heard())


def test_rejected_it_is_asked_again_after_the_review_and_a_payment_at_once_closes_it(town: Town) -> None:
    case = town.on(town.rests(town.open()), 10)
    first = town.approval(case)
    case = town.decide(case, approve=False)
    assert case.stage is Stage.IN_REVIEW
    case = town.on(case, 40)
    assert case.stage is Stage.AWAITING_SUSPENSION
    assert town.approval(case).id != first.id
    town.pay(case, case.invoices[0])
    case = town.rests(case)
    assert case.stage is Stage.AWAITING_SUSPENSION
    town.pay(case, case.invoices[1])
    closed = town.closes(case)
    assert closed.outcome is Outcome.PAID
    assert not closed.suspended


def test_the_sweep_starts_a_case_that_nobody_started(town: Town) -> None:
    case = town.open(start=False)
    assert town.workflow.state(case.execution) is WorkflowState.MISSING
    found = town.stack.invoke("sweep", {"time": "2026-05-01T09:00:00Z", "scope": "outstanding"})
    assert found["started"] >= 1
    assert town.rests(case).stage is Stage.NOTIFIED


def test_the_daily_sweep_follows_an_execution_that_was_stopped(town: Town) -> None:
    case = town.rests(town.open())
    arn = town.stack.outputs["CaseStateMachineArn"].replace(":stateMachine:", ":execution:")
    town.states.stop_execution(executionArn=f"{arn}:{case.execution}")
    found = town.stack.invoke("sweep", {"time": "2026-05-02T03:00:00Z", "scope": "full"})
    assert found["restarted"] >= 1
    assert found["scanned"] >= 1
    case = town.on(case, 10)
    assert (case.run, case.stage) == (2, Stage.AWAITING_SUSPENSION)


def test_a_case_whose_tasks_fail_is_marked_and_its_execution_fails(town: Town) -> None:
    case = town.open(start=False)
    town.dynamodb.delete_item(TableName=town.customers, Key={"id": {"S": case.customer_id}})
    impatient = town.impatient_machine()
    started = town.states.start_execution(
        stateMachineArn=impatient,
        name=case.execution,
        input=json.dumps(
            {
                "case_id": case.id,
                "account_id": case.account_id,
                "as_of": "2026-05-01T08:00:00.000000Z",
            }
        ),
    )
    until(lambda: town.cases.get(case.id).failure, "the failure was not recorded")

    def status() -> str:
        return str(town.states.describe_execution(executionArn=started["executionArn"])["status"])

    until(lambda: status() == "FAILED", "the execution did not fail")
    assert town.events(case) == ["opened", "failed"]


def test_a_second_start_and_a_second_token_are_harmless(town: Town) -> None:
    case = town.rests(town.open())
    town.workflow.start(case.execution, case.id, case.account_id, OPENED)
    assert case.token is not None
    town.workflow.resume(case.token)
    town.workflow.resume(case.token)
    assert town.events(town.rests(case)) == ["opened", "notified"]
