"""The tasks of the case workflow, run turn by turn over in-memory stores and gateways."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from receivables.arrangements import Hold
from receivables.cases.case import ApprovalAction, ApprovalState, Outcome, Stage
from receivables.core.configuration import Switch
from receivables.core.errors import Conflict, Forbidden, InvalidInput, OutcomeUnknown, Refused, Throttled
from receivables.notices.notice import NoticeState
from receivables.usecases.cases import DecideApproval
from tests.builders import customer
from tests.contract.postings import holding
from tests.fakes.case_world import ACCOUNT, OPENED, World


def suspended() -> World:
    world = World()
    world.run()
    world.after(10)
    world.decide(approve=True)
    world.run()
    assert world.case.stage is Stage.SUSPENDED
    return world


def placed() -> World:
    world = suspended()
    world.after(14)
    world.decide(approve=True)
    world.run()
    assert world.case.stage is Stage.PLACED
    return world


def test_a_new_case_sends_the_formal_notice_tells_finance_and_waits() -> None:
    world = World()
    assert world.run() == "parked"
    assert world.case.stage is Stage.NOTIFIED
    [mail] = world.mail.sent
    assert mail.to == "ada@example.com"
    assert mail.tags["account_id"] == ACCOUNT
    [message] = world.told
    assert "350.00 EUR" in message.text
    assert "I-1: 100.00 EUR" in message.text
    assert "30 days overdue" in message.text
    assert "sent by e-mail" in message.text
    assert "invoice of 250.00 EUR for I-2" in message.text


def test_the_request_to_finance_says_what_is_asked_with_a_link_that_only_shows_it() -> None:
    world = World()
    world.run()
    assert world.after(10) == "parked"
    request = world.told[-1]
    assert world.approval.action is ApprovalAction.SUSPEND_SERVICE
    assert f"https://console.example/approvals/{world.approval.id}" in request.text
    assert "nothing is decided by opening it" in request.text
    assert "formal notice by email over 350.00 EUR: sent" in request.text
    assert request.attributes["approval_id"] == world.approval.id
    assert len(request.subject) <= 100
    assert request.subject.isascii()


def test_the_whole_way_suspends_and_places_only_after_approval() -> None:
    world = placed()
    assert world.events == [
        "opened",
        "notified",
        "approval_requested",
        "finance_told",
        "suspended",
        "approval_requested",
        "finance_told",
        "placing",
        "placed",
    ]
    [(name, content)] = world.agency.files.items()
    file = json.loads(content)
    assert name == f"placements/{world.case_id}.json"
    assert file["debtor"]["email"] == "ada@example.com"
    assert file["open"] == {"amount": "350.00", "currency": "EUR"}
    assert [i["number"] for i in file["invoices"]] == ["I-1", "I-2"]
    assert any("approved by ann" in line["text"] for line in file["history"])


def test_after_the_agencys_days_the_case_is_closed_as_handed_over_and_not_recalled() -> None:
    world = placed()
    assert world.after(180) == "ended"
    assert world.case.outcome is Outcome.HANDED_OVER
    assert list(world.agency.files) == [f"placements/{world.case_id}.json"]


def test_payment_of_all_invoices_closes_a_placed_case_and_recalls_it() -> None:
    world = placed()
    paid = OPENED + timedelta(days=30)
    world.pay_all(at=paid)
    world.wake()
    assert world.run() == "ended"
    assert (world.case.outcome, world.case.closed_at) == (Outcome.PAID, paid)
    recall = json.loads(world.agency.files[f"recalls/{world.case_id}.json"])
    assert recall["document"] == "recall"
    facts = world.stores.ledger.timeline(ACCOUNT, 9).items
    closed = next(fact for fact in facts if fact["kind"] == "case_event")
    assert closed["facts"] == {"outcome": "paid", "suspended": "yes", "placed": "yes"}


def test_payment_withdraws_the_request_that_nobody_has_decided() -> None:
    world = World()
    world.run()
    world.after(10)
    request = world.approval
    world.pay_all()
    world.wake()
    assert world.run() == "ended"
    assert world.stores.cases.approval(request.id).state is ApprovalState.WITHDRAWN


def test_part_payment_goes_on_with_the_rest_and_finance_sees_it() -> None:
    world = World()
    world.run()
    world.pay("I-1", at=OPENED + timedelta(days=2))
    world.pay("I-2", 5_000, at=OPENED + timedelta(days=3))
    world.wake()
    assert world.run() == "parked"
    world.after(10)
    request = world.told[-1]
    assert "Open in this case: 200.00 EUR" in request.text
    assert "I-2: 200.00 EUR of 250.00 EUR" in request.text
    assert "payment of 100.00 EUR for I-1" in request.text
    assert "Paid since the case was opened: 1 of 2 invoices" in request.text


def test_rejected_it_waits_for_the_review_and_asks_again() -> None:
    world = World()
    world.run()
    world.after(10)
    first = world.decide(approve=False)
    assert world.run() == "parked"
    assert world.case.stage is Stage.IN_REVIEW
    assert not world.case.suspended
    world.after(30)
    assert world.approval.id != first.id
    assert world.approval.state is ApprovalState.PENDING
    assert len(world.told) == 3


def test_a_request_that_waits_is_repeated_every_week_with_how_long_it_waits() -> None:
    world = World()
    world.run()
    world.after(10)
    world.after(3)
    assert len(world.told) == 2
    world.on(OPENED + timedelta(days=17))
    assert len(world.told) == 3
    assert "waiting for 7 days" in world.told[-1].text


def test_a_hold_pauses_the_case_until_it_ends() -> None:
    world = World()
    until = OPENED + timedelta(days=5)
    world.stores.ledger.post(holding(Hold("promise", "ann", OPENED, until), ACCOUNT, OPENED))
    assert world.run() == "parked"
    assert world.mail.sent == []
    assert world.case.wake_at == OPENED
    world.on(until)
    assert world.case.stage is Stage.NOTIFIED


def test_the_kill_switch_puts_the_formal_notice_off_and_with_it_the_case() -> None:
    world = World()
    world.switch.move(Switch(engaged=True))
    assert world.run() == "parked"
    assert (world.case.stage, world.mail.sent, world.told) == (Stage.OPENED, [], [])
    world.switch.move(Switch())
    world.on(OPENED + timedelta(hours=1))
    assert world.case.stage is Stage.NOTIFIED
    assert len(world.mail.sent) == 1


def test_a_throttled_provider_puts_the_notice_off_and_the_retry_is_a_notice_of_its_own() -> None:
    world = World()
    world.mail.answers.append(Throttled("later"))
    world.run()
    assert world.events[-1] == "notice_put_off"
    world.on(OPENED + timedelta(hours=1))
    states = sorted(notice.state for notice in world.stores.shelf.notices.values())
    assert states == [NoticeState.RELEASED, NoticeState.SENT]


def test_an_unknown_outcome_is_told_to_finance_and_never_sent_again() -> None:
    world = World()
    world.mail.lost.append(OutcomeUnknown("timeout"))
    world.run()
    assert world.case.stage is Stage.NOTIFIED
    assert len(world.mail.sent) == 1
    assert "not confirmed" in world.told[0].text
    [notice] = world.stores.shelf.notices.values()
    assert notice.state is NoticeState.CLAIMED


def test_a_refused_notice_asks_finance_for_a_letter() -> None:
    world = World()
    world.mail.answers.append(Refused("address"))
    world.run()
    assert "by letter" in world.told[0].text


def test_a_customer_without_an_address_gets_a_letter_from_finance() -> None:
    world = World(customer(email=None))
    world.run()
    assert world.case.stage is Stage.NOTIFIED
    assert world.mail.sent == []
    assert "by letter" in world.told[0].text
    [notice] = world.stores.shelf.notices.values()
    assert notice.state is NoticeState.UNREACHABLE


def test_a_payment_between_assess_and_park_is_not_lost() -> None:
    world = World()
    world.run()
    world.wake()
    found = world.assess()
    assert found.next == "park"
    world.pay_all()
    world.wake()
    assert not world.park(found)
    assert world.run() == "ended"


def test_a_wake_before_the_first_park_is_not_lost() -> None:
    world = World()
    found = world.assess()
    world.wake()
    assert not world.park(found)


def test_a_wake_after_the_park_sends_the_token_and_a_second_one_is_harmless() -> None:
    world = World()
    world.run()
    assert world.wake()
    assert world.wake()
    assert world.workflow.resumed == ["token-1"]
    assert world.run() == "parked"


def test_a_wake_of_a_closed_case_does_nothing() -> None:
    world = World()
    world.pay_all()
    assert world.run() == "ended"
    assert not world.wake()


def test_a_decision_before_the_token_is_stored_is_not_lost() -> None:
    world = World()
    world.run()
    world.wake(OPENED + timedelta(days=10))
    found = world.advance.act(world.case_id, ACCOUNT, OPENED)
    assert found.events == ("approval_requested", "finance_told")
    world.decide(approve=True)
    assert not world.park(found)
    world.run()
    assert world.case.suspended


def test_a_payment_that_comes_while_the_case_acts_wins() -> None:
    world = World()
    world.run()
    world.after(10)
    world.decide(approve=True)
    found = world.assess()
    assert found.next == "act"
    world.pay_all()
    found = world.advance.act(world.case_id, ACCOUNT, found.as_of)
    assert (found.next, found.events) == ("close", ())
    assert world.run() == "ended"
    assert not world.case.suspended


def test_parking_that_cannot_be_stored_fails_its_task_rather_than_waiting_for_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    found = world.assess()

    def broken(*_: object) -> bool:
        raise Throttled("later")

    monkeypatch.setattr(world.stores.cases, "park", broken)
    with pytest.raises(Throttled):
        world.park(found)
    assert world.workflow.given_up == [("token-1", "ParkFailed")]


def test_a_workflow_that_gives_up_marks_the_case_and_tells_operations_without_names() -> None:
    world = World()
    world.advance.fail(world.case_id, ACCOUNT, "Lambda.Unknown")
    assert world.case.failure == "Lambda.Unknown"
    [alert] = world.operations.messages
    assert world.case_id in alert.text
    assert "Ada" not in alert.text
    world.run()
    assert world.case.failure == ""


def test_an_approval_is_decided_once_and_not_by_who_asked() -> None:
    world = World()
    world.run()
    world.after(10)
    with pytest.raises(Forbidden):
        world.decide(approve=True, by="system")
    world.decide(approve=True)
    with pytest.raises(Conflict):
        world.decide(approve=False, by="bob")
    assert world.approval.delivered


def test_a_rejection_needs_a_reason() -> None:
    world = World()
    world.run()
    world.after(10)
    decide = DecideApproval(world.stores.cases, world.stores.ledger, world.workflow)
    with pytest.raises(InvalidInput, match="reason"):
        decide.decide(world.approval.id, approve=False, by="ann", reason="  ", at=OPENED)


def test_an_approval_cannot_be_given_after_the_payment() -> None:
    world = World()
    world.run()
    world.after(10)
    request = world.approval
    world.pay_all()
    with pytest.raises(Conflict):
        world.decide(approve=True)
    world.wake()
    world.run()
    with pytest.raises(Conflict):
        DecideApproval(world.stores.cases, world.stores.ledger, world.workflow).decide(
            request.id, approve=True, by="ann", reason="", at=OPENED
        )


def test_a_decision_whose_wake_fails_stands_and_waits_for_redelivery() -> None:
    world = World()
    world.run()
    world.after(10)
    world.workflow.fail_next = "before"
    decided = world.decide(approve=True)
    assert decided.state is ApprovalState.APPROVED
    assert [a.id for a in world.stores.cases.undelivered_approvals(10)] == [decided.id]


def test_a_subject_fits_the_topic_whatever_the_customers_name() -> None:
    world = World(customer(name="Ä" * 300))
    world.run()
    assert len(world.told[0].subject) == 100
    assert world.told[0].subject.isascii()
