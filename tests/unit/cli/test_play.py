from datetime import UTC, date, datetime
from typing import Any, cast

import pytest

from receivables.core.money import Money
from receivables_cli.demo.charges import ChargeDesk
from receivables_cli.demo.person import FinancePerson
from receivables_cli.demo.play import Player, Stage
from receivables_cli.demo.rest import CaseView, Watch
from receivables_cli.demo.story import Act, Bill, Message, Receipt, Statement, Story, Transfer, Visit
from tests.unit.cli.fake_api import FakeApi

MONDAY = date(2026, 3, 2)
FRIDAY = date(2026, 3, 6)
AT = datetime(2026, 3, 3, 11, tzinfo=UTC)
SECRET = "whsec_c2VjcmV0"


class Resting:
    """A stack on which everything is done at once."""

    def inbox_is_empty(self) -> bool:
        return True

    def cases(self) -> dict[str, CaseView]:
        return {}


class Desk:
    """Learns on the last day of a week of a charge that is paid on it."""

    def go_through(self, at: datetime) -> tuple[Receipt, ...]:
        owed = Money(4_000, "EUR")
        return (Receipt("LC-1-1", "stripe", owed, at.replace(day=9), "LC-1", "Ada"),)


@pytest.fixture
def api() -> FakeApi:
    return FakeApi({"/imports/imp_1": {"id": "imp_1", "state": "done", "failed": 0}})


class Cash:
    """Takes files and finds a place for all that waits."""

    def __init__(self) -> None:
        self.files = list[tuple[str, datetime]]()
        self.applied = list[datetime]()

    def receive(self, statement: Statement, at: datetime) -> None:
        self.files.append((statement.reference, at))

    def apply(self, at: datetime) -> list[Any]:
        self.applied.append(at)
        return [{"allocated": [{"invoice": "INV-1", "amount": {"amount": "1.00", "currency": "EUR"}}]}]


class Visitors:
    """Pay on the page that they open."""

    def visit(self, visit: Visit, at: datetime) -> list[Message]:
        return [Message("stripe", at, {"id": f"evt_{visit.invoice}"})]


def play(api: FakeApi, story: Story, desk: Desk | None = None, **more: Any) -> Player:
    stage = Stage(
        api=cast("Any", api),
        finance=cast("FinancePerson", None),
        watch=cast("Watch", Resting()),
        tick=lambda _: 0,
        secret=lambda _: SECRET,
        desk=cast("ChargeDesk | None", desk),
        **more,
    )
    player = Player(stage, story, lambda _: None)
    player.play()
    return player


def story(last: date = FRIDAY, **changes: Any) -> Story:
    return Story("a week", MONDAY, last, (), (), **({"receipts": ()} | changes))


def test_an_act_is_sent_on_its_day_and_names_what_an_earlier_one_was_answered(api: FakeApi) -> None:
    api.answers["/accounts/C-1.EUR/plans"] = {"arrangement": {"self": "/arrangements/pln_1"}}
    acts = (
        Act(MONDAY, "/accounts/C-1.EUR/plans", {"fee": 1}, name="C-1"),
        Act(FRIDAY, "{C-1}/cancellation", {"reason": "paid"}),
        Act(FRIDAY, "/invoices/INV-1/hold", {}, method="PUT"),
    )
    play(api, story(acts=acts))
    sent = [(method, path) for method, path, _ in api.sent if method != "UPLOAD"]
    assert sent == [
        ("POST", "/accounts/C-1.EUR/plans"),
        ("POST", "/arrangements/pln_1/cancellation"),
        ("PUT", "/invoices/INV-1/hold"),
    ]
    assert [time.date() for time in api.times if time][-3:] == [MONDAY, FRIDAY, FRIDAY]


def test_a_payment_arrives_when_the_bank_tells_of_it(api: FakeApi) -> None:
    told = datetime(2026, 3, 5, 11, tzinfo=UTC)
    late = Receipt("INV-1-1", "standardwebhooks", Money(100, "EUR"), AT, "INV-1", "Ada", told_at=told)
    play(api, story(receipts=(late,)))
    (webhook,) = [body for method, _, body in api.sent if method == "SEND"][:1]
    assert "2026-03-03T11:00" in webhook, "the processor tells when the money moved"
    assert told in api.times
    assert AT not in api.times


def test_what_the_desk_learns_of_is_paid_later(api: FakeApi) -> None:
    player = play(api, story(date(2026, 3, 10)), Desk())
    assert [receipt.id for receipt in player.counts.unforeseen] == ["LC-1-1"]
    assert datetime(2026, 3, 9, 14, tzinfo=UTC) in api.times
    assert player.counts.webhooks == 1


def test_invoices_are_imported_with_their_tax_and_customers_with_their_terms(api: FakeApi) -> None:
    bill = Bill("INV-1", "C-1", Money(11_900, "EUR"), MONDAY, None, Money(1_900, "EUR"))
    play(api, Story("", MONDAY, MONDAY, (), (bill,), ()))
    imported = [content for method, _, content in api.sent if method == "UPLOAD"]
    assert "sms_consent,terms_id" in imported[0]
    assert "INV-1,C-1,2026-03-02,,119.00,19.00,EUR" in imported[1]


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def sent(api: FakeApi) -> list[str]:
    return [body for method, _, body in api.sent if method == "SEND"]


def test_messages_are_told_when_they_are_due_and_what_is_lost_is_not_but_looked_for(api: FakeApi) -> None:
    told_of = (
        Message("stripe", at(3, 9), {"id": "evt_1"}),
        Message("stripe", at(4, 9), {"id": "evt_2"}, lost=True),
    )
    compared = list[datetime]()
    player = play(api, story(messages=told_of), reconcile=compared.append)
    assert sent(api) == ['{"id": "evt_1"}']
    assert at(3, 9) in api.times
    assert player.counts.messages == 1
    assert [time.date() for time in compared] == [date(2026, 3, 5)] * 2, "found, and then agreed with"


def test_nothing_is_compared_when_nothing_was_lost(api: FakeApi) -> None:
    compared = list[datetime]()
    play(api, story(messages=(Message("stripe", at(3, 9), {"id": "evt_1"}),)), reconcile=compared.append)
    assert compared == []


def test_who_visits_and_pays_is_told_of_on_that_day(api: FakeApi) -> None:
    visit = Visit(date(2026, 3, 4), "INV-7", "C-1", online="stripe/main")
    play(api, story(visits=(visit,)), payers=Visitors())
    assert sent(api) == ['{"id": "evt_INV-7"}']
    assert at(4, 10) in api.times


def test_statements_are_read_on_their_day_and_what_waits_finds_its_place(api: FakeApi) -> None:
    line = Transfer(MONDAY, Money(100, "EUR"), "Ada", "")
    files = tuple(Statement(date(2026, 3, day), f"S-{day}", (line,), Money(0, "EUR")) for day in (3, 5))
    cash = Cash()
    play(api, story(statements=files), cash=cash)
    assert cash.files == [("S-3", at(3, 10)), ("S-5", at(5, 10))]
    assert cash.applied == [at(3, 12), at(5, 12)]


def test_money_without_a_known_reference_is_looked_at_on_its_day(api: FakeApi) -> None:
    cash = Cash()
    unnamed = Receipt("INV-1-1", "stripe", Money(100, "EUR"), AT, "PO-1", "Ada")
    play(api, story(receipts=(unnamed,)), cash=cash)
    assert cash.applied == [at(3, 12)]
