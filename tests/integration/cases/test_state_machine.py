"""Collection cases on the deployed stack: the real state machine, functions, streams and topics, with IAM enforced."""

from __future__ import annotations

import json

import pytest

from receivables.adapters.dynamodb.hot_directory import HotCustomers
from receivables.adapters.dynamodb.notices import DynamoNotices
from receivables.cases.case import Outcome, Stage
from receivables.cases.ports import WorkflowState
from receivables.notices.ports import Claim
from receivables_local.mailbox import mailbox
from tests.builders import notice
from tests.integration.cases.town import OPENED, Ear, Town, until

pytestmark = [pytest.mark.engine, pytest.mark.slow]


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


def test_the_daily_sweep_has_an_account_worked_that_the_index_does_not_know(town: Town) -> None:
    account_id = town.owes()
    key = {"pk": {"S": f"A#{account_id}"}, "sk": {"S": "0#account"}}
    town.dynamodb.update_item(
        TableName=town.table, Key=key, UpdateExpression="REMOVE due_shard, next_action_at"
    )
    found = town.stack.invoke("sweep", {"time": "2026-05-01T09:00:00Z", "scope": "full"})
    assert found["missed"] >= 1

    def worked() -> bool:
        working_set = town.ledger.working_set(account_id)
        return working_set is not None and working_set.account.worked_at is not None

    assert until(worked, "the account was not worked")


def test_a_notice_with_an_unknown_outcome_is_told_to_operations_once(town: Town) -> None:
    account_id = town.owes()
    working_set = town.ledger.working_set(account_id)
    assert working_set is not None
    account = working_set.account
    customer = HotCustomers(town.dynamodb, town.customers).get(account.customer_id)
    claimed = notice(account_id, at=OPENED, address=customer.email)
    DynamoNotices(town.dynamodb, town.table, town.customers).claim(
        Claim(account_id, account.rev, customer, [claimed], {}, OPENED, None)
    )
    sweep = {"time": "2026-05-01T09:00:00Z", "scope": "outstanding"}
    first, second = town.stack.invoke("sweep", sweep), town.stack.invoke("sweep", sweep)
    assert first["reported"] >= 1
    assert first["unknown"] == second["unknown"]
    assert second["reported"] == 0


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
