"""What is to be done for an account, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from receivables.arrangements import Hold
from receivables.core.money import Money
from receivables.dunning import (
    DEFAULT_POLICY,
    Decision,
    Listing,
    OpenCase,
    SendNotice,
    StartCase,
    Step,
    Tone,
    WakeCase,
)
from receivables.dunning.decide import CASE_PATIENCE, decide
from receivables.ledger import ActiveCase, OpenItem
from tests.unit.dunning.scenes import CUSTOMER, DUE, after, at, choose, item, notice, scene

HOLD = Hold("disputed", "fay", placed_at=at("2026-03-04"), until=at("2026-03-20"))
ESCALATED = DEFAULT_POLICY.steps[-1].offset_days


def case(
    *invoices: str, wake: str | None = None, started: bool = True, stage: str = "notified"
) -> ActiveCase:
    return ActiveCase("case_1", stage, invoices, at(wake) if wake else None, started)


def in_case(number: str = "R-1", due: date = DUE) -> OpenItem:
    return replace(item(number, due), case_id="case_1")


class TestSteps:
    def test_before_its_first_step_nothing_happens_and_the_first_is_planned(self) -> None:
        decision = choose(scene(item()), at("2026-02-20"))
        assert decision == Decision((), {}, at("2026-02-23", "09:00"), ())

    def test_each_step_in_its_turn_makes_one_notice_of_its_tone(self) -> None:
        account, tones = scene(item()), []
        for day in ("2026-02-23", "2026-03-02", "2026-03-05", "2026-03-12", "2026-03-23"):
            decision = choose(account, at(day))
            tones.append(notice(decision).tone)
            account = after(account, decision, at(day))
        assert tones == [Tone.FRIENDLY, Tone.DUE, Tone.REMINDER, Tone.FIRM, Tone.FINAL]

    def test_the_same_tick_again_does_nothing(self) -> None:
        account = scene(item())
        first = choose(account, at("2026-03-05"))
        again = choose(after(account, first, at("2026-03-05")), at("2026-03-05"))
        assert again.actions == ()
        assert again.next_action_at == first.next_action_at
        assert again.progress == first.progress

    def test_skipped_days_give_one_notice_of_the_highest_step(self) -> None:
        account = scene(item(), progress={"R-1": -7}, worked_at=at("2026-02-23"))
        decision = choose(account, at("2026-03-13"))
        assert notice(decision).tone is Tone.FIRM
        assert decision.progress == {"R-1": 10}
        assert decision.next_action_at == at("2026-03-23", "09:00")

    def test_an_invoice_imported_long_overdue_gets_only_the_highest_step(self) -> None:
        overdue = item(due=date(2026, 2, 6))
        assert notice(choose(scene(overdue), at("2026-03-02"))).step.key == "reminder-3"

    def test_an_invoice_imported_beyond_the_policy_is_escalated_at_once(self) -> None:
        decision = choose(scene(item(due=date(2025, 6, 1))), at("2026-03-02"))
        assert decision.actions == (OpenCase(("R-1",), "escalate"),)
        assert decision.progress == {"R-1": ESCALATED}

    def test_a_part_payment_keeps_the_progress_and_lowers_what_is_asked(self) -> None:
        paid_in_part = replace(item(), balance=Money(2_500, "EUR"))
        decision = choose(scene(paid_in_part, progress={"R-1": 3}), at("2026-03-12"))
        assert notice(decision).total == Money(2_500, "EUR")
        assert decision.progress == {"R-1": 10}

    def test_progress_of_invoices_no_longer_open_is_dropped(self) -> None:
        decision = choose(scene(item(), progress={"R-1": 3, "R-0": 21}), at("2026-03-06"))
        assert decision.progress == {"R-1": 3}

    def test_an_account_that_owes_nothing_is_never_looked_at_again(self) -> None:
        assert choose(scene(progress={"R-1": 3}), at("2026-03-06")) == Decision((), {}, None, ())

    def test_the_customers_zone_decides_when(self) -> None:
        auckland = replace(CUSTOMER, timezone="Pacific/Auckland")
        early = decide(scene(item()), auckland, DEFAULT_POLICY, at("2026-03-01", "20:00"))
        assert notice(early).tone is Tone.DUE
        assert notice(early).lines[0].days_overdue == 0

    def test_a_message_older_than_the_last_planning_changes_nothing(self) -> None:
        planned = scene(
            item(), progress={"R-9": -7}, worked_at=at("2026-03-02"), next_action_at=at("2026-03-05", "09:00")
        )
        decision = choose(planned, at("2026-03-01"))
        assert decision.actions == ()
        assert decision.progress == planned.account.progress
        assert decision.next_action_at == planned.account.next_action_at

    def test_the_reason_says_which_rule_and_facts_led_here(self) -> None:
        [reason] = choose(scene(item(), progress={"R-1": 0}), at("2026-03-06")).reasons
        assert reason == "R-1: due 2026-03-02; step 3 of 6 (reminder-1) since 2026-03-05 09:00, after due"


class TestConsolidation:
    def test_all_that_is_due_shares_one_notice_in_the_highest_tone(self) -> None:
        decision = choose(scene(item("R-1"), item("R-2", date(2026, 3, 9))), at("2026-03-12"))
        sent = notice(decision)
        assert [line.number for line in sent.lines] == ["R-1", "R-2"]
        assert sent.tone is Tone.FIRM
        assert sent.step.key == "reminder-2"
        assert decision.progress == {"R-1": 10, "R-2": 3}

    def test_what_was_reminded_of_before_is_listed_too(self) -> None:
        older = item("R-0", date(2026, 2, 25))
        sent = notice(choose(scene(item(), older, progress={"R-0": 10}), at("2026-03-09")))
        assert [(line.number, line.listing, line.days_overdue) for line in sent.lines] == [
            ("R-0", Listing.OUTSTANDING, 12),
            ("R-1", Listing.REACHED, 7),
        ]
        assert sent.tone is Tone.REMINDER
        assert sent.total == Money(20_000, "EUR")

    def test_what_is_not_yet_due_is_not_listed(self) -> None:
        later = item("R-2", date(2026, 6, 1))
        assert [line.number for line in notice(choose(scene(item(), later), at("2026-03-02"))).lines] == [
            "R-1"
        ]

    def test_what_is_in_a_case_is_not_listed(self) -> None:
        account = scene(in_case("R-0", date(2026, 1, 5)), item(), case=case("R-0"))
        assert [line.number for line in notice(choose(account, at("2026-03-02"))).lines] == ["R-1"]

    def test_what_was_handed_over_for_good_is_not_asked_for_here_again(self) -> None:
        gone = item("R-0", date(2026, 1, 5))
        account = scene(gone, item(), progress={"R-0": ESCALATED})
        sent = notice(choose(account, at("2026-03-02")))
        assert [line.number for line in sent.lines] == ["R-1"]

    def test_what_is_escalated_now_is_not_reminded_of_as_well(self) -> None:
        decision = choose(scene(item("R-0", date(2026, 1, 5)), item()), at("2026-03-02"))
        opened, sent = decision.actions
        assert opened == OpenCase(("R-0",), "escalate")
        assert isinstance(sent, SendNotice)
        assert [line.number for line in sent.lines] == ["R-1"]


class TestHolds:
    def test_a_hold_pauses_until_its_end(self) -> None:
        decision = choose(scene(item(), progress={"R-1": 0}, hold=HOLD), at("2026-03-12"))
        assert decision.actions == ()
        assert decision.progress == {"R-1": 0}
        assert decision.next_action_at == HOLD.until
        assert "disputed" in decision.reasons[0]

    def test_after_a_hold_one_notice_catches_up(self) -> None:
        decision = choose(scene(item(), progress={"R-1": 0}, hold=HOLD), HOLD.until)
        assert notice(decision).tone is Tone.FIRM
        assert decision.progress == {"R-1": 10}

    def test_a_hold_younger_than_the_tick_counts_all_the_same(self) -> None:
        assert choose(scene(item(), hold=HOLD), HOLD.placed_at - timedelta(minutes=1)).actions == ()

    def test_a_hold_pauses_a_case_too(self) -> None:
        held = scene(in_case(), hold=HOLD, case=case("R-1", wake="2026-03-10"))
        assert choose(held, at("2026-03-12")).actions == ()
        assert choose(held, HOLD.until).actions == (WakeCase("case_1"),)

    def test_a_case_that_is_paid_ends_even_on_hold(self) -> None:
        assert choose(scene(hold=HOLD, case=case("R-1")), at("2026-03-12")).actions == (WakeCase("case_1"),)


class TestCases:
    def test_escalation_joins_the_case_that_is_open(self) -> None:
        account = scene(in_case("R-0"), item("R-1", date(2026, 1, 5)), case=case("R-0"))
        assert choose(account, at("2026-03-02")).actions == (OpenCase(("R-1",), "escalate"),)

    @pytest.mark.parametrize("stage", ["placing", "placed"])
    def test_what_is_escalated_while_the_agency_has_the_case_waits_for_a_case_of_its_own(
        self, stage: str
    ) -> None:
        late = item("R-1", date(2026, 1, 5))
        placed = scene(in_case("R-0"), late, progress={"R-1": 21}, case=case("R-0", stage=stage))
        assert choose(placed, at("2026-03-02")) == Decision((), {"R-1": 21}, None, ())
        closed = replace(placed, items=(late,), case=None)
        assert choose(closed, at("2026-03-02")).actions == (OpenCase(("R-1",), "escalate"),)

    def test_a_mark_without_the_case_that_it_is_of_keeps_no_invoice_from_its_steps(self) -> None:
        marked = in_case("R-1", date(2026, 1, 5))
        account = scene(in_case("R-0"), marked, case=case("R-0"))
        assert choose(account, at("2026-03-02")).actions == (OpenCase(("R-1",), "escalate"),)

    def test_invoices_in_a_case_get_no_more_steps(self) -> None:
        account = scene(in_case(due=date(2026, 2, 27)), progress={"R-1": -7}, case=case("R-1"))
        decision = choose(account, at("2026-03-12"))
        assert decision == Decision((), {"R-1": -7}, None, ())

    def test_a_case_whose_workflow_is_not_known_to_run_is_started(self) -> None:
        account = scene(in_case(), case=case("R-1", started=False))
        assert choose(account, at("2026-04-02")).actions == (StartCase("case_1"),)

    @pytest.mark.parametrize(
        ("as_of", "woken"), [("2026-04-09", False), ("2026-04-10", True), ("2026-04-11", True)]
    )
    def test_a_case_is_woken_when_its_date_comes(self, as_of: str, woken: bool) -> None:
        account = scene(in_case(), case=case("R-1", wake="2026-04-10"))
        decision = choose(account, at(as_of))
        assert decision.actions == ((WakeCase("case_1"),) if woken else ())
        assert decision.next_action_at == (at(as_of) + CASE_PATIENCE if woken else at("2026-04-10"))

    def test_a_case_is_woken_when_all_it_collects_is_paid(self) -> None:
        account = scene(item("R-9", date(2026, 9, 1)), case=case("R-1", "R-2"))
        decision = choose(account, at("2026-04-01"))
        assert decision.actions == (WakeCase("case_1"),)
        assert decision.next_action_at == at("2026-04-01") + CASE_PATIENCE

    def test_a_case_that_waits_for_a_person_is_left_alone(self) -> None:
        assert choose(scene(in_case(), case=case("R-1")), at("2027-01-01")).next_action_at is None

    def test_what_a_closed_case_gave_up_is_not_dunned_again(self) -> None:
        assert choose(scene(item(), progress={"R-1": ESCALATED}), at("2027-01-01")).actions == ()


class TestChangedPolicy:
    def test_progress_beyond_a_shorter_policy_is_the_end_of_it(self) -> None:
        short = replace(DEFAULT_POLICY, version=2, steps=DEFAULT_POLICY.steps[:2])
        decision = decide(scene(item(), progress={"R-1": 21}), CUSTOMER, short, at("2026-03-30"))
        assert decision == Decision((), {"R-1": 21}, None, ())

    def test_what_was_had_under_a_longer_policy_is_still_listed(self) -> None:
        short = replace(DEFAULT_POLICY, version=2, steps=DEFAULT_POLICY.steps[:2])
        account = scene(item(), item("R-2", date(2026, 3, 30)), progress={"R-1": 21})
        lines = notice(decide(account, CUSTOMER, short, at("2026-03-30"))).lines
        assert [(line.number, line.step_key) for line in lines] == [("R-1", "due"), ("R-2", "due")]

    def test_a_longer_policy_goes_on_from_the_step_that_was_had(self) -> None:
        short = replace(DEFAULT_POLICY, steps=DEFAULT_POLICY.steps[:2])
        had = after(scene(item()), decide(scene(item()), CUSTOMER, short, at("2026-03-02")), at("2026-03-02"))
        decision = choose(had, at("2026-03-05"))
        assert decision.progress == {"R-1": 3}

    def test_a_step_put_in_earlier_repeats_nothing_to_those_who_are_further(self) -> None:
        between = Step("reminder-1b", 6, tone=Tone.REMINDER)
        longer = replace(
            DEFAULT_POLICY, version=2, steps=(*DEFAULT_POLICY.steps[:3], between, *DEFAULT_POLICY.steps[3:])
        )
        account = scene(item(), progress={"R-1": 21})
        decision = decide(account, CUSTOMER, longer, at("2026-03-24"))
        assert decision == Decision((), {"R-1": 21}, at("2026-04-01", "09:00"), ())

    def test_a_step_taken_out_keeps_the_escalation_of_those_who_are_further(self) -> None:
        shorter = replace(
            DEFAULT_POLICY, version=2, steps=(*DEFAULT_POLICY.steps[:3], *DEFAULT_POLICY.steps[4:])
        )
        account = scene(item(), progress={"R-1": 21})
        assert decide(account, CUSTOMER, shorter, at("2026-03-24")).next_action_at == at(
            "2026-04-01", "09:00"
        )
        assert decide(account, CUSTOMER, shorter, at("2026-04-01")).actions == (
            OpenCase(("R-1",), "escalate"),
        )
