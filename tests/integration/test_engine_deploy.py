"""template.yaml itself, deployed to the embedded AWS: everything is there, and only who may gets in."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest

from receivables_local.deploy import Stack, load
from receivables_local.engine import ROOT, EngineError
from receivables_local.identity import PEOPLE
from receivables_local.permissions import Call, Permission, granted, refused, used

pytestmark = [pytest.mark.engine, pytest.mark.slow]


def call(
    stack: Stack, method: str, path: str, token: str | None = None, body: bytes | None = None
) -> tuple[int, str]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": token} if token else {})
    request = urllib.request.Request(stack.api_url + path, data=body, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


def wait_until(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def test_every_function_of_the_checkout_is_deployed(stack: Stack) -> None:
    assert set(stack.functions) == {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}


def test_every_function_finds_what_it_imports(stack: Stack) -> None:
    for name in stack.functions.values():
        answer = stack.engine.client("lambda").invoke(FunctionName=name, Payload=b"{}")
        reply = json.loads(answer["Payload"].read() or b"null")
        error = reply.get("errorType", "") if isinstance(reply, dict) else ""
        assert error not in {"ModuleNotFoundError", "ImportError", "RuntimeError", "MissingSetting"}, (
            name,
            reply,
        )


def test_a_tick_of_an_empty_ledger_nominates_nobody(stack: Stack) -> None:
    assert stack.invoke("nominate", {"time": "2026-01-05T08:00:00Z"})["nominated"] == 0


@pytest.mark.parametrize("scope", ["full", "outstanding"])
def test_a_sweep_of_an_empty_ledger_finds_nothing(stack: Stack, scope: str) -> None:
    found = stack.invoke("sweep", {"time": "2026-01-05T08:00:00Z", "scope": scope})
    assert set(found.values()) == {0}


def test_nobody_uses_the_api_without_a_token(stack: Stack) -> None:
    assert call(stack, "GET", "/company")[0] == 401
    assert call(stack, "GET", "/company", "Bearer made.up.token")[0] == 401


@pytest.mark.parametrize("person", PEOPLE)
def test_people_of_every_role_read(stack: Stack, person: str) -> None:
    assert call(stack, "GET", "/company", stack.tokens(person))[0] == 200


def test_who_may_only_read_changes_nothing(stack: Stack) -> None:
    body = json.dumps({"name": "Example"}).encode()
    assert call(stack, "POST", "/customers", stack.tokens("read-only"), body)[0] == 403


def test_an_unsigned_webhook_is_refused(stack: Stack) -> None:
    assert call(stack, "POST", "/webhooks/stripe/main", body=b"{}")[0] in {400, 401}


def test_an_unknown_path_is_refused(stack: Stack) -> None:
    assert call(stack, "GET", "/no/such/path", stack.tokens("admin"))[0] in {403, 404}


def test_a_browser_may_ask_before_it_calls(stack: Stack) -> None:
    request = urllib.request.Request(stack.api_url + "/company", method="OPTIONS")
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("scope", ["full", "rest"])
def test_a_check_of_the_ledger_may_write_where_it_stands(stack: Stack, scope: str) -> None:
    found = stack.invoke("check_ledger", {"time": "2026-01-05T02:00:00Z", "scope": scope})
    assert found["unfinished"] == found["differing"] == 0


def test_a_reconciliation_may_write_where_it_stands_and_a_sweep_of_collections_finds_none(
    stack: Stack,
) -> None:
    """Without credentials the processor cannot be asked: the run says so, and stays under way."""
    settings = {
        "rev": json.loads(call(stack, "GET", "/company", stack.tokens("admin"))[1])["rev"],
        "name": "Blum AG",
        "processors": [{"processor": "gocardless", "endpoint": "main", "reconciled": True}],
    }
    body = json.dumps(settings).encode()
    assert call(stack, "PUT", "/company", stack.tokens("admin"), body)[0] == 200
    found = stack.invoke("reconcile_payments", {"time": "2026-01-05T03:00:00Z", "scope": "full"})
    assert found == {"finished": 0, "unfinished": 0, "failed": 1}
    found = stack.invoke("reconcile_payments", {"time": "2026-01-06T03:00:00Z", "scope": "full"})
    assert found["failed"] == 1
    assert stack.invoke("collect_payments", {"time": "2026-01-05T09:15:00Z"}) == {
        "failed": 0,
        "unfinished": 0,
    }
    functions = {"reconcile_payments", "collect_payments"}
    assert [each for each in refused(stack) if each.function in functions] == []


def test_schedules_are_there_and_switched_off(stack: Stack) -> None:
    schedules = stack.engine.client("scheduler").list_schedules()["Schedules"]
    assert {found["State"] for found in schedules} == {"DISABLED"}
    assert len(schedules) == 9


def test_the_stack_is_found_again_by_its_engine(stack: Stack) -> None:
    again = load(stack.engine)
    assert again.outputs == stack.outputs
    assert again.tokens("finance")


def test_a_stack_is_not_found_after_its_engine_has_gone(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack.engine, "_port", 1)
    with pytest.raises(EngineError, match="stack is gone"):
        load(stack.engine)


def test_no_function_may_publish_to_what_it_does_not_publish_to(stack: Stack) -> None:
    publishing = {found.function for found in granted(stack) if found.action == "events:PutEvents"}
    assert publishing == {"publish_facts", "import_statement"}


def test_a_permission_covers_calls_on_its_resources_only() -> None:
    permission = Permission("api", "s3:PutObject", ("arn:aws:s3:::imports/new/*",))
    assert permission.covers(Call("api", "s3:PutObject", "arn:aws:s3:::imports/new/a.csv", allowed=True))
    assert not permission.covers(Call("api", "s3:PutObject", "arn:aws:s3:::imports/old/a.csv", allowed=True))
    assert not permission.covers(Call("api", "s3:GetObject", "arn:aws:s3:::imports/new/a.csv", allowed=True))


def test_what_ses_says_reaches_its_function_and_is_recorded_with_the_permissions_it_has(stack: Stack) -> None:
    """A bounce for a customer and a notice that nobody knows is read, and left alone."""
    said = {
        "eventType": "Bounce",
        "mail": {
            "timestamp": "2026-01-05T08:00:00.000Z",
            "messageId": "m-1",
            "tags": {"notice_id": ["ntc_01KEVKM9G06JJZN12EN28K1P3V"], "account_id": ["nobody_EUR"]},
        },
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "timestamp": "2026-01-05T08:00:01.000Z",
            "bouncedRecipients": [{"emailAddress": "nobody@example.com"}],
        },
    }
    stack.engine.client("sns").publish(TopicArn=stack.outputs["DeliveryTopicArn"], Message=json.dumps(said))
    wait_until(lambda: "record_delivery" in {found.function for found in used(stack)})
    assert [found for found in refused(stack) if found.function == "record_delivery"] == []
