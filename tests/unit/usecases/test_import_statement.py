"""Importing bank statements: what becomes a payment, what a person sees, and that nothing comes twice whatever is interrupted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from receivables.adapters.statements.read import read_file
from receivables.banking.attention import Decision, Why
from receivables.banking.headers import JobState, StatementJob
from receivables.core.errors import Conflict, DependencyFailed, InvalidInput, NotFound, TooLarge
from receivables.payments.events import EventType, MoneyEvent
from receivables.payments.inbox import Form, InboxMessage
from receivables.payments.stored import load_events
from receivables.usecases import import_statement
from receivables.usecases.book_lines import BookLines
from receivables.usecases.decide_line import DecideLine, LineDecision
from receivables.usecases.import_statement import (
    Banking,
    ImportStatement,
    Unfinished,
    account_of,
)
from receivables.usecases.request_statement import RequestStatement
from tests.bank_files import DAY, MAIN, Move, camt, document, mt940, statement
from tests.builders import NOW, eur
from tests.fakes.banking import (
    InMemoryAttentions,
    InMemoryBankAccounts,
    InMemoryLease,
    InMemoryRegister,
    InMemoryStatementFiles,
    InMemoryStatementJobs,
    InMemoryStatements,
)
from tests.fakes.directory import InMemoryCustomers
from tests.fakes.stores import MemoryStores

LATER = NOW + timedelta(hours=10)


class Bus:
    """Takes events, or refuses them."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.refuses = False

    def publish(self, events: Any) -> Any:
        if self.refuses:
            return events
        self.events.extend(events)
        return ()


class Desk:
    """Everything about one bank account, in memory."""

    def __init__(self, **account: Any) -> None:
        self.accounts = InMemoryBankAccounts(replace(MAIN, **account))
        self.files, self.jobs, self.statements = (
            InMemoryStatementFiles(),
            InMemoryStatementJobs(),
            InMemoryStatements(),
        )
        self.register, self.attentions, self.lease = InMemoryRegister(), InMemoryAttentions(), InMemoryLease()
        self.inbox, self.bus = MemoryStores(InMemoryCustomers()).inbox, Bus()
        self.clock = LATER
        self.lines = BookLines(self.inbox, self.register, self.attentions)
        banking = Banking(self.accounts, self.statements, self.jobs, self.lease)
        self.importer = ImportStatement(
            self.files, banking, read_file, self.lines, self.bus, lambda: self.clock, self.pause
        )
        self.request = RequestStatement(self.files, self.jobs, self.accounts, read_file)
        self.deciding = DecideLine(self.accounts, self.register, self.attentions, self.inbox)
        self.paused = 0

    def pause(self, seconds: float) -> None:
        self.paused += 1
        self.clock += timedelta(seconds=seconds)

    def drop(self, content: bytes, name: str = "a.xml", at: datetime = LATER, **options: Any) -> StatementJob:
        key = f"statements/main/{name}"
        self.files.write(key, content)
        return self.importer.run(key, at, **options)

    @property
    def messages(self) -> list[InboxMessage]:
        return list(self.inbox._shelf.inbox.values())

    @property
    def events(self) -> list[MoneyEvent]:
        return [event for message in self.messages for event in load_events(message.body)]

    @property
    def came(self) -> list[str]:
        return sorted(str(event.amount) for event in self.events)


@pytest.fixture
def desk() -> Desk:
    return Desk()


PAID = Move(
    "97.50", "RE-1 thanks", "Ada Blum", "DE89370400440532013000", ref="B1", e2e="E1", structured="RF18539007547034",
    charges="2.50", value=date(2026, 3, 1),
)  # fmt: skip
FEE = Move("-3.00", "fee", ref="B2")


def test_what_came_in_is_handed_to_cash_application_with_all_that_is_known_of_it(desk: Desk) -> None:
    job = desk.drop(camt(PAID, FEE))
    assert (job.state, job.lines, job.tally.new, job.tally.payments) == (JobState.DONE, 2, 2, 1)
    (message,), (event,) = desk.messages, desk.events
    assert message.id == f"bank#main#{event.event_id}"
    assert (message.processor, message.endpoint, message.form, message.received_at) == (
        "bank",
        "main",
        Form.EVENTS,
        LATER,
    )
    assert (event.type, event.payment_id, event.account) == (
        EventType.PAYMENT_SUCCEEDED,
        event.event_id,
        "main",
    )
    assert (event.amount, event.fee) == (eur(9750), eur(250))
    assert event.occurred == datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert (event.references.structured, event.references.texts) == ("RF18539007547034", ("RE-1 thanks",))
    assert (event.references.end_to_end, event.payer.name, event.payer.account) == (
        "E1",
        "Ada Blum",
        "DE89370400440532013000",
    )


def test_debits_are_kept_with_the_statement_and_move_nothing(desk: Desk) -> None:
    job = desk.drop(camt(FEE))
    assert desk.messages == []
    kept, following = desk.statements.lines(job.statements[0])
    assert ([each.line.amount for each in kept], following) == ([eur(-300)], None)


def test_nothing_is_heard_of_before_it_has_happened(desk: Desk) -> None:
    desk.drop(camt(replace(PAID, value=DAY)), at=NOW)
    assert desk.events[0].occurred == NOW


@pytest.mark.parametrize("name", ["a.xml", "b.xml"])
def test_the_same_statement_twice_adds_nothing(desk: Desk, name: str) -> None:
    first = desk.drop(camt(PAID, FEE))
    again = desk.drop(camt(PAID, FEE), name, LATER + timedelta(days=1))
    assert (again.state, again.statements, again.tally.known, again.tally.new) == (
        JobState.DONE,
        first.statements,
        2,
        0,
    )
    assert len(desk.messages) == 1


def test_the_same_event_twice_is_the_same_job(desk: Desk) -> None:
    first = desk.drop(camt(PAID))
    assert desk.drop(camt(PAID)) == first
    assert len(desk.jobs.jobs) == len(desk.bus.events) == 1


def test_of_overlapping_statements_only_the_new_is_added(desk: Desk) -> None:
    desk.drop(camt(PAID, FEE, family="052"))
    job = desk.drop(camt(PAID, FEE, Move("5.00", "RE-2", ref="B3")), "b.xml")
    assert (job.tally.known, job.tally.new, job.tally.payments) == (2, 1, 1)
    assert desk.came == ["5.00 EUR", "97.50 EUR"]


def test_several_statements_of_a_file_are_imported(desk: Desk) -> None:
    other = statement(Move("5.00", ref="B3"), opening="1097.50", reference="STM-2")
    job = desk.drop(document(statement(PAID), other))
    assert (len(job.statements), job.position, desk.came) == (2, 2, ["5.00 EUR", "97.50 EUR"])
    assert [header.tally.payments for header in desk.statements.headers.values()] == [1, 1]


def test_alike_movements_of_statements_that_follow_one_another_are_two(desk: Desk) -> None:
    alike = Move("5.00", "coffee", "Ada")
    desk.drop(mt940(alike, number="1/1"), "a.sta")
    desk.drop(mt940(alike, number="2/1", opening="1005.00"), "b.sta")
    assert desk.came == ["5.00 EUR", "5.00 EUR"]
    desk.drop(camt(alike, alike), "both.xml")
    assert desk.came == ["5.00 EUR", "5.00 EUR"]


@pytest.mark.parametrize(("first", "second"), [("57", "57/1"), ("3", "57/1"), ("99", "57/1"), ("57", "58/1")])
def test_an_account_that_is_swept_every_day_hears_of_nothing_twice(
    desk: Desk, first: str, second: str
) -> None:
    """Each of its statements begins and ends with nothing: that one ends where another begins tells nothing there."""
    came, swept = Move("5.00", "coffee", "Ada"), Move("-5.00", "sweep")
    desk.drop(camt(came, swept, opening="0.00", number=first), "a.xml")
    desk.drop(mt940(came, swept, opening="0.00", number=second), "a.sta")
    assert desk.came == ["5.00 EUR"]
    desk.drop(camt(came, swept, opening="0.00", number="100"), "again.xml")
    assert desk.came == ["5.00 EUR"]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (camt(PAID, closing="1.00"), "closing"),
        (camt(PAID, iban="DE89370400440532013000"), "account"),
        (camt(PAID, currency="CHF"), "currency"),
        (document(statement(PAID), statement(Move("1.00"), closing="9.00")), "closing"),
        (camt(PAID, replace(FEE, day=date(2027, 1, 1))), "line.2.booked_on"),
        (camt(PAID)[:-100], "file"),
        (b"", "file"),
        (b"%PDF-1.4", "file"),
    ],
)
def test_a_file_that_cannot_be_used_leaves_nothing_and_says_why(
    desk: Desk, content: bytes, field: str
) -> None:
    job = desk.drop(content)
    assert (job.state, job.field, bool(job.reason)) == (JobState.FAILED, field, True)
    assert desk.jobs.get("main", job.id) == job
    assert (desk.messages, desk.statements.headers, desk.statements.pages, desk.register.movements) == (
        [],
        {},
        {},
        {},
    )
    assert desk.bus.events == []


def test_a_person_may_accept_a_difference(desk: Desk) -> None:
    desk.files.metadata["statements/main/a.xml"] = {"accept-differences": "yes"}
    assert desk.drop(camt(PAID, closing="1.00")).state is JobState.DONE


def test_a_file_of_no_bank_account_says_so(desk: Desk) -> None:
    desk.files.write("statements/other/a.xml", camt(PAID))
    job = desk.importer.run("statements/other/a.xml", LATER)
    assert (job.state, job.field) == (JobState.FAILED, "bank_account")


def test_a_file_that_is_too_large_is_refused_unread(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_statement, "MOST_BYTES", 10)
    assert (desk.drop(camt(PAID)).state, desk.messages) == (JobState.FAILED, [])


def test_a_file_that_is_gone_is_a_failure(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.importer.run("statements/main/gone", LATER)


@pytest.mark.parametrize(
    "key", ["imports/a.csv", "statements/a.xml", "statements//a.xml", "statements/a b/c", "statements/main/"]
)
def test_a_key_that_names_no_account_is_refused(key: str) -> None:
    with pytest.raises(InvalidInput):
        account_of(key)


MANY = [Move(f"{i + 1}.00", f"RE-{i}", ref=f"B{i}") for i in range(7)]


def some_time(pages: int) -> Callable[[], bool]:
    """Time for so many pages."""
    left = iter([True] * pages)
    return lambda: next(left, False)


@pytest.mark.parametrize("pages", [0, 1, 2, 3])
def test_without_time_the_next_run_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    monkeypatch.setattr(import_statement, "PAGE", 2)
    with pytest.raises(Unfinished):
        desk.drop(camt(*MANY), time_is_left=some_time(pages))
    (job,) = desk.jobs.jobs.values() if pages else (None,)
    assert job is None or (job.state, job.position) == (JobState.RUNNING, 2 * pages)
    done = desk.drop(camt(*MANY))
    assert (done.state, done.position, done.tally.payments, done.tally.lines) == (JobState.DONE, 7, 7, 7)
    assert len(desk.messages) == 7
    assert desk.statements.get(done.statements[0]).tally == done.tally
    assert sum(len(page) for page in desk.statements.pages[done.statements[0]].values()) == 7


class Crash(Exception):
    """The function dies."""


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("dies_at", range(14))
def test_a_run_that_dies_anywhere_is_made_good_by_the_next(
    monkeypatch: pytest.MonkeyPatch, dies_at: int, late: bool
) -> None:
    monkeypatch.setattr(import_statement, "PAGE", 3)
    desk, left = Desk(), [dies_at]

    def dying(call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any) -> Any:
            left[0] -= 1
            answer = call(*arguments) if left[0] >= 0 or late else None
            if left[0] < 0:
                raise Crash
            return answer

        return counted

    alike = [*MANY[:4], Move("9.00", "twin"), Move("9.00", "twin")]
    with monkeypatch.context() as patch:
        for store, name in ((desk.inbox, "store"), (desk.register, "add"), (desk.statements, "keep_lines"),
                            (desk.jobs, "put"), (desk.statements, "conclude")):  # fmt: skip
            patch.setattr(store, name, dying(getattr(store, name)))
        with pytest.raises(Crash):
            desk.drop(camt(*alike))
    desk.drop(camt(*alike))
    assert desk.came == sorted(["1.00 EUR", "2.00 EUR", "3.00 EUR", "4.00 EUR", "9.00 EUR", "9.00 EUR"])
    assert len(desk.register.movements) == 6


def test_one_import_at_a_time_works_on_an_account(desk: Desk) -> None:
    desk.lease.take("main", "another", desk.clock, desk.clock + timedelta(minutes=1))
    assert desk.drop(camt(PAID)).state is JobState.DONE
    assert desk.paused > 0
    desk.lease.take("main", "another", desk.clock, desk.clock + timedelta(days=1))
    with pytest.raises(Unfinished):
        desk.drop(camt(FEE), "b.xml", time_is_left=some_time(3))


def test_the_bus_hears_of_it_before_the_job_is_done(desk: Desk) -> None:
    desk.bus.refuses = True
    with pytest.raises(DependencyFailed):
        desk.drop(camt(PAID))
    desk.bus.refuses = False
    job = desk.drop(camt(PAID))
    (event,) = desk.bus.events
    assert (event.type, event.detail) == (
        "statement.imported",
        {"bank_account": "main", "import": job.id, "payments": 1},
    )


def test_a_reversal_takes_back_the_payment_that_it_names(desk: Desk) -> None:
    desk.drop(camt(PAID))
    taken = Move("-97.50", "RE-1", "Ada Blum", ref="B9", e2e="E1", reversal=True, day=date(2026, 3, 5))
    job = desk.drop(camt(taken, opening="1097.50"), "b.xml", LATER + timedelta(days=4))
    came, gone = desk.events
    assert (gone.type, gone.payment_id, gone.amount) == (
        EventType.PAYMENT_REVERSED,
        came.payment_id,
        eur(9750),
    )
    assert (gone.subject_id, job.tally.reversals) == (gone.event_id, 1)
    assert gone.event_id != came.event_id


def test_a_payment_and_its_reversal_may_be_in_one_statement(desk: Desk) -> None:
    desk.drop(mt940(PAID, Move("-97.50", "back", e2e="E1", reversal=True)))
    assert [event.type for event in desk.events] == [EventType.PAYMENT_SUCCEEDED, EventType.PAYMENT_REVERSED]


@pytest.mark.parametrize(
    "earlier",
    [(), (replace(PAID, amount="90.00"),), (PAID, replace(PAID, ref="B7"))],
)
def test_a_reversal_of_what_cannot_be_told_is_for_a_person(desk: Desk, earlier: tuple[Move, ...]) -> None:
    desk.drop(camt(*earlier), "a.xml")
    job = desk.drop(camt(Move("-97.50", e2e="E1", reversal=True), reference="S2"), "b.xml")
    (waiting,) = desk.attentions.waiting("main")
    assert (waiting.why, job.tally.attention, job.tally.reversals) == (Why.UNKNOWN_ORIGINAL, 1, 0)
    assert len(desk.messages) == len(earlier)


def test_a_person_says_which_payment_was_taken_back(desk: Desk) -> None:
    desk.drop(camt(PAID))
    desk.drop(camt(Move("-97.50", "no reference", reversal=True), reference="S2"), "b.xml")
    (waiting,) = desk.attentions.waiting("main")
    original = desk.events[0].payment_id
    for wrong in ("ln_00000000000000000000000000", waiting.line.id):
        with pytest.raises(InvalidInput):
            desk.deciding.decide(
                "main", waiting.line.id, LineDecision(Decision.REVERSAL, original=wrong), "bea", LATER
            )
    decision = LineDecision(Decision.REVERSAL, "same customer", original)
    decided = desk.deciding.decide("main", waiting.line.id, decision, "bea", LATER)
    assert desk.deciding.decide("main", waiting.line.id, decision, "bea", LATER) == decided
    assert (desk.events[1].type, desk.events[1].payment_id) == (EventType.PAYMENT_REVERSED, original)
    assert (len(desk.messages), desk.attentions.waiting("main")) == (2, [])


def test_money_that_came_back_to_us_is_no_payment_until_a_person_says_so(desk: Desk) -> None:
    desk.drop(camt(Move("50.00", "returned", reversal=True)))
    (waiting,) = desk.attentions.waiting("main")
    assert (waiting.why, desk.messages) == (Why.DEBIT_RETURNED, [])
    with pytest.raises(InvalidInput):
        desk.deciding.decide(
            "main", waiting.line.id, LineDecision(Decision.REVERSAL, original="x"), "bea", LATER
        )
    desk.deciding.decide("main", waiting.line.id, LineDecision(Decision.PAYMENT), "bea", LATER)
    assert desk.came == ["50.00 EUR"]
    with pytest.raises(Conflict):
        desk.deciding.decide("main", waiting.line.id, LineDecision(Decision.NOTHING), "bea", LATER)


PARTS = (Move("10.00", "RE-1", "Ada", ref="P1"), Move("2.50", "RE-2", "Bo", ref="P2"))
DETAILS = camt(Move("12.50", ref="B9", announced=2, parts=PARTS), family="054")
TOTAL = camt(Move("12.50", ref="B9", announced=2))


def test_a_batch_in_one_amount_is_a_payment_and_its_details_add_nothing(desk: Desk) -> None:
    desk.drop(TOTAL)
    assert desk.drop(DETAILS, "b.xml").tally.in_totals == 2
    assert desk.came == ["12.50 EUR"]


def test_details_are_payments_and_their_total_adds_nothing(desk: Desk) -> None:
    desk.drop(DETAILS)
    assert desk.drop(TOTAL, "b.xml").tally.in_details == 1
    assert desk.came == ["10.00 EUR", "2.50 EUR"]


def test_where_details_are_expected_a_total_waits_for_them() -> None:
    desk = Desk(await_details=True)
    assert desk.drop(TOTAL).tally.attention == 1
    assert desk.messages == []
    desk.drop(DETAILS, "b.xml")
    assert desk.came == ["10.00 EUR", "2.50 EUR"]
    assert desk.attentions.waiting("main") == []
    desk.drop(DETAILS.replace(b"STM-1", b"STM-2"), "c.xml")
    desk.drop(TOTAL.replace(b"STM-1", b"STM-2"), "d.xml")
    assert desk.came == ["10.00 EUR", "2.50 EUR"]


def test_details_that_come_after_a_person_took_the_total_add_nothing() -> None:
    desk = Desk(await_details=True)
    desk.drop(TOTAL)
    (waiting,) = desk.attentions.waiting("main")
    desk.deciding.decide("main", waiting.line.id, LineDecision(Decision.PAYMENT), "bea", LATER)
    assert desk.drop(DETAILS, "b.xml").tally.in_totals == 2
    assert desk.came == ["12.50 EUR"]


def test_a_person_cannot_take_a_total_whose_details_have_come() -> None:
    desk = Desk(await_details=True)
    desk.drop(TOTAL)
    (waiting,) = desk.attentions.waiting("main")
    desk.drop(DETAILS, "b.xml")
    with pytest.raises(Conflict):
        desk.deciding.decide("main", waiting.line.id, LineDecision(Decision.PAYMENT), "bea", LATER)
    assert desk.came == ["10.00 EUR", "2.50 EUR"]


def test_a_file_for_the_api_is_checked_at_once_and_worked_off_when_it_arrives(desk: Desk) -> None:
    job = desk.request.start("main", camt(PAID), "bea", NOW)
    assert (job.state, desk.messages) == (JobState.REQUESTED, [])
    assert desk.importer.run(job.key, LATER).id == job.id
    assert desk.came == ["97.50 EUR"]
    with pytest.raises(InvalidInput):
        desk.request.start("main", camt(PAID, closing="1.00"), "bea", NOW)
    accepted = desk.request.start("main", camt(PAID, closing="1.00"), "bea", NOW, accept_differences=True)
    assert accepted.accept_differences
    with pytest.raises(NotFound):
        desk.request.start("other", camt(PAID), "bea", NOW)


def test_a_large_file_is_put_by_a_link(desk: Desk) -> None:
    job, link = desk.request.upload("main", 5_000, "bea", NOW)
    assert job.key in link.url
    desk.files.write(job.key, camt(PAID))
    assert desk.importer.run(job.key, LATER).id == job.id
    with pytest.raises(TooLarge):
        desk.request.upload("main", 10**9, "bea", NOW)
