"""Names, compared as people would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.matching.names import Alike, compare, key_of, one_apart


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller Logistik GmbH", "MUELLER LOGISTIK"),
        ("Müller Logistik GmbH", "Muller Logistik G.m.b.H."),
        ("Jürgen Weiß", "Weiss, Juergen"),
        ("Søren Østergaard", "Soren Ostergaard"),
        ("Łukasz Kowalczyk", "LUKASZ KOWALCZYK"),
        ("Dmitri Ivanov", "Дмитри Иванов"),
        ("Eleni Papadopoulos", "Ελενι Παπαδοπουλοσ"),
        ("Bäckerei Schäfer & Co. KG", "Baeckerei Schaefer"),
    ],
)
def test_the_same_name_is_known_however_it_is_written(one: str, other: str) -> None:
    assert compare(one, other) is Alike.SAME


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller Logistik Hamburg GmbH", "Müller Logistik"),
        ("Müller Logistik GmbH", "MUELLER LOGISTI"),
        ("Anna Schneider", "Anna Schnieder"),
    ],
)
def test_names_that_are_alike(one: str, other: str) -> None:
    assert compare(one, other) is Alike.SIMILAR


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller Logistik", "Bauer Optik"),
        ("Anna Weiß", "Anna Schwarz"),
        ("Thomas Müller", "Peter Müller"),
        ("GmbH", "AG"),
    ],
)
def test_other_names(one: str, other: str) -> None:
    assert compare(one, other) is Alike.DIFFERENT


@pytest.mark.parametrize("name", ["", None, "株式会社 山田商事", "شركة النور"])
def test_what_cannot_be_read_is_not_compared(name: str | None) -> None:
    assert compare(name, "Müller") is Alike.NOT_COMPARABLE


@given(st.text(max_size=30), st.text(max_size=30))
def test_comparing_goes_both_ways_and_never_fails(one: str, other: str) -> None:
    assert (compare(one, other) is Alike.SAME) == (compare(other, one) is Alike.SAME)
    assert key_of(one) == key_of(f" {one} ")


WORDS = st.text("AB12", max_size=7)


@given(WORDS, WORDS)
def test_one_apart_is_one_edit(one: str, other: str) -> None:
    edits = {one[:at] + one[at + 1 :] for at in range(len(one))}
    edits |= {one[:at] + c + one[at:] for at in range(len(one) + 1) for c in "AB12"}
    edits |= {one[:at] + c + one[at + 1 :] for at in range(len(one)) for c in "AB12"}
    edits |= {one[:at] + one[at + 1] + one[at] + one[at + 2 :] for at in range(len(one) - 1)}
    assert one_apart(one, other) == (other in edits - {one})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Andreas Baur", "Andreas Bauer"),
        ("Fa. Neuer", "Fa. Neur"),
        ("Weinhaus Maurer", "Weinhaus Mauerer"),
    ],
)
def test_names_that_only_lose_an_e_are_not_the_same(one: str, other: str) -> None:
    assert compare(one, other) is not Alike.SAME


@pytest.mark.parametrize(
    "written", ["Mueller Logistik", "Muller Logistik", "Mu\u0308ller Logistik", "LOGISTIK MÜLLER"]
)
def test_an_umlaut_is_the_same_however_it_is_lost(written: str) -> None:
    assert compare(written, "Müller Logistik") is Alike.SAME


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Schmidt GmbH", "Schmidt KG"),
        ("Blum AG", "Blum e.K."),
        ("Acme Ltd", "Acme Inc."),
        ("Rossi S.r.l.", "Rossi S.p.A."),
    ],
)
def test_companies_of_different_forms_are_not_the_same(one: str, other: str) -> None:
    assert compare(one, other) is not Alike.SAME


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Schmidt GmbH & Co. KG", "Schmidt KG"),
        ("Acme Limited", "ACME LTD"),
        ("Blum", "Blum AG"),
        ("Rossi S.p.A.", "ROSSI SPA"),
        ("Schmidt Gesellschaft mbH", "Schmidt GmbH"),
        ("Nowak Sp. z o.o.", "NOWAK SP ZOO"),
    ],
)
def test_a_form_may_be_cut_off_or_written_out(one: str, other: str) -> None:
    assert compare(one, other) is Alike.SAME
