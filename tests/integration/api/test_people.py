"""What waits for a person: cases, approvals, notices, the inbox, imports."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from receivables.cases.case import ApprovalState
from receivables.notices.notice import NoticeState
from receivables.notices.ports import Claim
from receivables.payments.inbox import InboxState
from tests.builders import NOW, approval, case, invoice, issued, message, notice
from tests.builders import customer as somebody
from tests.integration.api.harness import Gateway
from tests.integration.api.world import World

LATER = NOW + timedelta(days=60)


@pytest.fixture(autouse=True)
def account(world: World) -> None:
    world.customers.create(somebody())
    issued(world.ledger, invoice("INV-1"), invoice("INV-2", due_date=(LATER + timedelta(days=5)).date()))


@pytest.fixture
def later() -> Gateway:
    return Gateway("finn", "finance", at=LATER)


def test_a_case_is_opened_by_hand_for_what_is_overdue(world: World, later: Gateway, reader: Gateway) -> None:
    opened = later.post("/cases", {"account_id": "C-1.EUR"})
    assert (opened.status, opened.body["invoices"], opened.body["opened_by"]) == (201, ["INV-1"], "finn")
    assert list(world.machine.executions) == [opened.body["id"]]
    assert reader.get(f"/cases/{opened.body['id']}").body["stage"] == "opened"
    assert [each["id"] for each in reader.get("/cases").body["items"]] == [opened.body["id"]]
    assert later.get("/accounts/C-1.EUR").body["case"]["id"] == opened.body["id"]
    assert later.post("/cases", {"account_id": "C-1.EUR"}).status == 409


@pytest.mark.parametrize(
    ("form", "status", "fields"),
    [
        ({"account_id": "C-9.EUR"}, 404, []),
        ({"account_id": "C-1.EUR", "invoices": ["INV-2"]}, 400, ["invoices"]),
        ({"account_id": "C-1.EUR", "invoices": []}, 400, ["invoices"]),
        ({}, 400, ["account_id"]),
    ],
)
def test_a_case_that_cannot_be_is_refused(
    world: World, later: Gateway, form: dict, status: int, fields: list[str]
) -> None:
    answer = later.post("/cases", form)
    assert (answer.status, answer.fields) == (status, fields)


def test_a_case_that_is_not_there_is_not_found(world: World, reader: Gateway) -> None:
    assert reader.get("/cases/nowhere").status == 404
    assert reader.get("/approvals/nowhere").status == 404


@pytest.fixture
def asked(world: World) -> str:
    """A case asks to suspend the service; the system is who asks."""
    opened = case("C-1.EUR", "INV-1")
    rev = world.account().rev
    world.cases.open(opened, rev=rev, progress={"INV-1": 6}, next_action_at=None)
    question = approval(opened)
    world.cases.advance(
        replace(opened, approval_id=question.id), "asked", account_rev=rev + 1, facts={}, approval=question
    )
    return question.id


@pytest.mark.parametrize(
    ("form", "state"),
    [
        ({"decision": "approve"}, ApprovalState.APPROVED),
        ({"decision": "reject", "reason": "they called"}, ApprovalState.REJECTED),
    ],
)
def test_a_person_decides_once(
    world: World, finance: Gateway, asked: str, form: dict, state: ApprovalState
) -> None:
    assert [each["id"] for each in finance.get("/approvals?state=pending").body["items"]] == [asked]
    decided = finance.post(f"/approvals/{asked}/decision", form)
    assert (decided.status, decided.body["state"], decided.body["decided_by"]) == (200, state.value, "finn")
    assert finance.get("/approvals").body["items"] == []
    again = Gateway("fritz", "finance").post(f"/approvals/{asked}/decision", {"decision": "approve"})
    assert again.status == 409
    assert world.cases.approval(asked).state is state


def test_reading_an_approval_decides_nothing(world: World, reader: Gateway, asked: str) -> None:
    assert reader.get(f"/approvals/{asked}").body["state"] == "pending"
    assert world.cases.approval(asked).state is ApprovalState.PENDING


def test_who_asked_does_not_decide(world: World, asked: str) -> None:
    answer = Gateway("system", "finance").post(f"/approvals/{asked}/decision", {"decision": "approve"})
    assert answer.status == 403
    assert world.cases.approval(asked).state is ApprovalState.PENDING


@pytest.mark.parametrize(
    ("form", "field"),
    [({}, "decision"), ({"decision": "maybe"}, "decision"), ({"decision": "reject"}, "reason")],
)
def test_a_decision_that_is_none_is_refused_by_field(
    world: World, finance: Gateway, asked: str, form: dict, field: str
) -> None:
    assert finance.post(f"/approvals/{asked}/decision", form).fields == [field]


@pytest.fixture
def claimed(world: World) -> str:
    """The path of a notice that was claimed and never settled."""
    sent = notice()
    rev = world.account().rev
    who = world.customers.get("C-1")
    world.notices.claim(Claim("C-1.EUR", rev, who, [sent], {"INV-1": 1}, NOW, None))
    return f"/accounts/C-1.EUR/notices/{sent.id}"


def test_a_notice_is_unknown_some_time_after_its_claim(world: World, reader: Gateway, claimed: str) -> None:
    assert reader.get("/notices?state=unknown").body["items"] == []
    found = (
        Gateway("rita", "read-only", at=NOW + timedelta(hours=1)).get("/notices?state=unknown").body["items"]
    )
    assert [each["id"] for each in found] == [claimed.rpartition("/")[2]]
    assert reader.get(claimed).body["state"] == "claimed"


@pytest.mark.parametrize(
    ("outcome", "state", "progress"), [("sent", "sent", {"INV-1": 1}), ("not_sent", "released", {})]
)
def test_a_person_says_what_became_of_a_notice(
    world: World, finance: Gateway, claimed: str, outcome: str, state: str, progress: dict[str, int]
) -> None:
    answer = finance.post(f"{claimed}/resolution", {"outcome": outcome, "reason": "asked the provider"})
    assert (answer.status, answer.body["state"]) == (200, state)
    assert answer.body["state_reason"] == "asked the provider (finn)"
    assert {k: v for k, v in world.account().progress.items() if v} == progress
    assert finance.post(f"{claimed}/resolution", {"outcome": "sent", "reason": "x"}).status == 409


def test_refused_notices_are_listed_until_somebody_resolves_them(
    world: World, finance: Gateway, claimed: str
) -> None:
    refused = world.notices.get(claimed.rpartition("/")[2], "C-1.EUR")
    world.notices.refused(refused, "address rejected", NOW)
    assert [each["state_reason"] for each in finance.get("/notices?state=refused").body["items"]] == [
        "address rejected"
    ]
    assert finance.post(f"{claimed}/resolution", {"outcome": "sent", "reason": "by letter"}).status == 200
    assert finance.get("/notices?state=refused").body["items"] == []
    assert world.notices.get(refused.id, "C-1.EUR").state is NoticeState.SENT


def test_a_notice_that_is_not_there_is_not_found(world: World, finance: Gateway, claimed: str) -> None:
    elsewhere = claimed.replace("C-1.EUR", "C-2.EUR")
    assert finance.get(elsewhere).status == 404
    assert finance.get("/accounts/C-1.EUR/notices/nonsense").status in {400, 404}
    assert finance.post(f"{elsewhere}/resolution", {"outcome": "sent", "reason": "x"}).status == 404
    assert finance.get("/notices?state=sent").fields == ["state"]


def test_parked_webhooks_are_listed_and_handed_out_again(
    world: World, finance: Gateway, reader: Gateway
) -> None:
    world.inbox.store(message())
    assert [
        each["key"]
        for each in Gateway("rita", "read-only", at=LATER).get("/inbox?state=received").body["items"]
    ] == ["stripe#main#evt_1"]
    world.inbox.settle("stripe#main#evt_1", InboxState.PARKED, "not understood")
    (parked,) = reader.get("/inbox?state=parked").body["items"]
    assert (parked["id"], parked["reason"]) == ("stripe~23main~23evt_1", "not understood")
    redriven = finance.post(f"/inbox/{parked['id']}/redrive")
    assert (redriven.status, redriven.body["state"], redriven.body["attempts"]) == (202, "received", 1)
    assert finance.post("/inbox/nowhere/redrive").status == 404


def test_a_file_is_taken_in_and_its_job_can_be_read(world: World, finance: Gateway, reader: Gateway) -> None:
    content = b"number,customer_id,issue_date,amount\nX,C-1,03/04/2026,10\n"
    unclear = finance.post("/imports?currency=EUR", content, content_type="text/csv")
    assert (unclear.status, unclear.fields) == (400, ["date_format"])
    started = finance.post(
        "/imports?currency=EUR&date_format=dmy", content, content_type="text/csv; charset=utf-8"
    )
    assert (started.status, started.body["kind"], started.body["state"]) == (202, "invoices", "requested")
    assert world.bucket.files[f"imports/{started.body['id']}.csv"] == content
    job = reader.get(f"/imports/{started.body['id']}").body
    assert (job["requested_by"], job["rows"]) == ("finn", 1)
    assert reader.get("/imports/nowhere").status == 404


@pytest.mark.parametrize(
    ("query", "content", "media", "status"),
    [
        ("", b"what,ever\n1,2\n", "text/csv", 400),
        ("", b"", "text/csv", 400),
        ("", b"{}", "application/json", 415),
        ("?date_format=ymd", b"id,name\n1,2\n", "text/csv", 400),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_at_once(
    world: World, finance: Gateway, query: str, content: bytes, media: str, status: int
) -> None:
    assert finance.post(f"/imports{query}", content, content_type=media).status == status
    assert world.bucket.files == {}


def test_webhooks_that_wait_are_paged_though_some_are_dealt_with_meanwhile(
    world: World, reader: Gateway
) -> None:
    for n in range(7):
        received = NOW if n < 5 else NOW + timedelta(minutes=n)
        world.inbox.store(message(f"evt_{n}", received_at=received))
        world.inbox.settle(f"stripe#main#evt_{n}", InboxState.PARKED, "not understood")
    first = reader.get("/inbox?state=parked&limit=3").body
    assert [each["event_id"] for each in first["items"]] == ["evt_0", "evt_1", "evt_2"]
    world.inbox.redrive("stripe#main#evt_0")
    second = reader.get(f"/inbox?state=parked&limit=3&next={first['next']}").body
    assert [each["event_id"] for each in second["items"]] == ["evt_3", "evt_4", "evt_5"]
    world.inbox.redrive("stripe#main#evt_5")
    third = reader.get(f"/inbox?state=parked&limit=3&next={second['next']}").body
    assert [each["event_id"] for each in third["items"]] == ["evt_6"]
    assert third["next"] is None
    assert reader.get(f"/inbox?state=received&next={first['next']}").fields == ["next"]


def test_notices_that_wait_are_paged(world: World) -> None:
    claimed = [notice(at=NOW + timedelta(minutes=n)) for n in range(5)]
    for each in claimed:
        claim = Claim("C-1.EUR", world.account().rev, world.customers.get("C-1"), [each], {}, NOW, None)
        world.notices.claim(claim)
    later = Gateway("rita", "read-only", at=NOW + timedelta(hours=1))
    seen, following = [], ""
    while True:
        page = later.get(f"/notices?state=unknown&limit=2{following}").body
        seen += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        following = f"&next={page['next']}"
    assert seen == [each.id for each in claimed]
