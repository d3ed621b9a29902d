"""Acceptance of terms: who, when, from where, and exactly what."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from receivables.core.errors import DependencyFailed, InvalidInput, NotFound
from receivables.notices.terms_document import render_terms
from receivables.terms import DEFAULT_TERMS, DiscountRules, DiscountTier, Terms
from receivables.terms.due import NetDays
from receivables.usecases.accept_terms import AcceptanceOrder, AcceptTerms
from receivables.usecases.applicable import terms_catalogue
from tests.builders import NOW, customer
from tests.fakes.directory import InMemoryAcceptances, InMemoryCustomers, InMemoryShelf, InMemoryVersions

EARLY = Terms(
    "early",
    1,
    "<b>2/10</b> & net 30",
    date(2026, 1, 1),
    discount=DiscountRules((DiscountTier(NetDays(10), percent=Decimal(2)),)),
)
ORDER = AcceptanceOrder("C-1", "Ada Blum", "203.0.113.7", "portal")


class Registry:
    """Records acceptances over fakes."""

    def __init__(self) -> None:
        self.acceptances, self.shelf = InMemoryAcceptances(), InMemoryShelf()
        self.terms = InMemoryVersions(EARLY, replace(EARLY, version=2))
        self.use = AcceptTerms(
            terms_catalogue(self.terms),
            InMemoryCustomers(customer("C-1"), customer("C-2")),
            self.acceptances,
            self.shelf,
            render_terms,
        )


def test_an_acceptance_says_who_when_from_where_and_what() -> None:
    registry = Registry()
    accepted = registry.use.accept("early", 1, ORDER, "finn", NOW)
    assert (accepted.accepted_by, accepted.accepted_from, accepted.channel) == (
        "Ada Blum",
        "203.0.113.7",
        "portal",
    )
    assert (accepted.accepted_at, accepted.recorded_by, accepted.recorded_at) == (NOW, "finn", NOW)
    html = registry.use.kept(accepted.document).html
    assert hashlib.sha256(html.encode()).hexdigest() == accepted.document
    assert html == registry.use.document("early", 1).html
    assert registry.use.of_customer("C-1") == [accepted]
    assert registry.use.of_customer("C-2") == []


def test_what_was_accepted_elsewhere_earlier_can_be_recorded_but_not_what_will_be() -> None:
    registry = Registry()
    earlier = replace(ORDER, accepted_at=NOW - timedelta(days=3), channel="paper")
    assert registry.use.accept("early", 1, earlier, "finn", NOW).accepted_at == NOW - timedelta(days=3)
    with pytest.raises(InvalidInput) as refused:
        registry.use.accept("early", 2, replace(ORDER, accepted_at=NOW + timedelta(1)), "finn", NOW)
    assert refused.value.field == "accepted_at"


def test_one_person_accepts_a_version_once_and_the_first_record_stays() -> None:
    registry = Registry()
    first = registry.use.accept("early", 1, ORDER, "finn", NOW)
    again = registry.use.accept(
        "early", 1, replace(ORDER, accepted_from="elsewhere"), "eve", NOW + timedelta(days=1)
    )
    assert again == first
    other = registry.use.accept("early", 1, replace(ORDER, accepted_by="Bo"), "finn", NOW)
    later = registry.use.accept("early", 2, ORDER, "finn", NOW + timedelta(days=1))
    assert {each.id for each in registry.use.of_customer("C-1")} == {first.id, other.id, later.id}


def test_no_record_is_left_without_its_document() -> None:
    class Broken(InMemoryShelf):
        def put(self, content: bytes, content_type: str) -> str:
            raise DependencyFailed("s3")

    registry = Registry()
    use = AcceptTerms(
        terms_catalogue(registry.terms),
        InMemoryCustomers(customer("C-1")),
        registry.acceptances,
        Broken(),
        render_terms,
    )
    with pytest.raises(DependencyFailed):
        use.accept("early", 1, ORDER, "finn", NOW)
    assert registry.acceptances.records == {}


@pytest.mark.parametrize(("terms_id", "version"), [("early", 3), ("nowhere", 1)])
def test_terms_that_are_not_there_cannot_be_accepted(terms_id: str, version: int) -> None:
    registry = Registry()
    with pytest.raises(NotFound):
        registry.use.accept(terms_id, version, ORDER, "finn", NOW)
    with pytest.raises(NotFound):
        registry.use.document(terms_id, version)


def test_nobody_accepts_for_a_customer_that_is_not_there() -> None:
    with pytest.raises(InvalidInput) as refused:
        Registry().use.accept("early", 1, replace(ORDER, customer_id="C-9"), "finn", NOW)
    assert refused.value.field == "customer_id"
    with pytest.raises(NotFound):
        Registry().use.of_customer("C-9")


def test_the_same_version_is_the_same_document_and_another_version_another() -> None:
    registry = Registry()
    assert registry.use.document("early", 1) == Registry().use.document("early", 1)
    assert registry.use.document("early", 1).sha256 != registry.use.document("early", 2).sha256


def test_the_document_says_what_it_is_and_brings_no_markup_along() -> None:
    html = Registry().use.document("early", 1).html
    assert "&lt;b&gt;2/10&lt;/b&gt; &amp; net 30" in html
    assert "early, version 1, in force from 2026-01-01" in html
    assert "2 %" in html or "2%" in html


def test_the_built_in_terms_have_a_document() -> None:
    assert DEFAULT_TERMS.name in Registry().use.document(DEFAULT_TERMS.id, 1).html
