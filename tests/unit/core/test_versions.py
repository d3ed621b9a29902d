"""Versioned documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.core.errors import AlreadyExists, NotFound
from receivables.core.versions import Catalogue, in_force
from receivables.terms import DEFAULT_TERMS, Terms
from tests.builders import NOW
from tests.fakes.directory import InMemoryVersions

FIRST = date(2026, 1, 1)


def version(number: int, from_day: int = 0, terms_id: str = "net-14") -> Terms:
    return Terms(terms_id, number, "Net 14", FIRST + timedelta(days=from_day))


def catalogue(*versions: Terms) -> Catalogue[Terms]:
    return Catalogue(InMemoryVersions(*versions), DEFAULT_TERMS, "terms")


def test_a_version_is_in_force_from_its_day_until_the_next_one_is() -> None:
    versions = [version(1), version(2, 10)]
    assert in_force(versions, FIRST).version == 1
    assert in_force(versions, FIRST + timedelta(days=9)).version == 1
    assert in_force(versions, FIRST + timedelta(days=10)).version == 2


def test_before_the_first_version_nothing_is_in_force() -> None:
    with pytest.raises(NotFound):
        in_force([version(1)], FIRST - timedelta(days=1))


def test_of_two_versions_from_the_same_day_the_later_one_corrects_the_earlier() -> None:
    assert in_force([version(1), version(2)], FIRST).version == 2


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8), st.integers(0, 90))
def test_what_is_in_force_began_last_of_all_that_began(days: list[int], on: int) -> None:
    versions = [version(number, day) for number, day in enumerate(days, 1)]
    today = FIRST + timedelta(days=on)
    begun = [v for v in versions if v.in_force_from <= today]
    if not begun:
        with pytest.raises(NotFound):
            in_force(versions, today)
        return
    found = in_force(versions, today)
    assert all((v.in_force_from, v.version) <= (found.in_force_from, found.version) for v in begun)


def test_the_built_in_document_is_there_as_version_one() -> None:
    documents = catalogue(version(2, terms_id=DEFAULT_TERMS.id))
    assert [v.version for v in documents.versions(DEFAULT_TERMS.id)] == [1, 2]
    assert documents.version(DEFAULT_TERMS.id, 1) == DEFAULT_TERMS


def test_the_built_in_version_cannot_be_written() -> None:
    with pytest.raises(AlreadyExists):
        catalogue().add(replace(DEFAULT_TERMS, name="Net 1"), "eve", NOW)


@pytest.mark.parametrize(("document_id", "number"), [("net-14", 2), ("net-9", 1)])
def test_a_version_that_was_never_written_is_not_found(document_id: str, number: int) -> None:
    with pytest.raises(NotFound):
        catalogue(version(1)).version(document_id, number)


@given(st.integers(1, 9), st.integers(1, 4))
def test_pages_name_every_document_once_and_those_built_in_first(limit: int, built_in: int) -> None:
    written = [version(1, terms_id=f"net-{number}") for number in (1, 2, 3, 30, 31)]
    there = [DEFAULT_TERMS, *(replace(DEFAULT_TERMS, id=f"own-{number}") for number in range(1, built_in))]
    revised = version(2, terms_id=there[-1].id)
    documents = Catalogue(InMemoryVersions(*written, revised), there, "terms")
    seen: list[str] = []
    position, first = None, True
    while first or position is not None:
        page, position = documents.page(limit, position)
        assert len(page) <= limit
        seen, first = seen + list(page), False
    assert seen[:built_in] == [each.id for each in there]
    assert sorted(seen) == sorted({each.id for each in (*written, *there)})


def test_each_built_in_document_is_there_and_taken() -> None:
    other = replace(DEFAULT_TERMS, id="own")
    documents = Catalogue(InMemoryVersions(), (DEFAULT_TERMS, other), "terms")
    assert (documents.versions("own"), documents.versions(DEFAULT_TERMS.id)) == ((other,), (DEFAULT_TERMS,))
    with pytest.raises(AlreadyExists):
        documents.add(other, "eve", NOW)
    documents.add(replace(other, version=2), "ada", NOW)
    assert [v.version for v in documents.versions("own")] == [1, 2]
