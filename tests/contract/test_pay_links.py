"""What holds for the links that payers were sent to, in memory and in the table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from receivables.adapters.dynamodb.pay_links import DynamoPayLinks
from receivables.payments.pay_links import LinkStore, LiveLink, PayTarget
from tests.builders import NOW, eur
from tests.fakes.pay_links import InMemoryPayLinks

_numbers = count(1)


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.engine)])
def links(request: pytest.FixtureRequest) -> LinkStore:
    if request.param == "memory":
        return InMemoryPayLinks()
    return DynamoPayLinks(
        request.getfixturevalue("dynamodb"), request.getfixturevalue("tables")["RECEIVABLES_TABLE"]
    )


def link(**changes: object) -> LiveLink:
    known = LiveLink(
        PayTarget("C-77.EUR"), "stripe/main", "cs_1", "https://x.example", eur(100), NOW + timedelta(hours=1)
    )
    return replace(known, **changes)  # type: ignore[arg-type]


@pytest.fixture
def account() -> str:
    return f"C-LINKS-{next(_numbers)}.EUR"


def test_links_of_an_account_are_found_again_whole(links: LinkStore, account: str) -> None:
    of_all, of_one = link(target=PayTarget(account)), link(target=PayTarget(account, "INV-1"), id="cs_2")
    other = link(target=PayTarget("C-OTHER.EUR"))
    for each in (of_all, of_one, other):
        links.keep(each)
    assert sorted(links.of_account(account), key=lambda each: each.id) == [of_all, of_one]


def test_a_new_link_takes_the_place_of_the_old(links: LinkStore, account: str) -> None:
    links.keep(link(target=PayTarget(account)))
    links.keep(link(target=PayTarget(account), id="cs_9", amount=eur(50)))
    assert [each.id for each in links.of_account(account)] == ["cs_9"]


def test_forgetting_one_that_was_replaced_leaves_its_successor(links: LinkStore, account: str) -> None:
    old = link(target=PayTarget(account))
    links.keep(old)
    links.keep(link(target=PayTarget(account), id="cs_9"))
    links.forget(old)
    assert [each.id for each in links.of_account(account)] == ["cs_9"]


def test_what_is_forgotten_is_gone_and_again_is_harmless(links: LinkStore, account: str) -> None:
    links.keep(link(target=PayTarget(account)))
    links.forget(link(target=PayTarget(account)))
    links.forget(link(target=PayTarget(account)))
    assert not links.of_account(account)
