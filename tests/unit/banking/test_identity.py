"""Which movement a line is: the same one, told again in whatever statement, comes once - and two that look alike come twice."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from receivables.adapters.statements.read import read_file
from receivables.banking.identity import Fate, Known, Resolved, booked_on, normal_reference, resolve
from receivables.banking.statement import BankLine
from tests.bank_files import DAY, MAIN, Move, camt, mt940


class Register:
    """What is remembered, as statements come one after the other."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}
        self._count = 0

    def hear(
        self, content: bytes, *, remembered: AbstractSet[int] | None = None, after: str | None = None
    ) -> list[Resolved]:
        """Resolve the lines of a file; `remembered`: the run dies when only these are, and is repeated."""
        self._count += 1
        name = f"s{self._count}"
        lines: Sequence[BankLine] = read_file(content, MAIN)[0].lines
        before = frozenset({after}) if after else frozenset[str]()
        if remembered is not None:
            first = resolve(lines, self.known.values(), name, before)
            self._remember([each for i, each in enumerate(first) if i in remembered])
        found = resolve(lines, self.known.values(), name, before)
        self._remember(found)
        return list(found)

    def _remember(self, found: Sequence[Resolved]) -> None:
        self.known |= {each.known.id: each.known for each in found if each.fate is Fate.NEW and each.known}


def fates(found: Sequence[Resolved]) -> list[str]:
    return [each.fate.value for each in found]


def ids(found: Sequence[Resolved]) -> list[str]:
    return [each.line.id for each in found]


PAID = Move("12.50", "RE-1", "Ada", ref="B1", e2e="E1")
BARE = Move("12.50", "RE-1", "Ada")


def test_the_same_movement_in_every_message_of_a_day_comes_once() -> None:
    register = Register()
    first = register.hear(camt(PAID, family="052"))
    for family, version in (("054", "04"), ("053", "08"), ("053", "02")):
        again = register.hear(camt(PAID, Move("-1.00"), family=family, version=version))
        assert again[0].fate is Fate.KNOWN
        assert ids(again)[0] == ids(first)[0]


def test_the_same_movement_in_another_format_comes_once() -> None:
    register = Register()
    first = register.hear(mt940(PAID))
    assert fates(register.hear(camt(PAID))) == ["known"]
    without = register.hear(camt(Move("12.50", "re 1", "ADA", e2e="E1")))
    assert (fates(without), ids(without)) == (["known"], ids(first))


def test_a_line_tells_its_day_by_its_id() -> None:
    (found,) = Register().hear(camt(PAID))
    assert booked_on(found.line.id) == DAY


def test_two_alike_in_one_statement_are_two_and_come_once_each() -> None:
    register = Register()
    first = register.hear(camt(BARE, BARE))
    assert fates(first) == ["new", "new"]
    assert len(set(ids(first))) == 2
    assert sorted(ids(register.hear(camt(BARE, BARE)))) == sorted(ids(first))
    third = register.hear(camt(BARE, BARE, BARE))
    assert sorted(fates(third)) == ["known", "known", "new"]


def test_different_references_make_two_of_what_looks_alike() -> None:
    register = Register()
    register.hear(camt(PAID))
    assert fates(register.hear(camt(Move("12.50", "RE-1", "Ada", ref="B2", e2e="E1")))) == ["new"]


def test_a_reference_that_names_several_movements_of_an_amount_names_none() -> None:
    register = Register()
    same = [Move("12.50", f"RE-{i}", "Ada", ref="COUNTER") for i in (1, 2)]
    first = register.hear(camt(*same))
    assert fates(first) == ["new", "new"]
    again = register.hear(camt(same[1]))
    assert ids(again) == [ids(first)[1]]


def test_a_placeholder_is_no_reference() -> None:
    register = Register()
    register.hear(mt940(Move("12.50", "RE-1", "Ada", ref="NONREF")))
    assert fates(register.hear(mt940(Move("12.50", "RE-2", "Bo", ref="NONREF")))) == ["new"]
    assert [normal_reference(text) for text in ("nonref", "NOTPROVIDED", "000000", "", None, "b-1/x")] == [
        "",
        "",
        "",
        "",
        "",
        "B1X",
    ]


def test_a_reference_counts_for_its_day_and_amount_and_payer_only() -> None:
    register = Register()
    register.hear(camt(PAID))
    others = (
        Move("12.50", "RE-9", "Bo", ref="B1", e2e="E1", day=date(2026, 3, 3)),
        Move("13.50", "RE-9", "Bo", ref="B1", e2e="E1"),
        Move("12.50", "RE-9", "Bo", ref="B1", e2e="E9"),
    )
    for other in others:
        assert fates(register.hear(camt(other))) == ["new"]


def test_a_reference_that_a_bank_gives_to_many_does_not_hide_the_second_payer() -> None:
    register = Register()
    ada, bo = "DE89370400440532013000", "DE02120300000000202051"
    (first,) = register.hear(camt(Move("12.50", "RE-1", "Ada", ada, ref="STD"), family="054"))
    (second,) = register.hear(camt(Move("12.50", "RE-2", "Bo", bo, ref="STD"), family="054"))
    assert (first.fate, second.fate) == ("new", "new")
    assert first.line.id != second.line.id
    assert fates(register.hear(mt940(Move("12.50", "RE-2", "Bo", bo, ref="STD")))) == ["known"]
    assert fates(register.hear(mt940(Move("12.50", "RE-2 and more", "B.", ref="STD")))) == ["known"]


def test_what_came_between_two_statements_that_follow_one_another_is_new() -> None:
    register = Register()
    register.hear(camt(BARE))
    assert fates(register.hear(camt(BARE), after="s1")) == ["new"]
    assert len(register.known) == 2


PARTS = (Move("10.00", "RE-1", "Ada", ref="P1"), Move("2.50", "RE-2", "Bo", ref="P2"))
BATCH = Move("12.50", ref="B9", announced=2, parts=PARTS)
TOTAL = Move("12.50", ref="B9", announced=2)


def test_a_total_after_its_details_adds_nothing() -> None:
    register = Register()
    details = register.hear(camt(BATCH, family="054"))
    (total,) = register.hear(camt(TOTAL))
    assert (total.fate, total.of in ids(details)) == (Fate.IN_DETAILS, True)
    (plain,) = register.hear(camt(Move("12.50", "Sammler", ref="B9")))
    assert plain.fate is Fate.IN_DETAILS


def test_details_after_their_total_add_nothing() -> None:
    register = Register()
    (total,) = register.hear(camt(TOTAL))
    details = register.hear(camt(BATCH, family="054"))
    assert fates(details) == ["in_total", "in_total"]
    assert {each.of for each in details} == {total.line.id}
    assert fates(register.hear(camt(TOTAL))) == ["known"]
    assert fates(register.hear(camt(BATCH))) == ["in_total", "in_total"]


def test_a_batch_without_a_name_is_known_by_its_day_and_total() -> None:
    register = Register()
    nameless = Move("12.50", announced=2, parts=PARTS)
    register.hear(camt(nameless, Move("12.50", announced=2, parts=(Move("6.25", "a"), Move("6.25", "b")))))
    assert fates(register.hear(camt(TOTAL, Move("12.50", announced=2), TOTAL))) == [
        "in_details",
        "in_details",
        "new",
    ]
    assert fates(register.hear(camt(Move("12.50", "by the way")))) == ["new"]


def test_thousands_of_identical_lines_are_each_a_movement_of_their_own() -> None:
    (line,) = read_file(camt(BARE), MAIN)[0].lines
    many = [line] * 3_000
    first = resolve(many, [], "s1")
    assert len({each.line.id for each in first}) == len(many)
    again = resolve(many, [each.known for each in first if each.known], "s2")
    assert {each.fate for each in again} == {Fate.KNOWN}


def test_another_batch_of_the_same_total_is_another_one() -> None:
    register = Register()
    register.hear(camt(BATCH))
    assert fates(register.hear(camt(Move("12.50", ref="B10", announced=2)))) == ["new"]


def test_details_of_details_that_are_known_are_known() -> None:
    register = Register()
    first = register.hear(camt(BATCH, family="054"))
    again = register.hear(camt(BATCH))
    assert (fates(again), ids(again)) == (["known", "known"], ids(first))


MOVES = st.sampled_from(
    [
        BARE,
        PAID,
        Move("12.50", "RE-1", "Ada", ref="B2"),
        Move("-3.00", "fee"),
        Move("12.50", "x", ref="B1", e2e="E2"),
        BATCH,
    ]
)


@settings(max_examples=30)
@given(moves=st.lists(MOVES, max_size=8), done=st.frozensets(st.integers(0, 8)))
def test_a_run_that_was_cut_short_ends_as_one_that_was_not(moves: list[Move], done: frozenset[int]) -> None:
    """Whatever of it had been remembered: no movement is lost, none gets a second name."""
    whole, cut = Register(), Register()
    for register in (whole, cut):
        register.hear(camt(BARE))
    expected = whole.hear(camt(*moves))
    found = cut.hear(camt(*moves), remembered=done)
    assert (sorted(ids(found)), sorted(fates(found))) == (sorted(ids(expected)), sorted(fates(expected)))
    assert cut.known.keys() == whole.known.keys()


@settings(max_examples=30)
@given(moves=st.lists(MOVES, max_size=8), pages=st.integers(0, 8))
def test_a_run_that_goes_on_gives_each_line_what_it_had_before(moves: list[Move], pages: int) -> None:
    whole, cut = Register(), Register()
    for register in (whole, cut):
        register.hear(camt(BARE))
    expected = whole.hear(camt(*moves))
    found = cut.hear(camt(*moves), remembered=frozenset(range(pages)))
    assert (ids(found), fates(found)) == (ids(expected), fates(expected))
    assert cut.known == whole.known


@settings(max_examples=30)
@given(moves=st.lists(MOVES, max_size=8), order=st.randoms(use_true_random=False))
def test_a_statement_again_in_any_order_of_its_lines_adds_nothing(moves: list[Move], order: object) -> None:
    register = Register()
    register.hear(camt(*moves))
    remembered = dict(register.known)
    shuffled = list(moves)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert {"new"} & set(fates(register.hear(camt(*shuffled)))) == set()
    assert register.known == remembered


@settings(max_examples=30)
@given(moves=st.lists(MOVES, max_size=8), cut=st.integers(0, 8))
def test_of_a_statement_that_grew_only_what_is_new_is_added(moves: list[Move], cut: int) -> None:
    growing, at_once = Register(), Register()
    growing.hear(camt(*moves[:cut]))
    growing.hear(camt(*moves))
    at_once.hear(camt(*moves))
    assert sum(each.minor for each in growing.known.values()) == sum(
        each.minor for each in at_once.known.values()
    )
    assert len(growing.known) == len(at_once.known)
