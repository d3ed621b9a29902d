"""What waits in suspense is placed where that is sure, and proposed where it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from receivables.core.money import Money
from receivables.ledger import PaymentState
from receivables.ledger.deeds import Deed
from receivables.ledger.payouts import Payout, PayoutState, pay_out
from receivables.matching.candidates import Fit
from receivables.matching.ports import Habit, Standing
from receivables.matching.references import reference_of
from receivables.usecases.payment_targets import Share, Targets
from tests.builders import NOW, eur, invoice, issued
from tests.unit.usecases.cash_desk import IBAN, OTHER_IBAN, CashDesk


@pytest.fixture
def desk() -> CashDesk:
    return CashDesk()


def test_money_that_names_an_invoice_and_pays_it_is_placed(desk: CashDesk) -> None:
    desk.comes(10_000, "Rechnung 2026-0001 vielen Dank")

    done = desk.run()

    assert (done.looked_at, done.applied, done.finished) == (1, 1, True)
    assert (desk.payment().state, desk.payment().account_id) == (PaymentState.PLACED, "C-1.EUR")
    assert desk.item("INV-2026-0001") is None
    desk.check()


def test_a_reference_with_check_digits_is_enough(desk: CashDesk) -> None:
    desk.comes(4_000, structured=reference_of("INV-2026-0003"), name="Somebody else")
    desk.run()
    item = desk.item("INV-2026-0003")
    assert item is not None
    assert item.balance == eur(4_000)


def test_why_it_was_placed_can_be_asked_for_ever(desk: CashDesk) -> None:
    desk.comes(10_000, "Rechnung 2026-0001", name="Müller Logistik")
    desk.run()
    proposal = desk.proposal()
    assert (proposal.standing, proposal.by) == (Standing.APPLIED, "matching")
    assert "its text names INV-2026-0001" in proposal.candidates[0].reasons


def test_an_amount_alone_is_proposed_and_not_placed(desk: CashDesk) -> None:
    desk.comes(8_000)
    done = desk.run()
    assert (done.applied, done.proposed) == (0, 1)
    assert desk.payment().state is PaymentState.SUSPENSE
    assert desk.proposal().candidates[0].numbers == ("INV-2026-0003",)


def test_money_of_strangers_waits_and_nothing_is_proposed(desk: CashDesk) -> None:
    desk.comes(123, "Zinsen")
    assert desk.run().unknown == 1
    assert desk.proposal().candidates == ()


def test_a_payer_who_named_invoices_twice_is_known_when_nothing_is_named(desk: CashDesk) -> None:
    issued(desk.ledger, invoice("INV-2026-0008", minor=3_300), invoice("INV-2026-0009", minor=4_400))
    desk.comes(10_000, "INV-2026-0001")
    desk.run()
    desk.comes(3_300, key="bank/main/2")
    assert desk.run().proposed == 1
    desk.comes(5_000, "INV-2026-0002", key="bank/main/3")
    desk.run()
    desk.comes(4_400, key="bank/main/4")
    desk.run()
    assert desk.payment("bank/main/4").invoice == "INV-2026-0009"


def test_two_invoices_of_one_sum_are_not_guessed(desk: CashDesk) -> None:
    issued(desk.ledger, invoice("INV-2026-0009", minor=5_000))
    desk.habits.put(Habit(f"account/{IBAN}", {"C-1.EUR": 3}))
    desk.comes(5_000)
    assert desk.run().applied == 0
    assert {each.numbers for each in desk.proposal().candidates[:2]} == {
        ("INV-2026-0002",),
        ("INV-2026-0009",),
    }


def test_money_in_another_currency_is_never_placed(desk: CashDesk) -> None:
    desk.comes(10_000, "INV-2026-0001", currency="USD")
    assert desk.run().applied == 0
    assert "INV-2026-0001" in desk.proposal().notes[0]


def test_the_admin_says_how_sure_is_sure() -> None:
    careful = CashDesk(auto_apply=101)
    careful.comes(10_000, "INV-2026-0001")
    assert careful.run().proposed == 1


def test_what_is_paid_beyond_is_credit(desk: CashDesk) -> None:
    desk.comes(12_000, "INV-2026-0001", name="Müller Logistik GmbH")
    desk.run()
    assert (desk.payment().credit, desk.item("INV-2026-0001")) == (2_000, None)
    desk.check()


def test_what_banks_kept_is_told_and_stays_open(desk: CashDesk) -> None:
    desk.comes(9_250, "INV-2026-0001", name="Müller Logistik GmbH", charges=750)
    desk.run()
    item = desk.item("INV-2026-0001")
    assert item is not None
    assert item.balance == eur(750)
    assert desk.proposal().candidates[0].fit is Fit.CHARGES


def test_credit_that_the_payer_took_off_is_applied_first(desk: CashDesk) -> None:
    desk.comes(2_000, "guthaben", name="Müller Logistik GmbH")
    desk.person.place("bank/main/1", Targets("C-1.EUR"), "ada", NOW)
    desk.comes(8_000, "INV-2026-0001 abzgl. Guthaben", key="bank/main/2", name="Müller Logistik GmbH")
    desk.run()
    assert desk.item("INV-2026-0001") is None
    assert desk.payment("bank/main/2").state is PaymentState.PLACED
    desk.check()


def test_paid_twice_is_credit_of_the_account(desk: CashDesk) -> None:
    for place in (1, 2):
        desk.comes(10_000, "INV-2026-0001", key=f"bank/main/{place}", name="Müller Logistik GmbH")
    desk.run()
    second = desk.payment("bank/main/2")
    assert (second.account_id, second.credit) == ("C-1.EUR", 10_000)
    desk.check()


def test_what_changes_between_looking_and_placing_is_looked_at_again(desk: CashDesk) -> None:
    desk.comes(10_000, "INV-2026-0001", key="bank/main/1", name="Müller Logistik GmbH")
    desk.comes(10_000, "INV-2026-0001", key="bank/main/2", name="Müller Logistik GmbH")
    other = desk.proposals
    desk.ledger.meanwhile(lambda: desk.person.place("bank/main/2", _named("INV-2026-0001"), "ada", NOW))

    desk.run()

    assert desk.payment("bank/main/2").invoice == "INV-2026-0001"
    assert desk.payment("bank/main/1").credit in {0, 10_000}
    assert desk.item("INV-2026-0001") is None
    assert other.get("bank/main/2") is not None
    desk.check()


def test_a_run_again_changes_nothing(desk: CashDesk) -> None:
    desk.comes(10_000, "INV-2026-0001")
    desk.comes(8_000, key="bank/main/2", iban=OTHER_IBAN)
    desk.run()
    before = (dict(desk.proposals.kept), desk.payment(), desk.payment("bank/main/2"))
    again = desk.matching.run(NOW + timedelta(minutes=15))
    assert (again.applied, again.proposed) == (0, 1)
    assert before == (dict(desk.proposals.kept), desk.payment(), desk.payment("bank/main/2"))


def test_a_run_that_is_stopped_goes_on_where_it_was(desk: CashDesk) -> None:
    for place in range(120):
        desk.comes(100 + place, "nothing", key=f"bank/main/{place:03}", iban=None)
    told: list[int] = []
    first = desk.matching.run(NOW, lambda: False, lambda done: told.append(done.looked_at))
    second = desk.matching.run(NOW, lambda: True)
    assert (first.looked_at, first.finished, told) == (50, False, [50])
    assert (second.looked_at, second.finished, desk.log.position()) == (70, True, None)


def test_a_payout_of_a_processor_is_recognised_and_counts_once(desk: CashDesk) -> None:
    payout = Payout(
        "stripe/main/po_1", "stripe/main", eur(77_000), eur(900), NOW - timedelta(days=1), date(2026, 3, 2)
    )
    desk.ledger.post(pay_out(payout, Deed(payout.key, "stripe/main", payout.sent_at, NOW)))
    desk.comes(77_000, "STRIPE PAYOUT X1", name="Stripe Payments Europe", iban=None)
    desk.comes(77_000, "STRIPE PAYOUT X2", key="bank/main/2", name="Stripe Payments Europe", iban=None)

    done = desk.run()

    assert (done.payouts, done.unknown) == (1, 1)
    assert desk.ledger.payout(payout.key).state is PayoutState.ARRIVED
    assert desk.payment().state is PaymentState.PAYOUT
    assert desk.proposal().standing is Standing.ARRIVED
    desk.check()


def test_the_short_id_of_a_payout_in_a_number_makes_no_payout_of_a_customers_money(desk: CashDesk) -> None:
    """Some processors count their payouts: 20 is in INV-2026-0003 too."""
    payout = Payout("paystack/main/20", "paystack/main", eur(8_000), eur(0), NOW, date(2026, 3, 2))
    desk.ledger.post(pay_out(payout, Deed(payout.key, "paystack/main", payout.sent_at, NOW)))
    desk.comes(8_000, "INV-2026-0003", name="Bauer Optik AG", iban=None)
    assert (desk.run().payouts, desk.payment().invoice) == (0, "INV-2026-0003")

    desk.comes(8_000, "20", key="bank/main/2", name="PAYSTACK PAYMENTS", iban=None)
    assert desk.run().payouts == 1


def test_a_payer_who_pays_for_many_is_no_evidence(desk: CashDesk) -> None:
    accounts = {f"C-{number}.EUR": 1 for number in range(1, 7)}
    desk.habits.put(Habit(f"account/{IBAN}", accounts))
    desk.comes(8_000)
    assert desk.run().applied == 0


def test_a_payer_who_pays_for_another_is_not_taken_at_a_number(desk: CashDesk) -> None:
    desk.habits.put(Habit(f"account/{IBAN}", {"C-1.EUR": 5}))
    desk.comes(8_000, "INV-2026-0003")
    assert desk.run().applied == 0
    assert desk.proposal().candidates[0].account_id == "C-2.EUR"


def test_what_the_ledger_refuses_is_shown_to_a_person_and_does_not_hold_up_the_others(desk: CashDesk) -> None:
    desk.comes(10_000, "INV-2026-0001")
    desk.comes(8_000, "INV-2026-0003", key="bank/main/2", iban=OTHER_IBAN)
    del desk.customers.records["C-1"]
    done = desk.run()
    assert (done.applied, done.proposed) == (1, 1)
    assert desk.proposal().notes == ("customer 'C-1' does not exist",)
    assert desk.proposal().candidates[0].numbers == ("INV-2026-0001",)


def test_habits_are_not_learned_from_amounts(desk: CashDesk) -> None:
    desk.comes(10_000, name="Müller Logistik GmbH")
    assert desk.run().applied == 1
    assert desk.habits.kept == {}


def test_a_candidate_of_yesterday_is_not_placed_on_what_is_open_today(desk: CashDesk) -> None:
    desk.comes(10_000, "INV-2026-0001", name="Müller Logistik GmbH")
    stale = desk.ledger.open_receivables

    def old_index(position: object = None) -> object:
        page = stale(None)
        return replace(
            page,
            items=tuple(
                replace(each, balance=Money(20_000, "EUR"), amount=Money(20_000, "EUR"))
                if each.number == "INV-2026-0001"
                else each
                for each in page.items
            ),
        )

    desk.ledger.open_receivables = old_index  # type: ignore[method-assign,assignment]
    desk.run()
    assert desk.item("INV-2026-0001") is None
    assert desk.proposal().candidates[0].fit is Fit.EXACT


def _named(*numbers: str) -> Targets:
    return Targets("C-1.EUR", tuple(Share(number) for number in numbers))
