"""What a posting writes of receivables, credits, payments and the account: all of it or nothing, as it assumed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from receivables.arrangements import Extension, Hold, InterestFrom
from receivables.core.errors import Conflict, NotFound
from receivables.ledger import (
    AT_ONCE,
    Accrued,
    Closing,
    EntryKind,
    InvoiceStatus,
    ItemChange,
    LedgerName,
    Leg,
    Move,
    OpenItem,
    PaymentChange,
    PaymentState,
    Posting,
    PostOutcome,
    PromiseRecord,
    ShortPayment,
    ShortPaymentReason,
)
from tests.builders import NOW, day, eur, invoice, issued, open_item, payment
from tests.contract.conftest import Stores
from tests.contract.postings import (
    ACCOUNT,
    applying,
    charging,
    crediting,
    entry,
    holding,
    noting,
    paying,
    reduced,
    reopening,
)
from tests.contract.steps import account, opened, pay, working_set

LATER = NOW + timedelta(days=1)
FEE = Accrued("fee", day(31), day(31), 400, "LC-1")


def the_item(stores: Stores, number: str = "INV-1") -> OpenItem:
    found = stores.ledger.open_item(ACCOUNT, number)
    assert found is not None
    return found


def change(before: OpenItem, **changes: Any) -> Posting:
    """An open item gets other attributes."""
    return Posting(ACCOUNT, items=(ItemChange(before.number, before, replace(before, **changes)),))


PAUSED = Hold("check the address", "ada", NOW, LATER, owner="ben")
EXTENDED = Extension(day(60), InterestFrom.NEW_DUE_DATE, "flood", "ada", NOW)
SHORT = ShortPayment(
    "stripe/main/pi_9", eur(200), ShortPaymentReason.DISCOUNT_TOO_LATE, "claim it: 3 days late"
)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"hold": PAUSED}, id="hold"),
        pytest.param({"extension": EXTENDED, "rev": 1}, id="extension"),
        pytest.param({"accrued": (FEE,), "accrued_rev": 1}, id="accrued"),
        pytest.param({"short": SHORT}, id="short payment"),
        pytest.param({"due_date": day(40), "rev": 1}, id="due date"),
    ],
)
def test_what_changes_of_an_open_item_is_kept_and_can_be_taken_back(
    stores: Stores, changes: dict[str, Any]
) -> None:
    issued(stores.ledger, invoice("INV-1"))
    before = the_item(stores)
    assert stores.ledger.post(change(before, **changes)) is PostOutcome.POSTED
    after = the_item(stores)
    assert after == replace(before, **changes)
    back = {name: getattr(before, name) for name in changes} | {"rev": after.rev + 1}
    assert stores.ledger.post(change(after, **back)) is PostOutcome.POSTED
    assert the_item(stores) == replace(before, rev=after.rev + 1)


def test_what_somebody_else_changed_is_not_overwritten(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    before = the_item(stores)
    stores.ledger.post(change(before, accrued=(FEE,)))
    other = Accrued("fee", day(31), day(31), 500, "LC-1")
    assert stores.ledger.post(change(before, accrued=(other,))) is PostOutcome.STALE
    assert the_item(stores).accrued == (FEE,)
    # What has nothing to do with it is changed all the same.
    assert stores.ledger.post(change(before, hold=PAUSED)) is PostOutcome.POSTED
    assert (the_item(stores).accrued, the_item(stores).hold) == ((FEE,), PAUSED)


def test_an_item_does_not_go_with_charges_that_its_working_did_not_know(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    stores.ledger.post(change(the_item(stores), accrued=(FEE,)))
    assert (
        stores.ledger.post(paying(payment(), ACCOUNT, open_item(description="Services"))) is PostOutcome.STALE
    )
    assert pay(stores, payment()) is PostOutcome.POSTED
    document, item = stores.ledger.invoice("INV-1")
    assert (document.accrued, document.item_rev, item) == ((FEE,), 1, None)


def test_a_description_and_the_mark_of_a_case_are_not_of_a_posting(stores: Stores) -> None:
    opened(stores)
    stores.ledger.describe("INV-1", "Consulting", 0, NOW, "ada")
    imagined = open_item(description="Services")
    assert stores.ledger.post(paying(payment(minor=4_000), ACCOUNT, imagined)) is PostOutcome.POSTED
    item = the_item(stores)
    assert (item.description, item.balance, item.rev) == ("Consulting", eur(6_000), 1)
    assert item.case_id is not None
    assert item.moves == (Move(NOW, -4_000, EntryKind.PAYMENT),)


def test_a_change_of_balance_must_move_the_rev(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    with pytest.raises(ValueError, match="kept its rev"):
        stores.ledger.post(change(the_item(stores), balance=eur(1)))
    with pytest.raises(ValueError, match="no entry"):
        stores.ledger.post(replace(noting(), key="refund/1"))


def test_a_paid_item_may_stay_until_its_charges_are_known(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    before = the_item(stores)
    settling = replace(before, balance=eur(0), moves=(Move(NOW, -10_000, EntryKind.PAYMENT),), rev=1)
    booked = entry(
        EntryKind.PAYMENT, 10_000, Leg(LedgerName.CASH, 10_000), Leg(LedgerName.RECEIVABLE, -10_000, "INV-1")
    )
    stores.ledger.post(Posting(ACCOUNT, (booked,), (ItemChange("INV-1", before, settling),)))
    assert working_set(stores).items == (settling,)
    assert working_set(stores).open_items == ()
    assert account(stores).balance == eur(0)
    assert stores.ledger.invoice("INV-1")[0].status is InvoiceStatus.OPEN
    gone = ItemChange("INV-1", settling, None, Closing(NOW, moves=settling.moves, rev=2))
    assert stores.ledger.post(Posting(ACCOUNT, items=(gone,))) is PostOutcome.POSTED
    document, item = stores.ledger.invoice("INV-1")
    assert (document.status, document.moves, item) == (InvoiceStatus.CLOSED, settling.moves, None)


def test_a_charge_is_a_receivable_that_is_asked_for_when_it_is_claimed(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    assert stores.ledger.post(charging(claimed=False)) is PostOutcome.POSTED
    assert [item.number for item in working_set(stores).items] == ["INV-1", "LC-1"]
    assert [item.number for item in working_set(stores).open_items] == ["INV-1"]
    assert account(stores).balance == eur(10_400)
    pointer = stores.ledger.pointer("LC-1")
    assert pointer is not None
    assert (pointer.kind, pointer.concerns, pointer.amount) == ("fee", "INV-1", eur(400))
    assert [(owner, item.number) for owner, item in stores.ledger.unclaimed_charges(9).items] == [
        (ACCOUNT, "LC-1")
    ]
    stores.ledger.post(change(the_item(stores, "LC-1"), claimed=True))
    assert [item.number for item in working_set(stores).open_items] == ["INV-1", "LC-1"]
    assert stores.ledger.unclaimed_charges(9).items == ()


def test_a_charge_arises_once_for_ever(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    stores.ledger.post(charging())
    before = working_set(stores)
    again = charging()
    elsewhen = replace(again, entries=(replace(again.entries[0], recorded_at=LATER),))
    assert stores.ledger.post(again) is PostOutcome.DUPLICATE
    assert stores.ledger.post(elsewhen) is PostOutcome.DUPLICATE
    pay(stores, payment("LC-1", 400))
    assert stores.ledger.post(elsewhen) is PostOutcome.DUPLICATE
    assert working_set(stores).items == before.items[:1]


def test_an_account_has_room_for_so_many_open_items(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (
        "receivables.ledger",
        "receivables.adapters.dynamodb.posting",
        "receivables.adapters.dynamodb.ledger",
        "tests.fakes.stores_ledger",
        "tests.fakes.stores_posting",
    ):
        monkeypatch.setattr(f"{module}.MAX_OPEN_ITEMS", 2)
    issued(stores.ledger, invoice("INV-1"))
    stores.ledger.post(charging("LC-1"))
    with pytest.raises(Conflict):
        stores.ledger.post(charging("LC-2"))
    with pytest.raises(Conflict):
        issued(stores.ledger, invoice("INV-2"))
    pay(stores, payment("INV-1"))
    assert stores.ledger.post(charging("LC-2")) is PostOutcome.POSTED
    assert account(stores).balance == eur(800)
    document, _ = stores.ledger.invoice("INV-1")
    assert stores.ledger.post(reopening(document, 100)) is PostOutcome.POSTED, "what went back is a fact"


def test_a_closed_receivable_opens_again_as_it_was(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    pay(stores, payment())
    document, _ = stores.ledger.invoice("INV-1")
    assert (document.item_rev, len(document.moves)) == (1, 1)
    assert stores.ledger.post(reopening(document, 10_000)) is PostOutcome.POSTED
    again, item = stores.ledger.invoice("INV-1")
    assert item is not None
    assert (again.status, again.closed_at, again.moves, again.rev) == (InvoiceStatus.OPEN, None, (), 2)
    assert (item.balance, [move.minor for move in item.moves]) == (eur(10_000), [-10_000, 10_000])
    assert account(stores).balance == eur(10_000)
    # A payment that imagines the item as it was issued must look again.
    paid = payment()
    assert stores.ledger.post(paying(paid, ACCOUNT, open_item(description="Services"))) is PostOutcome.STALE
    assert pay(stores, paid) is PostOutcome.POSTED
    assert stores.ledger.invoice("INV-1")[0].item_rev == 3


def test_a_receivable_opens_again_once(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    pay(stores, payment())
    document, _ = stores.ledger.invoice("INV-1")
    first, second = reopening(document, 10_000), reopening(document, 9_000)
    stores.ledger.post(first)
    assert stores.ledger.post(first) is PostOutcome.DUPLICATE
    other = replace(second, entries=(replace(second.entries[0], id="ent_other"),))
    assert stores.ledger.post(other) is PostOutcome.STALE
    assert account(stores).balance == eur(10_000)


def test_what_is_written_off_adds_up_and_can_be_recovered(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    before = the_item(stores)
    closing = Closing(NOW, InvoiceStatus.WRITTEN_OFF, written_off=10_000, rev=1)
    stores.ledger.post(Posting(ACCOUNT, items=(ItemChange("INV-1", before, None, closing),)))
    document, item = stores.ledger.invoice("INV-1")
    assert (document.status, document.written_off, item) == (InvoiceStatus.WRITTEN_OFF, 10_000, None)
    recovered = ItemChange(
        "INV-1", None, None, document=replace(document, written_off=7_000), document_rev=document.rev
    )
    assert stores.ledger.post(Posting(ACCOUNT, items=(recovered,))) is PostOutcome.POSTED
    assert stores.ledger.post(Posting(ACCOUNT, items=(recovered,))) is PostOutcome.STALE
    document, _ = stores.ledger.invoice("INV-1")
    assert (document.written_off, document.rev) == (7_000, 2)
    stores.ledger.post(reopening(document, 500))
    again = the_item(stores)
    stores.ledger.post(
        Posting(ACCOUNT, items=(ItemChange("INV-1", again, None, replace(closing, written_off=500)),))
    )
    assert stores.ledger.invoice("INV-1")[0].written_off == 7_500


def test_the_document_of_an_open_item_can_be_replaced_beside_it(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    document, item = stores.ledger.invoice("INV-1")
    assert item is not None
    shorter = reduced(item, 1_000, kind=EntryKind.WAIVER)
    replaced = replace(shorter, document=replace(document, tax=eur(100)), document_rev=0)
    assert stores.ledger.post(Posting(ACCOUNT, items=(replaced,))) is PostOutcome.POSTED
    assert stores.ledger.post(Posting(ACCOUNT, items=(replaced,))) is PostOutcome.STALE
    document, item = stores.ledger.invoice("INV-1")
    assert item is not None
    assert (document.tax, document.rev, item.balance) == (eur(100), 1, eur(9_000))


def test_credit_waits_on_the_account_until_it_is_used_up(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"), invoice("INV-2"))
    stores.ledger.post(crediting(12_000))
    (credit,) = working_set(stores).credits
    assert account(stores).unapplied == credit.balance == eur(12_000)
    assert stores.ledger.post(applying(credit, the_item(stores), 10_000)) is PostOutcome.POSTED
    (left,) = working_set(stores).credits
    assert (left.balance, left.rev, left.effective_at) == (eur(2_000), 1, NOW)
    assert stores.ledger.post(applying(left, the_item(stores, "INV-2"), 2_000)) is PostOutcome.POSTED
    assert working_set(stores).credits == ()
    assert (account(stores).unapplied, account(stores).balance) == (eur(0), eur(8_000))


def test_credit_is_used_once(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"), invoice("INV-2"))
    stores.ledger.post(crediting(5_000))
    (credit,) = working_set(stores).credits
    stores.ledger.post(applying(credit, the_item(stores), 3_000))
    before = working_set(stores)
    assert stores.ledger.post(applying(credit, the_item(stores, "INV-2"), 5_000)) is PostOutcome.STALE
    (left,) = before.credits
    assert stores.ledger.post(applying(left, the_item(stores, "INV-2"), 2_000)) is PostOutcome.POSTED
    assert stores.ledger.post(applying(left, the_item(stores, "INV-2"), 2_000)) is PostOutcome.STALE
    assert account(stores).unapplied == eur(0)


def test_a_credit_that_is_there_already_is_read_first(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    stores.ledger.post(crediting(5_000))
    again = crediting(3_000)
    other = replace(again, entries=(replace(again.entries[0], id="ent_other"),))
    assert stores.ledger.post(other) is PostOutcome.STALE
    assert account(stores).unapplied == eur(5_000)


def test_a_payment_tells_where_its_money_is_now(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    paid = payment()
    pay(stores, paid)
    record = stores.ledger.payment(paid.key)
    back = replace(record, allocated=(), charged_back=10_000)
    posting = Posting(ACCOUNT, payment=PaymentChange(record, back))
    assert stores.ledger.post(posting) is PostOutcome.POSTED
    assert stores.ledger.payment(paid.key) == replace(back, rev=1)
    assert stores.ledger.post(posting) is PostOutcome.STALE
    assert record.state is PaymentState.APPLIED


def test_a_key_is_taken_once_for_ever_and_remembers_its_entry(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    assert stores.ledger.keyed("credit_note/1") is None
    first = replace(crediting(500), key="credit_note/1")
    assert stores.ledger.post(first) is PostOutcome.POSTED
    later = crediting(500, "crd-2", LATER)
    tomorrow = replace(later, key="credit_note/1", entries=(replace(later.entries[0], recorded_at=LATER),))
    assert stores.ledger.post(tomorrow) is PostOutcome.DUPLICATE
    assert stores.ledger.keyed("credit_note/1") == first.entries[0]
    assert account(stores).unapplied == eur(500)


def test_an_entry_is_found_by_its_id_and_time(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    (booked,) = crediting(500).entries
    full = replace(booked, reason="damaged", due_date=day(3), payment="p-1", reverses="ent_0")
    stores.ledger.post(Posting(ACCOUNT, (full,)))
    assert stores.ledger.entry(ACCOUNT, full.id, NOW) == full
    with pytest.raises(NotFound):
        stores.ledger.entry(ACCOUNT, full.id, LATER)
    assert stores.ledger.post(Posting(ACCOUNT, (full,))) is PostOutcome.DUPLICATE


def test_the_account_remembers_how_promises_ended_and_what_they_raised(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"), invoice("INV-2"))
    stores.agenda.replan(ACCOUNT, 2, progress={"INV-1": 3, "INV-2": 7}, worked_at=NOW, next_action_at=None)
    stores.ledger.post(noting(kept=2, broken=1, raised={"INV-1": 10, "INV-2": 21}))
    stores.ledger.post(noting(partly_kept=1, forget=("INV-2", "INV-9"), over_limit=True))
    found = account(stores)
    assert found.promises == PromiseRecord(kept=2, partly_kept=1, broken=1)
    assert (found.raised, found.progress, found.over_limit) == ({"INV-1": 10}, {"INV-1": 3}, True)
    assert (found.rev, found.next_action_at) == (5, AT_ONCE)
    stores.ledger.post(noting(over_limit=False))
    assert not account(stores).over_limit


def test_a_posting_may_depend_on_the_account_as_a_whole(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    seen = account(stores).rev
    posting = replace(noting(event_id="evt_1"), account_rev=seen)
    stores.ledger.post(holding(PAUSED))
    assert stores.ledger.post(posting) is PostOutcome.STALE
    raising = replace(noting(raised={"INV-1": 3}), account_rev=seen)
    assert stores.ledger.post(raising) is PostOutcome.STALE
    assert stores.ledger.post(replace(posting, account_rev=seen + 1)) is PostOutcome.POSTED
    assert account(stores).raised == {}


def test_a_fact_is_recorded_once(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    assert stores.ledger.post(noting(event_id="evt_1", kept=1)) is PostOutcome.POSTED
    assert stores.ledger.post(noting(event_id="evt_1", kept=1)) is PostOutcome.DUPLICATE
    assert account(stores).promises.kept == 1


def test_of_a_posting_that_is_stale_in_one_part_nothing_is_written(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"), invoice("INV-2"))
    stores.ledger.post(crediting(20_000))
    (credit,) = working_set(stores).credits
    first, second = applying(credit, the_item(stores), 9_000), charging()
    stores.ledger.post(change(the_item(stores), hold=PAUSED))
    pay(stores, payment("INV-1", 1))
    before = working_set(stores)
    both = replace(
        first,
        entries=first.entries + second.entries,
        items=first.items + second.items,
        facts=noting().facts,
        key="both",
    )
    assert stores.ledger.post(both) is PostOutcome.STALE
    assert working_set(stores) == before
    assert stores.ledger.keyed("both") is None
    assert stores.ledger.pointer("LC-1") is None
    assert len(list(stores.ledger.entries(ACCOUNT))) == 4


def test_a_long_posting_is_written_as_one(stores: Stores) -> None:
    issued(stores.ledger, *(invoice(f"INV-{number:02}") for number in range(32)))
    changes = tuple(reduced(item, 10_000) for item in working_set(stores).items)
    legs = [Leg(LedgerName.RECEIVABLE, -10_000, each.number) for each in changes]
    booked = entry(EntryKind.PAYMENT, 320_000, Leg(LedgerName.CASH, 320_000), *legs)
    posting = Posting(ACCOUNT, (booked,), changes)
    assert stores.ledger.post(posting) is PostOutcome.POSTED
    assert (account(stores).balance, working_set(stores).items) == (eur(0), ())
    assert stores.ledger.entry(ACCOUNT, booked.id, NOW) == booked


def test_an_account_can_be_woken_by_itself(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    stores.agenda.replan(ACCOUNT, 1, progress={}, worked_at=NOW, next_action_at=None)
    stores.ledger.wake(ACCOUNT)
    assert account(stores).next_action_at == AT_ONCE
    stores.ledger.wake("C-9.EUR")
    assert stores.ledger.working_set("C-9.EUR") is None


def test_short_payments_are_listed_oldest_first_until_they_are_decided(stores: Stores) -> None:
    for number, minutes in (("INV-1", 5), ("INV-2", 1), ("INV-3", 3)):
        issued(stores.ledger, invoice(number))
        pay(stores, payment(number, 9_800, effective_at=NOW + timedelta(minutes=minutes)))
        stores.ledger.post(change(the_item(stores, number), short=SHORT))
    first = stores.ledger.short_payments(2)
    assert [item.number for _, item in first.items] == ["INV-2", "INV-3"]
    second = stores.ledger.short_payments(2, first.position)
    assert [(owner, item.number, item.short) for owner, item in second.items] == [(ACCOUNT, "INV-1", SHORT)]
    assert second.position is None
    stores.ledger.post(change(the_item(stores, "INV-2"), short=None))
    assert [item.number for _, item in stores.ledger.short_payments(9).items] == ["INV-3", "INV-1"]
