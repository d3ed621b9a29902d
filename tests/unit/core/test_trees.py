"""Documents in their stored form: what is written can be read, and looks the same for ever."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum

import pytest

from receivables.core.amounts import Amounts
from receivables.core.money import Money
from receivables.core.trees import Trees, dump, dumps, kind_of, load, loads, scalar


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class OnReceipt:
    pass


@dataclass(frozen=True, slots=True)
class NetDays:
    days: int


@dataclass(frozen=True, slots=True)
class Leaf:
    colour: Colour
    rate: Decimal = Decimal(8)


@dataclass(frozen=True, slots=True)
class Tree:
    name: str
    due: OnReceipt | NetDays
    leaves: tuple[Leaf, ...] = ()
    only: Leaf | None = None
    on: frozenset[int] = frozenset({1, 2})
    limit: Amounts = Amounts()
    paid: Money | None = None
    at: datetime | None = None
    send_at: time = time(9, 0)
    closed: Mapping[date, str] = field(default_factory=dict)
    kept: bool = False


FULL = Tree(
    name="Grün",
    due=NetDays(30),
    leaves=(Leaf(Colour.RED), Leaf(Colour.BLUE, Decimal("2.50"))),
    only=Leaf(Colour.BLUE),
    on=frozenset({7, 3}),
    limit=Amounts.of(Money(100, "USD"), Money(1250, "EUR")),
    paid=Money(-5, "JPY"),
    at=datetime(2026, 3, 2, 8, 0, 0, 5, tzinfo=UTC),
    send_at=time(7, 45),
    closed={date(2026, 12, 24): "holidays"},
    kept=True,
)
STORED = {
    "name": "Grün",
    "due": {"kind": "net_days", "days": 30},
    "leaves": [{"colour": "red"}, {"colour": "blue", "rate": "2.50"}],
    "only": {"colour": "blue"},
    "on": [3, 7],
    "limit": {"EUR": 1250, "USD": 100},
    "paid": [-5, "JPY"],
    "at": "2026-03-02T08:00:00.000005Z",
    "send_at": "07:45:00",
    "closed": {"2026-12-24": "holidays"},
    "kept": True,
}


def test_the_stored_form_is_this_one() -> None:
    assert dump(Tree, FULL) == STORED
    assert load(Tree, STORED) == FULL


def test_what_is_at_its_default_is_not_stored() -> None:
    small = Tree("Small", OnReceipt())
    assert dump(Tree, small) == {"name": "Small", "due": {"kind": "on_receipt"}}
    assert load(Tree, dump(Tree, small)) == small


def test_json_text_comes_back_and_is_the_same_for_the_same_tree() -> None:
    text = dumps(Tree, FULL)
    assert loads(Tree, text) == FULL
    assert dumps(Tree, loads(Tree, text)) == text
    assert json.loads(text) == STORED


@pytest.mark.parametrize(
    ("name", "kind"),
    [("NetDays", "net_days"), ("EndOfMonthPlusDays", "end_of_month_plus_days"), ("Remainder", "remainder")],
)
def test_a_kind_is_the_name_in_words(name: str, kind: str) -> None:
    assert kind_of(type(name, (), {})) == kind


@pytest.mark.parametrize("rate", [2.5, 2, "2.5"])
def test_what_is_not_as_annotated_is_not_written(rate: object) -> None:
    with pytest.raises(TypeError):
        dump(Leaf, Leaf(Colour.RED, rate))  # type: ignore[arg-type]


@pytest.mark.parametrize("days", [1.5, True, "3", None])
def test_what_is_not_as_annotated_is_not_read(days: object) -> None:
    with pytest.raises(TypeError):
        load(Tree, {"name": "X", "due": {"kind": "net_days", "days": days}})


@pytest.mark.parametrize(
    "stored",
    [
        {"name": "X"},
        {"name": "X", "due": {"kind": "net_years", "days": 1}},
        {"name": "X", "due": {"days": 1}},
        {"name": "X", "due": {"kind": "on_receipt"}, "later": 1},
        {"name": "X", "due": {"kind": "on_receipt"}, "leaves": [{"colour": "green"}]},
    ],
)
def test_what_is_no_such_tree_is_refused(stored: object) -> None:
    with pytest.raises((ValueError, TypeError, LookupError)):
        load(Tree, stored)


def test_a_type_without_plain_form_is_refused() -> None:
    with pytest.raises(TypeError):
        dump(float, 1.0)


def test_another_form_shows_everything_and_calls_things_its_own_way() -> None:
    shown = Trees(
        {Money: scalar(Money, str, lambda text: Money.parse(*text.split()))},
        called=lambda type_: type_.__name__.upper(),
        whole=True,
    )
    small = Tree("Small", NetDays(3), paid=Money(5, "EUR"))
    plain = shown.dump(Tree, small)
    assert (plain["due"], plain["paid"], plain["leaves"], plain["at"]) == (
        {"kind": "NETDAYS", "days": 3},
        "0.05 EUR",
        [],
        None,
    )
    assert shown.load(Tree, plain) == small
    assert dump(Tree, small)["paid"] == [5, "EUR"]
