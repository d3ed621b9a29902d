"""The commands about incoming money: what they ask, what they print, and what they refuse."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from receivables_cli.commands import banking, incoming, reconciling
from receivables_cli.main import main
from tests.unit.cli.fake_api import FakeApi

Run = Callable[..., str]
SEEN = "2026-03-05T11:00:00.000000Z"


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


class FakeTarget:
    """A stack with an API and nothing else; who asks is noted."""

    def __init__(self, api: FakeApi) -> None:
        self._api, self.people = api, list[str]()

    def api(self, person: str, as_of: object) -> FakeApi:
        assert as_of is None
        self.people.append(person)
        return self._api


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def target(api: FakeApi) -> FakeTarget:
    return FakeTarget(api)


@pytest.fixture
def run(
    api: FakeApi, target: FakeTarget, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command line on a stack that answers as told; what it printed, if it ends with `code`."""

    def run(line: list[str] | str, answers: dict[str, Any], code: int = 0) -> str:
        api.answers.update(answers)
        for module in (banking, incoming, reconciling):
            monkeypatch.setattr(module, "target", lambda _: target)
        assert main(line.split() if isinstance(line, str) else line) == code
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    return run


def waiting(**changes: Any) -> dict[str, Any]:
    candidates = [
        {
            "account_id": "C-1.EUR",
            "confidence": 75,
            "reasons": ["the amount is exactly what is open"],
            "invoices": [{"number": "INV-1", "amount": None}],
        },
        {"account_id": "C-2.EUR", "confidence": 40, "reasons": ["a guess"], "invoices": []},
    ]
    proposal = {"at": SEEN, "standing": "proposed", "notes": [], "candidates": candidates}
    payment = {
        "id": "bank~2Fhouse~2Fln_1",
        "key": "bank/house/ln_1",
        "amount": eur("12.00"),
        "payer": "Ada [Holding]",
        "reference": None,
        "effective_at": SEEN,
        "proposal": proposal,
    }
    return payment | changes


def test_what_waits_is_shown_with_each_proposal_and_its_reasons(run: Run) -> None:
    printed = run("payments list", {"/payments?state=suspense": [waiting()]})
    assert "bank/house/ln_1  12.00 EUR from Ada [Holding]" in printed
    assert "1. 75 %  C-1.EUR: INV-1 (the amount is exactly what is open)" in printed
    assert "2. 40 %  C-2.EUR: as credit (a guess)" in printed
    assert "1 payments wait" in printed


def test_what_was_not_looked_at_and_what_nothing_speaks_for_say_so(run: Run) -> None:
    nothing = {
        "at": SEEN,
        "standing": "proposed",
        "notes": ["names INV-9, which is in USD"],
        "candidates": [],
    }
    listed = [waiting(proposal=None), waiting(proposal=nothing), waiting(proposal=nothing | {"notes": []})]
    printed = run("payments list", {"/payments?state=suspense": listed})
    for words in ("not looked at yet", "names INV-9, which is in USD", "place or return it"):
        assert words in printed
    assert "no payment waits" in run("payments list", {"/payments?state=suspense": []})


def test_a_proposal_is_confirmed_as_it_was_read(run: Run, api: FakeApi, target: FakeTarget) -> None:
    path = "/payments/bank~2Fhouse~2Fln_1"
    answers = {
        f"{path}/proposal": waiting()["proposal"],
        f"{path}/confirmation": {"amount": eur("12.00"), "account_id": "C-2.EUR", "state": "placed"},
    }
    printed = run("payments confirm bank/house/ln_1 --candidate 2", answers)
    assert api.sent == [("POST", f"{path}/confirmation", {"candidate": 2, "at": SEEN})]
    assert "12.00 EUR on C-2.EUR: placed" in printed
    assert target.people == ["finance"]


@pytest.mark.parametrize("number", ["0", "3"])
def test_a_candidate_that_is_not_there_is_refused(run: Run, api: FakeApi, number: str) -> None:
    answers = {"/payments/p/proposal": waiting()["proposal"]}
    assert "no such proposal" in run(f"payments confirm p --candidate {number}", answers, code=1)
    assert api.sent == []


def test_money_goes_back_under_an_id_in_its_own_currency(run: Run, api: FakeApi) -> None:
    answers = {
        "/payments/p": {"amount": eur("12.00"), "returned": eur("5.00")},
        "/payments/p/return": {},
    }
    line = ["payments", "return", "p", "--id", "r-1", "--amount", "5.00", "--reason", "not ours"]
    assert "returned 5.00 EUR of 12.00 EUR" in run(line, answers)
    assert api.sent == [
        ("POST", "/payments/p/return", {"id": "r-1", "reason": "not ours", "amount": eur("5.00")})
    ]


def link(**changes: Any) -> dict[str, Any]:
    transfer = {
        "name": "Works",
        "iban": "DE89370400440532013000",
        "bic": None,
        "reference": "RF42INV1",
        "text": "",
        "code": {"format": "epc", "svg": "<svg/>"},
    }
    answer = {
        "url": "https://pay.example.com/abc",
        "amount": eur("12.00"),
        "invoices": ["INV-1"],
        "online": ["stripe/main"],
        "transfer": transfer,
    }
    return answer | changes


def test_a_pay_link_shows_where_to_pay_and_writes_the_code(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "code.svg"
    printed = run(["paylink", "INV/1", "--code", str(file)], {"/invoices/INV~2F1/pay-link": link()})
    for words in ("https://pay.example.com/abc", "12.00 EUR", "INV-1", "online by stripe/main", "RF42INV1"):
        assert words in printed
    assert file.read_text() == "<svg/>"


def test_an_account_is_told_from_an_invoice_by_its_currency(run: Run) -> None:
    answers = {"/accounts/C-1.EUR/pay-link": link(transfer=None, online=[], invoices=[])}
    assert "12.00 EUR are open now" in run("paylink C-1.EUR", answers)


@pytest.mark.parametrize("transfer", [None, link()["transfer"] | {"code": None}])
def test_a_code_that_there_is_not_is_an_error(run: Run, tmp_path: Path, transfer: Any) -> None:
    file = tmp_path / "code.svg"
    line = ["paylink", "INV-1", "--code", str(file)]
    assert "no code" in run(line, {"/invoices/INV-1/pay-link": link(transfer=transfer)}, code=1)
    assert not file.exists()


def imported(state: str) -> dict[str, Any]:
    numbers = "lines new known payments reversals attention".split()
    return {
        "id": "sti_1",
        "state": state,
        "format": "camt.053.001.08",
        "field": "closing",
        "reason": "does not add up",
        "lines": 3,
        "position": 3,
        "tally": dict(zip(numbers, (3, 2, 1, 2, 0, 0), strict=True)),
    }


def test_a_statement_is_sent_and_waited_for(
    run: Run, api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("receivables_cli.commands.banking.time.sleep", lambda _: None)
    file = tmp_path / "statement.xml"
    file.write_bytes(b"<xml/>")
    answers = {
        "/bank-accounts/house/statements": imported("requested"),
        "/bank-accounts/house/imports/sti_1": imported("done"),
    }
    printed = run(["bank", "import", "house", str(file)], answers)
    assert api.sent == [("POST", "/bank-accounts/house/statements", {"content": "PHhtbC8+"})]
    assert "3 lines, 2 of them new" in printed
    assert "1 were known" in printed


def test_a_statement_that_is_refused_is_an_error_that_says_why(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "statement.xml"
    file.write_bytes(b"<xml/>")
    answers = {"/bank-accounts/house/statements": imported("failed")}
    assert "closing: does not add up" in run(["bank", "import", "house", str(file)], answers, code=1)
    assert "cannot be read" in run(["bank", "import", "house", str(tmp_path / "none")], answers, code=1)


def test_bank_accounts_are_set_up_by_an_admin_and_listed(run: Run, api: FakeApi, target: FakeTarget) -> None:
    made = {"id": "us", "name": "US", "iban": None, "number": "123", "currency": "USD", "timezone": "UTC"}
    printed = run("bank add us --number 123 --currency USD", {"/bank-accounts": made})
    assert api.sent[0][2] == {"id": "us", "name": "us", "currency": "USD", "timezone": "UTC", "number": "123"}
    assert "us: 123 in USD" in printed
    assert target.people == ["admin"]
    assert "123" in run("bank list", {"/bank-accounts": {"items": [made]}})
    assert "no bank account" in run("bank list", {"/bank-accounts": {"items": []}})


def test_statements_are_shown_with_what_is_missing_and_what_waits(run: Run) -> None:
    balance = {"on": "2026-03-05", "amount": eur("10.00")}
    statement = {
        "reference": "STM-1",
        "first_day": "2026-03-01",
        "last_day": "2026-03-05",
        "format": "mt940",
        "opening": balance,
        "closing": None,
        "notes": [],
        "tally": imported("done")["tally"],
    }
    gap = {"since": "2026-02-27", "expected": eur("9.00"), "on": "2026-03-01", "opening": eur("10.00")}
    line = {"id": "ln_1", "why": "awaits_details", "raised_at": SEEN, "amount": eur("50.00")}
    answers = {
        "/statements?bank_account=house": [statement],
        "/bank-accounts/house": {"gaps": [gap]},
        "/bank-accounts/house/attention": {"items": [line]},
    }
    printed = run("bank statements house", answers)
    assert "2026-03-01 to 2026-03-05" in printed
    assert "missing between 2026-02-27 (9.00 EUR) and 2026-03-01 (10.00 EUR)" in printed
    assert "line ln_1 waits: 50.00 EUR awaits details" in printed


def side(what: str, amount: str) -> dict[str, Any]:
    return {"what": what, "amount": eur(amount), "at": SEEN}


def difference(**changes: Any) -> dict[str, Any]:
    found = {
        "id": "dif_1",
        "kind": "amount",
        "payment": "stripe/main/pi_1",
        "state": "open",
        "ours": side("applied", "10.00"),
        "theirs": None,
        "reason": "",
        "found_at": SEEN,
        "by": "ada",
    }
    return found | changes


def compared(**changes: Any) -> dict[str, Any]:
    run_ = {
        "id": "rec_1",
        "account": "stripe/main",
        "since": SEEN,
        "until": SEEN,
        "phase": "done",
        "counts": {"payments": 3, "amount": 1, "extra": 0},
        "failure": "",
    }
    return run_ | changes


def test_differences_are_shown_with_both_sides(run: Run) -> None:
    printed = run("reconcile differences", {"/reconciliation-differences": [difference()]})
    for words in ("dif_1", "amount, open", "applied 10.00 EUR", "not known"):
        assert words in printed
    assert "no difference waits" in run("reconcile differences", {"/reconciliation-differences": []})


def test_runs_tell_what_they_found_and_why_one_does_not_go_on(run: Run) -> None:
    runs = [compared(), compared(id="rec_2", failure="no answer", counts={})]
    printed = run("reconcile runs", {"/reconciliations?limit=20": {"items": runs}})
    for words in ("3 payments, 1 amount", "failing: no answer", "nothing"):
        assert words in printed


def test_a_comparison_is_asked_for_and_carried_out_at_once(
    run: Run, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = list[tuple[str, str]]()

    def invoke(_stack: object, output: str, event: dict[str, str]) -> None:
        called.append((output, event["scope"]))

    monkeypatch.setattr(reconciling, "invoke", invoke)
    answers = {
        "/reconciliations": {"id": "rec_1"},
        "/reconciliations/rec_1": compared(),
        "/reconciliations/rec_1/differences": [difference()],
    }
    printed = run("reconcile run stripe/main", answers)
    assert api.sent == [("POST", "/reconciliations", {"processor": "stripe", "endpoint": "main"})]
    assert called == [("ReconcilePaymentsFunctionName", "rest")]
    assert "amount stripe/main/pi_1, open (ours: applied 10.00 EUR; theirs: not known)" in printed
    assert "named as stripe/main" in run("reconcile run stripe", answers, code=1)


def test_a_difference_is_acknowledged_with_a_reason(run: Run, api: FakeApi) -> None:
    path = "/reconciliation-differences/dif_1/acknowledgement"
    line = ["reconcile", "acknowledge", "dif_1", "--reason", "a test"]
    assert "acknowledged by ada" in run(line, {path: difference(state="acknowledged")})
    assert api.sent == [("POST", path, {"reason": "a test"})]


def test_payouts_are_shown_and_late_ones_marked(run: Run) -> None:
    payout = {
        "id": "stripe/main/po_1",
        "amount": eur("90.00"),
        "fee": eur("1.00"),
        "sent_at": SEEN,
        "state": "sent",
        "payment": None,
    }
    arrived = payout | {"id": "stripe/main/po_2", "state": "arrived", "payment": "bank/house/ln_9"}
    answers = {
        "/payouts?state=late": [payout],
        "/payouts?state=sent": [payout],
        "/payouts?state=arrived": [arrived],
        "/payouts?state=failed": [],
    }
    printed = run("payouts", answers)
    assert "late" in printed
    assert "bank/house/ln_9" in printed
    assert "po_1" not in run("payouts arrived", answers)
    assert "no payout" in run("payouts failed", answers)


def test_a_verb_must_be_said() -> None:
    for command in ("bank", "payments", "reconcile"):
        with pytest.raises(SystemExit):
            main([command])
