"""What is dunned of an account: instalments, disputes, pauses, plans and charges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from receivables.arrangements import (
    Arrangement,
    Covered,
    Dispute,
    DisputeReason,
    Extension,
    Hold,
    InterestFrom,
    Part,
    Plan,
    Promise,
)
from receivables.core.money import Money
from receivables.dunning.dues import Due, at_rest, dues, keys_of, rest, to_collect
from receivables.ledger import Account, ItemKind, OpenItem, WorkingSet
from receivables.terms import Instalment
from tests.unit.dunning.scenes import CUSTOMER, DUE, after, at, choose, item, notice, scene

NOON = at("2026-03-02")


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def on(days: int) -> date:
    return DUE + timedelta(days=days)


def in_parts(*parts: tuple[int, int], balance: int | None = None, number: str = "R-1") -> OpenItem:
    whole = item(number, on(parts[-1][0]), minor=sum(minor for _, minor in parts))
    schedule = tuple(Instalment(on(days), eur(minor)) for days, minor in parts)
    left = whole.balance if balance is None else eur(balance)
    return replace(whole, schedule=schedule, balance=left)


def charge(number: str = "LC-1", concerns: str = "R-1", minor: int = 500, **changes: object) -> OpenItem:
    known = item(number, DUE, issued=DUE, minor=minor)
    return replace(known, kind=ItemKind.FEE, concerns=concerns, **changes)  # type: ignore[arg-type]


def dispute(minor: int, number: str = "R-1", dispute_id: str = "dsp_1") -> Dispute:
    return Dispute(
        dispute_id,
        "C-1.EUR",
        number,
        eur(minor),
        DisputeReason.PRICE,
        "Ada",
        "e-mail",
        "fay",
        NOON,
        "fay",
        on(9),
    )


def promise(*numbers: str, days: int = 10) -> Promise:
    covers = tuple(Covered(number, eur(10_000)) for number in numbers)
    return Promise("prm_1", "C-1.EUR", covers, (Part(on(days), eur(100)),), "Ada", "phone", "fay", NOON)


def plan(*parts: tuple[int, int], covers: Mapping[str, int]) -> Plan:
    return Plan(
        "pln_1",
        "C-1.EUR",
        tuple(Covered(number, eur(minor)) for number, minor in covers.items()),
        tuple(Part(on(days), eur(minor)) for days, minor in parts),
        "Ada",
        "phone",
        "fay",
        NOON,
    )


def with_(working_set: WorkingSet, *arrangements: Arrangement, **of_account: object) -> WorkingSet:
    account: Account = replace(working_set.account, **of_account)  # type: ignore[arg-type]
    return replace(working_set, account=account, arrangements=arrangements)


def shown(working_set: WorkingSet) -> dict[str, int]:
    return {due.key: due.amount.minor for due in dues(working_set, CUSTOMER, NOON)}


def only(working_set: WorkingSet) -> Due:
    [due] = dues(working_set, CUSTOMER, NOON)
    return due


class TestInstalments:
    def test_each_of_which_something_is_outstanding_is_a_due_of_its_own(self) -> None:
        assert shown(scene(in_parts((0, 300), (30, 300), (60, 400)))) == {
            "R-1#1": 300,
            "R-1#2": 300,
            "R-1#3": 400,
        }

    def test_payments_fill_the_oldest_and_the_others_keep_their_names(self) -> None:
        assert shown(scene(in_parts((0, 300), (30, 300), (60, 400), balance=500))) == {
            "R-1#2": 100,
            "R-1#3": 400,
        }

    def test_each_has_its_own_due_date_and_place(self) -> None:
        found = dues(scene(in_parts((0, 300), (30, 700))), CUSTOMER, NOON)
        assert [(due.due_date, due.part, due.parts) for due in found] == [(DUE, 1, 2), (on(30), 2, 2)]

    def test_more_time_moves_those_that_were_due_before_it(self) -> None:
        more = Extension(on(20), InterestFrom.NEW_DUE_DATE, "asked", "fay", NOON)
        found = dues(scene(replace(in_parts((0, 300), (30, 700)), extension=more)), CUSTOMER, NOON)
        assert [due.due_date for due in found] == [on(20), on(30)]


class TestDisputes:
    def test_what_is_disputed_is_not_asked_for(self) -> None:
        due = only(with_(scene(item()), dispute(4_000)))
        assert (due.amount, due.disputed) == (eur(6_000), eur(4_000))

    def test_what_is_disputed_as_a_whole_is_no_due_but_is_not_forgotten(self) -> None:
        account = with_(scene(item(), progress={"R-1": 3}), dispute(10_000))
        assert dues(account, CUSTOMER, NOON) == ()
        assert choose(account, NOON).progress == {"R-1": 3}

    def test_two_disputes_of_an_invoice_add_up_and_never_beyond_what_is_open(self) -> None:
        account = with_(scene(item()), dispute(6_000), dispute(6_000, dispute_id="dsp_2"))
        assert dues(account, CUSTOMER, NOON) == ()

    @given(
        st.lists(st.integers(1, 500), min_size=1, max_size=5), st.integers(0, 2_500), st.integers(0, 2_500)
    )
    def test_what_is_asked_for_and_what_is_disputed_are_what_is_open(
        self, parts: list[int], paid: int, contested: int
    ) -> None:
        balance = max(1, sum(parts) - paid)
        split = in_parts(*((30 * i, minor) for i, minor in enumerate(parts)), balance=balance)
        account = with_(scene(split), dispute(contested)) if contested else scene(split)
        asked = shown(account)
        assert sum(asked.values()) == balance - min(contested, balance)
        assert asked.keys() <= keys_of(account)
        without = shown(scene(split))
        assert list(asked) == list(without)[: len(asked)], "the last rest first"


class TestPauses:
    def test_a_promise_pauses_what_it_covers_and_nothing_else(self) -> None:
        account = with_(scene(item(), item("R-2")), promise("R-1"))
        paused = {due.key: due.pause is not None for due in dues(account, CUSTOMER, NOON)}
        assert paused == {"R-1": True, "R-2": False}

    def test_what_is_paused_is_not_listed_with_others(self) -> None:
        account = with_(scene(item(), item("R-2")), promise("R-1"))
        sent = notice(choose(account, at("2026-03-12")))
        assert [line.number for line in sent.lines] == ["R-2"]

    def test_the_longer_of_the_accounts_and_the_customers_hold_counts(self) -> None:
        short, long = (Hold("x", "fay", NOON, NOON + timedelta(days=days)) for days in (1, 2))
        held = replace(CUSTOMER, hold=long)
        assert rest(scene(hold=short).account, held, NOON) == long
        assert rest(scene(hold=long).account, replace(CUSTOMER, hold=short), NOON) == long
        assert rest(scene(hold=short).account, held, long.until) is None

    def test_the_decision_says_what_rests_and_why(self) -> None:
        account = with_(scene(item()), promise("R-1"))
        assert choose(account, NOON).reasons == ("R-1: Ada promised to pay by 2026-03-12",)


class TestRaised:
    def test_a_step_that_was_raised_is_earned_whatever_the_date(self) -> None:
        account = with_(scene(item(due=on(60))), raised={"R-1": 10})
        decision = choose(account, NOON)
        assert decision.progress == {"R-1": 10}
        assert choose(after(account, decision, NOON), NOON).actions == ()

    def test_what_was_had_is_not_had_again(self) -> None:
        account = with_(scene(item(), progress={"R-1": 10}), raised={"R-1": 3})
        assert choose(account, NOON).actions == ()

    def test_that_of_the_invoice_counts_for_instalments_that_are_due(self) -> None:
        account = with_(scene(in_parts((-1, 300), (30, 700))), raised={"R-1": 10})
        assert choose(account, NOON).progress == {"R-1#1": 10}

    def test_that_of_an_instalment_counts_though_it_is_not_due(self) -> None:
        account = with_(scene(in_parts((-1, 300), (30, 700))), raised={"R-1#1": 10, "R-1#2": 10})
        assert choose(account, NOON).progress == {"R-1#1": 10, "R-1#2": 10}

    def test_a_policy_without_that_step_gives_the_one_before(self) -> None:
        account = with_(scene(item(due=on(60))), raised={"R-1": 15})
        assert choose(account, NOON).progress == {"R-1": 10}


class TestPlans:
    def test_the_parts_take_the_place_of_what_the_plan_covers(self) -> None:
        account = with_(
            scene(item(), item("R-2", minor=5_000), item("R-3")),
            plan((10, 9_000), (40, 6_000), covers={"R-1": 10_000, "R-2": 5_000}),
        )
        assert shown(account) == {"R-3": 10_000, "pln_1#1": 9_000, "pln_1#2": 6_000}

    def test_money_fills_the_parts_in_their_order(self) -> None:
        paid = replace(item(), balance=eur(5_000))
        account = with_(scene(paid), plan((10, 4_000), (40, 6_000), covers={"R-1": 10_000}))
        assert shown(account) == {"pln_1#2": 5_000}

    def test_progress_of_what_it_covers_is_kept_for_afterwards(self) -> None:
        account = with_(
            scene(item(), progress={"R-1": 10, "pln_0#1": 3}), plan((10, 10_000), covers={"R-1": 10_000})
        )
        assert choose(account, NOON).progress == {"R-1": 10}

    def test_what_is_disputed_of_it_is_taken_off_the_last_parts(self) -> None:
        account = with_(scene(item()), plan((10, 4_000), (40, 6_000), covers={"R-1": 10_000}), dispute(7_000))
        assert shown(account) == {"pln_1#1": 3_000}

    def test_a_part_is_never_escalated(self) -> None:
        account = with_(scene(item()), plan((-300, 10_000), covers={"R-1": 10_000}))
        decision = choose(account, NOON)
        assert decision.progress == {"pln_1#1": 21}
        assert decision.next_action_at is None


class TestCharges:
    def test_a_charge_rides_with_its_invoice_and_is_told_once(self) -> None:
        account = scene(in_parts((-9, 300), (-5, 700)), charge())
        assert {due.key for due in dues(account, CUSTOMER, NOON)} == {"R-1#1", "R-1#2"}
        sent = notice(choose(account, NOON))
        assert [line.key for line in sent.lines] == ["R-1#1", "LC-1", "R-1#2"]
        assert sent.total == eur(1_500)

    def test_without_its_invoice_it_has_steps_of_its_own(self) -> None:
        assert choose(scene(charge()), NOON).progress == {"LC-1": 0}

    def test_it_rests_with_its_invoice(self) -> None:
        assert choose(with_(scene(item(), charge()), promise("R-1")), NOON).actions == ()

    def test_while_its_invoice_is_disputed_it_is_not_asked_for(self) -> None:
        assert dues(with_(scene(item(), charge()), dispute(10_000)), CUSTOMER, NOON) == ()

    def test_one_that_is_not_claimed_is_no_due(self) -> None:
        assert shown(scene(charge(claimed=False))) == {}

    def test_one_that_a_plan_covers_is_in_its_parts_and_others_ride_with_them(self) -> None:
        account = with_(
            scene(item(), charge(), charge("LC-2")),
            plan((10, 10_500), covers={"R-1": 10_000, "LC-1": 500}),
        )
        due = only(account)
        assert (due.key, due.amount) == ("pln_1#1", eur(10_500))
        assert [each.key for each in due.charges] == ["LC-2"]


class TestCases:
    def test_only_what_is_due_by_now_is_to_be_collected(self) -> None:
        account = scene(in_parts((-9, 300), (30, 700)), in_parts((10, 5), (30, 5), number="R-2"), item("R-3"))
        numbers = frozenset({"R-1", "R-2", "R-3"})
        assert [i.number for i in to_collect(account, CUSTOMER, NOON, numbers)] == ["R-1", "R-3"]

    def test_a_case_rests_until_the_first_of_its_pauses_ends(self) -> None:
        held = replace(item("R-2"), hold=Hold("x", "fay", NOON, at("2026-03-06")))
        account = with_(scene(item(), held), promise("R-1"))
        pause = at_rest(account, CUSTOMER, NOON, frozenset({"R-1", "R-2"}))
        assert pause is not None
        assert pause.until == at("2026-03-06")
        assert at_rest(account, CUSTOMER, at("2026-03-06"), frozenset({"R-1", "R-2"})) is None
