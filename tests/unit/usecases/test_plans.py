"""Payment plans: what is previewed is what is recorded, exact to the cent; the ledger decides how they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from receivables.arrangements import Consequence, Plan, PlanState
from receivables.arrangements.parts import sum_of
from receivables.arrangements.plan_making import Understanding
from receivables.arrangements.plan_schedule import EqualParts, PlanTerms
from receivables.arrangements.plan_standing import standing
from receivables.core.errors import Conflict, InvalidFields
from receivables.dunning.policy import DEFAULT_POLICY
from receivables.ledger import (
    AT_ONCE,
    EntryKind,
    InvoiceStatus,
    ItemChange,
    ItemKind,
    LedgerName,
    Leg,
    OpenItem,
    Posting,
    PostOutcome,
)
from receivables.ledger.deeds import Deed
from receivables.terms import Instalment
from receivables.usecases.arrangement_endings import charges_to_waive, end_plan
from receivables.usecases.arrangement_progress import settled_since, unread_covers
from receivables.usecases.plans import PlanAgreed, PlanOrder
from receivables.usecases.promises import PromiseOrder
from tests.builders import NOW, day, eur, invoice
from tests.unit.usecases.desk import ACCOUNT, BERLIN, Desk, part

ORDER = PlanOrder(PlanTerms(EqualParts(3, day(10))), Understanding("Ada", "phone"))
CHARGED = replace(
    ORDER, terms=PlanTerms(EqualParts(3, day(10)), fee=eur(1_000), annual_percent=Decimal("7.3"))
)


def agree(desk: Desk, order: PlanOrder = ORDER, **understood: Any) -> PlanAgreed:
    order = replace(order, agreed=replace(order.agreed, **understood))
    return desk.plans.agree(ACCOUNT, order, "finn", NOW, NOW)


def upkeep(desk: Desk, plan: Plan, number: int) -> Plan:
    """What upkeep does with a plan on a day."""
    working_set = desk.working_set
    documents = {n: desk.ledger.invoice(n)[0] for n in unread_covers(plan.covers, working_set.items)}
    paid = settled_since(plan.covers, working_set.items, documents, BERLIN, day(number))
    found = standing(plan, paid, day(number))
    charges = [desk.ledger.invoice(n) for n in charges_to_waive(plan, found, working_set)]
    at = NOW + timedelta(days=number)
    for posting in end_plan(plan, found, working_set, DEFAULT_POLICY, charges, at):
        assert desk.ledger.post(posting) is PostOutcome.POSTED
    stored = desk.ledger.arrangement(plan.id)
    assert isinstance(stored, Plan)
    return stored


def charge_of(desk: Desk, number: str, minor: int) -> None:
    """A late fee arises for an invoice."""
    document = invoice("LC-LATE", minor=minor, kind=ItemKind.FEE, concerns=number)
    item = OpenItem(
        document.number,
        document.amount,
        document.amount,
        document.issue_date,
        document.due_date,
        kind=ItemKind.FEE,
        concerns=number,
    )
    entry = Deed("late", "test", NOW, NOW).entry(
        ACCOUNT,
        EntryKind.FEE,
        document.amount,
        (Leg(LedgerName.RECEIVABLE, minor, "LC-LATE"), Leg(LedgerName.FEES, -minor, "LC-LATE")),
    )
    change = ItemChange("LC-LATE", None, item, document=document)
    assert desk.ledger.post(Posting(ACCOUNT, entries=(entry,), items=(change,))) is PostOutcome.POSTED


def test_a_plan_covers_what_is_open_and_wakes_the_account() -> None:
    desk = Desk()
    desk.settle()
    agreed = agree(desk)
    assert desk.ledger.arrangement(agreed.plan.id) == agreed.plan
    assert [covered.number for covered in agreed.plan.covers] == ["INV-1", "INV-2"]
    assert [each.amount.minor for each in agreed.plan.parts] == [5_000, 5_000, 5_000]
    assert desk.account.next_action_at == AT_ONCE
    [fact] = desk.facts("arrangement")
    assert (fact["event"], fact["amount"]) == ("agreed", 15_000)


def test_the_preview_is_what_is_recorded_and_writes_nothing() -> None:
    desk = Desk()
    seen = desk.plans.preview(ACCOUNT, CHARGED, "finn", NOW)
    assert desk.working_set.arrangements == ()
    assert desk.account.balance == eur(15_000)
    made = desk.plans.agree(ACCOUNT, CHARGED, "finn", NOW, NOW)
    assert made.outline == seen.outline
    assert made.plan.parts == seen.plan.parts
    assert [c.amount for c in made.charges] == [c.amount for c in seen.charges]


def test_fee_and_interest_are_receivables_of_their_own_that_the_plan_covers() -> None:
    desk = Desk()
    agreed = agree(desk, CHARGED)
    fee, interest = agreed.charges
    assert (fee.amount, interest.amount) == (eur(1_000), agreed.outline.interest)
    assert interest.amount.minor > 0
    assert desk.account.balance == eur(15_000) + fee.amount + interest.amount
    assert sum_of(agreed.plan.covers) == sum_of(agreed.plan.parts) == desk.account.balance
    document, item = desk.ledger.invoice(interest.number)
    assert item is not None
    assert (item.kind, item.concerns, item.balance) == (ItemKind.INTEREST, agreed.plan.id, interest.amount)
    assert document.charge is not None
    exact = sum((Decimal(row.amount) for row in document.charge.rows), Decimal(0))
    assert abs(exact - interest.amount.minor) <= Decimal("0.5")
    booked = {entry.kind: entry for entry in desk.ledger.entries(ACCOUNT)}
    assert booked[EntryKind.INTEREST].moved(LedgerName.INTEREST_INCOME) == -interest.amount.minor
    assert booked[EntryKind.FEE].moved(LedgerName.FEES) == -1_000


def test_what_is_planned_is_neither_planned_nor_promised_again() -> None:
    desk = Desk()
    agree(desk, replace(ORDER, receivables=("INV-1",)))
    with pytest.raises(InvalidFields) as caught:
        agree(desk, replace(ORDER, receivables=("INV-2", "INV-1")))
    assert [each.field for each in caught.value.errors] == ["receivables.1"]
    promise = PromiseOrder((part(day(5), 10_000),), "Ada", "phone", ("INV-1",))
    with pytest.raises(InvalidFields):
        desk.promises.take(ACCOUNT, promise, "finn", NOW)
    agree(desk)  # all that is left
    with pytest.raises(Conflict):
        agree(desk)


def test_a_refused_plan_leaves_nothing_behind() -> None:
    desk = Desk()
    with pytest.raises(InvalidFields):
        agree(desk, CHARGED, missed_limit=4)
    assert desk.account.balance == eur(15_000)
    assert desk.working_set.arrangements == ()


def test_a_plan_is_completed_by_its_last_cent() -> None:
    desk = Desk()
    plan = agree(desk).plan
    desk.pay(14_999, NOW)
    with pytest.raises(Conflict):
        upkeep(desk, plan, 5)
    desk.pay(1, NOW)
    done = upkeep(desk, plan, 5)
    assert (done.state, done.ending) == (PlanState.COMPLETED, "all parts are paid")
    assert desk.working_set.arrangements == ()


def test_a_defaulted_plan_resumes_where_the_invoices_stood() -> None:
    desk = Desk()
    done = upkeep(desk, agree(desk).plan, 11)
    assert (done.state, done.ending) == (PlanState.DEFAULTED, "missed: part 1 (2026-03-12)")
    assert desk.account.raised == {}
    assert desk.account.next_action_at == AT_ONCE


def test_with_the_whole_balance_due_all_that_is_open_has_earned_the_last_step_before_escalation() -> None:
    desk = Desk()
    desk.pay(10_000, NOW)  # all of INV-1
    plan = agree(desk, consequence=Consequence.WHOLE_BALANCE_DUE).plan
    upkeep(desk, plan, 11)
    assert desk.account.raised == {"INV-2": 21}


def test_each_instalment_of_a_covered_invoice_is_due_then() -> None:
    desk = Desk()
    plan = agree(desk, replace(ORDER, receivables=("INV-1",)), consequence=Consequence.WHOLE_BALANCE_DUE).plan
    shelf = desk.stores.shelf
    schedule = (Instalment(day(10), eur(4_000)), Instalment(day(40), eur(6_000)))
    shelf.open_items[ACCOUNT, "INV-1"] = replace(desk.item("INV-1"), schedule=schedule)
    upkeep(desk, plan, 11)
    assert desk.account.raised == {"INV-1": 21, "INV-1#1": 21, "INV-1#2": 21}


def test_late_charges_are_waived_when_a_plan_is_kept_if_that_was_agreed() -> None:
    desk = Desk()
    plan = agree(desk, waive_if_kept=True).plan
    charge_of(desk, "INV-1", 700)
    desk.pay(15_000, NOW)
    assert upkeep(desk, plan, 5).state is PlanState.COMPLETED
    document, item = desk.ledger.invoice("LC-LATE")
    assert item is None
    assert document.status is InvoiceStatus.CLOSED
    assert desk.account.balance == eur(0)
    [waiver] = [e for e in desk.ledger.entries(ACCOUNT) if e.kind is EntryKind.WAIVER]
    assert waiver.moved(LedgerName.RECEIVABLE) == -700
    assert plan.id in waiver.source


def test_late_charges_stay_when_a_plan_is_not_kept_or_nothing_was_agreed() -> None:
    for waived, paid, number in ((True, 0, 11), (False, 15_000, 5)):
        desk = Desk()
        plan = agree(desk, waive_if_kept=waived).plan
        charge_of(desk, "INV-1", 700)
        if paid:
            desk.pay(paid, NOW)
        upkeep(desk, plan, number)
        assert desk.item("LC-LATE").balance == eur(700)


def test_a_plan_can_be_cancelled_and_dunning_goes_on() -> None:
    desk = Desk()
    plan = agree(desk).plan
    desk.settle()
    done = desk.cancel.cancel(plan.id, "insolvent", "fay", NOW)
    assert isinstance(done, Plan)
    assert (done.state, done.ending) == (PlanState.CANCELLED, "insolvent")
    assert desk.account.next_action_at == AT_ONCE
