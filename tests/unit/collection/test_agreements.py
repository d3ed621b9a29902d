"""What promises, plans, disputes, holds and extensions do to the reminders of an account."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from receivables.arrangements import (
    Consequence,
    DisputeState,
    Hold,
    Plan,
    PlanState,
    Promise,
    PromiseState,
)
from receivables.dunning import DEFAULT_POLICY
from receivables.terms import PLAIN, Discount
from tests.builders import NOW, eur
from tests.fakes.crash import Crash, Fuse, every_crash
from tests.unit.collection.agreements import dispute, in_parts, on, plan, promise
from tests.unit.collection.world import ACCOUNT, World, at, owed

FIRM = 10


def events(world: World) -> list[str]:
    return [fact["event"] for fact in world.stores.ledger.timeline(ACCOUNT, 99).items if "event" in fact]


def tones(world: World) -> list[str]:
    return [email.subject.split(":")[0] for email in world.emails.sent]


class TestPromises:
    def test_a_promise_pauses_its_steps_until_its_day_and_grace_are_over(self) -> None:
        world = World()
        world.agree(promise((9, 10_000), grace_days=2))
        for days in range(1, 12):
            world.work(at(days))
        assert world.emails.asked == 0
        assert world.account.next_action_at == at(14, 8), "the policy's time of sending on the Monday after"

    def test_a_promise_that_is_kept_sends_nothing_and_counts(self) -> None:
        world = World()
        world.agree(promise((9, 10_000)))
        world.work(at(2))
        world.pay(at=at(8))
        for days in (8, 10, 40):
            world.work(at(days))
        assert world.emails.asked == 0
        assert (world.account.promises.kept, world.account.promises.broken) == (1, 0)
        assert world.account.next_action_at is None

    def test_a_broken_promise_resumes_at_the_step_that_was_agreed(self) -> None:
        world = World()
        world.work(at(0))
        world.agree(promise((4, 10_000), resume_at=FIRM))
        world.work(at(3))
        world.work(at(7))  # The fourth day is a Friday, and the next of sending is the Monday.
        assert tones(world) == ["Due now", "Please pay now"]
        assert world.account.progress == {"INV-1": FIRM}
        assert world.account.promises.broken == 1

    def test_a_broken_promise_without_a_step_goes_on_where_it_stood(self) -> None:
        world = World()
        world.work(at(0))
        world.agree(promise((4, 10_000)))
        world.work(at(7))
        assert tones(world) == ["Due now", "Reminder"]

    def test_nobody_is_written_to_in_the_night_in_which_a_promise_was_broken(self) -> None:
        world = World()
        world.agree(promise((2, 10_000), resume_at=FIRM))
        world.work(at(3, 0))
        assert (world.emails.asked, world.account.next_action_at) == (0, at(3, 8))

    def test_a_promise_that_was_kept_in_part_is_recorded_as_such(self) -> None:
        world = World()
        world.agree(promise((2, 10_000)))
        world.pay(minor=4_000, at=at(2))
        world.work(at(3))
        assert world.account.promises.partly_kept == 1
        assert "60.00" in world.emails.sent[0].text

    def test_the_first_of_several_parts_that_is_missed_breaks_it(self) -> None:
        world = World()
        world.agree(promise((2, 5_000), (30, 5_000), resume_at=FIRM))
        world.work(at(3))
        assert tones(world) == ["Please pay now"]

    def test_a_broken_promise_can_go_straight_to_escalation(self) -> None:
        world = World()
        world.agree(promise((2, 10_000), resume_at=DEFAULT_POLICY.steps[-1].offset_days))
        world.work(at(3))
        case = world.stores.cases.active(ACCOUNT)
        assert case is not None
        assert case.invoices == ("INV-1",)

    def test_after_an_outage_across_its_day_the_promise_is_judged_by_the_ledger_and_told_once(self) -> None:
        world = World()
        world.work(at(0))
        world.agree(promise((4, 10_000), resume_at=FIRM))
        world.work(at(50))
        world.work(at(50))
        assert world.account.promises.broken == 1
        assert world.emails.asked == 1, "the due date's notice; then the case"
        assert world.stores.cases.active(ACCOUNT) is not None

    def test_money_that_was_there_in_time_and_booked_late_has_kept_it(self) -> None:
        world = World()
        world.agree(promise((4, 10_000), resume_at=FIRM))
        world.pay(at=at(4), known=at(5))
        world.work(at(7))
        assert (world.emails.asked, world.account.promises.kept) == (0, 1)

    def test_money_that_was_there_in_time_mends_a_verdict_that_came_before_it_was_booked(self) -> None:
        world = World()
        world.agree(promise((4, 10_000), resume_at=FIRM))
        world.work(at(7))
        assert world.account.promises.broken == 1
        world.pay(at=at(4), known=at(9))
        world.work(at(9))
        kept = world.stores.ledger.arrangement("prm_1")
        assert isinstance(kept, Promise)
        assert (kept.state, kept.ended_at) == (PromiseState.KEPT, at(9))
        assert "judged broken on 2026-03-09" in kept.ending
        assert (world.account.promises.kept, world.account.promises.broken) == (1, 0)
        assert "promise_judged_again" in events(world)
        before = world.account
        _, tally = world.work(at(9, 9))
        assert (world.account.rev, tally["KeptUp"]) == (before.rev, 0)

    def test_a_part_of_it_that_was_there_in_time_makes_a_broken_promise_one_that_was_partly_kept(
        self,
    ) -> None:
        world = World()
        world.agree(promise((4, 10_000)))
        world.work(at(7))
        world.pay(minor=4_000, at=at(4), known=at(9))
        world.work(at(9))
        record = world.account.promises
        assert (record.kept, record.partly_kept, record.broken) == (0, 1, 0)
        world.pay(minor=6_000, at=at(5), known=at(10))
        world.work(at(10))
        assert world.account.promises == record, "the fifth day was too late"

    def test_a_promise_for_what_is_written_off_before_its_day_is_not_broken(self) -> None:
        world = World()
        world.agree(promise((4, 10_000)))
        world.give_up("INV-1", at=at(2))
        world.work(at(2))
        world.work(at(7))
        assert world.stores.ledger.arrangement("prm_1").state is PromiseState.CANCELLED
        assert (world.account.promises.broken, world.account.next_action_at) == (0, None)

    def test_money_that_came_too_late_mends_nothing(self) -> None:
        world = World()
        world.agree(promise((4, 10_000)))
        world.work(at(7))
        world.pay(at=at(7), known=at(9))
        world.work(at(9))
        assert (world.account.promises.kept, world.account.promises.broken) == (0, 1)

    def test_a_promise_whose_next_part_has_time_left_is_open_again(self) -> None:
        world = World()
        world.agree(promise((4, 5_000), (30, 5_000)))
        world.work(at(7))
        mails = world.emails.asked
        world.pay(minor=5_000, at=at(4), known=at(9))
        world.work(at(9))
        assert [each.active for each in world.working_set.arrangements] == [True]
        assert world.account.promises.broken == 0
        world.work(at(21))
        assert world.emails.asked == mails, "it rests again"
        world.work(at(31, 12))
        assert world.account.promises.partly_kept == 1

    def test_a_promise_is_not_opened_again_over_another_one(self) -> None:
        world = World()
        world.agree(promise((4, 5_000), (30, 5_000)))
        world.work(at(7))
        world.agree(promise((20, 10_000), id="prm_2", made_at=at(8)))
        world.pay(minor=5_000, at=at(4), known=at(9))
        world.work(at(9))
        assert [each.id for each in world.working_set.arrangements] == ["prm_2"]
        assert world.account.promises.broken == 1

    def test_ended_promises_are_read_only_when_something_has_happened(self) -> None:
        world, quiet = World(), Fuse()
        world.agree(promise((4, 10_000)))
        world.work(at(7))
        world.work(at(8), quiet)
        assert "arrangements" not in quiet.calls

    def test_a_crash_while_a_verdict_is_mended_counts_it_once(self) -> None:
        def booked_late() -> World:
            world = World()
            world.agree(promise((4, 10_000)))
            world.work(at(7))
            world.pay(at=at(4), known=at(9))
            return world

        for fuse in every_crash(lambda fuse: booked_late().work(at(9), fuse)):
            world = booked_late()
            with suppress(Crash):
                world.work(at(9), fuse)
            world.work(at(9))
            assert (world.account.promises.kept, world.account.promises.broken) == (1, 0), fuse.calls

    def test_a_late_tick_judges_nothing(self) -> None:
        world = World()
        world.agree(promise((2, 10_000)))
        world.work(at(1))
        world.work(at(3))
        before = world.account
        world.work(at(2))
        assert world.account == before

    def test_what_is_not_covered_is_reminded_of_without_what_is(self) -> None:
        world = World(owed(), owed("INV-2"))
        world.agree(promise((20, 10_000)))
        world.work(at(3))
        assert "INV-2" in world.emails.sent[0].text
        assert "INV-1" not in world.emails.sent[0].text


class TestDisputes:
    def test_the_rest_of_a_disputed_invoice_is_still_dunned(self) -> None:
        world = World(locale="en_GB")
        world.agree(dispute(4_000))
        world.work(at(3))
        [email] = world.emails.sent
        assert "€60.00 for invoice INV-1" in email.subject
        assert "Not asked for while your dispute is open: €40.00" in email.text
        assert "Not asked for while your dispute is open: €40.00" in email.html

    def test_an_invoice_that_is_disputed_as_a_whole_rests(self) -> None:
        world = World()
        world.work(at(0))
        world.agree(dispute(10_000))
        world.work(at(3))
        assert (world.emails.asked, world.account.next_action_at) == (1, None)
        assert world.account.progress == {"INV-1": 0}

    def test_a_rejected_dispute_goes_on_without_repeating_what_was_said(self) -> None:
        world = World()
        world.work(at(0))
        world.agree(dispute(10_000))
        world.work(at(2))
        rejected = replace(dispute(10_000), state=DisputeState.REJECTED, ended_at=at(5), rev=1)
        world.agree(rejected)
        world.work(at(2))
        world.work(at(3))
        assert tones(world) == ["Due now", "Reminder"]

    def test_what_is_disputed_of_instalments_is_the_last_of_them(self) -> None:
        world = World(in_parts((0, 5_000), (60, 5_000)), locale="en_GB")
        world.agree(dispute(5_000))
        world.work(at(3))
        assert "instalment 1 of 2" in world.emails.sent[0].text
        assert "€50.00" in world.emails.sent[0].subject


class TestInstalments:
    def test_the_second_is_reminded_of_after_the_first_was_paid(self) -> None:
        world = World(in_parts((0, 5_000), (30, 5_000)))
        world.work(at(0))
        world.pay(minor=5_000, at=at(1))
        world.work(at(3))
        assert tones(world) == ["Due now"]
        world.work(at(30))
        world.work(at(35))  # A Monday.
        assert tones(world) == ["Due now", "Due now", "Reminder"]
        assert "instalment 2 of 2 of invoice INV-1" in world.emails.sent[-1].subject
        assert world.account.progress == {"INV-1#1": 0, "INV-1#2": 3}

    def test_the_escalation_of_one_takes_the_invoice_and_asks_for_what_is_due(self) -> None:
        world = World(in_parts((0, 5_000), (40, 5_000)))
        world.work(at(30))
        case = world.stores.cases.active(ACCOUNT)
        assert case is not None
        assert case.invoices == ("INV-1",)
        assert world.account.progress == {"INV-1#1": 30}
        assert world.emails.asked == 0

    def test_the_case_of_one_is_settled_when_all_that_is_due_is_paid(self) -> None:
        world = World(in_parts((0, 5_000), (60, 5_000)))
        world.work(at(30))
        world.pay(minor=5_000, at=at(31))
        world.work(at(31))
        case = world.stores.cases.active(ACCOUNT)
        assert case is not None
        assert case.wake_count == 1


class TestHoldsAndExtensions:
    def test_a_hold_of_an_invoice_rests_it_alone(self) -> None:
        world = World(owed(), owed("INV-2"))
        world.change(hold=Hold("wait", "fay", NOW, at(20)))
        world.work(at(3))
        assert "INV-1" not in world.emails.sent[0].text
        assert "INV-2" in world.emails.sent[0].text
        world.work(at(20))
        assert "INV-1" in world.emails.sent[1].text

    def test_a_hold_of_the_customer_rests_everything_until_it_ends(self) -> None:
        world = World(hold=Hold("insolvent?", "fay", NOW, at(20)))
        world.work(at(3))
        assert (world.emails.asked, world.account.next_action_at) == (0, at(4)), "looked at daily"
        world.work(at(19, 20))
        assert (world.emails.asked, world.account.next_action_at) == (0, at(20))
        world.work(at(20))
        assert world.emails.asked == 1

    def test_a_customer_whose_hold_was_lifted_is_not_forgotten_though_nobody_told_the_account(self) -> None:
        """The record of the customer is another item than the account: a crash may come between the two."""
        world = World(hold=Hold("insolvent?", "fay", NOW, at(700)))
        world.work(at(3))
        world.customers.update(replace(world.customers.get("C-1"), hold=None))
        due = world.account.next_action_at
        assert due is not None
        world.work(due)
        assert (due, world.emails.asked) == (at(4), 1)

    def test_a_hold_of_the_account_is_looked_at_when_it_ends(self) -> None:
        world = World()
        world.hold(at(20))
        world.work(at(3))
        assert world.account.next_action_at == at(20)

    def test_more_time_moves_the_steps_and_they_begin_again(self) -> None:
        world = World()
        world.work(at(3))
        world.extend(on(30))
        world.work(at(4))
        assert tones(world) == ["Reminder"]
        world.work(at(30))
        world.work(at(35))  # A Monday.
        assert tones(world) == ["Reminder", "Due now", "Reminder"]


class TestPlans:
    def test_parts_are_reminded_of_and_never_escalated(self) -> None:
        world = World(locale="en_GB")
        world.agree(plan((10, 4_000), (40, 6_000), missed_limit=3))
        world.work(at(5))
        world.work(at(10))
        assert tones(world) == ["Coming up", "Due now"]
        assert "Due now: €40.00 for part 1 of 2 of your payment plan" in world.emails.sent[1].subject
        world.work(at(10 + 60))
        assert world.stores.cases.active(ACCOUNT) is None
        assert tones(world)[-1] == "Last reminder"

    def test_a_part_that_is_paid_is_not_reminded_of(self) -> None:
        world = World(locale="en_GB")
        world.agree(plan((10, 4_000), (40, 6_000)))
        world.pay(minor=4_000, at=at(9))
        world.work(at(10))
        assert (world.emails.asked, world.account.next_action_at) == (0, at(35, 7))

    def test_a_plan_that_is_paid_is_completed(self) -> None:
        world = World()
        world.agree(plan((10, 4_000), (40, 6_000)))
        world.pay(at=at(9))
        world.work(at(9))
        assert world.working_set.arrangements == ()
        assert world.account.next_action_at is None

    def test_a_plan_that_is_missed_resumes_where_the_invoice_stood(self) -> None:
        world = World()
        world.work(at(3))
        world.agree(plan((10, 4_000), (40, 6_000), grace_days=2))
        world.work(at(10))
        assert tones(world) == ["Reminder", "Due now"]
        world.work(at(14))
        assert tones(world) == ["Reminder", "Due now", "Please pay now"]
        assert world.account.progress == {"INV-1": FIRM}

    def test_what_was_written_off_of_a_plan_is_neither_asked_for_nor_missed(self) -> None:
        world = World(owed(), owed("INV-2"), locale="en_GB")
        covers = (("INV-1", 10_000), ("INV-2", 10_000))
        world.agree(plan((10, 10_000), (40, 10_000), covers=covers))
        world.give_up("INV-2", at=at(5))
        world.work(at(10))
        world.work(at(14))
        assert [each.active for each in world.working_set.arrangements] == [True]
        world.pay(at=at(40))
        world.work(at(40))
        ended = world.stores.ledger.arrangement("pln_1")
        assert ended.state is PlanState.COMPLETED

    def test_a_plan_whose_rest_is_written_off_is_over_and_not_in_default(self) -> None:
        world = World()
        world.agree(plan((10, 4_000), (40, 6_000), waive_if_kept=True))
        world.pay(minor=4_000, at=at(9))
        world.give_up("INV-1", at=at(12))
        world.work(at(12))
        ended = world.stores.ledger.arrangement("pln_1")
        assert isinstance(ended, Plan)
        assert (ended.state, ended.ended_by) == (PlanState.CANCELLED, "ledger")
        assert "written off" in ended.ending

    def test_a_plan_may_make_the_whole_balance_due_when_it_is_missed(self) -> None:
        world = World(in_parts((0, 5_000), (90, 5_000)), locale="en_GB")
        world.agree(plan((10, 4_000), (40, 6_000), consequence=Consequence.WHOLE_BALANCE_DUE))
        world.work(at(11))
        assert "Last reminder: €100.00" in world.emails.sent[-1].subject


def test_the_end_of_a_promise_is_on_record() -> None:
    world = World()
    world.agree(promise((2, 10_000)))
    world.work(at(3))
    ended = world.stores.ledger.arrangement("prm_1")
    assert (ended.state, ended.ended_at) == (PromiseState.BROKEN, at(3))


def test_what_was_raised_for_a_paid_invoice_is_forgotten_with_the_next_verdict() -> None:
    world = World(owed(), owed("INV-2"))
    world.agree(promise((2, 10_000), resume_at=FIRM))
    world.work(at(3))
    world.pay(at=at(4))
    world.agree(promise((7, 10_000), number="INV-2", id="prm_2", resume_at=FIRM, made_at=at(4)))
    world.work(at(8))
    assert world.account.raised == {"INV-2": FIRM}


def test_a_discount_that_can_still_be_had_is_offered_before_the_due_date_and_not_after_its_own() -> None:
    discount = Discount(on(-5), on(-5), eur(200), eur(0))
    invoice = replace(owed(), conditions=replace(PLAIN, discounts=(discount,)))
    offered = []
    for days in (-7, 0):
        world = World(invoice, locale="en_GB")
        world.work(at(days))
        offered.append("Pay €98.00 by 25 Feb 2026 and save €2.00." in world.emails.sent[0].text)
    assert offered == [True, False]
