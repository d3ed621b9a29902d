"""Which terms and policy apply."""

from __future__ import annotations

from datetime import date

import pytest

from receivables.core.configuration import Company
from receivables.core.errors import NotFound
from receivables.customers import Customer
from receivables.dunning.policy import DEFAULT_POLICY
from receivables.terms import DEFAULT_TERMS, Terms
from receivables.usecases.applicable import CACHE_SECONDS, applicable_policies, applicable_terms
from tests.builders import NOW
from tests.fakes.directory import InMemoryCompany, InMemoryVersions

TODAY = date(2026, 3, 2)
OWN = Terms("own", 1, "Own", 7, date(2026, 1, 1))
HOUSE = Terms("house", 1, "House", 14, date(2026, 1, 1))
ADA = Customer("C-1", "Ada", terms_id="own")
BO = Customer("C-2", "Bo")


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_the_customers_own_come_before_the_companys_before_the_built_in() -> None:
    company = InMemoryCompany(Company(terms_id="house"))
    terms = applicable_terms(InMemoryVersions(OWN, HOUSE), company)
    assert terms.for_customer(ADA, TODAY) == OWN
    assert terms.for_customer(BO, TODAY) == HOUSE
    company.put(Company())
    assert terms.for_customer(BO, TODAY) == DEFAULT_TERMS


def test_what_is_not_in_force_yet_leaves_the_next_in_line() -> None:
    terms = applicable_terms(InMemoryVersions(OWN, HOUSE), InMemoryCompany(Company(terms_id="house")))
    assert terms.for_customer(ADA, date(2025, 12, 31)) == DEFAULT_TERMS


def test_a_changed_built_in_applies_from_its_day() -> None:
    changed = Terms(DEFAULT_TERMS.id, 2, "Net 20", 20, TODAY)
    terms = applicable_terms(InMemoryVersions(changed), InMemoryCompany())
    assert terms.for_customer(BO, TODAY) == changed
    assert terms.for_customer(BO, date(2026, 3, 1)) == DEFAULT_TERMS


def test_a_name_that_leads_nowhere_is_an_error_and_not_passed_over() -> None:
    with pytest.raises(NotFound):
        applicable_terms(InMemoryVersions(), InMemoryCompany()).for_customer(ADA, TODAY)


def test_policies_are_found_by_the_same_rule() -> None:
    assert (
        applicable_policies(InMemoryVersions(), InMemoryCompany()).for_customer(BO, TODAY) == DEFAULT_POLICY
    )


def test_with_a_clock_what_was_read_is_remembered_for_a_while() -> None:
    clock, store, company = Clock(), InMemoryVersions(OWN), InMemoryCompany()
    terms = applicable_terms(store, company, clock)
    assert terms.for_customer(ADA, TODAY) == OWN
    later = Terms("own", 2, "Own", 9, date(2026, 1, 1))
    store.add(later, "ada", NOW)
    clock.seconds = CACHE_SECONDS - 1
    assert terms.for_customer(ADA, TODAY) == OWN
    clock.seconds = CACHE_SECONDS
    assert terms.for_customer(ADA, TODAY) == later


def test_without_a_clock_nothing_is_remembered() -> None:
    store = InMemoryVersions(OWN)
    terms = applicable_terms(store, InMemoryCompany())
    terms.for_customer(ADA, TODAY)
    later = Terms("own", 2, "Own", 9, date(2026, 1, 1))
    store.add(later, "ada", NOW)
    assert terms.for_customer(ADA, TODAY) == later
