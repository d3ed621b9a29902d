"""The same payments, credits and refunds give the same charges, in whatever order they come and whenever they are worked
out; what is previewed is what is posted; and the books balance all along."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from receivables.charges.preview import Event, History, preview_charges
from receivables.core.amounts import Amounts
from receivables.ledger import EntryKind, LedgerName, Move, OpenItem
from receivables.terms import Conditions, Instalment, LateCharges
from receivables.terms.conditions import CreditNoteOrder
from receivables.terms.late_charges import (
    Accrual,
    Compounding,
    DayCount,
    FeeRule,
    FixedRate,
    Fixing,
    Inclusion,
    InterestRule,
    Rate,
    ReferenceRate,
)
from tests.unit.charges.scenes import CHARGED, TABLES, World, at, eur, late_item

DUE = date(2024, 11, 20)
END = date(2025, 6, 15)
_AMOUNT = 1_000_000

rates: st.SearchStrategy[Rate] = st.one_of(
    st.builds(FixedRate, st.decimals("0.5", "40", places=3)),
    st.builds(
        ReferenceRate,
        st.sampled_from(["ecb-mro", "boe-base", "de-basiszinssatz"]),
        st.decimals("-3", "12", places=2),
        st.sampled_from(Fixing),
        st.booleans(),
    ),
)
interest_rules = st.builds(
    InterestRule,
    st.just("interest"),
    rates,
    st.sampled_from(DayCount),
    st.sampled_from(Compounding),
    st.sampled_from(Inclusion),
    st.sampled_from(Accrual),
    minimum=st.sampled_from([Amounts(), Amounts.of(eur(5_000))]),
    cap_per_invoice=st.sampled_from([Amounts(), Amounts.of(eur(9_000))]),
    cap_percent=st.sampled_from([None, Decimal("1.2345")]),
    cap_per_year=st.sampled_from([Amounts(), Amounts.of(eur(7_000))]),
    legal_maximum=st.sampled_from([None, Decimal(9)]),
)
fee_rules = st.sampled_from(
    [
        FeeRule("fee", flat=Amounts.of(eur(4_000))),
        FeeRule("fee", percent=Decimal("1.7"), after_days=7, minimum=Amounts.of(eur(100))),
    ]
)
charge_rules = st.builds(
    LateCharges,
    st.lists(fee_rules, max_size=1).map(tuple),
    interest_rules,
    grace_days=st.sampled_from([0, 0, 5]),
    grace_is_free=st.booleans(),
)
splits: st.SearchStrategy[Conditions] = st.sampled_from(
    [
        CHARGED,
        *(
            replace(
                CHARGED,
                instalments=(
                    Instalment(DUE - timedelta(days=40), eur(333_333)),
                    Instalment(DUE - timedelta(days=10), eur(333_333)),
                    Instalment(DUE, eur(333_334)),
                ),
                credit_notes=order,
            )
            for order in CreditNoteOrder
        ),
    ]
)


@st.composite
def happenings(draw: st.DrawFn) -> list[Move]:
    """Moves that never make the balance negative, nor more than the amount, when they come in order of time."""
    moves: list[Move] = []
    owed = _AMOUNT
    days = draw(st.lists(st.integers(-20, 200), min_size=1, max_size=6).map(sorted))
    for day in days:
        back = draw(st.booleans()) and owed < _AMOUNT
        if not back and not owed:
            continue
        minor = (
            draw(st.integers(1, _AMOUNT - owed))
            if back
            else -draw(st.sampled_from([owed, max(1, owed // 3)]))
        )
        credit = draw(st.booleans()) and not back
        kind = EntryKind.CHARGEBACK if back else EntryKind.CREDIT_NOTE if credit else EntryKind.PAYMENT
        if back and all(move.kind is EntryKind.CREDIT_NOTE for move in moves):
            continue
        moves.append(Move(at(DUE + timedelta(days=day)), minor, kind))
        owed += minor
    return moves


def with_moves(item: OpenItem, moves: Sequence[Move]) -> OpenItem:
    balance = item.balance.minor + sum(move.minor for move in moves)
    return replace(item, balance=eur(balance), moves=(*item.moves, *moves), rev=item.rev + 1)


@given(charge_rules, splits, happenings(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_charges(
    rules: LateCharges, conditions: Conditions, moves: list[Move], random: Random
) -> None:
    """All of it is known in order of time, as it happens - or in one of other orders, weeks later. Meanwhile charges
    were worked out and posted on what was known."""
    if rules.interest is not None and rules.interest.accrual is Accrual.AT_REMINDER:
        rules = replace(rules, interest=replace(rules.interest, accrual=Accrual.MONTHLY))
    known_late = list(moves)
    random.shuffle(known_late)
    in_time = World(rules).put(late_item(due=DUE.isoformat(), conditions=conditions))
    late = World(rules).put(late_item(due=DUE.isoformat(), conditions=conditions))
    late.work(DUE + timedelta(days=100))
    for i, move in enumerate(moves):
        _learn(in_time, move, move.at.date(), conditions)
        _learn(late, known_late[i], DUE + timedelta(days=201), conditions)
    for world in (in_time, late):
        world.work(END)
    assert in_time.charged == late.charged
    for world in (in_time, late):
        _check_books(world)


def _learn(world: World, move: Move, day: date, conditions: Conditions) -> None:
    """A fact becomes known. An invoice that went comes back, as the ledger opens it again."""
    item = world.items.get("INV-1")
    if item is None:
        closing = world.settled.pop("INV-1")
        item = replace(
            late_item(due=DUE.isoformat(), conditions=conditions),
            balance=eur(0),
            moves=closing.moves,
            accrued=closing.accrued,
            rev=closing.rev,
        )
    world.items["INV-1"] = with_moves(item, [move])
    if world.items["INV-1"].balance.minor >= 0:
        world.work(day)


def _check_books(world: World) -> None:
    """What the entries say of each charge is what is kept of it, and all charges are what the periods say."""
    for number, document in world.documents.items():
        item = world.items.get(number)
        legs = [leg for entry in world.entries for leg in entry.legs if leg.item == number]
        owed = sum(leg.minor for leg in legs if leg.ledger is LedgerName.RECEIVABLE)
        assert owed == (item.balance.minor if item else 0)
        moved = sum(move.minor for move in (item or document).moves)
        assert document.amount.minor + moved == owed
    assert world.charged == sum(minor for _, _, minor in world.charges)


@given(charge_rules, splits, happenings())
def test_what_is_previewed_is_what_is_posted(
    rules: LateCharges, conditions: Conditions, moves: list[Move]
) -> None:
    open_still = _AMOUNT + sum(move.minor for move in moves)
    last = DUE + timedelta(days=200)
    world = World(rules).put(late_item(due=DUE.isoformat(), conditions=conditions))
    paid_up = [*moves, Move(at(last), -open_still, EntryKind.PAYMENT)] if open_still else moves
    world.items["INV-1"] = with_moves(world.items["INV-1"], paid_up)
    world.work(last)
    plan = conditions.instalments or (Instalment(DUE, eur(_AMOUNT)),)
    events = tuple(Event(move.at.date(), eur(move.minor), move.kind) for move in moves)
    answer = preview_charges(History(eur(_AMOUNT), plan, events, conditions=conditions), rules, TABLES, last)
    assert world.charged == answer.total.minor
    assert "INV-1" in world.settled
