"""What was begun and got lost is found again: by the provider's events, and by the sweep."""

import json
from collections.abc import Mapping
from datetime import datetime

import pytest

from receivables.core.clock import format_instant
from receivables_cli.demo.rest import wait_until
from tests.e2e.world import World, at, eventually

pytestmark = pytest.mark.engine

PART_OF_A_DAY = {"scope": "outstanding"}
WHOLE = {"scope": "full"}


def sweep(world: World, as_of: datetime, scope: Mapping[str, str]) -> Mapping[str, int]:
    """The schedule's sweep and all that follows from it; what it found."""
    found = world.stack.invoke("sweep", {"time": format_instant(as_of), **scope})
    world.settle()
    return dict(found)


def debtor(world: World) -> tuple[str, str]:
    """A customer who owes 100.00, due on 2 March 2026, and was reminded three days later."""
    customer = world.customer(at("2026-02-02", "06:00"))
    number = world.invoice(customer, "2026-02-02", "2026-03-02")
    world.tick(at("2026-03-05"))
    assert world.steps(customer) == ["reminder-1"]
    return customer, number


def change(world: World, customer: str, place: str, expression: str, values: Mapping | None = None) -> None:
    """Change an item behind the stack's back, as a defect or a disaster would."""
    world.client("dynamodb").update_item(
        TableName=world.stack.outputs["ReceivablesTableName"],
        Key={"pk": {"S": f"A#{customer}.EUR"}, "sk": {"S": place}},
        UpdateExpression=expression,
        **(dict(values) if values else {}),
    )


def say(world: World, customer: str, kind: str, about: Mapping) -> None:
    """What the provider says about the customer's last e-mail."""
    mail = world.mails(customer)[-1]
    tags = {name: [value] for name, value in mail.tags.items()}
    described = {"messageId": mail.message_id, "destination": list(mail.to), "tags": tags}
    event = {
        "eventType": kind,
        "mail": {"timestamp": "2026-03-05T18:00:00.000Z", **described},
        kind.lower(): about,
    }
    world.client("sns").publish(TopicArn=world.stack.outputs["DeliveryTopicArn"], Message=json.dumps(event))


def last_notice(world: World, customer: str) -> Mapping:
    timeline = world.api("read-only").listed(f"/accounts/{customer}.EUR/timeline")
    return next(fact for fact in timeline if fact["kind"] == "notice")


def test_a_bounce_stops_mail_to_that_address(world: World) -> None:
    customer, _ = debtor(world)
    address = world.mails(customer)[-1].to[0]
    bounced = {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [{"emailAddress": address}],
        "timestamp": "2026-03-05T18:00:01.000Z",
    }
    say(world, customer, "Bounce", bounced)
    read = world.api("read-only")
    wait_until(lambda: "email" in read.get(f"/customers/{customer}")["suppressed"], "the suppression")
    assert last_notice(world, customer)["state"] == "bounced"
    world.tick(at("2026-03-12"))
    assert len(world.mails(customer)) == 1
    assert last_notice(world, customer)["state"] == "unreachable"


def test_an_unknown_outcome_is_reported_never_sent_again_and_settled_by_the_provider(world: World) -> None:
    customer, _ = debtor(world)
    notice = last_notice(world, customer)
    claimed = {
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": {
            ":claimed": {"S": "claimed"},
            ":list": {"S": "notice"},
            ":at": {"S": notice["at"]},
        },
    }
    place = f"9#{notice['at']}#notice#{notice['id']}"
    change(world, customer, place, "SET #state = :claimed, worklist = :list, worklist_at = :at", claimed)
    assert sweep(world, at("2026-03-05", "19:00"), PART_OF_A_DAY)["unknown"] == 1
    unknown = world.api("finance").listed("/notices", state="unknown")
    assert notice["id"] in [each["id"] for each in unknown]
    say(world, customer, "Delivery", {"timestamp": "2026-03-05T18:00:01.000Z", "recipients": []})
    wait_until(lambda: last_notice(world, customer)["state"] == "delivered", "the delivery")
    assert len(world.mails(customer)) == 1


def test_an_account_that_the_index_lost_is_found_by_the_daily_sweep(world: World) -> None:
    customer, _ = debtor(world)
    change(world, customer, "0#account", "REMOVE due_shard")
    world.tick(at("2026-03-13"))
    assert world.steps(customer) == ["reminder-1"]
    assert sweep(world, at("2026-03-13", "20:00"), WHOLE)["missed"] >= 1
    assert world.steps(customer) == ["reminder-1", "reminder-2"]


def test_a_webhook_that_the_stream_lost_is_handed_out_again(world: World) -> None:
    customer, number = debtor(world)
    functions, name = world.client("lambda"), world.stack.functions["apply_payment"]
    (mapping,) = functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        receipt = world.receipt(number, at("2026-03-06", "12:00"))
        assert world.deliver(world.signed(receipt), receipt.at) == 200
        found = world.stack.invoke(
            "sweep", {"time": format_instant(at("2026-03-06", "12:30")), **PART_OF_A_DAY}
        )
        assert found["redriven"] == 1
    finally:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    wait_until(world.watch.inbox_is_empty, "the inbox")
    assert world.account(customer)["balance"]["amount"] == "0.00"
    assert world.account(customer)["unapplied"]["amount"] == "0.00"


def test_a_case_whose_workflow_has_ended_is_taken_up_again(world: World) -> None:
    customer, _ = debtor(world)
    world.tick(at("2026-04-01"))
    case_id = world.account(customer)["case"]["id"]
    workflow, machine = world.client("stepfunctions"), world.stack.outputs["CaseStateMachineArn"]
    execution = f"{machine.replace(':stateMachine:', ':execution:')}:{case_id}"
    workflow.stop_execution(executionArn=execution)

    def stopped() -> bool | None:
        return workflow.describe_execution(executionArn=execution)["status"] == "ABORTED" or None

    eventually(stopped, "the end of the execution")
    assert sweep(world, at("2026-04-02", "03:00"), WHOLE)["restarted"] == 1
    world.days("2026-04-11", "2026-04-13")
    assert world.account(customer)["case"]["stage"] == "awaiting_suspension"
