"""Working one account: what is sent, kept and planned, and what stands in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from receivables.core.errors import DependencyFailed, OutcomeUnknown, Refused, StaleRevision, Throttled
from receivables.customers import Channel
from receivables.dunning import DEFAULT_POLICY, OpenCase, Step, StepAction
from receivables.notices.notice import NoticeState
from receivables.terms import Settlement, Terms
from receivables.terms.settlement import CreditUse
from receivables.usecases.courier import Tally
from receivables.usecases.work_account import ASIDE, Outcome
from receivables.usecases.work_case import CaseWork
from tests.unit.collection.world import ACCOUNT, World, at, owed

BOTH: dict[str, Any] = {"phone": "+4915112345678", "sms_consent": True}
THROTTLED, UNKNOWN, REFUSED = Throttled("ses: busy"), OutcomeUnknown("ses: timeout"), Refused("ses: rejected")


class TestOneNotice:
    def test_a_due_step_is_claimed_sent_and_kept_and_the_next_is_planned(self) -> None:
        world = World()
        outcome, tally = world.work(at(0))
        assert (outcome, tally["Claimed"], tally["Sent"]) == (Outcome.NOTIFIED, 1, 1)
        [notice] = world.notices
        assert (notice.state, notice.message_id, notice.policy) == (NoticeState.SENT, "mail-1", "standard/1")
        assert world.account.progress == {"INV-1": 0}
        assert world.account.next_action_at == at(3, 8)
        assert "step 2 of 6" in notice.reasons[0]

    def test_the_mail_goes_to_the_customer_in_the_companys_name_and_carries_its_notice(self) -> None:
        world = World()
        world.work(at(0))
        [email] = world.emails.sent
        assert (email.to, email.sender_name, email.reply_to) == (
            "ada@example.com",
            "Acme Ltd",
            "help@acme.example",
        )
        assert email.tags == {"notice_id": world.notices[0].id, "account_id": ACCOUNT}
        assert f"https://pay.acme.example/{ACCOUNT}" in email.text

    def test_a_duplicate_tick_changes_nothing(self) -> None:
        world = World()
        world.work(at(0))
        before = world.account
        assert world.work(at(0))[0] is Outcome.PLANNED
        assert world.account == before
        assert len(world.emails.sent) == 1

    def test_a_late_tick_changes_nothing(self) -> None:
        world = World()
        world.work(at(3))
        before = world.account
        world.work(at(0))
        assert world.account == before
        assert len(world.emails.sent) == 1

    def test_skipped_days_give_one_catch_up_notice_not_three(self) -> None:
        world = World()
        world.work(at(-7))
        world.work(at(11))
        assert [email.subject.split(":")[0] for email in world.emails.sent] == ["Coming up", "Please pay now"]

    def test_all_that_is_due_goes_out_as_one_message(self) -> None:
        world = World(owed(), owed("INV-2", date(2026, 3, 9)), owed("INV-3", date(2026, 7, 1)))
        world.work(at(10))
        [email] = world.emails.sent
        assert "INV-1" in email.text
        assert "INV-2" in email.text
        assert "INV-3" not in email.text

    def test_with_nothing_due_only_the_plan_is_stored_and_only_once(self) -> None:
        world = World()
        assert world.work(at(-20)) == (Outcome.PLANNED, {})
        assert world.account.next_action_at == at(-7, 8)
        before = world.account
        world.work(at(-20))
        assert world.account == before

    def test_an_account_that_was_paid_is_not_planned_any_more(self) -> None:
        world = World()
        world.work(at(0))
        world.pay()
        world.work(at(3))
        assert (world.account.next_action_at, world.account.progress) == (None, {})

    def test_credit_that_is_not_applied_is_told(self) -> None:
        on_request = Terms(
            "own", 1, "Own", date(2020, 1, 1), settlement=Settlement(credit=CreditUse.ON_REQUEST)
        )
        world = World(terms=on_request, locale="en_GB")
        world.pay("INV-9", 700)
        world.work(at(0))
        assert "a credit of €7.00" in world.emails.sent[0].text


class TestChannels:
    def test_a_step_with_text_messages_sends_both_under_one_claim(self) -> None:
        world = World(**BOTH)
        _, tally = world.work(at(10))
        assert (tally["Claimed"], tally["Sent"]) == (2, 2)
        assert world.texts.sent[0].to == BOTH["phone"]
        assert len({notice.attempt for notice in world.notices}) == 1
        assert {notice.channel for notice in world.notices} == {Channel.EMAIL, Channel.SMS}

    def test_without_consent_there_is_no_text_message_and_nothing_is_missing(self) -> None:
        world = World(phone=BOTH["phone"])
        world.work(at(10))
        assert world.states() == [NoticeState.SENT]
        assert world.texts.asked == 0

    def test_a_customer_nobody_can_reach_is_on_record_and_the_step_is_done(self) -> None:
        world = World(email=None)
        _, tally = world.work(at(0))
        [notice] = world.notices
        assert (notice.state, notice.address) == (NoticeState.UNREACHABLE, None)
        assert "no address" in notice.state_reason
        assert tally["Unreachable"] == 1
        assert world.account.progress == {"INV-1": 0}
        assert world.work(at(0))[0] is Outcome.PLANNED

    def test_a_suppressed_address_is_not_written_to(self) -> None:
        world = World(suppressed={"email": "bounce"})
        world.work(at(0))
        assert world.states() == [NoticeState.UNREACHABLE]
        assert world.emails.asked == 0

    def test_a_throttled_first_channel_gives_everything_back_and_asks_to_come_again(self) -> None:
        world = World(**BOTH)
        world.emails.answers = [THROTTLED]
        with pytest.raises(Throttled):
            world.work(at(10))
        assert world.states() == [NoticeState.RELEASED] * 2
        assert world.texts.asked == 0
        assert world.account.progress == {}
        world.work(at(10))
        assert (len(world.emails.sent), len(world.texts.sent)) == (1, 1)
        world.check()

    def test_a_throttled_second_channel_is_released_alone_and_the_step_stays_done(self) -> None:
        world = World(**BOTH)
        world.texts.answers = [THROTTLED]
        world.work(at(10))
        assert set(world.states()) == {NoticeState.SENT, NoticeState.RELEASED}
        assert world.account.progress == {"INV-1": 10}
        world.work(at(10))
        assert (len(world.emails.sent), len(world.texts.sent)) == (1, 0)

    def test_a_refused_mail_does_not_keep_the_text_message_back(self) -> None:
        world = World(**BOTH)
        world.emails.answers = [REFUSED]
        _, tally = world.work(at(10))
        assert (tally["Refused"], tally["Sent"]) == (1, 1)
        assert [n.state for n in world.stores.notices.refusals()] == [NoticeState.REFUSED]


class TestOutcomes:
    def test_a_throttled_mail_is_released_and_sent_when_the_message_comes_again(self) -> None:
        world = World()
        world.emails.answers = [THROTTLED, THROTTLED]
        for _ in range(2):
            with pytest.raises(Throttled):
                world.work(at(0))
        world.work(at(0))
        assert sorted(world.states()) == [NoticeState.RELEASED, NoticeState.RELEASED, NoticeState.SENT]
        world.check()

    @pytest.mark.parametrize("went_out", [True, False])
    def test_an_unknown_outcome_stays_visible_and_is_never_sent_again(self, went_out: bool) -> None:
        world = World()
        if went_out:
            world.emails.lost = [UNKNOWN]
        else:
            world.emails.answers = [UNKNOWN]
        _, tally = world.work(at(0))
        world.work(at(0))
        world.work(at(1))
        assert (tally["Unknown"], world.emails.asked) == (1, 1)
        assert [n.state for n in world.stores.notices.unsettled(at(1))] == [NoticeState.CLAIMED]
        assert world.account.progress == {"INV-1": 0}

    def test_a_refusal_is_listed_for_a_person_and_not_repeated(self) -> None:
        world = World()
        world.emails.answers = [REFUSED]
        world.work(at(0))
        world.work(at(1))
        [refused] = world.stores.notices.refusals()
        assert refused.state_reason == "ses: rejected"
        assert world.emails.asked == 1

    def test_a_notice_a_person_says_was_not_sent_is_sent_again(self) -> None:
        world = World()
        world.emails.answers = [UNKNOWN]
        world.work(at(0))
        world.stores.notices.release(world.notices[0], "a person: not sent", at(1))
        world.work(at(1))
        assert len(world.emails.sent) == 1
        world.check()


class TestKillSwitch:
    def test_thrown_between_claim_and_send_it_releases_the_claim(self) -> None:
        world = World(**BOTH)
        world.switch.on = True
        outcome, tally = world.work(at(10))
        assert (outcome, tally["Released"], tally["Sent"]) == (Outcome.NOTIFIED, 2, 0)
        assert (world.emails.asked, world.texts.asked) == (0, 0)
        assert world.account.progress == {}
        world.switch.on = False
        world.work(at(10))
        assert (len(world.emails.sent), len(world.texts.sent)) == (1, 1)
        world.check()

    def test_thrown_between_two_channels_it_stops_the_second(self) -> None:
        world = World(**BOTH)
        world.switch.after = 1
        world.work(at(10))
        assert (len(world.emails.sent), world.texts.asked) == (1, 0)
        assert world.account.progress == {"INV-1": 10}

    def test_a_switch_that_cannot_be_read_stops_the_send_and_asks_to_come_again(self) -> None:
        world = World(**BOTH)
        world.switch.broken = True
        with pytest.raises(DependencyFailed):
            world.work(at(10))
        assert world.states() == [NoticeState.RELEASED] * 2
        assert world.emails.asked == 0
        assert world.account.progress == {}


class Meddling:
    """A store that lets something happen between the reading of the account and the claim."""

    def __init__(self, store: Any, deed: Any, times: int = 1) -> None:
        self._store, self._deed, self._times = store, deed, times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def claim(self, claim: Any) -> None:
        if self._times:
            self._times -= 1
            self._deed()
        self._store.claim(claim)


class TestRaces:
    def race(self, world: World, deed: Any, times: int = 1) -> Outcome:
        meddling = Meddling(world.stores.notices, deed, times)
        return replace(world.worker(), notices=meddling)(ACCOUNT, at(10), Tally())

    def test_a_payment_that_lands_between_reading_and_claim_stops_the_reminder(self) -> None:
        world = World()
        assert self.race(world, world.pay) is Outcome.PLANNED
        assert world.emails.asked == 0
        assert world.notices == []

    def test_a_part_payment_in_between_is_in_the_notice(self) -> None:
        world = World(locale="en_GB")
        self.race(world, lambda: world.pay(minor=4_000))
        assert "€60.00" in world.emails.sent[0].text
        assert world.notices[0].total.minor == 6_000

    def test_one_of_two_invoices_paid_in_between_is_not_in_the_notice(self) -> None:
        world = World(owed(), owed("INV-2"))
        self.race(world, world.pay)
        assert "INV-1" not in world.emails.sent[0].text
        assert "INV-2" in world.emails.sent[0].text

    def test_a_hold_placed_in_between_stops_the_reminder(self) -> None:
        world = World()
        self.race(world, lambda: world.hold(until=at(40), placed=at(10, 13)))
        assert world.emails.asked == 0
        assert world.account.next_action_at == at(40)

    def test_a_changed_address_in_between_is_the_one_written_to(self) -> None:
        world = World()
        known = world.customers.get("C-1")
        self.race(world, lambda: world.customers.update(replace(known, email="new@example.com")))
        assert [email.to for email in world.emails.sent] == ["new@example.com"]

    def test_a_suppression_in_between_stops_the_mail(self) -> None:
        world = World()
        self.race(world, lambda: world.customers.suppress("C-1", Channel.EMAIL, "ada@example.com", "bounce"))
        assert world.emails.asked == 0
        assert world.states() == [NoticeState.UNREACHABLE]

    def test_another_worker_that_was_faster_leaves_nothing_to_do(self) -> None:
        world = World()
        assert self.race(world, lambda: world.work(at(10))) is Outcome.PLANNED
        assert len(world.emails.sent) == 1

    def test_an_account_that_keeps_changing_goes_back_to_the_queue(self) -> None:
        world = World()
        with pytest.raises(StaleRevision):
            self.race(world, lambda: world.pay(minor=1), times=99)
        assert world.emails.asked == 0


class TestStale:
    def test_a_stale_index_entry_costs_work_and_nothing_else(self) -> None:
        world = World()
        world.work(at(0))
        world.pay()
        world.work(at(0))
        assert world.work(at(0))[0] is Outcome.PLANNED
        assert len(world.emails.sent) == 1

    def test_an_unknown_account_is_reported_and_not_retried(self) -> None:
        assert World().worker()("C-404.EUR", at(0), Tally()) is Outcome.UNKNOWN

    def test_an_account_without_its_customer_is_set_aside_for_a_day(self) -> None:
        world = World()
        world.customers.records.clear()
        outcome, tally = world.work(at(0))
        assert (outcome, tally["Parked"]) == (Outcome.SET_ASIDE, 1)
        assert world.account.next_action_at == at(0) + ASIDE

    def test_a_customer_with_a_policy_that_does_not_exist_is_set_aside(self) -> None:
        world = World(policy_id="nowhere")
        assert world.work(at(0))[0] is Outcome.SET_ASIDE
        assert world.emails.asked == 0


class TestCases:
    def test_escalation_opens_one_case_starts_it_once_and_plans_no_more_steps(self) -> None:
        world = World()
        outcome, tally = world.work(at(30))
        assert (outcome, tally["CasesOpened"]) == (Outcome.PLANNED, 1)
        case = world.stores.cases.active(ACCOUNT)
        assert case is not None
        assert (case.invoices, case.started, case.policy) == (("INV-1",), True, "standard/1")
        assert list(world.workflow.executions) == [case.id]
        assert world.emails.asked == 0
        assert world.account.progress == {"INV-1": 30}
        world.work(at(30))
        assert len(world.workflow.executions) == 1

    def test_a_notice_and_an_escalation_at_once_are_both_done(self) -> None:
        world = World(owed(), owed("INV-2", date(2026, 4, 1)))
        _, tally = world.work(at(30))
        assert (tally["CasesOpened"], tally["Sent"]) == (1, 1)
        assert "INV-1" not in world.emails.sent[0].text
        assert world.account.progress == {"INV-1": 30, "INV-2": 0}

    def test_a_later_escalation_joins_the_case(self) -> None:
        world = World(owed(), owed("INV-2", date(2026, 3, 16)))
        world.work(at(30))
        world.work(at(44))
        case = world.stores.cases.active(ACCOUNT)
        assert case is not None
        assert case.invoices == ("INV-1", "INV-2")
        assert len(world.workflow.executions) == 1

    def test_a_workflow_that_could_not_be_started_is_started_by_the_next_message(self) -> None:
        world = World()
        world.workflow.fail_next = "before"
        with pytest.raises(DependencyFailed):
            world.work(at(30))
        assert world.account.next_action_at == at(30)
        world.work(at(30))
        assert len(world.workflow.executions) == 1

    def test_a_payment_of_all_it_collects_wakes_the_case(self) -> None:
        world = World()
        world.work(at(30))
        case = world.stores.cases.active(ACCOUNT)
        assert case is not None
        world.stores.cases.park(case, "token-1", case.wake_count)
        world.pay()
        world.work(at(31))
        assert world.workflow.resumed == ["token-1"]

    def test_a_case_that_does_not_wait_yet_remembers_that_it_was_woken(self) -> None:
        world = World()
        world.work(at(30))
        world.pay()
        world.work(at(31))
        case = world.stores.cases.active(ACCOUNT)
        assert case is not None
        assert (case.wake_count, world.workflow.resumed) == (1, [])

    def test_a_case_that_closed_meanwhile_lets_the_account_be_read_again(self) -> None:
        world = World()
        world.work(at(30))
        working_set = world.stores.ledger.working_set(ACCOUNT)
        world.stores.shelf.cases.clear()
        assert working_set is not None
        with pytest.raises(StaleRevision):
            CaseWork(world.stores.cases, world.workflow).open(
                working_set, OpenCase(("INV-9",), "escalate"), DEFAULT_POLICY, at(31), Tally()
            )


def test_a_policy_that_only_escalates_sends_nothing() -> None:
    only = replace(DEFAULT_POLICY, id="only", steps=(Step("escalate", 1, StepAction.ESCALATE),))
    world = World(policy=only)
    world.work(at(1) + timedelta(hours=1))
    assert world.emails.asked == 0
    assert world.stores.cases.active(ACCOUNT) is not None
