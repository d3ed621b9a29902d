"""Where a customer stands with its credit limit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from receivables.arrangements import CreditRelease
from receivables.arrangements.credit import CreditState, credit_standing, limit_in_force
from receivables.core.amounts import Amounts
from receivables.core.money import Money
from tests.builders import NOW, eur

LIMIT = Amounts.of(eur(10_000), Money(5_000, "USD"))
RELEASE = CreditRelease(Amounts.of(eur(15_000)), NOW + timedelta(days=7), "big order", "finn", NOW)


@pytest.mark.parametrize(
    ("owed", "release", "state", "available"),
    [
        (10_000, None, CreditState.WITHIN, 0),
        (10_001, None, CreditState.EXCEEDED, 0),
        (4_000, None, CreditState.WITHIN, 6_000),
        (4_000, RELEASE, CreditState.WITHIN, 11_000),
        (12_000, RELEASE, CreditState.RELEASED, 3_000),
        (15_001, RELEASE, CreditState.EXCEEDED, 0),
    ],
    ids=["at the limit", "over it", "within", "within, released", "released", "over the release"],
)
def test_exposure_against_limit_and_release(
    owed: int, release: CreditRelease | None, state: CreditState, available: int
) -> None:
    found = credit_standing(LIMIT, release, eur(owed), NOW)
    assert (found.state, found.available) == (state, eur(available))


def test_without_a_limit_in_the_currency_everything_may_be_owed() -> None:
    found = credit_standing(LIMIT, RELEASE, Money(1, "GBP"), NOW)
    assert (found.state, found.limit, found.available) == (CreditState.UNLIMITED, None, None)


def test_a_release_counts_while_it_lasts_and_in_its_currency() -> None:
    assert limit_in_force(LIMIT, RELEASE, "EUR", RELEASE.until - timedelta(seconds=1)) == eur(15_000)
    assert limit_in_force(LIMIT, RELEASE, "EUR", RELEASE.until) == eur(10_000)
    assert limit_in_force(LIMIT, RELEASE, "EUR", NOW - timedelta(seconds=1)) == eur(10_000)
    assert limit_in_force(LIMIT, RELEASE, "USD", NOW) == Money(5_000, "USD")


def test_a_release_never_lowers_the_limit() -> None:
    lower = CreditRelease(Amounts.of(eur(1)), NOW + timedelta(days=7), "slip", "finn", NOW)
    assert limit_in_force(LIMIT, lower, "EUR", NOW) == eur(10_000)
