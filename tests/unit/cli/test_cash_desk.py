"""The person of the demonstration who finds out what money is for."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, cast

import pytest

from receivables.core.money import Money
from receivables_cli.api import Api, ApiProblem
from receivables_cli.demo.cash import CashDesk
from receivables_cli.demo.story import Bill, Receipt, Statement, Story, Transfer
from receivables_cli.errors import CommandError
from tests.unit.cli.fake_api import FakeApi

AT = datetime(2026, 2, 13, 12, tzinfo=UTC)
DAY = date(2026, 2, 12)
SEEN = "2026-02-13T12:00:00.000000Z"
WAITING = "/payments?state=suspense"


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def payment(key: str, payer: str, amount: str, *candidates: Mapping[str, Any]) -> dict[str, Any]:
    proposal = {"at": SEEN, "notes": [], "candidates": list(candidates)}
    named = key.replace("/", "~2F")
    return {"id": named, "key": key, "payer": payer, "amount": eur(amount), "proposal": proposal}


def candidate(account: str, *numbers: str) -> dict[str, Any]:
    return {"account_id": account, "invoices": [{"number": number, "amount": None} for number in numbers]}


def story() -> Story:
    bills = tuple(Bill(f"INV-{n}", "C-1", Money(n * 100, "EUR"), DAY, None) for n in (1, 2))
    lines = (
        Transfer(DAY, Money(100, "EUR"), "Holding", "", "C-1.EUR", ("INV-1",)),
        Transfer(DAY, Money(7_777, "EUR"), "Club", "fee"),
    )
    unnamed = Receipt("INV-2-1", "stripe", Money(200, "EUR"), AT, "PO-1", "Ada")
    statement = Statement(DAY, "STM-1", lines, Money(0, "EUR"))
    return Story("", DAY, DAY, (), bills, (unnamed,), statements=(statement,))


class Ledger(FakeApi):
    """Lists what waits as it is at each look; refuses what is listed in `refused` once."""

    def __init__(self, *looks: list[dict[str, Any]]) -> None:
        super().__init__({"/accounts/C-1.EUR": {"open_invoices": [{"number": "INV-1"}, {"number": "INV-2"}]}})
        self.looks, self.refused = list(looks), list[int]()

    def get(self, path: str, **query: str) -> Any:
        if path == "/payments":
            return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        return self.answers.get(path, {"key": path, "allocated": []})

    def post(self, path: str, document: Any) -> Any:
        if self.refused:
            raise ApiProblem(self.refused.pop(), {"detail": "changed"})
        return super().post(path, document)


def desk(api: FakeApi) -> CashDesk:
    return CashDesk(cast("Api", api), story(), lambda _: None)


def test_the_right_proposal_is_confirmed_as_it_was_seen_wherever_it_stands() -> None:
    waits = payment("bank/house/ln_1", "Holding", "1.00", candidate("C-2.EUR"), candidate("C-1.EUR", "INV-1"))
    api = Ledger([waits])
    (placed,) = desk(api).apply(AT)
    assert api.sent == [
        ("POST", "/payments/bank~2Fhouse~2Fln_1/confirmation", {"candidate": 2, "at": SEEN}),
    ]
    assert placed


def test_without_the_right_proposal_it_is_placed_where_the_payer_meant_it() -> None:
    api = Ledger([payment("stripe/main/pi_INV21", "Ada", "2.00", candidate("C-1.EUR", "INV-1"))])
    desk(api).apply(AT)
    body = {"account_id": "C-1.EUR", "invoices": [{"number": "INV-2"}]}
    assert api.sent == [("POST", "/payments/stripe~2Fmain~2Fpi_INV21/placement", body)]


def test_what_nobody_owes_any_more_becomes_credit() -> None:
    api = Ledger([payment("stripe/main/pi_INV21", "Ada", "2.00")])
    api.answers["/accounts/C-1.EUR"] = {"open_invoices": []}
    desk(api).apply(AT)
    assert api.sent[0][2] == {"account_id": "C-1.EUR"}


def test_what_is_not_meant_for_us_goes_back() -> None:
    api = Ledger([payment("bank/house/ln_2", "Club", "77.77", candidate("C-1.EUR", "INV-1"))])
    person = desk(api)
    assert person.apply(AT) == []
    ((_, path, body),) = api.sent
    assert path.endswith("/return")
    assert body["id"]
    assert person.counts.returned == 1


def test_what_changed_while_it_was_decided_is_looked_at_again() -> None:
    waits = payment("bank/house/ln_1", "Holding", "1.00", candidate("C-1.EUR", "INV-1"))
    fresh = {**waits, "proposal": {**waits["proposal"], "at": "later"}}
    api = Ledger([waits], [waits], [fresh])
    api.refused = [409]
    desk(api).apply(AT)
    assert api.sent[0][2] == {"candidate": 1, "at": "later"}


def test_what_was_placed_meanwhile_is_left_alone() -> None:
    waits = payment("bank/house/ln_1", "Holding", "1.00", candidate("C-1.EUR", "INV-1"))
    api = Ledger([waits], [waits], [])
    api.refused = [409]
    assert [each["key"] for each in desk(api).apply(AT)] == ["/payments/bank~2Fhouse~2Fln_1"]
    assert api.sent == []


def test_a_refusal_of_another_kind_is_told() -> None:
    waits = payment("bank/house/ln_1", "Holding", "1.00", candidate("C-1.EUR", "INV-1"))
    api = Ledger([waits])
    api.refused = [422]
    with pytest.raises(ApiProblem):
        desk(api).apply(AT)


def test_nothing_is_matched_when_nothing_waits() -> None:
    asked = list[datetime]()
    assert CashDesk(cast("Api", Ledger([])), story(), asked.append).apply(AT) == []
    assert asked == []


def job(state: str, new: int) -> dict[str, Any]:
    tally = {"lines": 2, "new": new}
    return {"id": "sti_1", "state": state, "field": "closing", "reason": "differs", "tally": tally}


def test_a_file_is_counted_and_a_repeat_with_news_is_remarked() -> None:
    api = FakeApi({"/bank-accounts/house/statements": job("done", 2)})
    person = desk(api)
    (statement,) = story().statements
    person.receive(statement, AT)
    assert (person.counts.files, person.counts.lines, person.counts.new) == (1, 2, 2)
    assert person.counts.unexpected == []
    again = Statement(DAY, "STM-1", statement.transfers, statement.opening, repeats=True)
    person.receive(again, AT)
    assert person.counts.unexpected == ["statement STM-1 again: 2 new lines"]


def test_a_file_that_is_refused_ends_the_demonstration() -> None:
    api = FakeApi({"/bank-accounts/house/statements": job("failed", 0)})
    with pytest.raises(CommandError, match="differs"):
        desk(api).receive(story().statements[0], AT)
