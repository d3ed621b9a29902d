"""Notices: claimed once, sent at most once, settled forward, given back only when certainly not sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from receivables.arrangements import Hold
from receivables.core.errors import NotFound, StaleRevision
from receivables.core.ids import new_id
from receivables.customers import Channel
from receivables.ledger import AT_ONCE
from receivables.notices.notice import Notice, NoticeItem, NoticeState
from tests.builders import NOW, invoice, issued, notice, payment
from tests.contract.conftest import Stores
from tests.contract.postings import holding
from tests.contract.steps import account, claim, known_customer, pay

LATER = NOW + timedelta(minutes=1)


def test_a_claim_keeps_the_notice_and_the_plan(stores: Stores) -> None:
    who = known_customer(stores)
    reminder = notice(reasons=("INV-1: 7 days before due",), message_id=None)
    claim(stores, who, reminder)
    assert stores.notices.get(reminder.id, "C-1.EUR") == reminder
    claimed = account(stores)
    assert (claimed.progress, claimed.worked_at, claimed.next_action_at, claimed.rev) == (
        {"INV-1": 1},
        NOW,
        None,
        2,
    )


def test_of_two_workers_one_claims(stores: Stores) -> None:
    who = known_customer(stores)
    rev = account(stores).rev
    claim(stores, who, notice(), rev=rev)
    other = notice()
    with pytest.raises(StaleRevision):
        claim(stores, who, other, rev=rev)
    with pytest.raises(NotFound):
        stores.notices.get(other.id, "C-1.EUR")


def test_a_claim_repeated_after_a_lost_answer_is_recognised(stores: Stores) -> None:
    who = known_customer(stores)
    rev = account(stores).rev
    reminder = notice()
    claim(stores, who, reminder, rev=rev)
    claim(stores, who, reminder, rev=rev)
    assert account(stores).rev == rev + 1


def test_the_same_notice_of_another_attempt_is_not_recognised(stores: Stores) -> None:
    who = known_customer(stores)
    rev = account(stores).rev
    reminder = notice()
    claim(stores, who, reminder, rev=rev)
    with pytest.raises(StaleRevision):
        claim(stores, who, replace(reminder, attempt="another"), rev=rev)


def test_no_claim_after_the_payment_that_closed_the_invoice(stores: Stores) -> None:
    who = known_customer(stores)
    rev = account(stores).rev
    pay(stores, payment())
    with pytest.raises(StaleRevision):
        claim(stores, who, notice(), rev=rev)


def test_no_claim_after_a_part_payment_because_the_balance_is_not_as_rendered(stores: Stores) -> None:
    who = known_customer(stores)
    rev = account(stores).rev
    pay(stores, payment(minor=1))
    with pytest.raises(StaleRevision):
        claim(stores, who, notice(), rev=rev)


def test_no_claim_after_a_hold(stores: Stores) -> None:
    who = known_customer(stores)
    rev = account(stores).rev
    stores.ledger.post(holding(Hold("dispute", "ada", NOW, NOW + timedelta(days=9))))
    with pytest.raises(StaleRevision):
        claim(stores, who, notice(), rev=rev)


def test_no_claim_after_the_customer_was_suppressed(stores: Stores) -> None:
    who = known_customer(stores)
    stores.customers.suppress("C-1", Channel.EMAIL, "ada@example.com", "complaint")
    with pytest.raises(StaleRevision):
        claim(stores, who, notice())
    assert account(stores).progress == {}


def test_no_claim_after_the_customer_record_changed(stores: Stores) -> None:
    who = known_customer(stores)
    stores.customers.update(replace(who, email="new@example.com"))
    with pytest.raises(StaleRevision):
        claim(stores, who, notice())


def test_a_claimed_notice_is_of_unknown_outcome_until_it_is_marked_sent(stores: Stores) -> None:
    who = known_customer(stores)
    reminder = notice()
    claim(stores, who, reminder)
    assert list(stores.notices.unsettled(LATER)) == [reminder]
    assert list(stores.notices.unsettled(NOW)) == []
    stores.notices.sent(reminder, "message-1", LATER)
    stored = stores.notices.get(reminder.id, "C-1.EUR")
    assert (stored.state, stored.message_id, stored.settled_at) == (NoticeState.SENT, "message-1", LATER)
    assert list(stores.notices.unsettled(LATER)) == []


def test_only_the_attempt_that_claimed_marks_a_notice(stores: Stores) -> None:
    who = known_customer(stores)
    reminder = notice()
    claim(stores, who, reminder)
    stranger = replace(reminder, attempt="another")
    stores.notices.sent(stranger, "message-1", LATER)
    stores.notices.refused(stranger, "no", LATER)
    assert not stores.notices.release(stranger, "no", LATER)
    assert stores.notices.get(reminder.id, "C-1.EUR") == reminder


def test_a_refused_notice_is_listed_for_a_person(stores: Stores) -> None:
    who = known_customer(stores)
    reminder = notice()
    claim(stores, who, reminder)
    stores.notices.refused(reminder, "address rejected", LATER)
    (listed,) = stores.notices.refusals()
    assert (listed.id, listed.state, listed.state_reason) == (
        reminder.id,
        NoticeState.REFUSED,
        "address rejected",
    )
    assert list(stores.notices.unsettled(LATER)) == []
    assert account(stores).progress == {"INV-1": 1}


def test_a_refused_notice_may_be_given_back_by_a_person(stores: Stores) -> None:
    who = known_customer(stores)
    reminder = notice()
    claim(stores, who, reminder)
    stores.notices.refused(reminder, "address rejected", LATER)
    assert stores.notices.release(reminder, "not sent", LATER)
    assert list(stores.notices.refusals()) == []
    assert account(stores).progress == {}


def test_a_released_notice_gives_its_steps_back_and_wakes_the_account(stores: Stores) -> None:
    who = known_customer(stores)
    issued(stores.ledger, invoice("INV-2"))
    items = (NoticeItem("INV-1", 10_000, 3, reached=True), NoticeItem("INV-2", 10_000, 1, reached=False))
    stores.agenda.replan(
        "C-1.EUR", account(stores).rev, progress={"INV-1": 2, "INV-2": 1}, worked_at=NOW, next_action_at=None
    )
    reminder = notice(items=items, previous={"INV-1": 2})
    claim(stores, who, reminder)
    rev = account(stores).rev
    assert stores.notices.release(reminder, "throttled", LATER)
    released = account(stores)
    assert (released.progress, released.next_action_at, released.rev) == (
        {"INV-1": 2, "INV-2": 1},
        AT_ONCE,
        rev + 1,
    )
    stored = stores.notices.get(reminder.id, "C-1.EUR")
    assert (stored.state, stored.state_reason, stored.settled_at) == (
        NoticeState.RELEASED,
        "throttled",
        LATER,
    )


def test_a_notice_is_released_once(stores: Stores) -> None:
    who = known_customer(stores)
    reminder = notice()
    claim(stores, who, reminder)
    assert stores.notices.release(reminder, "throttled", LATER)
    before = account(stores)
    assert not stores.notices.release(reminder, "throttled", LATER)
    assert account(stores) == before


def test_a_sent_notice_is_not_released(stores: Stores) -> None:
    who = known_customer(stores)
    reminder = notice()
    claim(stores, who, reminder)
    stores.notices.sent(reminder, "message-1", LATER)
    assert not stores.notices.release(reminder, "throttled", LATER)
    assert account(stores).progress == {"INV-1": 1}


def test_a_release_does_not_take_back_a_later_step(stores: Stores) -> None:
    who = known_customer(stores)
    reminder = notice()
    claim(stores, who, reminder)
    stores.agenda.replan(
        "C-1.EUR", account(stores).rev, progress={"INV-1": 4}, worked_at=NOW, next_action_at=None
    )
    assert stores.notices.release(reminder, "not sent", LATER)
    assert account(stores).progress == {"INV-1": 4}


def two_channels(stores: Stores) -> tuple[Notice, Notice]:
    who = known_customer(stores)
    email = notice(attempt="one claim")
    sms = replace(email, id=new_id("ntc", NOW), channel=Channel.SMS, address="+49301234567")
    claim(stores, who, email, sms)
    return email, sms


def test_steps_stay_while_another_channel_of_the_claim_was_sent(stores: Stores) -> None:
    email, sms = two_channels(stores)
    stores.notices.sent(sms, "message-1", LATER)
    assert stores.notices.release(email, "throttled", LATER)
    assert account(stores).progress == {"INV-1": 1}


def test_steps_stay_while_another_channel_of_the_claim_is_of_unknown_outcome(stores: Stores) -> None:
    email, _ = two_channels(stores)
    assert stores.notices.release(email, "throttled", LATER)
    assert account(stores).progress == {"INV-1": 1}


def test_the_last_channel_to_be_released_gives_the_steps_back(stores: Stores) -> None:
    email, sms = two_channels(stores)
    assert stores.notices.release(email, "kill switch", LATER)
    assert stores.notices.release(sms, "kill switch", LATER)
    assert account(stores).progress == {}


def test_a_channel_that_never_reached_the_customer_does_not_keep_the_steps(stores: Stores) -> None:
    who = known_customer(stores)
    email = notice(attempt="one claim")
    sms = replace(
        email, id=new_id("ntc", NOW), channel=Channel.SMS, address=None, state=NoticeState.UNREACHABLE
    )
    claim(stores, who, email, sms)
    assert list(stores.notices.unsettled(LATER)) == [email]
    assert stores.notices.release(email, "throttled", LATER)
    assert account(stores).progress == {}


def test_a_notice_of_another_claim_at_the_same_moment_does_not_matter(stores: Stores) -> None:
    who = known_customer(stores)
    first = notice()
    claim(stores, who, first)
    stores.notices.sent(first, "message-1", LATER)
    second = notice(items=(NoticeItem("INV-1", 10_000, 2, reached=True),), previous={"INV-1": 1})
    claim(stores, who, second)
    assert stores.notices.release(second, "throttled", LATER)
    assert account(stores).progress == {"INV-1": 1}


def settle(stores: Stores, notice_id: str, state: NoticeState) -> bool:
    return stores.notices.settle(notice_id, "C-1.EUR", state, state.value, LATER)


def test_an_event_of_the_provider_settles_an_unknown_outcome(stores: Stores) -> None:
    who = known_customer(stores)
    reminder = notice()
    claim(stores, who, reminder)
    assert settle(stores, reminder.id, NoticeState.DELIVERED)
    assert stores.notices.get(reminder.id, "C-1.EUR").state is NoticeState.DELIVERED
    assert list(stores.notices.unsettled(LATER)) == []
    stores.notices.sent(reminder, "message-1", LATER)
    assert stores.notices.get(reminder.id, "C-1.EUR").state is NoticeState.DELIVERED


def test_a_notice_settles_forward_only(stores: Stores) -> None:
    who = known_customer(stores)
    reminder = notice()
    claim(stores, who, reminder)
    stores.notices.sent(reminder, "message-1", LATER)
    assert settle(stores, reminder.id, NoticeState.BOUNCED)
    assert not settle(stores, reminder.id, NoticeState.DELIVERED)
    assert not settle(stores, reminder.id, NoticeState.BOUNCED)
    assert not settle(stores, reminder.id, NoticeState.SENT)
    assert settle(stores, reminder.id, NoticeState.COMPLAINED)
    stored = stores.notices.get(reminder.id, "C-1.EUR")
    assert (stored.state, stored.state_reason, stored.settled_at) == (
        NoticeState.COMPLAINED,
        "complained",
        LATER,
    )
    assert stored.message_id == "message-1"


@pytest.mark.parametrize("target", [NoticeState.CLAIMED, NoticeState.RELEASED, NoticeState.REFUSED])
def test_no_event_moves_a_notice_to_a_state_that_settles_nothing(stores: Stores, target: NoticeState) -> None:
    who = known_customer(stores)
    reminder = notice()
    claim(stores, who, reminder)
    assert not settle(stores, reminder.id, target)


def test_a_released_notice_is_settled_for_good(stores: Stores) -> None:
    who = known_customer(stores)
    reminder = notice()
    claim(stores, who, reminder)
    stores.notices.release(reminder, "kill switch", LATER)
    assert not settle(stores, reminder.id, NoticeState.SENT)


def test_a_person_may_say_that_a_refused_notice_was_sent(stores: Stores) -> None:
    who = known_customer(stores)
    reminder = notice()
    claim(stores, who, reminder)
    stores.notices.refused(reminder, "address rejected", LATER)
    assert settle(stores, reminder.id, NoticeState.SENT)
    assert list(stores.notices.refusals()) == []


@pytest.mark.parametrize(
    "unknown",
    ["ntc_01HZ", new_id("ntc", NOW), "nonsense", ""],
    ids=["short", "well-formed", "nonsense", "empty"],
)
def test_an_unknown_notice_is_not_found(stores: Stores, unknown: str) -> None:
    with pytest.raises(NotFound):
        stores.notices.get(unknown, "C-1.EUR")
    with pytest.raises(NotFound):
        settle(stores, unknown, NoticeState.DELIVERED)


def test_a_notice_is_not_found_on_another_account(stores: Stores) -> None:
    who = known_customer(stores)
    reminder = notice()
    claim(stores, who, reminder)
    with pytest.raises(NotFound):
        stores.notices.get(reminder.id, "C-2.EUR")


def test_a_notice_is_found_whatever_the_fraction_of_its_second(stores: Stores) -> None:
    who = known_customer(stores)
    at = NOW + timedelta(microseconds=123_987)
    reminder = notice(at=at)
    claim(stores, who, reminder)
    assert stores.notices.get(reminder.id, "C-1.EUR").claimed_at == at


def test_the_newest_notices_come_first_among_everything_else(stores: Stores) -> None:
    who = known_customer(stores)
    for minutes in (1, 3, 2):
        claim(stores, who, notice(at=NOW + timedelta(minutes=minutes), step_key=f"step-{minutes}"))
        pay(stores, payment(minor=1, received_at=NOW + timedelta(minutes=minutes)))
    assert [n.step_key for n in stores.notices.last_notices("C-1.EUR", 2)] == ["step-3", "step-2"]
    assert [n.step_key for n in stores.notices.last_notices("C-1.EUR", 9)] == ["step-3", "step-2", "step-1"]
    assert list(stores.notices.last_notices("C-2.EUR", 2)) == []
