"""The bounds of the hot paths, counted at what botocore really calls when the functions' own composition runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from receivables.runtime.clients import client
from receivables.usecases.apply_payment import Outcome
from tests.benchmarks import cost, nominate_growth, requests_and_units
from tests.benchmarks.metering import Count
from tests.benchmarks.world import World, running

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with running() as made:
        for service in ("dynamodb", "sesv2", "sqs"):
            made.meter.watch(client(service))
        yield made


@pytest.fixture(scope="module")
def ticks(world: World) -> list[Count]:
    """A tick with a hundred accounts due, among 200 and among 1,000."""
    nominate_growth.make_table(world.engine)
    counts = []
    for first, last in ((0, 200), (200, 1_000)):
        nominate_growth.load(world.engine, first, last, lambda _: None)
        counts.append(nominate_growth.counted(world, nominate_growth.TABLE))
    return counts


@pytest.mark.parametrize("invoices", [1, 4])
def test_a_notice_takes_four_requests_besides_the_accounts_read_and_one_send(
    world: World, invoices: int
) -> None:
    count = requests_and_units.notice(world, invoices)
    assert count.requests("dynamodb", "Query") == 1
    assert count.requests("dynamodb") == 1 + requests_and_units.BESIDES_THE_READ
    assert count.requests("sesv2") == 1


@pytest.mark.parametrize("invoices", [1, 4])
def test_late_charges_cost_a_notice_the_same_requests_however_many_there_are(
    world: World, invoices: int
) -> None:
    count = requests_and_units.charged_notice(world, invoices)
    # Two readings of the account, and a query of the arrangements that have ended.
    assert count.requests("dynamodb", "Query") == requests_and_units.CHARGED_READS + 1
    assert count.requests("dynamodb") == (
        requests_and_units.CHARGED_READS
        + requests_and_units.BESIDES_THE_READ
        + requests_and_units.FOR_CHARGES
    )
    assert count.requests("sesv2") == 1


@pytest.mark.parametrize("invoices", [1, 4])
def test_a_notice_writes_no_item_of_more_than_a_kilobyte(world: World, invoices: int) -> None:
    count = requests_and_units.notice(world, invoices)
    assert (count.read, count.written) == (3, 11)


@pytest.mark.parametrize("invoices", [1, 4])
def test_a_thousand_notices_cost_less_than_a_cent_in_request_units(world: World, invoices: int) -> None:
    assert 1000 * cost.units(requests_and_units.notice(world, invoices)) < cost.BOUND


@pytest.mark.parametrize(
    ("outcome", "minor", "reference", "written"),
    [
        pytest.param(Outcome.APPLIED, 123_456, None, 16, id="all of it"),
        pytest.param(Outcome.APPLIED, 1_000, None, 14, id="a part"),
        pytest.param(Outcome.UNAPPLIED, 200_000, None, 18, id="too much"),
        pytest.param(Outcome.SUSPENDED, 1_000, "NOBODY-KNOWS", 8, id="of an unknown invoice"),
    ],
)
def test_a_payment_takes_one_read_and_one_transaction(
    world: World, outcome: Outcome, minor: int, reference: str | None, written: int
) -> None:
    """One unit is for the index of what is open; what a processor holds has one more. See decisions/0024."""
    count = requests_and_units.payment(world, outcome, minor, reference)
    assert [call.operation for call in count.calls] == ["GetItem", "TransactWriteItems"]
    assert count.written == written


def test_a_tick_asks_every_shard_once_and_the_kill_switch(ticks: list[Count]) -> None:
    assert ticks[0].requests("dynamodb", "Query") == nominate_growth.MOST_QUERIES
    assert ticks[0].requests("dynamodb") == nominate_growth.MOST_QUERIES + 1
    assert ticks[0].requests("sqs") == nominate_growth.DUE / 10


def test_a_tick_costs_the_same_among_five_times_as_many_accounts(ticks: list[Count]) -> None:
    few, many = ticks
    assert (few.read, few.written, len(few.calls)) == (many.read, many.written, len(many.calls))
