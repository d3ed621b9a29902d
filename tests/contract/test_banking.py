"""Bank accounts, statements, and what is remembered of lines: the same in memory and in the tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from receivables.adapters.dynamodb.bank_lines import DynamoAttentions, DynamoRegister
from receivables.adapters.dynamodb.banking import (
    DynamoBankAccounts,
    DynamoLease,
    DynamoStatementJobs,
    DynamoStatements,
)
from receivables.banking.account import BankAccount
from receivables.banking.attention import Attention, Decision, Why
from receivables.banking.headers import JobState, KeptLine, StatementHeader, StatementJob, Tally
from receivables.banking.identity import Fate, Known, day_instant
from receivables.banking.mapping import Columns, CsvMapping
from receivables.banking.ports import Attentions, BankAccounts, Lease, Register, StatementJobs, Statements
from receivables.banking.statement import Balance, BankLine
from receivables.core.errors import AlreadyExists, NotFound, StaleRevision
from receivables.core.ids import dated_id
from receivables.core.money import Money
from tests.builders import NOW, eur
from tests.contract.conftest import dynamodb, engine, tables
from tests.fakes.banking import (
    InMemoryAttentions,
    InMemoryBankAccounts,
    InMemoryLease,
    InMemoryRegister,
    InMemoryStatementJobs,
    InMemoryStatements,
)

__all__ = ["dynamodb", "engine", "tables"]

DAY = date(2026, 3, 2)
ACCOUNT = BankAccount("main", "House bank", "EUR", iban="DE02120300000000202051", timezone="Europe/Berlin")


@dataclass(frozen=True)
class Banking:
    """The stores of one implementation."""

    accounts: BankAccounts
    statements: Statements
    register: Register
    attentions: Attentions
    jobs: StatementJobs
    lease: Lease


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.engine)])
def banking(request: pytest.FixtureRequest) -> Banking:
    """The stores under test, empty."""
    if request.param == "memory":
        return Banking(
            InMemoryBankAccounts(), InMemoryStatements(), InMemoryRegister(),
            InMemoryAttentions(), InMemoryStatementJobs(), InMemoryLease(),
        )  # fmt: skip
    client: Any = request.getfixturevalue("dynamodb")
    table = request.getfixturevalue("tables")["CONFIGURATION_TABLE"]
    return Banking(
        DynamoBankAccounts(client, table), DynamoStatements(client, table), DynamoRegister(client, table),
        DynamoAttentions(client, table), DynamoStatementJobs(client, table), DynamoLease(client, table),
    )  # fmt: skip


def line(name: str, minor: int = 1250, day: date = DAY, **changes: Any) -> BankLine:
    """A line with all that a line can have."""
    known = {
        "valued_on": day - timedelta(days=1), "counterparty": "Ada Bläm", "remittance": ("RE-1", "zweite"), "charges": eur(5),
        "instructed": Money(100, "USD"), "batch": "B9", "code": "PMNT", "end_to_end": "E1",
    }  # fmt: skip
    return BankLine("main", line_id(name, day), day, eur(minor), **{**known, **changes})


def line_id(name: str, day: date = DAY) -> str:
    return dated_id("ln", day_instant(day), name)


def known(name: str, minor: int = 1250, day: date = DAY, **changes: Any) -> Known:
    return Known(line_id(name, day), day, minor, f"digest of {name}", "s1", **changes)


def header(day: date = DAY, digest: str = "A", **changes: Any) -> StatementHeader:
    whole = {
        "opening": Balance(day, eur(0)), "closing": Balance(day, eur(-5)), "created_at": NOW, "number": (7, 1),
        "notes": ("one", "two"), "tally": Tally(lines=3, new=2, known=1),
    }  # fmt: skip
    name = f"main.{day}.{digest}"
    return StatementHeader(name, "main", "camt.053", "R", day, day, NOW, "job", **{**whole, **changes})


def test_a_bank_account_is_kept_as_a_whole_and_guarded_by_its_revision(banking: Banking) -> None:
    mapping = CsvMapping(Columns("Tag", amount="Betrag", remittance=("A", "B")), delimiter="\t")
    first = banking.accounts.put(replace(ACCOUNT, mapping=mapping, await_details=True))
    assert (first.rev, banking.accounts.get("main")) == (1, first)
    with pytest.raises(AlreadyExists):
        banking.accounts.put(ACCOUNT)
    second = banking.accounts.put(replace(first, name="Other"))
    assert (second.rev, banking.accounts.get("main").name) == (2, "Other")
    with pytest.raises(StaleRevision):
        banking.accounts.put(first)
    with pytest.raises(StaleRevision):
        banking.accounts.put(replace(first, id="never"))
    with pytest.raises(NotFound):
        banking.accounts.get("never")


def test_all_bank_accounts_are_listed_by_id(banking: Banking) -> None:
    for name in ("b", "a"):
        banking.accounts.put(replace(ACCOUNT, id=name))
    assert [each.id for each in banking.accounts.all()] == ["a", "b"]


def test_a_statement_is_there_when_it_is_concluded(banking: Banking) -> None:
    whole = header()
    with pytest.raises(NotFound):
        banking.statements.get(whole.id)
    banking.statements.conclude(whole)
    banking.statements.conclude(whole)
    assert banking.statements.get(whole.id) == whole


def test_statements_are_listed_the_newest_first_in_pages(banking: Banking) -> None:
    days = [DAY + timedelta(days=n) for n in range(5)]
    for day in days:
        banking.statements.conclude(header(day))
    banking.statements.conclude(replace(header(), id=f"other.{DAY}.A", account="other"))
    page, position = banking.statements.of_account("main", 2)
    assert [each.last_day for each in page] == [days[4], days[3]]
    rest, end = banking.statements.of_account("main", 10, position)
    assert ([each.last_day for each in rest], end) == ([days[2], days[1], days[0]], None)
    assert banking.statements.of_account("none", 5) == ([], None)


def test_statements_are_found_by_their_last_day(banking: Banking) -> None:
    for n in range(5):
        banking.statements.conclude(header(DAY + timedelta(days=n), "Z"))
    found = banking.statements.ending_from("main", DAY + timedelta(days=1), DAY + timedelta(days=3))
    assert [each.last_day.day for each in found] == [3, 4, 5]


def test_lines_are_kept_page_by_page(banking: Banking) -> None:
    first = [KeptLine(line(f"l{i}"), Fate.NEW) for i in range(3)]
    second = [KeptLine(line("x", -5, reversal=True, total=True), Fate.IN_DETAILS, line_id("l1"))]
    banking.statements.keep_lines("main.2026-03-02.A", 0, first)
    banking.statements.keep_lines("main.2026-03-02.A", 3, second)
    banking.statements.keep_lines("main.2026-03-02.A", 3, second)
    page, following = banking.statements.lines("main.2026-03-02.A")
    assert (list(page), following) == (first, 3)
    page, following = banking.statements.lines("main.2026-03-02.A", 3)
    assert (list(page), following) == (second, None)
    assert banking.statements.lines("main.2026-03-02.B") == ((), None)


def test_movements_are_remembered_by_day_by_id_and_by_what_refers_to_them(banking: Banking) -> None:
    came = known(
        "a", reference="B1", end_to_end="E1", batch="B9", batch_total=5, ordinal=2, total=True, awaits=True
    )
    went, other = known("b", -5, end_to_end="E1"), known("c", day=DAY + timedelta(days=1), reference="B1")
    banking.register.add("main", [came, went])
    banking.register.add("main", [came, other])
    assert sorted(banking.register.of_day("main", DAY), key=lambda each: each.minor) == [went, came]
    assert banking.register.of_day("other", DAY) == []
    assert banking.register.get("main", other.id) == other
    assert sorted(each.id for each in banking.register.by_reference("main", "B1")) == sorted(
        [came.id, other.id]
    )
    assert banking.register.by_reference("main", "E1") == [came]
    assert banking.register.by_reference("other", "E1") == []
    for unknown in (line_id("never"), "no id at all"):
        with pytest.raises(NotFound):
            banking.register.get("main", unknown)


def test_more_movements_than_a_request_takes_are_remembered(banking: Banking) -> None:
    many = [known(f"m{i}", i + 1, reference=f"R{i}", end_to_end=f"E{i}") for i in range(60)]
    banking.register.add("main", many)
    assert len(banking.register.of_day("main", DAY)) == 60


def test_what_waits_for_a_person_is_decided_once(banking: Banking) -> None:
    later = Attention(line("later"), Why.DEBIT_RETURNED, "s1", NOW + timedelta(hours=1))
    waiting = Attention(line("first"), Why.AWAITS_DETAILS, "s1", NOW)
    banking.attentions.raise_(later)
    banking.attentions.raise_(waiting)
    banking.attentions.raise_(replace(waiting, why=Why.UNKNOWN_ORIGINAL))
    assert banking.attentions.waiting("main") == [waiting, later]
    decided = replace(waiting, decision=Decision.PAYMENT, by="bea", decided_at=NOW, note="seen")
    assert banking.attentions.decide(decided) == decided
    assert banking.attentions.decide(replace(decided, decision=Decision.NOTHING, by="al")) == decided
    banking.attentions.raise_(waiting)
    assert banking.attentions.get("main", waiting.line.id) == decided
    assert (banking.attentions.waiting("main"), banking.attentions.waiting("other")) == ([later], [])
    with pytest.raises(NotFound):
        banking.attentions.decide(replace(decided, line=line("never")))


def test_jobs_are_listed_the_newest_first_in_pages(banking: Banking) -> None:
    jobs = [
        StatementJob(f"sti_{n}", "main", f"statements/main/{n}", "bea", NOW, state=JobState.RUNNING, statements=("a",),
                     tally=Tally(new=n), current=Tally(known=n))
        for n in range(3)
    ]  # fmt: skip
    for job in jobs:
        banking.jobs.put(replace(job, state=JobState.REQUESTED))
        banking.jobs.put(job)
    assert banking.jobs.get("main", "sti_1") == jobs[1]
    page, position = banking.jobs.of_account("main", 2)
    assert list(page) == [jobs[2], jobs[1]]
    assert banking.jobs.of_account("main", 2, position) == ([jobs[0]], None)
    with pytest.raises(NotFound):
        banking.jobs.get("main", "never")


def test_one_owner_at_a_time_has_the_lease(banking: Banking) -> None:
    soon, past = NOW + timedelta(minutes=5), NOW + timedelta(minutes=6)
    assert banking.lease.take("main", "a", NOW, soon)
    assert banking.lease.take("main", "a", NOW, soon)
    assert not banking.lease.take("main", "b", NOW, soon)
    assert banking.lease.take("other", "b", NOW, soon)
    banking.lease.give_back("main", "b")
    assert not banking.lease.take("main", "b", NOW, soon)
    assert banking.lease.take("main", "b", past, past + timedelta(minutes=5))
    banking.lease.give_back("main", "b")
    assert banking.lease.take("main", "a", datetime(2026, 3, 2, tzinfo=UTC), soon)
