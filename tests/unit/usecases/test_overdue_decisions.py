"""Nothing that waits for a person is forgotten: overdue decisions are listed and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from receivables.arrangements import DisputeReason
from receivables.arrangements.disputing import Objection
from receivables.arrangements.plan_making import Understanding
from receivables.arrangements.plan_schedule import EqualParts, PlanTerms
from receivables.ledger import EntryKind, ItemKind, Move, ShortPayment, ShortPaymentReason
from receivables.usecases.overdue_decisions import (
    MOST_TOLD,
    UPKEEP_DAYS,
    WAITS_DAYS,
    Overdue,
    OverdueDecision,
    OverdueDecisions,
    TellOverdue,
    overdue_message,
)
from receivables.usecases.plans import PlanOrder
from receivables.usecases.promises import PromiseOrder
from tests.builders import NOW, day, eur, open_item
from tests.fakes.cases_gateways import InMemoryTopic
from tests.unit.usecases.desk import ACCOUNT, Desk, part

OBJECTION = Objection(DisputeReason.PRICE, "Ada", "e-mail", "olga", day(14), amount=eur(1_000))


def on(number: int) -> datetime:
    return NOW + timedelta(days=number)


def kinds(desk: Desk, as_of: datetime) -> list[Overdue]:
    return [each.kind for each in OverdueDecisions(desk.ledger).all(as_of)]


def test_a_dispute_is_overdue_on_the_day_after_its_deadline() -> None:
    desk = Desk()
    dispute = desk.disputes.contest("INV-1", OBJECTION, "finn", NOW)
    assert kinds(desk, on(14)) == []
    [found] = OverdueDecisions(desk.ledger).all(on(15))
    assert found == OverdueDecision(Overdue.DISPUTE, dispute.id, ACCOUNT, day(14), eur(1_000), "olga")


def test_promises_and_plans_that_nobody_ended_are_found() -> None:
    desk = Desk()
    desk.promises.take(
        ACCOUNT, PromiseOrder((part(day(5), 10_000),), "Ada", "phone", ("INV-1",)), "finn", NOW
    )
    plan = PlanOrder(PlanTerms(EqualParts(1, day(10))), Understanding("Ada", "phone"), ("INV-2",))
    desk.plans.agree(ACCOUNT, plan, "finn", NOW, NOW)
    last = 5 + 2  # with the days of grace
    assert kinds(desk, on(last + UPKEEP_DAYS)) == []
    assert kinds(desk, on(last + UPKEEP_DAYS + 1)) == [Overdue.PROMISE]
    assert kinds(desk, on(10 + UPKEEP_DAYS + 1)) == [Overdue.PROMISE, Overdue.PLAN]


def waiting(desk: Desk) -> None:
    """A short payment of day 0, and a charge of day 3 that nobody has claimed."""
    shelf = desk.stores.shelf
    short = ShortPayment("p", eur(200), ShortPaymentReason.DISCOUNT_TOO_LATE, "claim it")
    moved = Move(NOW, -9_800, EntryKind.PAYMENT)
    shelf.open_items[ACCOUNT, "INV-1"] = replace(
        desk.item("INV-1"), balance=eur(200), moves=(moved,), short=short
    )
    charge = open_item("LC-1", 700, issue_date=day(3), kind=ItemKind.FEE, concerns="INV-1", claimed=False)
    shelf.open_items[ACCOUNT, "LC-1"] = charge


def test_short_payments_and_charges_may_wait_for_some_days() -> None:
    desk = Desk()
    waiting(desk)
    assert kinds(desk, on(WAITS_DAYS - 1)) == []
    assert kinds(desk, on(WAITS_DAYS)) == [Overdue.SHORT_PAYMENT]
    found = list(OverdueDecisions(desk.ledger).all(on(WAITS_DAYS + 3)))
    assert [(each.id, each.amount, each.since) for each in found] == [
        ("INV-1", eur(200), day(0)),
        ("LC-1", eur(700), day(3)),
    ]


def test_every_one_is_on_some_page_once_however_small_the_pages_are() -> None:
    desk = Desk()
    for number in ("INV-1", "INV-2"):
        for _ in range(3):
            desk.disputes.contest(number, OBJECTION, "finn", NOW)
    waiting(desk)
    decisions, position = OverdueDecisions(desk.ledger), None
    seen: list[str] = []
    for _ in range(50):
        page: tuple[Sequence[OverdueDecision], Mapping[str, Any] | None]
        page = decisions.page(on(30), 2, position)
        assert len(page[0]) <= 2
        seen += [each.id for each in page[0]]
        position = page[1]
        if position is None:
            break
    assert position is None
    assert sorted(seen) == sorted(each.id for each in decisions.all(on(30)))
    assert len(seen) == len(set(seen)) == 8


def test_finance_is_told_of_them_without_a_name() -> None:
    desk = Desk()
    desk.disputes.contest("INV-1", OBJECTION, "finn", NOW)
    topic = InMemoryTopic()
    tell = TellOverdue(OverdueDecisions(desk.ledger), topic)
    assert tell(on(14)) == 0
    assert topic.messages == []
    assert tell(on(15)) == 1
    [message] = topic.messages
    assert message.subject == "Overdue decisions: 1"
    assert f"of account {ACCOUNT}: 10.00 EUR, since 2026-03-16, owner olga" in message.text
    assert "Ada" not in message.text
    tell(on(15))
    assert len({each.id for each in topic.messages}) == 1
    tell(on(16))
    assert len({each.id for each in topic.messages}) == 2


def test_a_message_about_very_many_stays_short() -> None:
    many = [
        OverdueDecision(Overdue.DISPUTE, f"dsp_{i}", "C-1.EUR", day(0), eur(1)) for i in range(MOST_TOLD + 1)
    ]
    message = overdue_message(many, NOW)
    assert message.subject == f"Overdue decisions: more than {MOST_TOLD}"
    assert message.text.count("dsp_") == MOST_TOLD
    assert len(message.text) < 10_000
