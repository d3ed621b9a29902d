"""The functions of the collection, from the event to what is in the mailbox, the queue and the tables."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions.nominate.app import handler as nominate
from functions.record_delivery.app import handler as record_delivery
from functions.work_account.app import handler as work_account
from receivables.adapters.dynamodb.configuration import ConfigurationTable, DynamoCompany, DynamoSwitch
from receivables.core.clock import format_instant
from receivables.core.configuration import Switch
from receivables.core.errors import InvalidInput
from receivables.notices.notice import NoticeState
from receivables.runtime.observability import logger
from receivables_local.engine import Engine
from receivables_local.mailbox import mailbox, text_messages
from tests.builders import NOW
from tests.integration.collection.conftest import Debtor, at

pytestmark = pytest.mark.engine
EVENTS = Path(__file__).parents[3] / "events"


class Context:
    """What of Lambda's context the functions look at."""

    aws_request_id = "request-1"
    function_name = "test"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:test"


def records(*bodies: object) -> dict[str, Any]:
    made = [
        {"messageId": f"m{n}", "body": body if isinstance(body, str) else json.dumps(body)}
        for n, body in enumerate(bodies)
    ]
    return {"Records": made}


def turn(owing: Debtor, days: int) -> dict[str, str]:
    return {"account_id": owing.account_id, "as_of": format_instant(at(days))}


def feedback(name: str, owing: Debtor) -> dict[str, Any]:
    """A sample of the provider's events, about the debtor's newest notice."""
    sample = json.loads((EVENTS / "record_delivery" / f"{name}.json").read_text())["Records"][0]
    event: dict[str, Any] = json.loads(sample["body"])
    event["mail"]["tags"] |= {"notice_id": [owing.notices[0].id], "account_id": [f"{owing.id}_EUR"]}
    return event


def mails_to(engine: Engine, owing: Debtor) -> list[Any]:
    tag = f"{owing.id}_EUR"
    return [mail for mail in mailbox(engine) if dict(mail.tags).get("account_id") == tag]


@pytest.fixture
def switch(engine: Engine, environment: dict[str, str]) -> Any:
    table = ConfigurationTable(environment["CONFIGURATION_TABLE"], engine.client("dynamodb"))
    yield DynamoSwitch(table)
    DynamoSwitch(table).move(Switch())


def test_a_message_of_the_queue_becomes_a_mail_and_a_text_message(
    engine: Engine, environment: dict[str, str], debtor: Any
) -> None:
    owing = debtor(phone="+4915112345000", sms_consent=True, locale="de_DE")
    assert work_account(records(turn(owing, 10)), Context()) == {"batchItemFailures": []}
    [mail] = mails_to(engine, owing)
    assert mail.to == ("ada@example.com",)
    assert "billing@acme.example" in mail.sender
    assert owing.numbers[0] in mail.text
    assert owing.numbers[0] in mail.html
    [text] = [message for message in text_messages(engine) if message.to == "+4915112345000"]
    assert "100,00 EUR" in text.text
    assert {notice.state for notice in owing.notices} == {NoticeState.SENT}


def test_a_bad_message_fails_alone_and_the_others_are_done(
    engine: Engine, environment: dict[str, str], debtor: Any
) -> None:
    owing = debtor()
    event = records("not json", turn(owing, 0), {"account_id": "C-1.EUR"}, {"account_id": 5, "as_of": "x"})
    answer = work_account(event, Context())
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["m0", "m2", "m3"]
    assert len(mails_to(engine, owing)) == 1


def test_an_account_that_does_not_exist_is_done_with(environment: dict[str, str]) -> None:
    message = {"account_id": "nobody.EUR", "as_of": format_instant(NOW)}
    assert work_account(records(message), Context()) == {"batchItemFailures": []}


def test_nothing_personal_is_in_the_logs(
    environment: dict[str, str],
    debtor: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logs = io.StringIO()
    for log_handler in logger.underlying.handlers:
        monkeypatch.setattr(log_handler, "stream", logs)
    owing = debtor(name="Canary Quince", email="canary.quince@example.com")
    work_account(records(turn(owing, 0)), Context())
    record_delivery(records(feedback("bounce_permanent", owing)), Context())
    written = logs.getvalue() + "".join(capsys.readouterr())
    assert "account worked" in written
    assert "anary" not in written


def test_a_tick_queues_whose_turn_it_is(engine: Engine, environment: dict[str, str], debtor: Any) -> None:
    owing, later = debtor(), debtor()
    work_account(records(turn(later, -20)), Context())
    answer = nominate({"time": "2026-02-10T12:00:00Z"}, Context())
    assert answer["as_of"] == "2026-02-10T12:00:00.000000Z"
    queued = drain(engine, environment["ACCOUNTS_QUEUE_URL"])
    assert len(queued) == answer["nominated"]
    assert {"account_id": owing.account_id, "as_of": answer["as_of"]} in queued
    assert later.account_id not in {message["account_id"] for message in queued}


def test_a_tick_without_its_time_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="time"):
        nominate({}, Context())


def test_the_kill_switch_stops_the_tick_and_what_is_queued_already(
    engine: Engine, environment: dict[str, str], debtor: Any, switch: DynamoSwitch
) -> None:
    owing = debtor()
    switch.move(Switch(engaged=True, reason="a bug", by="fay", at=NOW))
    assert nominate({"time": "2026-03-02T12:00:00Z"}, Context())["halted"] is True
    assert drain(engine, environment["ACCOUNTS_QUEUE_URL"]) == []
    assert work_account(records(turn(owing, 0)), Context()) == {"batchItemFailures": []}
    assert mails_to(engine, owing) == []
    switch.move(Switch())
    work_account(records(turn(owing, 0)), Context())
    assert len(mails_to(engine, owing)) == 1


def test_the_companys_name_and_reply_address_are_in_the_mail(
    engine: Engine, environment: dict[str, str], debtor: Any
) -> None:
    store = DynamoCompany(ConfigurationTable(environment["CONFIGURATION_TABLE"], engine.client("dynamodb")))
    before = store.get()
    now = store.put(replace(before, name="Söhne & Co", reply_to="help@acme.example", policy_id=None))
    owing = debtor()
    work_account(records(turn(owing, 0)), Context())
    [mail] = mails_to(engine, owing)
    assert "Söhne & Co" in mail.text
    assert mail.reply_to == ("help@acme.example",)
    store.put(replace(before, rev=now.rev))


def test_a_bounce_settles_the_notice_and_stops_mail_to_the_address(
    engine: Engine, environment: dict[str, str], debtor: Any
) -> None:
    owing = debtor()
    work_account(records(turn(owing, 0)), Context())
    bounce = feedback("bounce_permanent", owing)
    assert record_delivery(records(bounce, bounce), Context()) == {"batchItemFailures": []}
    assert [notice.state for notice in owing.notices] == [NoticeState.BOUNCED]
    assert owing.customers.get(owing.id).suppressed == {"email": "bounce Permanent General"}
    work_account(records(turn(owing, 3)), Context())
    assert len(mails_to(engine, owing)) == 1
    assert owing.notices[0].state is NoticeState.UNREACHABLE


def test_foreign_and_broken_feedback_leaves_the_rest_alone(
    engine: Engine, environment: dict[str, str], debtor: Any
) -> None:
    owing = debtor()
    work_account(records(turn(owing, 0)), Context())
    foreign = json.loads((EVENTS / "record_delivery" / "foreign.json").read_text())["Records"][0]["body"]
    answer = record_delivery(records(foreign, "{", feedback("delivery", owing)), Context())
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["m1"]
    assert [notice.state for notice in owing.notices] == [NoticeState.DELIVERED]


@pytest.mark.parametrize("path", sorted(EVENTS.glob("work_account/*.json")), ids=lambda path: path.stem)
def test_the_sample_events_of_the_worker_are_understood(path: Path, environment: dict[str, str]) -> None:
    answer = work_account(json.loads(path.read_text()), Context())
    assert len(answer["batchItemFailures"]) == ("bad" in path.stem)


@pytest.mark.parametrize("path", sorted(EVENTS.glob("record_delivery/*.json")), ids=lambda path: path.stem)
def test_the_sample_events_of_the_provider_are_understood(path: Path, environment: dict[str, str]) -> None:
    assert record_delivery(json.loads(path.read_text()), Context()) == {"batchItemFailures": []}


def drain(engine: Engine, queue: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        answer = engine.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        if not answer.get("Messages"):
            return found
        found.extend(json.loads(message["Body"]) for message in answer["Messages"])
