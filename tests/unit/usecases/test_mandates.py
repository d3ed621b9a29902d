"""Mandates end by what processors tell: the customer's record, the accounts and finance know of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from receivables.core.configuration import Company, ProcessorAccount
from receivables.core.errors import InvalidInput
from receivables.customers import Mandate
from receivables.usecases.mandates import EndMandate, KeepMandate
from tests.builders import NOW, customer, invoice, issued
from tests.fakes.cases_gateways import InMemoryTopic
from tests.fakes.crash import Crash, Fuse, every_crash
from tests.fakes.directory import InMemoryCompany, InMemoryCustomers, InMemoryMandates
from tests.fakes.stores import MemoryStores

MANDATE = Mandate("gocardless", "main", "MD1", "CU1")
LATER = NOW + timedelta(days=3)


class Kinds:
    def collects(self, name: str, /) -> bool:
        return name == "gocardless"


class Desk:
    """C-1 owes in two currencies, and has given a mandate."""

    def __init__(self) -> None:
        self.customers = InMemoryCustomers(customer("C-1"), customer("C-2"))
        self.ledger = MemoryStores(self.customers).ledger
        self.holders, self.finance = InMemoryMandates(), InMemoryTopic()
        issued(self.ledger, invoice("A", "C-1.EUR"), invoice("B", "C-1.USD"))
        self.keep.give("C-1", MANDATE, "fay", NOW)

    @property
    def keep(self) -> KeepMandate:
        company = InMemoryCompany(Company(processors=(ProcessorAccount("gocardless", "main"),)))
        return KeepMandate(self.customers, self.holders, self.ledger, company, Kinds())

    def end(
        self, mandate: str = "MD1", reason: str = "cancelled by the bank", fuse: Fuse | None = None
    ) -> object:
        wrap = (fuse or Fuse()).wrap
        stores = (wrap(each) for each in (self.customers, self.holders, self.ledger, self.finance))
        return EndMandate(*stores)("gocardless", "main", mandate, reason, LATER)

    def told(self, account_id: str) -> list[str]:
        return [f["event"] for f in self.ledger.timeline(account_id, 10).items if "event" in f]


def test_a_mandate_that_ends_is_kept_with_why_and_told_to_accounts_and_finance() -> None:
    desk = Desk()
    assert desk.end() == ("C-1",)
    mandate = desk.customers.get("C-1").mandate
    assert mandate is not None
    assert (mandate.active, mandate.ended) == (False, "cancelled by the bank")
    assert desk.told("C-1.EUR") == desk.told("C-1.USD") == ["mandate_ended", "mandate_given"]
    (message,) = desk.finance.messages
    assert message.attributes == {"event": "mandate_ended", "mandate": "gocardless/main/MD1"}
    assert "Ada" not in message.text + message.subject


def test_what_is_told_of_a_mandate_that_nobody_has_changes_nothing() -> None:
    desk = Desk()
    assert desk.end("MD9") == ()
    desk.keep.give("C-1", Mandate("gocardless", "main", "MD2", "CU1"), "fay", NOW)
    assert desk.end("MD1") == ()
    assert desk.customers.get("C-1").mandate == Mandate("gocardless", "main", "MD2", "CU1")
    assert desk.finance.messages == []


def test_a_mandate_that_has_ended_can_be_given_again() -> None:
    desk = Desk()
    desk.end()
    desk.keep.give("C-1", MANDATE, "fay", LATER)
    assert desk.customers.get("C-1").mandate == MANDATE


def test_a_crash_at_any_moment_is_made_good_by_the_repetition() -> None:
    desks: list[Desk] = []

    def run(fuse: Fuse) -> None:
        desks.append(Desk())
        desks[-1].end(fuse=fuse)

    for fuse in every_crash(run):
        with suppress(Crash):
            run(fuse)
        desk = desks[-1]
        assert desk.end() == ("C-1",)
        assert desk.told("C-1.EUR") == desk.told("C-1.USD") == ["mandate_ended", "mandate_given"]
        assert len({message.id for message in desk.finance.messages}) == 1


@pytest.mark.parametrize(
    ("mandate", "field"),
    [(Mandate("wise", "main", "x"), "processor"), (Mandate("gocardless", "other", "x"), "endpoint")],
)
def test_a_mandate_of_an_account_that_the_company_does_not_have_is_refused(
    mandate: Mandate, field: str
) -> None:
    desk = Desk()
    with pytest.raises(InvalidInput) as refused:
        desk.keep.give("C-2", mandate, "fay", NOW)
    assert refused.value.field == field
    assert desk.customers.get("C-2").mandate is None
