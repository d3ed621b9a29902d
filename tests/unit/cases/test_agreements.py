"""What promises, plans, disputes and late charges are to a case that runs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

from receivables.arrangements import (
    Arrangement,
    Covered,
    Dispute,
    DisputeReason,
    DisputeState,
    Part,
    Plan,
    Promise,
    PromiseState,
)
from receivables.cases.case import Stage
from receivables.core.money import Money
from receivables.ledger import (
    ArrangementChange,
    ChargeDetail,
    Invoice,
    ItemKind,
    Posting,
    PostOutcome,
    WorkingRow,
)
from receivables.ledger.issuing import issue_invoice
from receivables.terms import PLAIN, Instalment
from tests.builders import day, eur, invoice
from tests.fakes.case_world import ACCOUNT, OPENED, World

TODAY = OPENED.date()


def agree(world: World, *arrangements: Arrangement) -> None:
    for each in arrangements:
        working_set = world.stores.ledger.working_set(ACCOUNT)
        assert working_set is not None
        before = next((known for known in working_set.arrangements if known.id == each.id), None)
        change = Posting(ACCOUNT, arrangements=(ArrangementChange(before, each),))
        assert world.stores.ledger.post(change) is PostOutcome.POSTED


def promise(number: str, minor: int, days: int = 10) -> Promise:
    return Promise(
        id=f"prm_{number}",
        account_id=ACCOUNT,
        covers=(Covered(number, eur(minor)),),
        parts=(Part(TODAY + timedelta(days=days), eur(minor)),),
        made_by="Ada",
        channel="phone",
        recorded_by="fay",
        made_at=OPENED,
    )


def dispute(number: str, minor: int) -> Dispute:
    return Dispute(
        id=f"dsp_{number}",
        account_id=ACCOUNT,
        invoice=number,
        amount=eur(minor),
        reason=DisputeReason.QUALITY,
        raised_by="Ada",
        channel="portal",
        recorded_by="fay",
        raised_at=OPENED,
        owner="fay",
        deadline=date(2026, 6, 1),
    )


def interest(number: str = "LC-1", concerns: str = "I-1") -> Invoice:
    row = WorkingRow(day(31), day(59), 29, eur(10_000), "10", "79.45")
    return replace(
        invoice(number, ACCOUNT, 79, issue_date=TODAY, due_date=TODAY, description=""),
        kind=ItemKind.INTEREST,
        concerns=concerns,
        charge=ChargeDetail("interest", "late/1", "2026-04-02/2026-04-30", (row,)),
    )


def test_a_case_rests_while_all_it_collects_is_promised() -> None:
    world = World()
    agree(world, promise("I-1", 10_000), promise("I-2", 25_000))
    assert world.run() == "parked"
    assert world.mail.asked == 0
    assert world.assess().reason == "Ada promised to pay by 2026-05-11"


def test_a_case_goes_on_for_what_is_not_promised_and_asks_for_that_alone() -> None:
    world = World()
    agree(world, promise("I-1", 10_000))
    world.run()
    assert world.case.stage is Stage.NOTIFIED
    assert "250.00" in world.mail.sent[0].subject
    assert "I-1" not in world.mail.sent[0].text


def test_a_case_goes_on_when_the_promise_was_broken() -> None:
    world = World()
    both = (promise("I-1", 10_000), promise("I-2", 25_000))
    agree(world, *both)
    world.run()
    agree(world, *(replace(each, state=PromiseState.BROKEN, ended_at=OPENED, rev=1) for each in both))
    world.after(11)
    assert world.case.stage is Stage.NOTIFIED


def test_what_is_disputed_is_not_asked_for_and_does_not_close_the_case() -> None:
    world = World()
    agree(world, dispute("I-2", 20_000))
    world.run()
    [email] = world.mail.sent
    assert "150.00" in email.subject
    assert "Not asked for while your dispute is open: €200.00" in email.text
    assert "disputed and not asked for" in world.told[0].text


def test_a_case_of_which_everything_is_disputed_rests_and_stays_open() -> None:
    world = World()
    agree(world, dispute("I-1", 10_000), dispute("I-2", 25_000))
    assert world.run() == "parked"
    assert (world.mail.asked, world.case.stage) == (0, Stage.OPENED)
    rejected = replace(dispute("I-1", 10_000), state=DisputeState.REJECTED, ended_at=OPENED, rev=1)
    agree(world, rejected)
    world.after(1)
    assert "100.00" in world.mail.sent[0].subject


def test_a_plan_of_everything_rests_the_case() -> None:
    world = World()
    plan = Plan(
        id="pln_1",
        account_id=ACCOUNT,
        covers=(Covered("I-1", eur(10_000)), Covered("I-2", eur(25_000))),
        parts=(Part(TODAY + timedelta(days=20), eur(35_000)),),
        agreed_by="Ada",
        channel="phone",
        recorded_by="fay",
        agreed_at=OPENED,
    )
    agree(world, plan)
    assert world.run() == "parked"
    assert world.mail.asked == 0


def test_late_charges_are_in_the_formal_notice_the_message_and_the_file_with_their_working() -> None:
    world = World()
    world.stores.ledger.issue(issue_invoice(interest(), "test"))
    world.run()
    [email] = world.mail.sent
    assert "350.79" in email.subject
    for told in (email.text, email.html, world.told[0].text):
        assert "LC-1" in told
        assert "29" in told
    world.after(10)
    world.decide(approve=True)
    world.after(0)
    world.after(14)
    world.decide(approve=True)
    world.after(0)
    [content] = world.agency.files.values()
    placed = json.loads(content)
    charge = next(each for each in placed["invoices"] if each["number"] == "LC-1")
    assert (charge["kind"], charge["concerns"], charge["open"]["amount"]) == ("interest", "I-1", "0.79")
    assert charge["working"]["rows"][0]["amount_minor"] == "79.45"
    assert placed["open"]["amount"] == "350.79"


def test_only_the_instalments_that_are_due_are_asked_for_and_close_the_case_when_paid() -> None:
    world = World()
    parts = (Instalment(day(30), Money(4_000, "EUR")), Instalment(day(300), Money(6_000, "EUR")))
    whole = invoice("I-3", ACCOUNT, 10_000, due_date=day(300))
    world.stores.ledger.issue(
        issue_invoice(replace(whole, conditions=replace(PLAIN, instalments=parts)), "t")
    )
    case = world.case
    account = world.stores.shelf.accounts[ACCOUNT]
    world.stores.cases.join(case, ("I-3",), rev=account.rev, progress={}, next_action_at=OPENED)
    world.run()
    assert "390.00" in world.mail.sent[0].subject
    assert "instalment 1 of 2" in world.mail.sent[0].text
    world.pay_all()
    world.pay("I-3", 4_000)
    world.wake()
    assert world.run() == "ended"
