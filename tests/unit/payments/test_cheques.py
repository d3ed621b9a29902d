"""Cheques: on their way until the bank has cleared them, and back again when they bounce."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from receivables.core.errors import Conflict, InvalidInput, NotFound
from receivables.ledger import LedgerName
from receivables.payments.inbox import InboxState
from receivables.usecases.cheques import ChequeOrder, Cheques, ChequeState
from tests.builders import eur
from tests.fakes.webhooks import NOW
from tests.unit.payments.world import ACCOUNT, World

LATER = NOW + timedelta(days=3)


class Desk:
    def __init__(self) -> None:
        self.world = World()
        self.cheques = Cheques(self.world.stores.ledger, self.world.stores.inbox)

    def stream(self) -> None:
        """Hand out what the inbox has kept."""
        for message in list(self.world.stores.shelf.inbox.values()):
            if message.state is InboxState.RECEIVED:
                self.world.apply(message)
        self.world.check()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def order(**changes: Any) -> ChequeOrder:
    known = {"key": "c-1", "number": "000123", "amount": eur(10_000), "taken_at": NOW, "invoice": "INV-1"}
    return ChequeOrder(**{**known, **changes})


def test_a_cheque_is_on_its_way_until_it_clears(desk: Desk) -> None:
    assert desk.cheques.take(order(), NOW).state is ChequeState.PENDING
    desk.stream()
    assert desk.cheques.read("c-1").state is ChequeState.PENDING
    assert desk.world.open_item("INV-1") is not None
    assert len(desk.world.stores.shelf.arrangements) == 1
    assert desk.cheques.clear("c-1", LATER, LATER).state is ChequeState.CLEARED
    desk.stream()
    assert desk.world.open_item("INV-1") is None
    assert desk.world.summary().totals[LedgerName.CASH] == 10_000
    assert (desk.cheques.read("c-1").state, desk.cheques.read("c-1").since) == (ChequeState.CLEARED, LATER)


def test_one_that_bounces_pays_nothing_also_after_it_had_cleared(desk: Desk) -> None:
    desk.cheques.take(order(), NOW)
    desk.cheques.clear("c-1", LATER, LATER)
    desk.stream()
    desk.cheques.bounce("c-1", LATER + timedelta(days=1), "refer to drawer", LATER + timedelta(days=1))
    desk.stream()
    item = desk.world.open_item("INV-1")
    assert item is not None
    assert item.balance == eur(10_000)
    assert desk.cheques.read("c-1").state is ChequeState.BOUNCED


def test_the_same_cheque_is_taken_once_and_its_key_is_not_anothers(desk: Desk) -> None:
    desk.cheques.take(order(), NOW)
    desk.cheques.take(order(), NOW)
    assert len(desk.world.stores.shelf.inbox) == 1
    with pytest.raises(Conflict):
        desk.cheques.take(order(number="000124"), NOW)


def test_a_cheque_for_an_account_becomes_its_credit(desk: Desk) -> None:
    desk.cheques.take(order(invoice=None, account_id=ACCOUNT), NOW)
    desk.cheques.clear("c-1", LATER, LATER)
    desk.stream()
    assert desk.world.unapplied() == 10_000


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": eur(0)}, "amount"),
        ({"taken_at": LATER}, "taken_at"),
        ({"invoice": "INV-404"}, "invoice"),
        ({"invoice": "INV-9"}, "invoice"),
        ({"invoice": None, "account_id": "C-404.EUR"}, "account_id"),
        ({"invoice": None, "account_id": "C-1.USD"}, "account_id"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field(desk: Desk, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        desk.cheques.take(order(**changes), NOW)
    assert refused.value.field == field
    assert not desk.world.stores.shelf.inbox


def test_nothing_becomes_of_a_cheque_that_is_not_known_or_before_it_was_taken_in(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.cheques.clear("c-404", NOW, NOW)
    desk.cheques.take(order(), NOW)
    with pytest.raises(InvalidInput):
        desk.cheques.clear("c-1", NOW - timedelta(days=1), NOW)


def test_a_cheque_that_has_cleared_did_not_bounce_before(desk: Desk) -> None:
    desk.cheques.take(order(), NOW)
    desk.cheques.clear("c-1", LATER, LATER)
    desk.stream()
    with pytest.raises(InvalidInput) as refused:
        desk.cheques.bounce("c-1", LATER - timedelta(hours=1), "no funds", LATER)
    assert refused.value.field == "at"
    assert desk.cheques.read("c-1").state is ChequeState.CLEARED
    desk.cheques.bounce("c-1", LATER, "no funds", LATER)
    desk.stream()
    assert desk.cheques.read("c-1").state is ChequeState.BOUNCED
