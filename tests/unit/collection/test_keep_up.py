"""Upkeep: credit, late charges and the credit limit, before anybody is reminded of anything."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from receivables.arrangements import CreditRelease, LateInterest
from receivables.core.amounts import Amounts
from receivables.dunning import DEFAULT_POLICY
from receivables.ledger import MAX_OPEN_ITEMS, EntryKind, OpenItem
from receivables.terms import PLAIN
from receivables.terms.late_charges import Accrual, Claiming
from receivables.usecases.courier import Tally
from receivables.usecases.work_account import MOST_STEPS, Outcome
from tests.builders import eur
from tests.fakes.crash import Crash, Fuse, every_crash
from tests.unit.collection.agreements import charged, charging, dispute, fee, plan, promise
from tests.unit.collection.world import ACCOUNT, World, at, owed


def charges(world: World) -> list[OpenItem]:
    return [item for item in world.working_set.items if item.is_charge]


def kinds(world: World) -> list[EntryKind]:
    return [entry.kind for entry in world.stores.ledger.entries(ACCOUNT)]


class TestCredit:
    def test_credit_is_applied_before_anybody_is_reminded(self) -> None:
        world = World(locale="en_GB")
        world.pay("INV-9", 4_000, at=at(-1))
        world.work(at(0))
        assert "€60.00" in world.emails.sent[0].subject
        assert world.account.unapplied == eur(0)
        world.check()

    def test_credit_that_pays_all_leaves_nothing_to_remind_of(self) -> None:
        world = World()
        world.pay("INV-9", 10_000, at=at(-1))
        world.work(at(0))
        assert (world.emails.asked, world.account.balance, world.account.next_action_at) == (0, eur(0), None)

    def test_what_is_disputed_is_not_paid_by_credit(self) -> None:
        world = World(locale="en_GB")
        world.agree(dispute(7_000))
        world.pay("INV-9", 4_000, at=at(-1))
        world.work(at(0))
        assert world.account.unapplied == eur(1_000)
        assert world.item().balance == eur(7_000)
        assert world.emails.asked == 0

    def test_several_credits_are_applied_oldest_first_in_one_message(self) -> None:
        world = World()
        world.pay("INV-9", 4_000, at=at(-1))
        world.pay("INV-8", 3_000, at=at(-2))
        outcome, tally = world.work(at(-20))
        assert (outcome, tally["KeptUp"], world.item().balance) == (Outcome.PLANNED, 2, eur(3_000))


class TestCharges:
    def test_a_charge_rides_with_its_invoice_and_has_no_steps_of_its_own(self) -> None:
        world = World(charged(), terms=charging(fees=(fee(),), interest=None), locale="en_GB")
        world.work(at(3))
        [charge] = charges(world)
        [email] = world.emails.sent
        assert "€140.00 for invoice INV-1" in email.subject
        assert charge.number in email.text
        assert charge.number in email.html
        assert world.account.progress == {"INV-1": 3}
        assert [(i.number, i.balance, i.reached) for i in world.notices[0].items] == [
            ("INV-1", 10_000, True),
            (charge.number, 4_000, False),
        ]

    def test_a_charge_stands_alone_when_its_invoice_is_paid(self) -> None:
        world = World(charged(), terms=charging(fees=(fee(),), interest=None))
        world.work(at(3))
        world.pay(at=at(4))
        [charge] = charges(world)
        for days in (4, 7, 14):
            world.work(at(days))
        assert "INV-1" not in [item.number for item in world.working_set.items]
        tones = [email.subject.split(":")[0] for email in world.emails.sent]
        assert tones == ["Reminder", "Due now", "Reminder", "Please pay now"]
        assert f"late fee {charge.number}" in world.emails.sent[-1].subject
        assert set(world.account.progress) == {charge.number}

    def test_what_is_not_claimed_is_not_asked_for(self) -> None:
        terms = charging(fees=(fee(),), interest=None, claiming=Claiming.BY_DECISION)
        world = World(charged(), terms=terms, locale="en_GB")
        world.work(at(3))
        assert len(charges(world)) == 1
        assert "€100.00" in world.emails.sent[0].subject

    def test_interest_that_accrues_at_a_reminder_is_in_the_reminder(self) -> None:
        world = World(charged(minor=100_000), terms=charging(Accrual.AT_REMINDER), locale="en_GB")
        world.work(at(1))
        assert charges(world) == []
        world.work(at(3))
        [charge] = charges(world)
        assert charge.amount == eur(55), "the two days that are over, of 1,000.00 at ten percent"
        assert "€1,000.55" in world.emails.sent[-1].subject
        assert "10 %" in world.emails.sent[-1].text, "the working"

    def test_the_second_reminder_charges_the_days_since_the_first(self) -> None:
        world = World(charged(minor=100_000), terms=charging(Accrual.AT_REMINDER))
        world.work(at(3))
        world.work(at(10))
        assert sorted(charge.amount.minor for charge in charges(world)) == [55, 192]

    def test_interest_of_a_month_arises_by_time_alone(self) -> None:
        world = World(charged(minor=100_000), terms=charging())
        world.work(at(0))
        for _ in range(30):
            if charges(world):
                break
            due = world.account.next_action_at
            assert due is not None
            world.work(due)
        [charge] = charges(world)
        assert charge.kind == "interest"

    def test_a_payment_that_was_in_time_and_booked_late_takes_the_charge_back(self) -> None:
        world = World(charged(), terms=charging(fees=(fee(),), interest=None))
        world.work(at(3))
        assert len(charges(world)) == 1
        world.pay(at=at(0), known=at(5))
        world.work(at(5))
        assert world.working_set.items == ()
        assert EntryKind.WAIVER in kinds(world)
        assert world.account.balance == eur(0)

    def test_the_last_interest_is_worked_out_after_the_invoice_was_paid(self) -> None:
        world = World(charged(minor=100_000), terms=charging(Accrual.AT_PAYMENT))
        world.work(at(3))
        world.pay(minor=100_000, at=at(10))
        assert [item.settling for item in world.working_set.items] == [True]
        world.work(at(10))
        [left] = world.working_set.items
        assert (left.concerns, left.amount) == ("INV-1", eur(274)), "ten days"

    def test_what_a_tick_that_waited_leads_to_is_recorded_when_it_is_done(self) -> None:
        world = World(charged(), terms=charging(fees=(fee(),), interest=None))
        world.waited = timedelta(minutes=7)
        world.work(at(3))
        [entry] = [e for e in world.stores.ledger.entries(ACCOUNT) if e.kind is EntryKind.FEE]
        assert (entry.effective_at, entry.recorded_at) == (at(3), at(3) + timedelta(minutes=7))

    def test_a_plan_that_suspends_interest_bears_none_after_it_has_ended_either(self) -> None:
        world = World(charged(minor=100_000), terms=charging(Accrual.AT_PAYMENT))
        world.agree(plan((20, 100_000), covers=(("INV-1", 100_000),), late_interest=LateInterest.SUSPENDED))
        world.work(at(5))
        world.pay(minor=100_000, at=at(14))
        for days in (14, 15, 16):
            world.work(at(days))
        assert world.working_set.arrangements == ()
        assert sum(charge.amount.minor for charge in charges(world)) <= 137, "at most the first five days"

    def test_charges_cost_a_reminder_a_read_each_of_what_has_ended_and_of_all_workings(self) -> None:
        terms = charging(Accrual.AT_REMINDER)
        world = World(*(charged(f"INV-{n}") for n in range(5)), terms=terms)
        fuse = Fuse()
        world.work(at(3), fuse)
        assert len(charges(world)) == 5
        # Upkeep finds what is due, posts it, and has the account read again; the customer it knows.
        keeping_up = ["working_set", "get", "ended_arrangements", "post"]
        reminding = ["working_set", "documents", "claim", "engaged", "send", "sent"]
        assert fuse.calls == keeping_up + reminding

    def test_an_account_without_charges_reads_nothing_for_them(self) -> None:
        world, fuse = World(), Fuse()
        world.work(at(0), fuse)
        assert fuse.calls == ["working_set", "get", "claim", "engaged", "send", "sent"]


class TestCreditLimit:
    def test_exceeding_it_is_on_record_once_and_its_end_too(self) -> None:
        world = World(credit_limit=Amounts.of(eur(8_000)))
        over = []
        for days, paid in ((-20, 1), (-20, 1), (-19, 5_000)):
            world.pay(minor=paid, at=at(days))
            world.work(at(days))
            over.append(world.account.over_limit)
        assert over == [True, True, False]
        facts = [f["event"] for f in world.stores.ledger.timeline(ACCOUNT, 99).items if "event" in f]
        assert facts == ["credit_limit_kept_again", "credit_limit_exceeded"]

    def test_when_a_release_ends_the_limit_counts_again(self) -> None:
        release = CreditRelease(Amounts.of(eur(20_000)), at(-18), "big order", "fay", at(-25))
        world = World(credit_limit=Amounts.of(eur(8_000)), credit_release=release)
        world.work(at(-20))
        before = world.account
        world.work(at(-18))
        assert (before.over_limit, before.next_action_at) == (False, at(-18))
        assert world.account.over_limit


class TestBounds:
    @pytest.mark.parametrize(("room", "charged_now"), [(0, 0), (1, 1), (2, 2)])
    def test_an_account_that_can_hold_no_more_goes_on_without_further_charges(
        self, room: int, charged_now: int
    ) -> None:
        world = World(charged(), charged("INV-2"), terms=charging(fees=(fee(),), interest=None))
        here = world.working_set
        fillers = tuple(
            replace(here.items[0], number=f"X-{n}", conditions=PLAIN) for n in range(MAX_OPEN_ITEMS)
        )
        crowded = replace(here, items=(*here.items, *fillers)[: MAX_OPEN_ITEMS - room])
        upkeep = world.worker().upkeep.turn(crowded, world.customers.get("C-1"), DEFAULT_POLICY, at(3))
        opened = [change for posting in upkeep.due() for change in posting.items if change.opens]
        assert len(opened) == charged_now

    def test_what_is_paid_does_not_go_before_its_last_charge_found_room(self) -> None:
        world = World(charged(minor=100_000), terms=charging(Accrual.AT_PAYMENT))
        filler = replace(world.item(), conditions=PLAIN)
        world.pay(minor=100_000, at=at(10))
        here = world.working_set
        fillers = tuple(replace(filler, number=f"X-{n}") for n in range(MAX_OPEN_ITEMS - 1))
        crowded = replace(here, items=(*here.items, *fillers))
        turn = world.worker().upkeep.turn
        assert turn(crowded, world.customers.get("C-1"), DEFAULT_POLICY, at(10)).due() == ()
        assert turn(here, world.customers.get("C-1"), DEFAULT_POLICY, at(10)).due() != ()

    def test_an_account_with_too_much_to_keep_up_is_due_again(self) -> None:
        world = World()
        for _ in range(MOST_STEPS + 1):
            world.pay("INV-9", 1, at=at(-1))
        outcome, tally = world.work(at(0))
        assert (outcome, tally["KeptUp"], world.emails.asked) == (Outcome.UNFINISHED, MOST_STEPS, 0)
        assert list(world.stores.agenda.due(at(0))) == [ACCOUNT]
        assert world.work(at(0))[0] is Outcome.NOTIFIED


def rich() -> World:
    """Everything at once: a credit, a charge, a broken promise and an exceeded limit."""
    world = World(
        charged(),
        owed("INV-2"),
        terms=charging(fees=(fee(),)),
        credit_limit=Amounts.of(eur(8_000)),
    )
    world.pay("INV-9", 1_000, at=at(-1))
    world.agree(promise((2, 10_000), number="INV-2", resume_at=10))
    return world


def outcome(world: World) -> tuple[object, ...]:
    account = world.account
    return (
        account.balance,
        account.unapplied,
        account.promises,
        account.over_limit,
        account.progress,
        sorted((item.number, item.balance.minor) for item in world.working_set.items),
        sorted(kinds(world)),
        world.sends(),
    )


def test_a_crash_anywhere_costs_a_repetition_and_nothing_else() -> None:
    smooth = rich()
    smooth.work(at(3))
    expected = outcome(smooth)
    for fuse in every_crash(lambda fuse: rich().work(at(3), fuse)):
        world = rich()
        with suppress(Crash):
            world.work(at(3), fuse)
        for _ in range(2):
            world.work(at(3))
        found = outcome(world)
        # A message that may have gone out is never sent again; all else is as if nothing had happened.
        assert found[:-1] == expected[:-1], fuse.calls[-1]
        assert all(times == 1 for times in world.sends().values())


def test_the_same_tick_again_does_nothing() -> None:
    world = rich()
    world.work(at(3))
    before = world.account
    _, tally = world.work(at(3))
    assert (world.account, tally["KeptUp"]) == (before, 0)


class Outdated:
    """A ledger that shows an account as it was before, a number of times."""

    def __init__(self, ledger: object, shown: object, times: int) -> None:
        self._ledger, self._shown, self._left = ledger, shown, times

    def __getattr__(self, name: str) -> object:
        return getattr(self._ledger, name)

    def working_set(self, account_id: str) -> object:
        if self._left:
            self._left -= 1
            return self._shown
        return self._ledger.working_set(account_id)  # type: ignore[attr-defined]


@pytest.mark.parametrize("times", [1, 4])
def test_what_was_read_too_early_changes_nothing(times: int) -> None:
    world = rich()
    shown = world.working_set
    world.work(at(3))
    expected = outcome(world)
    worker = world.worker()
    outdated = Outdated(world.stores.ledger, shown, times)
    replace(worker, accounts=outdated)(ACCOUNT, at(3), Tally())  # type: ignore[arg-type]
    assert outcome(world) == expected
