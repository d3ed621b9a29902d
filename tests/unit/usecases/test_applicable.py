"""Which terms and policy apply."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from receivables.charges.rates import RateChange, RateTable, builtin_rates
from receivables.core.configuration import Company, Segment
from receivables.core.errors import NotFound
from receivables.customers import Customer
from receivables.dunning.policy import DEFAULT_POLICY
from receivables.terms import DEFAULT_TERMS, Terms
from receivables.terms.due import NetDays
from receivables.terms.late_charges import FixedRate, InterestRule, LateCharges, ReferenceRate
from receivables.usecases.applicable import (
    CACHE_SECONDS,
    RateTables,
    TermsVersions,
    applicable_policies,
    applicable_terms,
    rates_catalogue,
    terms_catalogue,
)
from tests.builders import NOW
from tests.fakes.directory import InMemoryCompany, InMemoryVersions

TODAY = date(2026, 3, 2)
OWN = Terms("own", 1, "Own", date(2026, 1, 1), NetDays(7))
HOUSE = Terms("house", 1, "House", date(2026, 1, 1), NetDays(14))
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


def test_a_segments_come_between_the_customers_own_and_the_companys() -> None:
    company = InMemoryCompany(Company(terms_id="house", segments={"retail": Segment(terms_id="group")}))
    group = Terms("group", 1, "Group", date(2026, 1, 1), NetDays(21))
    terms = applicable_terms(InMemoryVersions(OWN, HOUSE, group), company)
    assert terms.for_customer(replace(BO, segment="retail"), TODAY) == group
    assert terms.for_customer(replace(ADA, segment="retail"), TODAY) == OWN
    assert terms.for_customer(replace(BO, segment="wholesale"), TODAY) == HOUSE
    company.put(Company(terms_id="house", segments={"retail": Segment()}))
    assert terms.for_customer(replace(BO, segment="retail"), TODAY) == HOUSE


def test_terms_can_be_named() -> None:
    terms = applicable_terms(InMemoryVersions(OWN, HOUSE), InMemoryCompany())
    assert terms.named("house", TODAY) == HOUSE
    for unknown in (("house", date(2025, 12, 31)), ("nowhere", TODAY)):
        with pytest.raises(NotFound):
            terms.named(*unknown)


def test_the_version_on_an_invoice_is_found_again_and_read_once() -> None:
    store = InMemoryVersions(OWN, Terms("own", 2, "Own", TODAY, NetDays(9)))
    versions = TermsVersions(terms_catalogue(store))
    assert versions.version("own/1") == OWN
    store.written.clear()
    assert versions.of(["own/2", "own/1"])["own/2"].due == NetDays(9)
    assert versions.version("net-30/1") == DEFAULT_TERMS
    for unknown in ("own/3", "nowhere/1", "own"):
        with pytest.raises(NotFound):
            versions.version(unknown)


def test_a_version_written_since_is_found_too() -> None:
    store = InMemoryVersions(OWN)
    versions = TermsVersions(terms_catalogue(store))
    versions.version("own/1")
    store.add(Terms("own", 2, "Own", TODAY, NetDays(9)), "ada", NOW)
    assert versions.version("own/2").due == NetDays(9)


def test_a_rate_table_is_the_version_in_force() -> None:
    changes = (RateChange(date(2026, 1, 1), Decimal("2.15")),)
    first = RateTable("euribor", 1, "Euribor", date(2026, 1, 1), changes, "source", TODAY)
    second = replace(first, version=2, in_force_from=date(2026, 4, 1))
    tables = RateTables(rates_catalogue(InMemoryVersions(first, second)))
    assert tables.table("euribor", TODAY) == first
    assert tables.table("euribor", date(2026, 4, 1)) == second
    rate = ReferenceRate("euribor", Decimal(8))
    charged = replace(OWN, late_charges=LateCharges(interest=InterestRule("interest", rate)))
    fixed = replace(OWN, late_charges=LateCharges(interest=InterestRule("interest", FixedRate(Decimal(9)))))
    assert tables.of_terms([charged, fixed, OWN], TODAY) == {"euribor": first}
    with pytest.raises(NotFound):
        tables.table("nowhere", TODAY)


def test_the_tables_that_come_with_the_product_are_in_force() -> None:
    built_in = builtin_rates()
    tables = RateTables(rates_catalogue(InMemoryVersions()))
    assert built_in
    assert all(tables.table(each.id, TODAY) == each for each in built_in)


def test_what_is_not_in_force_yet_leaves_the_next_in_line() -> None:
    terms = applicable_terms(InMemoryVersions(OWN, HOUSE), InMemoryCompany(Company(terms_id="house")))
    assert terms.for_customer(ADA, date(2025, 12, 31)) == DEFAULT_TERMS


def test_a_changed_built_in_applies_from_its_day() -> None:
    changed = Terms(DEFAULT_TERMS.id, 2, "Net 20", TODAY, NetDays(20))
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
    later = Terms("own", 2, "Own", date(2026, 1, 1), NetDays(9))
    store.add(later, "ada", NOW)
    clock.seconds = CACHE_SECONDS - 1
    assert terms.for_customer(ADA, TODAY) == OWN
    clock.seconds = CACHE_SECONDS
    assert terms.for_customer(ADA, TODAY) == later


def test_without_a_clock_nothing_is_remembered() -> None:
    store = InMemoryVersions(OWN)
    terms = applicable_terms(store, InMemoryCompany())
    terms.for_customer(ADA, TODAY)
    later = Terms("own", 2, "Own", date(2026, 1, 1), NetDays(9))
    store.add(later, "ada", NOW)
    assert terms.for_customer(ADA, TODAY) == later
