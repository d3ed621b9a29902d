"""A person confirms, corrects and returns; what is learned of the payer follows the person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from receivables.core.errors import Conflict, InvalidInput, NotFound
from receivables.ledger import PaymentState
from receivables.matching.ports import Habit, Standing
from receivables.usecases.payment_targets import Share, Targets
from receivables.usecases.proposals import ReturnOrder
from tests.builders import NOW, eur
from tests.unit.usecases.cash_desk import IBAN, CashDesk

KEY = "bank/main/1"
HABIT = f"account/{IBAN}"


@pytest.fixture
def desk() -> CashDesk:
    """80.00 have come, which is what C-2 owes; nothing else is told."""
    desk = CashDesk()
    desk.comes(8_000)
    desk.run()
    return desk


def confirm(desk: CashDesk, choice: int = 1) -> None:
    desk.person.confirm(KEY, choice, desk.proposal().at, "ada", NOW)


def test_what_is_confirmed_is_placed_as_it_was_proposed_and_the_payer_remembered(desk: CashDesk) -> None:
    confirm(desk)
    assert (desk.payment().state, desk.payment().invoice) == (PaymentState.PLACED, "INV-2026-0003")
    assert (desk.proposal().standing, desk.proposal().by) == (Standing.CONFIRMED, "ada")
    assert desk.habits.kept[HABIT].accounts == {"C-2.EUR": 2}
    desk.check()


def test_to_confirm_again_is_harmless(desk: CashDesk) -> None:
    confirm(desk)
    confirm(desk)
    assert desk.habits.kept[HABIT].accounts == {"C-2.EUR": 2}


def test_what_was_not_seen_is_not_confirmed(desk: CashDesk) -> None:
    with pytest.raises(Conflict, match="another one by now"):
        desk.person.confirm(KEY, 1, NOW - timedelta(minutes=15), "ada", NOW)


def test_there_is_no_ninth_candidate(desk: CashDesk) -> None:
    with pytest.raises(InvalidInput) as refused:
        confirm(desk, 9)
    assert refused.value.field == "candidate"


def test_nothing_is_confirmed_where_nothing_was_proposed() -> None:
    desk = CashDesk()
    desk.comes(8_000)
    with pytest.raises(Conflict, match="nothing is proposed"):
        desk.person.confirm(KEY, 1, NOW, "ada", NOW)
    with pytest.raises(NotFound):
        desk.person.confirm("bank/main/9", 1, NOW, "ada", NOW)


def test_two_persons_the_second_is_told_who_was_first(desk: CashDesk) -> None:
    desk.person.place(KEY, Targets("C-1.EUR"), "ada", NOW)
    with pytest.raises(Conflict, match="corrected by ada"):
        confirm(desk)


def test_what_is_open_no_more_is_not_confirmed(desk: CashDesk) -> None:
    desk.comes(3_000, "INV-2026-0003", key="bank/main/2", name="Bauer Optik AG", iban=None)
    seen = desk.proposal().at
    desk.person.place("bank/main/2", Targets("C-2.EUR", (Share("INV-2026-0003"),)), "ada", NOW)
    with pytest.raises(Conflict, match="has changed since"):
        desk.person.confirm(KEY, 1, seen, "ada", NOW)
    assert desk.payment().state is PaymentState.SUSPENSE


def test_a_correction_places_it_elsewhere_and_the_payer_is_remembered_there(desk: CashDesk) -> None:
    desk.habits.put(Habit(HABIT, {"C-2.EUR": 4}))
    shares = (Share("INV-2026-0001", eur(5_000)), Share("INV-2026-0002", eur(3_000)))
    desk.person.place(KEY, Targets("C-1.EUR", shares), "ada", NOW)
    assert [(part.item, part.minor) for part in desk.payment().allocated] == [
        ("INV-2026-0001", 5_000),
        ("INV-2026-0002", 3_000),
    ]
    habit = desk.habits.kept[HABIT]
    assert (habit.accounts, habit.forgotten) == ({"C-1.EUR": 2}, frozenset({"C-2.EUR"}))
    desk.check()


def test_money_of_one_payment_is_on_one_account(desk: CashDesk) -> None:
    with pytest.raises(InvalidInput, match="not an invoice of account"):
        desk.person.place(
            KEY, Targets("C-1.EUR", (Share("INV-2026-0001"), Share("INV-2026-0003"))), "ada", NOW
        )
    assert desk.payment().state is PaymentState.SUSPENSE


def test_what_was_placed_on_the_wrong_account_is_moved_and_the_habit_forgotten() -> None:
    desk = CashDesk()
    desk.comes(8_000, "INV-2026-0003")
    desk.run()
    assert desk.payment().account_id == "C-2.EUR"

    desk.person.correct(KEY, Targets("C-1.EUR", (Share("INV-2026-0001"),)), "C-2.EUR", "ada", NOW)
    desk.person.correct(KEY, Targets("C-1.EUR", (Share("INV-2026-0001"),)), "C-2.EUR", "ada", NOW)

    back, paid = desk.item("INV-2026-0003"), desk.item("INV-2026-0001")
    assert back is not None
    assert paid is not None
    assert (back.balance, paid.balance) == (eur(8_000), eur(2_000))
    assert desk.habits.kept[HABIT].accounts == {"C-1.EUR": 2}
    assert desk.habits.kept[HABIT].forgotten == {"C-2.EUR"}
    desk.check()


def test_a_correction_that_cannot_be_is_refused_before_anything_moves() -> None:
    desk = CashDesk()
    desk.comes(8_000, "INV-2026-0003")
    desk.run()
    with pytest.raises(InvalidInput):
        desk.person.correct(KEY, Targets("C-9.EUR"), "C-2.EUR", "ada", NOW)
    assert (desk.payment().account_id, desk.proposal().standing) == ("C-2.EUR", Standing.APPLIED)


def test_what_a_person_has_taken_back_is_left_to_the_person() -> None:
    desk = CashDesk()
    desk.comes(8_000, "INV-2026-0003")
    desk.run()

    def the_power_fails() -> None:
        raise OSError("the power fails")

    desk.ledger.meanwhile(lambda: desk.ledger.meanwhile(the_power_fails))
    with pytest.raises(OSError, match="power"):
        desk.person.correct(KEY, Targets("C-1.EUR"), "C-2.EUR", "ada", NOW)

    assert desk.payment().state is PaymentState.SUSPENSE
    assert (desk.run().skipped, desk.payment().state) == (1, PaymentState.SUSPENSE)
    desk.person.correct(KEY, Targets("C-1.EUR"), "C-2.EUR", "ada", NOW)
    assert (desk.payment().account_id, desk.payment().credit) == ("C-1.EUR", 8_000)
    desk.check()


def test_other_invoices_of_the_account_may_be_named_after_all() -> None:
    desk = CashDesk()
    desk.comes(5_000, "INV-2026-0002", name="Müller Logistik GmbH")
    desk.run()
    desk.person.correct(KEY, Targets("C-1.EUR", (Share("INV-2026-0001"),)), "C-1.EUR", "ada", NOW)
    second, first = desk.item("INV-2026-0002"), desk.item("INV-2026-0001")
    assert second is not None
    assert first is not None
    assert (second.balance, first.balance) == (eur(5_000), eur(5_000))
    assert desk.habits.kept[HABIT].forgotten == frozenset()
    desk.check()


def test_of_two_persons_who_correct_the_second_is_told() -> None:
    desk = CashDesk()
    desk.comes(8_000, "INV-2026-0003")
    desk.run()
    desk.person.correct(KEY, Targets("C-1.EUR"), "C-2.EUR", "ada", NOW)
    with pytest.raises(Conflict, match="by now"):
        desk.person.correct(KEY, Targets("C-2.EUR"), "C-2.EUR", "bob", NOW)


def test_a_habit_that_was_forgotten_is_not_learned_again_without_a_person(desk: CashDesk) -> None:
    desk.habits.put(Habit(HABIT, {}, frozenset({"C-1.EUR"})))
    desk.comes(10_000, "INV-2026-0001", key="bank/main/2", name="Müller Logistik GmbH")
    desk.run()
    assert desk.payment("bank/main/2").state is PaymentState.PLACED
    assert desk.habits.kept[HABIT].accounts == {}


def test_money_that_went_back_is_recorded_once(desk: CashDesk) -> None:
    order = ReturnOrder(KEY, "r1", None, NOW, "not ours")
    first, record = desk.person.give_back(order, "ada", NOW)
    again, _ = desk.person.give_back(order, "ada", NOW)
    assert (first.new, again.new, record.state) == (True, False, PaymentState.RETURNED)
    assert desk.proposal().standing is Standing.RETURNED
    assert desk.run().looked_at == 0
    desk.check()


def test_a_part_may_go_back_and_the_rest_is_placed(desk: CashDesk) -> None:
    desk.person.give_back(ReturnOrder(KEY, "r1", eur(3_000), NOW, "too much"), "ada", NOW)
    assert desk.payment().waiting == eur(5_000)
    desk.person.place(KEY, Targets("C-1.EUR", (Share("INV-2026-0002"),)), "ada", NOW)
    assert desk.item("INV-2026-0002") is None
    with pytest.raises(Conflict):
        desk.person.give_back(ReturnOrder(KEY, "r2", None, NOW, "once more"), "ada", NOW)
    desk.check()
