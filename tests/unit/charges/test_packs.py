"""The packs: complete, sourced, and rules that terms accept."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from receivables.charges.packs import Pack, pack, packs
from receivables.charges.rates import builtin_rates
from receivables.core.errors import InvalidInput, NotFound
from receivables.terms import Terms
from receivables.terms.late_charges import Fixing, ReferenceRate

NAMES = [each.id for each in packs()]


def test_there_is_a_pack_for_each_law() -> None:
    assert NAMES == [
        "de-bgb-288", "de-bgb-288-consumer", "es-ley-3-2004", "eu-2011-7", "fr-l441-10", "gb-late-payment",
        "it-dlgs-231-2002", "nl-6-119a", "us-contract-1.5-month",
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_each_is_sourced_and_dated_and_terms_accept_its_rules(name: str) -> None:
    chosen = pack(name)
    assert chosen.law
    assert chosen.text
    assert chosen.sources
    assert chosen.checked is None or chosen.checked <= date(2026, 11, 22)
    assert (
        Terms("t", 1, "T", date(2025, 1, 1), late_charges=chosen.rules()).late_charges == chosen.late_charges
    )
    assert chosen.late_charges.pack == name


@pytest.mark.parametrize("name", NAMES)
def test_the_tables_that_they_name_come_with_the_product(name: str) -> None:
    interest = pack(name).late_charges.interest
    assert interest is not None
    if isinstance(interest.rate, ReferenceRate):
        assert interest.rate.table in {table.id for table in builtin_rates()}


@pytest.mark.parametrize("name", NAMES)
def test_consumers_are_excluded_where_the_law_is_for_businesses(name: str) -> None:
    free = {"de-bgb-288-consumer", "us-contract-1.5-month"}
    assert pack(name).late_charges.business_only is (name not in free)


def test_british_interest_is_fixed_when_it_starts_to_run_and_the_others_with_each_half_year() -> None:
    def rate(name: str) -> ReferenceRate:
        interest = pack(name).late_charges.interest
        assert interest is not None
        assert isinstance(interest.rate, ReferenceRate)
        return interest.rate

    assert (rate("gb-late-payment").fixing, rate("gb-late-payment").eve) == (
        Fixing.HALF_YEAR_OF_DEFAULT,
        True,
    )
    for name in ("eu-2011-7", "de-bgb-288", "fr-l441-10", "it-dlgs-231-2002", "es-ley-3-2004", "nl-6-119a"):
        assert rate(name).fixing is Fixing.EACH_HALF_YEAR


def test_a_state_bounds_the_rate_and_one_without_a_bound_does_not() -> None:
    american = pack("us-contract-1.5-month")
    assert maximum(american, "NY") == 16
    assert maximum(american, "NV") is None
    assert maximum(american, None) is None


def maximum(chosen: Pack, region: str | None) -> Decimal | None:
    interest = chosen.rules(region).interest
    assert interest is not None
    return interest.legal_maximum


def test_every_cap_names_its_statute() -> None:
    caps = pack("us-contract-1.5-month").caps or {}
    assert len(caps) >= 30
    assert all(cap.source and cap.note for cap in caps.values())


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(NotFound):
        pack("moon")
    with pytest.raises(InvalidInput, match="region"):
        pack("us-contract-1.5-month").rules("ZZ")
    with pytest.raises(InvalidInput, match="region"):
        replace(pack("eu-2011-7"), caps=None).rules("NY")
