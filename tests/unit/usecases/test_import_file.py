import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from receivables.core.configuration import Company
from receivables.core.errors import InvalidInput, NotFound
from receivables.core.money import Money
from receivables.customers import Customer
from receivables.dunning.policy import Policy
from receivables.imports import ImportJob, ImportKind, ImportOptions, ImportState
from receivables.ledger import AT_ONCE
from receivables.terms import DEFAULT_TERMS, Terms
from receivables.usecases import import_file
from receivables.usecases.applicable import applicable_terms, policy_catalogue, terms_catalogue
from receivables.usecases.import_file import ImportDroppedFile, RequestImport, Unfinished
from receivables.usecases.issue_invoice import IssueInvoice
from receivables.usecases.keep_customers import KeepCustomers
from tests.builders import NOW, customer
from tests.fakes.calendars import FakeHolidays
from tests.fakes.directory import InMemoryCompany, InMemoryCustomers, InMemoryImportJobs, InMemoryVersions
from tests.fakes.import_files import InMemoryImportFiles
from tests.fakes.stores import MemoryStores

INVOICES = "invoice,customer,issue date,due date,amount,currency\n"


class Desk:
    """An import desk over fakes."""

    def __init__(self, *customers: Customer) -> None:
        self.customers = InMemoryCustomers(*customers)
        self.ledger = MemoryStores(customers=self.customers).ledger
        self.files, self.jobs = InMemoryImportFiles(), InMemoryImportJobs()
        terms: InMemoryVersions[Terms] = InMemoryVersions()
        policies: InMemoryVersions[Policy] = InMemoryVersions()
        company = InMemoryCompany(Company())
        applicable = applicable_terms(terms, company)
        invoices = IssueInvoice(self.ledger, self.customers, applicable, FakeHolidays())
        keep = KeepCustomers(self.customers, terms_catalogue(terms), policy_catalogue(policies), company)
        self._dropped = ImportDroppedFile(
            self.files, self.jobs, self.customers, keep, invoices, lambda at: at
        )
        self.requests = RequestImport(self.files, self.jobs)

    def drop(self, content: str, key: str = "imports/march.csv", **metadata: str) -> ImportJob:
        """A file is dropped and worked off."""
        self.files.files[key], self.files.metadata[key] = content.encode(), metadata
        return self.work(key)

    def work(self, key: str, time_is_left: Callable[[], bool] = lambda: True) -> ImportJob:
        return self._dropped.run(key, NOW, time_is_left)


def counts(job: ImportJob) -> tuple[int, int, int, int]:
    return job.created, job.updated, job.unchanged, job.failed


def test_good_rows_are_kept_and_bad_ones_are_named() -> None:
    desk = Desk(customer("C-1"))
    job = desk.drop(
        INVOICES
        + "INV-1,C-1,2026-03-01,2026-03-31,100.00,EUR\n"
        + "INV-2,C-9,2026-03-01,2026-03-31,100.00,EUR\n"
        + "INV-3,C-1,2026-03-01,2026-03-31,ten,EUR\n"
    )
    assert job.state is ImportState.DONE
    assert counts(job) == (1, 0, 0, 2)
    assert [(e.row, e.field) for e in job.errors] == [(3, "customer_id"), (4, "amount")]
    assert desk.ledger.invoice("INV-1")[0].amount == Money(10_000, "EUR")


def test_without_a_due_date_the_terms_give_it() -> None:
    desk = Desk(customer("C-1"))
    desk.drop(INVOICES + "INV-1,C-1,2026-03-01,,100.00,EUR\n")
    document, _ = desk.ledger.invoice("INV-1")
    assert document.due_date == document.issue_date + timedelta(days=30)
    assert (document.terms_id, document.terms_version) == (DEFAULT_TERMS.id, DEFAULT_TERMS.version)


def test_tax_is_taken_over_where_the_file_has_it() -> None:
    desk = Desk(customer("C-1"))
    header = INVOICES.strip() + ",VAT amount\n"
    job = desk.drop(
        header
        + "INV-1,C-1,2026-03-01,2026-03-31,119.00,EUR,19.00\n"
        + "INV-2,C-1,2026-03-01,2026-03-31,119.00,EUR,\n"
        + "INV-3,C-1,2026-03-01,2026-03-31,119.00,EUR,120.00\n"
        + "INV-4,C-1,2026-03-01,2026-03-31,119.00,EUR,some\n"
    )
    assert counts(job) == (2, 0, 0, 2)
    assert desk.ledger.invoice("INV-1")[0].tax == Money(1_900, "EUR")
    assert desk.ledger.invoice("INV-2")[0].tax is None
    assert [(e.row, e.field) for e in job.errors] == [(4, "tax"), (5, "tax")]


def test_a_negative_amount_is_refused_as_a_credit_note() -> None:
    desk = Desk(customer("C-1"))
    job = desk.drop(INVOICES + "INV-1,C-1,2026-03-01,2026-03-31,-5,EUR\n")
    assert (job.errors[0].field, "credit note" in job.errors[0].message) == ("amount", True)


def test_the_same_file_again_changes_nothing() -> None:
    desk = Desk(customer("C-1"))
    content = INVOICES + "INV-1,C-1,2026-03-01,2026-03-31,100.00,EUR\n"
    first = desk.drop(content)
    account = desk.ledger.working_set("C-1.EUR")
    assert desk.drop(content) == first
    assert counts(desk.drop(content, "imports/again.csv")) == (0, 0, 1, 0)
    assert desk.ledger.working_set("C-1.EUR") == account


def test_a_known_invoice_with_other_content_is_an_error_of_its_row() -> None:
    desk = Desk(customer("C-1"))
    desk.drop(INVOICES + "INV-1,C-1,2026-03-01,2026-03-31,100.00,EUR\n")
    job = desk.drop(INVOICES + "INV-1,C-1,2026-03-01,2026-03-31,100.01,EUR\n", "imports/other.csv")
    assert counts(job) == (0, 0, 0, 1)
    assert job.errors[0].message == "is there already, with other content"
    assert desk.ledger.invoice("INV-1")[0].amount == Money(10_000, "EUR")


def test_another_file_under_the_same_name_is_another_import() -> None:
    desk = Desk(customer("C-1"))
    one = desk.drop(INVOICES + "INV-1,C-1,2026-03-01,2026-03-31,1,EUR\n")
    two = desk.drop(INVOICES + "INV-2,C-1,2026-03-01,2026-03-31,2,EUR\n")
    assert one.id != two.id
    assert two.created == 1


def test_customers_are_created_changed_where_the_file_says_so_and_left_otherwise() -> None:
    desk = Desk(customer("C-1", locale="de_DE", phone="+4930123456"))
    content = "id,name,email,phone,country\nC-1,Ada Blum,new@example.com,,FR\nC-2,Bo,bo@example.com,,FR\n"
    assert counts(desk.drop(content)) == (1, 1, 0, 0)
    changed = desk.customers.get("C-1")
    assert (changed.email, changed.phone, changed.locale) == ("new@example.com", "+4930123456", "de_DE")
    assert desk.customers.get("C-2").timezone == "Europe/Paris"
    assert counts(desk.drop(content, "imports/again.csv")) == (0, 0, 2, 0)


def test_customers_name_terms_and_policies_that_exist_and_no_reserved_id() -> None:
    job = Desk().drop("id,name,terms,policy\nC-1,Ada,net-99,gentle\nC-2,Bo,net-30,standard\nsuspense,Cy,,\n")
    assert (job.created, job.failed) == (1, 2)
    assert [(e.row, e.field) for e in job.errors] == [(2, "terms_id"), (2, "policy_id"), (4, "id")]


def test_a_file_that_cannot_be_read_as_a_whole_fails_with_the_reason() -> None:
    job = Desk().drop("what,is,this\n1,2,3\n")
    assert job.state is ImportState.FAILED
    assert "has no column" in job.reason


def test_a_report_lies_next_to_the_file() -> None:
    desk = Desk()
    desk.drop(INVOICES + "INV-1,C-1,2026-03-01,2026-03-31,1,EUR\n")
    report = json.loads(desk.files.files["imports/march.report.json"])
    assert (report["state"], report["rows"], report["failed"]) == ("done", 1, 1)
    assert report["errors"] == [
        {"row": 2, "field": "customer_id", "message": "customer 'C-1' does not exist"}
    ]


def test_what_a_dropped_file_does_not_say_stands_in_its_metadata() -> None:
    desk = Desk(customer("C-1"))
    content = "invoice,customer,date,amount\nINV-1,C-1,1/2/2026,5\n"
    assert desk.drop(content, **{"date-format": "dmy", "currency": "USD"}).created == 1
    assert str(desk.ledger.invoice("INV-1")[0].issue_date) == "2026-02-01"


def test_a_requested_import_is_checked_at_once_and_worked_off_when_the_file_arrives() -> None:
    desk = Desk(customer("C-1"))
    content = (INVOICES + "INV-1,C-1,2026-03-01,2026-03-31,1,EUR\n").encode()
    asked = desk.requests.start(content, ImportOptions(), "alice", NOW - timedelta(days=1))
    assert (asked.state, asked.kind, asked.rows) == (ImportState.REQUESTED, ImportKind.INVOICES, 1)
    done = desk.work(asked.key)
    assert done.id == asked.id
    assert (done.state, done.created, done.requested_by) == (ImportState.DONE, 1, "alice")
    assert desk.ledger.invoice("INV-1")[0].issued_at == NOW - timedelta(days=1)
    with pytest.raises(InvalidInput):
        desk.requests.start(b"", ImportOptions(), "alice", NOW)


def test_an_interrupted_import_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_file, "PAGE", 2)
    desk = Desk(customer("C-1"))
    rows = [f"INV-{i},C-1,2026-03-01,2026-03-31,{i},EUR\n" for i in range(1, 6)]
    desk.files.files["imports/long.csv"] = (INVOICES + "".join(rows)).encode()
    answers = iter([True, True, False])
    with pytest.raises(Unfinished):
        desk.work("imports/long.csv", lambda: next(answers))
    (noted,) = desk.jobs.jobs.values()
    assert (noted.state, noted.position, noted.created) == (ImportState.RUNNING, 4, 4)
    done = desk.work("imports/long.csv")
    assert (done.state, done.position, counts(done)) == (ImportState.DONE, 5, (5, 0, 0, 0))


def test_a_page_whose_note_was_lost_is_harmless_to_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_file, "PAGE", 2)
    desk = Desk(customer("C-1"))
    content = INVOICES + "".join(f"INV-{i},C-1,2026-03-01,2026-03-31,{i},EUR\n" for i in range(1, 4))
    desk.drop(content, "imports/long.csv")
    desk.jobs.jobs.clear()
    assert counts(desk.work("imports/long.csv")) == (0, 0, 3, 0)
    working_set = desk.ledger.working_set("C-1.EUR")
    assert working_set is not None
    assert working_set.account.balance == Money(600, "EUR")


def test_a_file_that_is_gone_cannot_be_imported() -> None:
    with pytest.raises(NotFound):
        Desk().work("imports/gone.csv")


def test_ten_thousand_rows_keep_only_the_first_errors_but_count_all() -> None:
    desk = Desk(customer("C-1"))
    good = "".join(f"INV-{i},C-1,2026-03-01,2026-03-31,{i},EUR\n" for i in range(1, 301))
    bad = "".join(f"BAD-{i},C-1,2026-03-01,2026-03-31,,EUR\n" for i in range(9_800))
    job = desk.drop(INVOICES + bad + good)
    assert (job.rows, counts(job), len(job.errors)) == (10_100, (300, 0, 0, 9_800), 100)


def test_an_imported_invoice_is_planned_from_its_issue_date_on() -> None:
    desk = Desk(customer("C-1"))
    desk.drop(INVOICES + "INV-1,C-1,2026-03-20,2026-04-20,5,EUR\n")
    working_set = desk.ledger.working_set("C-1.EUR")
    assert working_set is not None
    planned = working_set.account.next_action_at
    assert planned is not None
    assert planned > AT_ONCE
