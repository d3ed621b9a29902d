"""The operators' command line, on a deployed stack."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from receivables_cli import local
from receivables_cli.main import main
from tests.bank_files import Move, camt
from tests.e2e.world import World, at

pytestmark = pytest.mark.engine

Run = Callable[..., str]


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line on the stack of the tests; what it printed."""
    monkeypatch.setattr(local, "engine", lambda: world.stack.engine)

    def run(line: str, code: int = 0) -> str:
        assert main(line.split()) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    return run


def test_a_day_of_an_operator(world: World, run: Run, tmp_path: Path) -> None:
    customer = world.customer(at("2026-02-02", "06:00"))
    number = world.invoice(customer, "2026-02-02", "2026-03-02")
    assert "accounts queued as of 2026-03-05 18:00 UTC" in run("tick --at 2026-03-05T18:00Z")
    world.settle()

    statement = run(f"account {customer}.EUR --at 2026-03-06T08:00Z")
    assert "owes 100.00 EUR, of which 100.00 EUR overdue" in statement
    assert f"100.00 EUR of {number}" in statement
    assert "notice reminder-1" in statement

    owed = run(f"statement {customer}.EUR --at 2026-03-06T08:00Z")
    assert "owed 100.00 EUR, unapplied credit 0.00 EUR" in owed
    assert number in owed
    before = f"statement {customer}.EUR --as-of 2026-02-01 --at 2026-03-06T08:00Z"
    assert "owed 0.00 EUR" in run(before)
    assert "no difference" in run(f"trial-balance {customer}.EUR")
    assert "0 late charges" in run(f"charges {customer}.EUR")

    address = world.api("read-only").get(f"/customers/{customer}")["email"]
    assert "1 e-mails" in run(f"mailbox --to {address}")
    shown = tmp_path / "n.html"
    run(f"mailbox --to {address} --html {shown}")
    assert number in shown.read_text()

    run("tick --at 2026-04-01T18:00Z")
    world.settle()
    world.days("2026-04-11", "2026-04-13")
    cases = run("cases")
    assert f"{customer}.EUR" in cases
    waiting = world.api("finance").listed("/approvals")
    asked = next(each["id"] for each in waiting if each["account_id"] == f"{customer}.EUR")
    assert asked in cases
    assert "suspend service" in run(f"approve {asked} --as finance-2 --reason agreed --at 2026-04-14T08:00Z")
    world.settle()
    assert "case" in run(f"account {customer}.EUR")

    promise = {"on": "2026-04-20", "amount": {"amount": "100.00", "currency": "EUR"}}
    body = {"parts": [promise], "made_by": "Ada", "channel": "phone"}
    world.api("finance", at("2026-04-14")).post(f"/accounts/{customer}.EUR/promises", body)
    assert "2026-04-20  100.00 EUR" in run(f"arrangements {customer}.EUR")


def test_a_day_of_who_applies_money(world: World, run: Run, tmp_path: Path) -> None:
    customer = world.customer(at("2026-02-02", "06:00"))
    number = world.invoice(customer, "2026-02-02", "2026-03-04", amount="123.45")
    link = run(f"paylink {number} --at 2026-02-20T08:00Z")
    assert "/pay/" in link
    assert "123.45 EUR are open now" in link

    assert "cli: DE75512108001245126199 in EUR" in run("bank add cli --iban DE75512108001245126199")
    file = tmp_path / "statement.xml"
    line = Move("123.45", text="no number", name="A Stranger Ltd", day=date(2026, 3, 2))
    file.write_bytes(camt(line, iban="DE75512108001245126199", reference="CLI-1"))
    imported = run(f"bank import cli {file} --at 2026-03-03T08:00Z")
    assert "1 lines, 1 of them new" in imported
    assert "0 of them new" in run(f"bank import cli {file} --at 2026-03-03T09:00Z")
    assert "CLI-1" in run("bank statements cli")
    world.settle()
    world.stack.invoke("match_payments", {"time": "2026-03-03T10:00:00Z"})

    waiting = run("payments list")
    assert f"{customer}.EUR: {number}" in waiting
    (key,) = (word for word in waiting.split() if word.startswith("bank/cli/"))
    assert f"on {customer}.EUR: placed" in run(f"payments confirm {key} --at 2026-03-03T11:00Z")
    assert key not in run("payments list")
    assert "no difference" in run(f"trial-balance {customer}.EUR")

    assert "nothing changed" in run("replay --at 2026-03-04T08:00Z")
    assert run("payouts")
    assert run("reconcile differences")


def test_the_kill_switch_is_moved_and_shown(run: Run) -> None:
    assert "engaged: nothing is sent" in run("kill-switch on --reason fire")
    try:
        assert "nothing queued: the kill switch is engaged" in run("tick --at 2026-01-01T18:00Z")
        assert "fire" in run("kill-switch status")
    finally:
        assert "released" in run("kill-switch off")


def test_dead_letters_are_listed_and_only_what_came_from_a_queue_returns(run: Run) -> None:
    listed = run("dlq list")
    assert all(queue in listed for queue in ("accounts", "deliveries", "payments", "wakes", "facts"))
    assert "0 messages returned" in run("dlq redrive deliveries")
    assert "messages return only to accounts and deliveries" in run("dlq redrive facts", code=1)


def test_what_the_api_refuses_is_said_in_words(run: Run) -> None:
    assert "404" in run("account nobody.EUR", code=1)
    assert "403" in run("approve apr_1 --as read-only", code=1)


def test_the_state_and_a_token_of_the_stack_are_shown(world: World, run: Run) -> None:
    assert world.stack.api_url in run("local status")
    assert run("token finance").count(".") == 2


def test_a_stack_in_aws_is_found_by_its_name(world: World, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in world.stack.engine.environment().items():
        monkeypatch.setenv(name, value)
    stack = f"--stack {world.stack.name}"
    assert "accounts queued as of 2026-01-01 18:00 UTC" in run(f"tick {stack} --at 2026-01-01T18:00Z")
    world.settle()
    assert "accounts" in run(f"dlq list {stack}")
    assert "RECEIVABLES_TOKEN" in run(f"cases {stack}", code=1)
    assert "cannot read the stack 'nothing'" in run("dlq list --stack nothing", code=1)
