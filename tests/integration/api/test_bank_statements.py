"""Bank accounts and statements through the API."""

from __future__ import annotations

import base64
from datetime import date
from typing import Any

import pytest

from receivables.adapters.statements.read import read_file
from receivables.payments.stored import load_events
from receivables.usecases.book_lines import BookLines
from receivables.usecases.import_statement import Banking, ImportStatement
from tests.bank_files import IBAN, Move, camt
from tests.builders import NOW
from tests.fakes.banking import InMemoryLease
from tests.integration.api.harness import Gateway
from tests.integration.api.world import World

ACCOUNT = {"id": "main", "name": "House bank", "currency": "EUR", "iban": IBAN, "timezone": "Europe/Berlin"}
SAMPLE = b"Tag;Betrag;Verwendungszweck\n02.03.2026;12,50;RE-1\n01.03.2026;-3,00;Entgelt\n"


class Bus:
    def publish(self, events: Any) -> Any:
        return ()


def base64_of(content: bytes) -> str:
    return base64.b64encode(content).decode()


def work_off(world: World) -> None:
    """What the drop of each file in the bucket starts."""
    known = world.banking
    stores = Banking(known.accounts, known.statements, known.jobs, InMemoryLease())
    lines = BookLines(world.inbox, known.register, known.attentions)
    importer = ImportStatement(known.files, stores, read_file, lines, Bus(), lambda: NOW, lambda _: None)
    for key in list(known.files.files):  # type: ignore[attr-defined]
        importer.run(key, NOW)


pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def account(admin: Gateway) -> str:
    assert admin.post("/bank-accounts", ACCOUNT).status == 201
    return "/bank-accounts/main"


def test_a_bank_account_is_set_up_read_and_changed(admin: Gateway, reader: Gateway, account: str) -> None:
    read = reader.get(account)
    assert (read.status, read.headers["Etag"], read.body["iban"], read.body["gaps"]) == (200, '"1"', IBAN, [])
    changed = {name: value for name, value in ACCOUNT.items() if name != "id"} | {
        "name": "New name",
        "await_details": True,
    }
    assert admin.put(account, changed).fields == ["rev"]
    answer = admin.put(account, changed | {"rev": 1})
    assert (answer.status, answer.body["rev"], answer.body["await_details"]) == (200, 2, True)
    assert admin.put(account, changed | {"rev": 1}).status == 412
    assert [each["name"] for each in reader.get("/bank-accounts").body["items"]] == ["New name"]
    assert admin.post("/bank-accounts", ACCOUNT).status == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"iban": "DE00120300000000202051"}, "iban"),
        ({"iban": None}, "iban"),
        ({"currency": "XXX"}, "currency"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"id": "a b"}, "id"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_bank_account_that_cannot_be_is_refused(admin: Gateway, change: dict[str, Any], field: str) -> None:
    assert admin.post("/bank-accounts", ACCOUNT | change).fields == [field]


def test_the_currency_of_an_account_never_changes(admin: Gateway, account: str) -> None:
    changed = {name: value for name, value in ACCOUNT.items() if name != "id"} | {"currency": "CHF", "rev": 1}
    assert admin.put(account, changed).fields == ["currency"]


def test_only_admins_set_bank_accounts_up_and_only_finance_imports(
    finance: Gateway, reader: Gateway, account: str
) -> None:
    assert finance.post("/bank-accounts", ACCOUNT | {"id": "other"}).status == 403
    assert reader.post(f"{account}/statements", {"content": base64_of(camt())}).status == 403


def test_a_mapping_is_seen_before_it_is_saved_and_used_after(
    world: World, admin: Gateway, finance: Gateway, account: str
) -> None:
    upload = {"content": base64_of(SAMPLE)}
    assert finance.post(f"{account}/statements", upload).fields == ["mapping"]
    told = {"columns": {"booked_on": "Tag"}}
    seen = finance.post(f"{account}/mapping-preview", upload | told)
    assert seen.status == 200
    assert [line["amount"]["amount"] for line in seen.body["lines"]] == ["12.50", "-3.00"]
    assert (seen.body["count"], seen.body["came_in"]["amount"], seen.body["mapping"]["dates"]) == (
        2,
        "12.50",
        "dmy",
    )
    assert finance.get(account).body["mapping"] is None
    saved = admin.put(f"{account}/mapping", seen.body["mapping"] | {"rev": 1})
    assert (saved.status, saved.body["mapping"]) == (200, seen.body["mapping"])
    assert finance.post(f"{account}/statements", upload).status == 202
    work_off(world)
    (message,) = world.stores.shelf.inbox.values()
    assert load_events(message.body)[0].references.texts == ("RE-1",)


def test_a_sample_that_does_not_tell_all_says_what_is_missing(finance: Gateway, account: str) -> None:
    assert finance.post(f"{account}/mapping-preview", {"content": base64_of(b"a;b\n1;2\n")}).fields == [
        "sample"
    ]
    assert finance.post(f"{account}/mapping-preview", {"content": "no base64!"}).fields == ["content"]


def test_a_statement_is_imported_and_read_with_its_lines(
    world: World, finance: Gateway, reader: Gateway, account: str
) -> None:
    content = camt(
        *(Move(f"{i + 1}.00", f"RE-{i}", "Ada", ref=f"B{i}") for i in range(5)),
        Move("-1.00", "fee"),
        number="7",
    )
    asked = finance.post(f"{account}/statements", {"content": base64_of(content)})
    assert (asked.status, asked.body["state"]) == (202, "requested")
    work_off(world)
    job = reader.get(f"{account}/imports/{asked.body['id']}").body
    assert (job["state"], job["tally"]["payments"], job["position"]) == ("done", 5, 6)
    (listed,) = reader.get("/statements?bank_account=main").body["items"]
    assert (listed["opening"]["amount"]["amount"], listed["closing"]["amount"]["amount"]) == (
        "1000.00",
        "1014.00",
    )
    assert reader.get(f"/statements/{listed['id']}").body == listed
    seen: list[str] = []
    following: str | None = ""
    while following is not None:
        more = f"&next={following}" if following else ""
        page = reader.get(f"/statements/{listed['id']}/lines?limit=4{more}").body
        seen += [line["amount"]["amount"] for line in page["items"]]
        following = page["next"]
    assert seen == ["1.00", "2.00", "3.00", "4.00", "5.00", "-1.00"]
    assert reader.get("/statements/main.2026-03-02.none").status == 404


def test_a_refused_drop_is_listed_with_the_reason(world: World, reader: Gateway, account: str) -> None:
    world.banking.files.write("statements/main/cut.xml", camt(Move("1.00"))[:-50])
    work_off(world)
    (job,) = reader.get(f"{account}/imports").body["items"]
    assert (job["state"], job["field"]) == ("failed", "file")
    assert "not well-formed" in job["reason"]


def test_a_statement_that_does_not_add_up_is_refused_unless_it_is_accepted(
    finance: Gateway, account: str
) -> None:
    wrong = {"content": base64_of(camt(Move("1.00"), closing="5.00"))}
    assert finance.post(f"{account}/statements", wrong).fields == ["closing"]
    assert finance.post(f"{account}/statements", wrong | {"accept_differences": True}).status == 202


def test_a_large_file_gets_a_link(finance: Gateway, account: str) -> None:
    answer = finance.post(f"{account}/statements", {"size": 20_000_000})
    assert (answer.status, answer.body["upload"]["headers"]) == (202, {"Content-Length": "20000000"})
    assert finance.post(f"{account}/statements", {}).fields == ["content"]
    assert finance.post(f"{account}/statements", {"size": 10, "content": "eA=="}).fields == ["content"]
    assert finance.post("/bank-accounts/other/statements", {"size": 10}).status == 404


def test_a_person_decides_about_what_waits(
    world: World, finance: Gateway, reader: Gateway, account: str
) -> None:
    world.banking.files.write("statements/main/a.xml", camt(Move("50.00", "returned", reversal=True)))
    work_off(world)
    (waiting,) = reader.get(f"{account}/attention").body["items"]
    assert (waiting["why"], waiting["amount"]["amount"], waiting["decision"]) == (
        "debit_returned",
        "50.00",
        "waiting",
    )
    path = f"{account}/attention/{waiting['id']}/decision"
    assert reader.post(path, {"decision": "payment"}).status == 403
    assert finance.post(path, {"decision": "reversal"}).fields == ["original"]
    decided = finance.post(path, {"decision": "payment", "note": "paid twice"})
    assert (decided.status, decided.body["decision"], decided.body["decided_by"]) == (200, "payment", "finn")
    assert finance.post(path, {"decision": "nothing"}).status == 409
    assert len(world.stores.shelf.inbox) == 1


def test_a_missing_statement_is_told_with_the_account(world: World, reader: Gateway, account: str) -> None:
    world.banking.files.write("statements/main/a.xml", camt(Move("1.00", ref="B1"), opening="0.00"))
    later = Move("1.00", ref="B2", day=date(2026, 3, 4))
    world.banking.files.write("statements/main/b.xml", camt(later, opening="7.00", reference="S3"))
    work_off(world)
    (gap,) = reader.get(account).body["gaps"]
    assert (gap["opening"]["amount"], gap["expected"]["amount"]) == ("7.00", "1.00")
