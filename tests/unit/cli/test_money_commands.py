from collections.abc import Callable
from typing import Any

import pytest

from receivables_cli.commands import accounts, money
from receivables_cli.main import main
from tests.unit.cli.fake_api import FakeApi

Run = Callable[..., str]


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


class FakeTarget:
    """A stack with nothing but its API."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers = answers

    def api(self, person: str, as_of: object) -> FakeApi:
        assert person == "read-only"
        assert as_of is None
        return FakeApi(self._answers)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line on a stack that answers as told; what it printed."""

    def run(line: str, answers: dict[str, Any]) -> str:
        for module in (accounts, money):
            monkeypatch.setattr(module, "target", lambda _: FakeTarget(answers))
        assert main(line.split()) == 0
        return capsys.readouterr().out

    return run


def entry(kind: str, change: str, owed: str, **changes: Any) -> dict[str, Any]:
    fact = {
        "entry_kind": kind,
        "at": "2026-03-05T11:00:00.000000Z",
        "effective_at": "2026-03-05T11:00:00.000000Z",
        "invoice": "INV-1",
        "reason": "",
    }
    return {"entry": fact | changes, "change": eur(change), "balance": eur(owed)}


def statement(*lines: dict[str, Any], following: str | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "account_id": "C-1.EUR",
        "on": "2026-03-06",
        "known_at": None,
        "balance": eur("40.00"),
        "unapplied": eur("5.00"),
        "open_items": [],
        "receivables": [],
        "credits": [],
        "totals": {},
        "lines": list(lines),
        "next": following,
    } | changes


def test_a_statement_shows_every_page_with_what_was_recorded_late(run: Run) -> None:
    late = entry("payment", "-60.00", "40.00", effective_at="2026-02-18T09:00:00.000000Z")
    credit = {
        "id": "crd_1",
        "balance": eur("5.00"),
        "effective_at": "2026-02-01T09:00:00Z",
        "source": "credit_note",
        "key": "CN-1",
    }
    item: dict[str, Any] = {"number": "LC-1", "kind": "fee", "concerns": "INV-1", "due_date": "2026-02-04"}
    item |= {"amount": eur("40.00"), "balance": eur("40.00")}
    answers = {
        "/accounts/C-1.EUR/statement?limit=200": statement(
            late, following="two", credits=[credit], open_items=[item]
        ),
        "/accounts/C-1.EUR/statement?limit=200&next=two": statement(
            entry("credit_note", "-9.00", "100.00", reason="[b]damaged[/b]")
        ),
    }
    shown = run("statement C-1.EUR", answers)
    assert "owed 40.00 EUR, unapplied credit 5.00 EUR" in shown
    assert "crd_1" in shown
    assert "credit note CN-1" in shown
    assert "fee on INV-1" in shown
    assert "2026-02-18 09:00   2026-03-05 11:00  payment" in shown
    assert "credit note: [b]damaged[/b]" in shown
    assert "credit note: " not in run("statement C-1.EUR --last 1", answers)


def test_a_statement_of_the_past_is_asked_for_and_shown_as_it_was_known(run: Run) -> None:
    then: dict[str, Any] = {"number": "INV-1", "kind": "invoice", "due_date": "2026-02-04"}
    then |= {"amount": eur("100.00"), "balance": eur("40.00")}
    path = "/accounts/C-1.EUR/statement?limit=200&as_of=2026-02-28&known_at=2026-03-04T00:00:00.000000Z"
    past = statement(
        known_at="2026-03-04T00:00:00.000000Z", receivables=[then], totals={"cash": eur("60.00")}
    )
    shown = run("statement C-1.EUR --as-of 2026-02-28 --known-at 2026-03-04T00:00Z", {path: past})
    assert "on 2026-03-06, as known at 2026-03-04 00:00 UTC" in shown
    assert "INV-1" in shown
    assert "60.00 EUR" in shown
    assert "took effect" not in shown


def charge(number: str, *notes: str, **changes: Any) -> dict[str, Any]:
    return {
        "number": number,
        "self": f"/charges/{number}",
        "kind": "interest",
        "invoice": "INV-1",
        "amount": eur("6.26"),
        "total": eur("6.26"),
        "balance": eur("0.00"),
        "issue_date": "2026-02-26",
        "claimed": True,
        "status": "closed",
        "rule": "late-interest",
        "terms": "net-30/1",
        "rows": [],
        "notes": list(notes),
    } | changes


def test_charges_are_shown_row_by_row_in_the_currencys_own_units_and_notes_once(run: Run) -> None:
    row = {"first": "2026-02-05", "last": "2026-02-19", "days": 15, "rate": "10.15"}
    row |= {"balance": eur("1500.00"), "amount": "625.68493150"}
    first = charge("LC-1", "Rounded once.", rows=[row])
    second = charge("LC-2", "Rounded once.", "flat", kind="fee", claimed=False, balance=eur("40.00"))
    listed = [{"self": "/charges/LC-2"}, {"self": "/charges/LC-1"}]
    answers = {"/charges?account_id=C-1.EUR": listed, "/charges/LC-1": first, "/charges/LC-2": second}
    shown = run("charges C-1.EUR", answers)
    assert "LC-1  interest 6.26 EUR on INV-1, 2026-02-26: closed (rule late-interest of net-30/1)" in shown
    assert "2026-02-05  2026-02-19    15  1500.00           10.15  6.2568493150" in shown
    assert "40.00 EUR open, not claimed" in shown
    assert shown.index("LC-1 ") < shown.index("LC-2 ")
    assert shown.count("Rounded once.") == 1
    assert "notes 1, 2" in shown
    assert "2 late charges" in shown


def test_the_trial_balance_puts_currencies_side_by_side_and_names_who_differs(run: Run) -> None:
    yen = {"amount": "0", "currency": "JPY"}
    found = {
        "accounts": 2,
        "entries": 7,
        "began_at": "2026-03-05T23:00:00Z",
        "finished_at": "2026-03-05T23:00:00Z",
        "differing": 0,
        "findings": [],
        "balances": [
            {"currency": "EUR", "ledgers": {"cash": eur("5.00"), "sales": eur("-5.00")}, "sum": eur("0.00")},
            {"currency": "JPY", "ledgers": {"cash": yen}, "sum": yen},
        ],
    }
    shown = run("trial-balance", {"/trial-balance": found})
    assert "2 accounts, 7 entries, checked 2026-03-05 23:00 UTC" in shown
    assert [line.split() for line in shown.splitlines() if line.startswith((" cash", " sales", " sum"))] == [
        ["cash", "5.00", "0"],
        ["sales", "-5.00"],
        ["sum", "0.00", "0"],
    ]
    assert "no difference" in shown
    finding = {"account_id": "C-1.EUR", "difference": "balance is 1, should be 2"}
    shown = run("trial-balance", {"/trial-balance": found | {"differing": 51, "findings": [finding]}})
    assert "C-1.EUR: balance is 1, should be 2" in shown
    assert "51 differences" in shown


def test_the_trial_balance_of_one_account_is_worked_out_now(run: Run) -> None:
    found = {"account_id": "C-1.EUR", "entries": 3, "differences": ["credit crd_1 is 1"], "currency": "EUR"}
    found |= {"ledgers": {"cash": eur("5.00")}, "sum": eur("0.00")}
    shown = run("trial-balance C-1.EUR", {"/accounts/C-1.EUR/trial-balance": found})
    assert "C-1.EUR: 3 entries" in shown
    assert "1 differences" in shown


def arrangement(kind: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"{kind}_1",
        "kind": kind,
        "state": "partly_kept",
        "amount": eur("100.00"),
        "channel": "phone",
        "made_at": "2026-03-02T14:00:00Z",
        "note": "",
        "ended_at": None,
        "promise": None,
        "plan": None,
        "dispute": None,
    } | changes


def test_arrangements_are_shown_with_their_parts_and_how_they_ended(run: Run) -> None:
    agreed = {
        "receivables": [{"number": "INV-1", "balance": eur("100.00")}],
        "parts": [{"on": "2026-03-20", "amount": eur("100.00")}],
        "made_by": "Ada",
        "grace_days": 2,
    }
    disputed = {
        "disputed": eur("30.00"),
        "invoice": "/invoices/INV-2",
        "reason": "damaged",
        "lines": ["pallet 3"],
        "raised_by": "warehouse",
        "owner": "finance",
        "deadline": "2026-03-10",
        "evidence": [{"name": "photo.jpg", "added_by": "ada"}],
        "credited": eur("9.00"),
    }
    ended = {"ended_at": "2026-03-23T18:00:00Z", "ended_by": "ledger", "ending": "40.00 EUR was paid"}
    listed = [arrangement("promise", promise=agreed, **ended), arrangement("dispute", dispute=disputed)]
    shown = run("arrangements C-1.EUR", {"/accounts/C-1.EUR/arrangements": listed})
    for line in (
        "promise promise_1: partly kept, 100.00 EUR (2026-03-02 14:00, by phone)",
        "with Ada, 2 days of grace",
        "for INV-1 (100.00 EUR)",
        "2026-03-20  100.00 EUR",
        "ended 2026-03-23 18:00: 40.00 EUR was paid (ledger)",
        "30.00 EUR of INV-2: damaged (pallet 3)",
        "raised by warehouse; finance answers by 2026-03-10",
        "evidence: photo.jpg (ada)",
        "credited 9.00 EUR",
    ):
        assert line in shown


def test_an_account_shows_instalments_charges_credit_and_why_it_waits(run: Run) -> None:
    hold = {"until": "2026-03-20T00:00:00Z", "reason": "[red]order number[/]", "by": "ada"}
    item = {
        "number": "INV-1",
        "kind": "invoice",
        "concerns": None,
        "claimed": True,
        "amount": eur("100.00"),
        "balance": eur("60.00"),
        "due_date": "2026-04-05",
        "days_overdue": 12,
        "instalments": [
            {"due_date": "2026-03-05", "balance": eur("0.00"), "days_overdue": 0},
            {"due_date": "2026-04-05", "balance": eur("60.00"), "days_overdue": 12},
        ],
        "hold": hold,
        "extension": {"due_date": "2026-04-20"},
        "short_payment": "Proposed: claim 5.00 EUR.",
        "reminded_to": -7,
    }
    fee = item | {"number": "LC-1", "kind": "fee", "concerns": "INV-1", "claimed": False, "instalments": []}
    plan = {
        "kind": "plan",
        "id": "pln_1",
        "invoices": ["INV-1"],
        "amount": eur("60.00"),
        "until": "2026-05-01",
    }
    account = {
        "id": "C-1.EUR",
        "customer_name": "Ada",
        "on": "2026-04-17",
        "balance": eur("100.00"),
        "overdue": eur("60.00"),
        "credits": [{"balance": eur("5.00"), "effective_at": "2026-02-01T09:00:00Z"}],
        "over_limit": True,
        "hold": None,
        "arrangements": [plan],
        "case": None,
        "next_action_at": None,
        "open_invoices": [item, fee],
    }
    answers = {"/accounts/C-1.EUR": account, "/accounts/C-1.EUR/timeline": []}
    shown = " ".join(run("account C-1.EUR", answers).split())
    for part in (
        "unapplied credit: 5.00 EUR since 2026-02-01 09:00",
        "over the credit limit",
        "plan pln_1: 60.00 EUR of INV-1, until 2026-05-01",
        "part 1 paid 2026-03-05",
        "part 2 60.00 EUR 2026-04-05 12",
        "fee on INV-1, not claimed",
        "day -7",
        "INV-1: on hold until 2026-03-20 00:00: [red]order number[/]",
        "INV-1: extended to 2026-04-20",
        "INV-1: Proposed: claim 5.00 EUR.",
    ):
        assert part in shown


def test_a_charge_that_was_corrected_shows_what_it_is_now(run: Run) -> None:
    corrected = charge("LC-1", total=eur("4.10"))
    answers = {
        "/charges?account_id=C-1.EUR": [corrected],
        "/charges/LC-1": corrected,
    }
    assert "6.26 EUR, now 4.10 EUR on INV-1" in run("charges C-1.EUR", answers)
