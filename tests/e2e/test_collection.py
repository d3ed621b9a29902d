"""A ledger is collected, day by day, by the deployed template; and what an operator may do meanwhile."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from receivables.core.clock import format_instant
from receivables.core.money import Money
from receivables_cli.api import ApiProblem
from receivables_cli.demo.books import Books, read_books
from receivables_cli.demo.checks import check
from receivables_cli.demo.person import FinancePerson
from receivables_cli.demo.play import Player, Stage
from receivables_cli.demo.rest import wait_until
from receivables_cli.demo.story import Bill, Debtor, Receipt, Story
from receivables_local.mailbox import mailbox
from tests.e2e.world import World, at, eventually

pytestmark = pytest.mark.engine

CURRENCY = "CHF"
"""Of the story alone, so that other tests' money is told apart from it."""


def small_story() -> Story:
    """Sixty days with one payer of each kind."""
    issued, due = at("2026-01-05").date(), at("2026-01-20").date()
    zones = {"on-time": "America/New_York", "late": "Europe/Berlin", "parts": "Asia/Tokyo", "never": "UTC"}
    debtors = [
        Debtor(f"story-{name}", name, f"{name}@example.com", "+15550100123", "en_US", zone, sms_consent=True)
        for name, zone in zones.items()
    ]
    amounts = {"on-time": "120.00", "late": "80.50", "parts": "999.99", "never": "40.00"}
    bills = [
        Bill(f"STORY-{name}", f"story-{name}", Money.parse(amount, CURRENCY), issued, due)
        for name, amount in amounts.items()
    ]

    def paid(name: str, amount: str, day: str, processor: str = "stripe", reference: str = "") -> Receipt:
        money = Money.parse(amount, CURRENCY)
        return Receipt(
            f"story-{name}-{day}", processor, money, at(day, "12:00"), reference or f"STORY-{name}", name
        )

    receipts = [
        paid("on-time", "120.00", "2026-01-19"),
        paid("late", "80.50", "2026-01-31", "standardwebhooks"),
        paid("parts", "400.00", "2026-01-22"),
        paid("parts", "700.00", "2026-02-04"),
        paid("nobody", "5.00", "2026-02-05", reference="PO-1"),
    ]
    return Story(
        "a small story", issued, issued + timedelta(days=60), tuple(debtors), tuple(bills), tuple(receipts)
    )


def test_a_small_ledger_is_collected_in_sixty_days(world: World) -> None:
    story = small_story()
    stage = Stage(
        api=world.api("finance"),
        finance=FinancePerson(world.api("finance-2"), seed=1),
        watch=world.watch,
        tick=lambda as_of: world.stack.invoke("nominate", {"time": format_instant(as_of)})["nominated"],
        secret=world.stack.webhook_secret,
    )
    before = {mail.message_id for mail in mailbox(world.stack.engine)}
    counts = Player(stage, story, lambda _: None).play()
    books = of_the_story(read_books(world.stack.engine.client, world.stack.outputs))
    fresh = [mail for mail in mailbox(world.stack.engine) if mail.message_id not in before]
    assert counts.repeated == 1
    mine = {a.id: (f"{a.balance.decimal:f}", f"{a.unapplied.decimal:f}") for a in books.accounts}
    assert mine == {
        "story-on-time.CHF": ("0.00", "0.00"),
        "story-late.CHF": ("0.00", "0.00"),
        "story-parts.CHF": ("0.00", "100.01"),
        "story-never.CHF": ("40.00", "0.00"),
    }
    assert world.steps("story-on-time", CURRENCY) == ["friendly"]
    assert world.steps("story-late", CURRENCY) == [
        "friendly",
        "due",
        "reminder-1",
        "reminder-2",
        "reminder-2",
    ]
    assert [case.customer_id for case in books.active_cases()] == ["story-never"]
    found = check(books, story, Counter(mail.tags.get("notice_id", "") for mail in fresh))
    assert [(each.what, each.found) for each in found if not each.holds] == []


def of_the_story(books: Books) -> Books:
    """The books in the story's currency."""

    def mine(account_id: str) -> bool:
        return account_id.endswith(f".{CURRENCY}")

    return Books(
        accounts=[account for account in books.accounts if mine(account.id)],
        invoices={n: invoice for n, invoice in books.invoices.items() if mine(invoice.account_id)},
        open_items={n: item for n, item in books.open_items.items() if item.balance.currency == CURRENCY},
        entries=[entry for entry in books.entries if mine(entry.account_id)],
        notices=[notice for notice in books.notices if mine(notice.account_id)],
        cases=[case for case in books.cases if mine(case.account_id)],
    )


def test_after_skipped_days_there_is_one_notice_not_several(world: World) -> None:
    customer = world.customer(at("2026-05-01"))
    world.invoice(customer, "2026-05-01", "2026-06-01")
    world.tick(at("2026-05-26"))
    world.tick(at("2026-06-23"))
    world.tick(at("2026-06-23"))
    assert world.steps(customer) == ["friendly", "reminder-3"]
    assert len(world.mails(customer)) == 2


def test_a_payment_stops_the_reminders(world: World) -> None:
    customer = world.customer(at("2026-05-01"))
    number = world.invoice(customer, "2026-05-01", "2026-06-01")
    world.tick(at("2026-06-04"))
    sent = world.mails(customer)
    assert len(sent) == 1
    assert number in sent[0].text
    world.pay(world.receipt(number, at("2026-06-10", "12:00")))
    world.days("2026-06-11", "2026-06-12")
    world.tick(at("2026-07-10"))
    assert world.mails(customer) == sent
    assert world.account(customer)["case"] is None


def test_the_kill_switch_stops_what_is_queued_too(world: World) -> None:
    customer = world.customer(at("2026-05-01"))
    world.invoice(customer, "2026-05-01", "2026-06-01")
    admin = world.api("admin", at("2026-06-04", "08:00"))
    admin.put("/kill-switch", {"engaged": True, "reason": "a test"})
    try:
        assert world.tick(at("2026-06-04"))["halted"] is True
        queued = {"account_id": f"{customer}.EUR", "as_of": format_instant(at("2026-06-04"))}
        world.client("sqs").send_message(
            QueueUrl=world.stack.outputs["AccountsQueueUrl"], MessageBody=json.dumps(queued)
        )
        world.settle()
        assert world.mails(customer) == []
    finally:
        admin.put("/kill-switch", {"engaged": False, "reason": "over"})
    world.tick(at("2026-06-05"))
    assert len(world.mails(customer)) == 1


def drop(world: World, name: str, *rows: str) -> Mapping[str, Any]:
    """Drop a file as Excel in Germany writes it; the report on it."""
    bucket, s3 = world.stack.outputs["ImportsBucketName"], world.client("s3")
    s3.put_object(Bucket=bucket, Key=f"imports/{name}.csv", Body="\r\n".join(rows).encode("utf-8-sig"))

    def report() -> Mapping[str, Any] | None:
        found = s3.list_objects_v2(Bucket=bucket, Prefix=f"imports/{name}.report").get("Contents")
        return json.load(s3.get_object(Bucket=bucket, Key=found[0]["Key"])["Body"]) if found else None

    return eventually(report, "the report")


def test_dropped_files_are_imported_and_reported(world: World) -> None:
    header = "id;name;email;country"
    done = drop(world, "customers", header, "drop-1;Dropped;dropped@example.com;DE", "drop-2;;nobody;DE")
    assert (done["state"], done["created"], done["failed"]) == ("done", 1, 1)
    assert [(error["row"], error["field"]) for error in done["errors"]] == [(3, "name"), (3, "email")]
    changed = drop(world, "changes", header, "drop-1;Renamed;dropped@example.com;DE")
    assert changed["updated"] == 1
    known = world.api("read-only").get("/customers/drop-1")
    assert (known["name"], known["timezone"]) == ("Renamed", "Europe/Berlin")
    invoices = drop(
        world, "invoices", "number;customer;date;amount;currency", "DROP-1;drop-1;31.3.2026;1.234,50;EUR"
    )
    assert invoices["created"] == 1
    invoice = world.api("read-only").get("/invoices/DROP-1")
    assert (invoice["amount"]["amount"], invoice["due_date"]) == ("1234.50", "2026-04-30")


def test_a_request_that_is_repeated_under_its_key_is_answered_once(world: World) -> None:
    finance, body = world.api("finance", at("2026-05-01")), {"name": "Once", "email": "once@example.com"}
    first = finance.post("/customers", body, key="e2e-once")
    assert finance.post("/customers", body, key="e2e-once") == first
    changed = finance.patch(f"/customers/{first['id']}", {"rev": first["rev"], "name": "Once more"})
    assert changed["name"] == "Once more"


def test_people_may_do_what_their_role_says(world: World) -> None:
    def status(person: str, method: str, path: str, body: object = None) -> int:
        try:
            api = world.api(person, at("2026-05-01"))
            api.get(path) if method == "GET" else getattr(api, method.lower())(path, body)
        except ApiProblem as problem:
            return problem.status
        return 200

    switch = {"engaged": False, "reason": "a test"}
    customer = {"name": "By role", "email": "role@example.com"}
    assert [status(who, "GET", "/customers") for who in ("read-only", "finance", "admin")] == [200] * 3
    assert [status(who, "POST", "/customers", customer) for who in ("read-only", "finance", "admin")] == [
        403,
        200,
        200,
    ]
    assert [status(who, "PUT", "/kill-switch", switch) for who in ("read-only", "finance", "admin")] == [
        403,
        403,
        200,
    ]
    stranger = type(world.api("admin"))(world.stack.api_url, None)
    forger = type(stranger)(world.stack.api_url, world.stack.tokens("admin")[:-8] + "AAAAAAAA")
    for api in (stranger, forger):
        with pytest.raises(ApiProblem) as refused:
            api.get("/customers")
        assert refused.value.status in (401, 403)


def test_the_schedule_ticks_by_itself_once_it_is_enabled(world: World) -> None:
    scheduler = world.client("scheduler")
    schedule = scheduler.get_schedule(Name=f"{world.stack.name}-nominate")
    assert (schedule["State"], schedule["ScheduleExpression"]) == ("DISABLED", "rate(5 minutes)")
    customer = world.customer(datetime.now(UTC) - timedelta(days=60))
    today = datetime.now(UTC).date()
    world.invoice(
        customer, (today - timedelta(days=50)).isoformat(), (today - timedelta(days=10)).isoformat()
    )
    known = {name: schedule[name] for name in ("Name", "Target", "FlexibleTimeWindow")}
    moment = (datetime.now(UTC) + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S")
    scheduler.update_schedule(**known, ScheduleExpression=f"at({moment})", State="ENABLED")
    try:
        sent = eventually(lambda: world.mails(customer) or None, "a reminder", seconds=40)
    finally:
        scheduler.update_schedule(**known, ScheduleExpression="rate(5 minutes)", State="DISABLED")
    assert len(sent) == 1


def test_a_poison_message_ends_in_the_dead_letters_and_a_good_one_returns(world: World) -> None:
    customer = world.customer(at("2026-05-01"))
    world.invoice(customer, "2026-05-01", "2026-06-01")
    outputs, sqs = world.stack.outputs, world.client("sqs")
    queue, dead = outputs["AccountsQueueUrl"], outputs["AccountsDeadLettersUrl"]
    patience = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])["Attributes"]
    # Five attempts at three minutes each would make a long test.
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "0"})
    try:
        sqs.send_message(QueueUrl=queue, MessageBody='{"account_id": 7}')
        wait_until(lambda: world.dead("Accounts") == 1, "the poison message")
    finally:
        sqs.set_queue_attributes(QueueUrl=queue, Attributes=patience)
    (poison,) = sqs.receive_message(QueueUrl=dead, VisibilityTimeout=0)["Messages"]
    assert poison["Body"] == '{"account_id": 7}'
    sqs.purge_queue(QueueUrl=dead)
    good = {"account_id": f"{customer}.EUR", "as_of": format_instant(at("2026-06-04"))}
    sqs.send_message(QueueUrl=dead, MessageBody=json.dumps(good))
    assert _redrive(world) == 1
    world.settle()
    assert world.dead("Accounts") == 0
    assert world.steps(customer) == ["reminder-1"]


def _redrive(world: World) -> int:
    from receivables_cli.commands.operations import redrive

    class Here:
        outputs, client = world.stack.outputs, staticmethod(world.client)

    return redrive(Here(), "Accounts")  # type: ignore[arg-type]
