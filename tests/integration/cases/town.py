"""The deployed stack as the tests of cases see it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from receivables.adapters.dynamodb.cases import DynamoCases
from receivables.adapters.dynamodb.ledger import DynamoLedger
from receivables.adapters.stepfunctions import StepFunctionsWorkflow
from receivables.cases.case import Approval, Case
from receivables.cases.opening import new_case
from receivables.core.clock import zone
from receivables.dunning.policy import DEFAULT_POLICY
from receivables.ledger.allocation import Named
from receivables.ledger.receiving import receive
from receivables.terms import Settlement
from receivables.usecases.cases import DecideApproval
from receivables.usecases.wake_case import wake
from receivables_local.deploy import Stack
from tests.builders import day, invoice, issued, payment

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

    def owes(self) -> str:
        """The account of a customer who owes 350.00 EUR in two invoices."""
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
        return account_id

    def open(self, *, start: bool = True) -> Case:
        """A case over 350.00 EUR in two invoices."""
        account_id = self.owes()
        working_set = self.ledger.working_set(account_id)
        assert working_set is not None
        account = working_set.account
        numbers = [item.number for item in working_set.open_items]
        case = new_case(account, numbers, DEFAULT_POLICY, OPENED)
        progress = dict.fromkeys(numbers, DEFAULT_POLICY.steps[-1].offset_days)
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
        named, tz = [Named(number)], zone("UTC")
        paid = receive(came, case.account_id, [item], named=named, settlement=Settlement(), tz=tz)
        self.ledger.post(paid)

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
