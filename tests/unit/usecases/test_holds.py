"""Holds, extensions and credit releases: on the timeline, and each wakes what it pauses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from receivables.arrangements import InterestFrom
from receivables.arrangements.credit import CreditState
from receivables.core.amounts import Amounts
from receivables.core.errors import Conflict, InvalidFields, NotFound, StaleRevision, Throttled
from receivables.core.money import Money
from receivables.customers import Customer
from receivables.ledger import AT_ONCE
from receivables.usecases.credit_limit import CreditLimits, ReleaseOrder
from receivables.usecases.extensions import ExtensionOrder
from receivables.usecases.holds import HoldOrder, Holds
from tests.builders import NOW, customer, day, eur, invoice, issued
from tests.fakes.directory import InMemoryCustomers
from tests.unit.usecases.desk import ACCOUNT, Desk

ORDER = HoldOrder("flood", NOW + timedelta(days=5), "olga")
MORE = ExtensionOrder(day(25), InterestFrom.NEW_DUE_DATE, "asked")
RELEASE = ReleaseOrder(Amounts.of(eur(20_000)), NOW + timedelta(days=7), "big order")


def test_an_account_is_held_and_released() -> None:
    desk = Desk()
    desk.settle()
    held = desk.holds.account(ACCOUNT, ORDER, "finn", NOW).hold
    assert held is not None
    assert (held.reason, held.by, held.owner, held.until) == ("flood", "finn", "olga", ORDER.until)
    assert desk.account.next_action_at == AT_ONCE
    assert desk.holds.account(ACCOUNT, None, "fay", NOW).hold is None
    assert {(fact["event"], fact["by"]) for fact in desk.facts("account_event")} == {
        ("hold_placed", "finn"),
        ("hold_lifted", "fay"),
    }


def test_an_invoice_is_held_alone() -> None:
    desk = Desk()
    desk.settle()
    item = desk.holds.invoice("INV-1", ORDER, "finn", NOW, NOW)
    assert item.hold is not None
    assert item.hold.owner == "olga"
    assert desk.item("INV-2").hold is None
    assert desk.account.next_action_at == AT_ONCE
    assert desk.holds.invoice("INV-1", None, "finn", NOW, NOW).hold is None


def test_a_customer_is_held_on_all_accounts() -> None:
    desk = Desk()
    issued(desk.ledger, invoice("USD-1", "C-1.USD"))
    desk.settle()
    held = desk.holds.customer("C-1", ORDER, "finn", NOW)
    assert held.hold is not None
    assert desk.customers.get("C-1").hold == held.hold
    for account in desk.ledger.accounts_of("C-1"):
        assert account.next_action_at == AT_ONCE
        [fact] = [f for f in desk.ledger.timeline(account.id, 9).items if f["kind"] == "account_event"]
        assert (fact["event"], fact["reason"], fact["owner"]) == ("customer_hold_placed", "flood", "olga")
    assert desk.holds.customer("C-1", None, "finn", NOW).hold is None


@pytest.mark.parametrize("until", [NOW, NOW + timedelta(days=733)], ids=["now", "for ever"])
def test_no_hold_is_without_an_end_in_sight(until: object) -> None:
    desk = Desk()
    order = HoldOrder("flood", until)  # type: ignore[arg-type]
    for place in (
        lambda: desk.holds.account(ACCOUNT, order, "finn", NOW),
        lambda: desk.holds.invoice("INV-1", order, "finn", NOW, NOW),
        lambda: desk.holds.customer("C-1", order, "finn", NOW),
    ):
        with pytest.raises(InvalidFields):
            place()


def test_what_does_not_exist_or_is_paid_is_not_held() -> None:
    desk = Desk()
    with pytest.raises(NotFound):
        desk.holds.account("C-9.EUR", ORDER, "finn", NOW)
    with pytest.raises(NotFound):
        desk.holds.invoice("INV-9", ORDER, "finn", NOW, NOW)
    with pytest.raises(NotFound):
        desk.holds.customer("C-9", ORDER, "finn", NOW)
    desk.pay(10_000)
    with pytest.raises(Conflict):
        desk.holds.invoice("INV-1", ORDER, "finn", NOW, NOW)


class Restless(InMemoryCustomers):
    """Somebody else changes the record just before each of the first writes."""

    def __init__(self, *customers: Customer, times: int) -> None:
        super().__init__(*customers)
        self.times = times

    def update(self, customer: Customer) -> Customer:
        if self.times:
            self.times -= 1
            raise StaleRevision("changed")
        return super().update(customer)


def test_a_hold_is_written_over_whatever_else_changes_meanwhile() -> None:
    desk = Desk()
    assert Holds(desk.ledger, Restless(customer("C-1"), times=3)).customer("C-1", ORDER, "finn", NOW).hold
    with pytest.raises(Throttled):
        Holds(desk.ledger, Restless(customer("C-1"), times=9)).customer("C-1", ORDER, "finn", NOW)


def test_more_time_moves_the_due_date_of_dunning_and_keeps_the_other() -> None:
    desk = Desk()
    desk.settle()
    item = desk.extensions.grant("INV-1", MORE, "finn", NOW, NOW)
    assert item.extension is not None
    assert (item.extension.due_date, item.due_date) == (day(25), day(10))
    assert item.extension.interest is InterestFrom.NEW_DUE_DATE
    assert desk.account.next_action_at == AT_ONCE
    assert desk.extensions.take_back("INV-1", "finn", NOW, NOW).extension is None
    with pytest.raises(Conflict):
        desk.extensions.take_back("INV-1", "finn", NOW, NOW)


def test_the_same_time_is_granted_once_though_it_be_asked_for_again() -> None:
    desk = Desk()
    desk.ledger.lose_next_answer()
    first = desk.extensions.grant("INV-1", MORE, "finn", NOW, NOW)
    again = desk.extensions.grant("INV-1", MORE, "finn", NOW + timedelta(minutes=5), NOW)
    assert again == first
    assert [fact["event"] for fact in desk.facts("account_event")] == ["extended"]
    with pytest.raises(InvalidFields):
        desk.extensions.grant("INV-1", replace(MORE, reason="asked again"), "finn", NOW, NOW)


def test_more_time_is_later_than_what_there_was() -> None:
    desk = Desk()
    with pytest.raises(InvalidFields) as caught:
        desk.extensions.grant("INV-1", ExtensionOrder(day(10), MORE.interest, "asked"), "finn", NOW, NOW)
    assert caught.value.errors[0].field == "due_date"


def limited(desk: Desk, *limits: Money) -> CreditLimits:
    desk.customers.update(
        Customer("C-1", "Ada Blum", timezone="Europe/Berlin", credit_limit=Amounts.of(*limits), rev=1)
    )
    return desk.credit


def test_where_a_customer_stands_is_told_by_currency() -> None:
    desk = Desk()
    credit = limited(desk, eur(12_000), Money(100, "USD"))
    euro, dollar = credit.read("C-1", NOW).standings
    assert (euro.exposure, euro.state, euro.available) == (eur(15_000), CreditState.EXCEEDED, eur(0))
    assert (dollar.exposure.minor, dollar.state) == (0, CreditState.WITHIN)
    desk.pay(16_000)
    assert credit.read("C-1", NOW).standings[0].exposure == eur(0)


def test_a_release_lifts_the_limit_for_a_time_and_wakes_the_account() -> None:
    desk = Desk()
    credit = limited(desk, eur(12_000))
    desk.settle()
    assert credit.release("C-1", RELEASE, "finn", NOW).standings[0].state is CreditState.RELEASED
    assert desk.account.next_action_at == AT_ONCE
    assert credit.read("C-1", RELEASE.until).standings[0].state is CreditState.EXCEEDED
    assert credit.revoke("C-1", "finn", NOW).standings[0].state is CreditState.EXCEEDED
    assert desk.customers.get("C-1").credit_release is None
    assert {fact["event"] for fact in desk.facts("account_event")} == {
        "credit_released",
        "credit_release_revoked",
    }


@pytest.mark.parametrize(
    ("limit", "field"),
    [
        (Amounts.of(eur(12_000)), "limit.0.amount"),
        (Amounts.of(Money(1, "GBP")), "limit.0.currency"),
        (Amounts(), "limit"),
    ],
    ids=["not more than the limit", "no limit in that currency", "nothing"],
)
def test_a_release_that_releases_nothing_is_refused(limit: Amounts, field: str) -> None:
    desk = Desk()
    with pytest.raises(InvalidFields) as caught:
        limited(desk, eur(12_000)).release("C-1", ReleaseOrder(limit, RELEASE.until, "slip"), "finn", NOW)
    assert [each.field for each in caught.value.errors] == [field]
    assert desk.customers.get("C-1").credit_release is None
