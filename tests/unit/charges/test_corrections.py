"""What was in effect earlier and came later: charges are worked out again, and the difference is posted."""

from dataclasses import replace

from receivables.core.amounts import Amounts
from receivables.ledger import CreditSource, EntryKind, InvoiceStatus, LedgerName, Leg, Move
from receivables.terms import LateCharges
from receivables.terms.late_charges import Claiming
from tests.unit.charges.scenes import World, at, eur, interest, late_item, moved, paid

RULES = LateCharges(interest=interest())


def february() -> World:
    """28.00 were charged for February."""
    return World(RULES).put(late_item()).work("2025-03-01")


def number_of(world: World) -> str:
    (number,) = world.documents
    return number


def test_a_payment_that_came_late_lowers_the_charge_by_a_waiver() -> None:
    world = february()
    number = number_of(world)
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-02-10", 500_000))
    world.work("2025-03-05")
    entry = world.entries[-1]
    assert (entry.kind, entry.amount, entry.invoice) == (EntryKind.WAIVER, eur(900), "INV-1")
    assert entry.reason == "recomputed for INV-1: 19.00 EUR instead of 28.00 EUR"
    assert entry.legs == (
        Leg(LedgerName.INTEREST_INCOME, 900, number),
        Leg(LedgerName.RECEIVABLE, -900, number),
    )
    assert world.items[number].balance == eur(1_900)
    assert world.items[number].moves == (Move(at("2025-03-05"), -900, EntryKind.WAIVER),)
    assert world.charges == [("2025-02-01", "2025-02-28", 1_900)]


def test_the_document_shows_the_working_as_it_is_now() -> None:
    world = february()
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-02-10", 500_000))
    charge = world.work("2025-03-05").documents[number_of(world)].charge
    assert charge is not None
    assert [(row.days, row.balance) for row in charge.rows] == [(10, eur(1_000_000)), (18, eur(500_000))]


def test_an_unclaimed_charge_stays_unclaimed_when_it_is_corrected() -> None:
    world = World(replace(RULES, claiming=Claiming.BY_DECISION)).put(late_item()).work("2025-03-01")
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-02-10", 500_000))
    assert not world.work("2025-03-05").items[number_of(world)].claimed


def test_a_charge_of_nothing_closes() -> None:
    world = february()
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-01-31", 1_000_000))
    world.work("2025-03-05")
    document = world.documents[number_of(world)]
    assert (document.status, world.charged, world.items) == (InvoiceStatus.CLOSED, 0, {})
    assert world.settled["INV-1"].accrued[0].minor == 0


def test_what_was_paid_of_a_charge_that_was_too_much_becomes_credit() -> None:
    world = february()
    number = number_of(world)
    world.pay_charge(number, "2025-03-02")
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-02-10", 500_000))
    world.work("2025-03-05")
    (credit,) = world.credits.values()
    assert (credit.balance, credit.source, credit.key) == (
        eur(900),
        CreditSource.RELEASE,
        world.entries[-1].id,
    )
    assert world.entries[-1].legs == (
        Leg(LedgerName.INTEREST_INCOME, 900, number),
        Leg(LedgerName.UNAPPLIED, -900, credit.id),
    )
    document = world.documents[number]
    assert document.status is InvoiceStatus.CLOSED
    assert document.amount.minor + sum(move.minor for move in document.moves) == 0


def test_a_second_correction_gives_back_no_more_than_was_paid() -> None:
    world = february()
    world.pay_charge(number_of(world), "2025-03-02")
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-02-10", 500_000))
    world.work("2025-03-05")
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-01-31", 500_000))
    world.work("2025-03-06")
    assert sum(credit.balance.minor for credit in world.credits.values()) == 2_800 - 500
    assert world.charged == 500


def test_of_a_charge_that_was_partly_paid_the_open_rest_goes_first() -> None:
    world = february()
    number = number_of(world)
    item = world.items[number]
    world.items[number] = moved(item, ("2025-03-02", -2_500, EntryKind.PAYMENT))
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-02-10", 500_000))
    world.work("2025-03-05")
    assert number not in world.items
    assert [credit.balance for credit in world.credits.values()] == [eur(600)]


def test_what_a_person_waived_is_not_given_back() -> None:
    world = february()
    number = number_of(world)
    world.pay_charge(number, "2025-03-02", EntryKind.WAIVER)
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-02-10", 500_000))
    entries = len(world.entries)
    world.work("2025-03-05")
    assert (len(world.entries), world.credits) == (entries, {})
    assert world.charges == [("2025-02-01", "2025-02-28", 1_900)]


def test_what_was_waived_in_full_is_not_waived_again_though_the_money_for_it_went_back() -> None:
    """It was paid, waived - so that the money became credit - and then the payment was charged back."""
    world = february()
    number = number_of(world)
    world.items[number] = moved(
        world.items[number],
        ("2025-03-02", -2_800, EntryKind.PAYMENT),
        ("2025-03-03", -2_800, EntryKind.WAIVER),
        ("2025-03-03", 2_800, EntryKind.ALLOCATION),
        ("2025-03-04", 2_800, EntryKind.CHARGEBACK),
    )
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-02-10", 500_000))
    entries = len(world.entries)
    world.work("2025-03-05")
    assert (len(world.entries), world.credits) == (entries, {})


def test_what_was_given_up_as_bad_debt_is_given_up_no_longer() -> None:
    world = february()
    number = number_of(world)
    world.pay_charge(number, "2025-03-02", EntryKind.WRITE_OFF)
    world.documents[number] = replace(
        world.documents[number], status=InvoiceStatus.WRITTEN_OFF, written_off=2_800
    )
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-02-10", 500_000))
    world.work("2025-03-05")
    assert world.entries[-1].legs == (
        Leg(LedgerName.INTEREST_INCOME, 900, number),
        Leg(LedgerName.BAD_DEBT, -900, number),
    )
    assert (world.documents[number].written_off, world.documents[number].status) == (
        1_900,
        InvoiceStatus.WRITTEN_OFF,
    )


def test_what_turns_out_to_be_too_little_raises_the_charge() -> None:
    world = World(RULES).put(paid(late_item(), ("2025-02-10", 500_000))).work("2025-03-01")
    number = number_of(world)
    world.items["INV-1"] = moved(world.items["INV-1"], ("2025-02-10", 500_000, EntryKind.PAYMENT))
    world.work("2025-03-05")
    assert (world.items[number].balance, world.charged) == (eur(2_800), 2_800)
    assert world.entries[-1].kind is EntryKind.INTEREST


def test_a_closed_charge_opens_again_when_it_was_too_little() -> None:
    world = World(RULES).put(paid(late_item(), ("2025-02-10", 500_000))).work("2025-03-01")
    number = number_of(world)
    world.pay_charge(number, "2025-03-02")
    world.items["INV-1"] = moved(world.items["INV-1"], ("2025-02-10", 500_000, EntryKind.PAYMENT))
    world.work("2025-03-05")
    assert (world.items[number].balance, world.items[number].claimed) == (eur(900), True)
    document = world.documents[number]
    assert (document.status, document.closed_at, document.moves) == (InvoiceStatus.OPEN, None, ())


def test_periods_after_the_payment_that_came_late_become_nothing_and_the_invoice_goes() -> None:
    world = World(RULES).put(late_item()).work("2025-05-01")
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-02-10", 1_000_000))
    world.work("2025-05-02")
    assert world.charged == 1_000
    assert [minor for _, _, minor in world.charges] == [1_000, 0, 0]
    assert list(world.settled) == ["INV-1"]


def test_interest_that_falls_below_its_minimum_is_waived_and_charged_again_when_it_reaches_it() -> None:
    rules = LateCharges(interest=interest(minimum=Amounts.of(eur(2_000))))
    world = World(rules).put(late_item()).work("2025-03-01")
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-02-10", 900_000))
    assert world.work("2025-03-05").charged == 0
    world.items["INV-1"] = moved(world.items["INV-1"], ("2025-03-05", 900_000, EntryKind.CHARGEBACK))
    assert world.work("2025-04-01").charged == 1_000 + 1_800 // 10 + 500 // 10 + 2_600


def test_a_correction_counts_on_from_the_periods_before_it() -> None:
    world = World(RULES).put(late_item()).work("2025-04-01")
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-03-10", 500_000))
    world.work("2025-04-02")
    assert world.charges == [("2025-02-01", "2025-02-28", 2_800), ("2025-03-01", "2025-03-31", 1_000 + 1_050)]


def test_once_corrected_there_is_nothing_more_to_do() -> None:
    world = february()
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-02-10", 500_000))
    world.work("2025-03-05")
    assert not world.due("2025-03-05")
    assert world.items["INV-1"].accrued_rev == world.items["INV-1"].rev
