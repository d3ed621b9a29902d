"""How much can be disputed, and how a dispute ends."""

from __future__ import annotations

from typing import Any

import pytest

from receivables.arrangements import Dispute, DisputeReason, DisputeState, Evidence
from receivables.arrangements.disputing import (
    LONGEST_DAYS,
    MOST_EVIDENCE,
    ContestedLine,
    Objection,
    disputed,
    raise_dispute,
    resolve,
    with_evidence,
    withdraw,
)
from receivables.core.errors import Conflict, InvalidFields
from receivables.core.money import Money
from tests.builders import NOW, day, eur


def raised(
    balance: int = 10_000, already: Money | None = None, dispute_id: str = "dsp_1", **said: Any
) -> Dispute:
    known: dict[str, Any] = {
        "reason": DisputeReason.QUALITY,
        "raised_by": "Ada",
        "channel": "e-mail",
        "owner": "finn",
        "deadline": day(14),
    }
    return raise_dispute(
        Objection(**{**known, **said}),
        eur(balance),
        already,
        id=dispute_id,
        account_id="C-1.EUR",
        invoice="INV-1",
        recorded_by="fay",
        raised_at=NOW,
        today=day(0),
    )


def fields(error: InvalidFields) -> list[str]:
    return [each.field for each in error.errors]


def test_without_amount_or_lines_all_that_is_open_is_disputed() -> None:
    assert raised().amount == eur(10_000)


def test_lines_are_disputed_with_their_amounts() -> None:
    dispute = raised(lines=(ContestedLine("7 chairs", eur(700)), ContestedLine("table", eur(1_300))))
    assert dispute.amount == eur(2_000)
    assert dispute.lines == ("7 chairs", "table")


def test_a_second_dispute_is_bounded_by_what_the_first_has_left() -> None:
    first = raised(amount=eur(7_000))
    already = disputed("INV-1", (first,))
    assert already == eur(7_000)
    assert raised(already=already, dispute_id="dsp_2").amount == eur(3_000)
    with pytest.raises(InvalidFields) as caught:
        raised(already=already, amount=eur(3_001))
    assert fields(caught.value) == ["amount.amount"]
    with pytest.raises(Conflict):
        raised(already=eur(10_000))


def test_only_open_disputes_of_the_invoice_count() -> None:
    first, second = raised(amount=eur(700)), raised(amount=eur(300), dispute_id="dsp_2")
    assert disputed("INV-1", (first, second)) == eur(1_000)
    assert disputed("INV-1", (first, withdraw(second, "Ada", "sorry", NOW))) == eur(700)
    assert disputed("INV-2", (first,)) is None


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"amount": eur(10_001)}, ["amount.amount"]),
        ({"amount": eur(0)}, ["amount.amount"]),
        ({"amount": Money(5, "USD")}, ["amount.currency"]),
        ({"lines": (ContestedLine("a", eur(0)),)}, ["lines.0.amount.amount"]),
        (
            {"lines": (ContestedLine("a", eur(1)), ContestedLine("b", Money(1, "USD")))},
            ["lines.1.amount.currency"],
        ),
        ({"lines": (ContestedLine("a", eur(1)), ContestedLine("a", eur(1)))}, ["lines"]),
        ({"lines": (ContestedLine("a", eur(6_000)), ContestedLine("b", eur(6_000)))}, ["lines"]),
        ({"lines": tuple(ContestedLine(str(i), eur(1)) for i in range(51))}, ["lines"]),
        ({"lines": (ContestedLine("a", eur(1)),), "amount": eur(1)}, ["amount"]),
        ({"deadline": day(-1)}, ["deadline"]),
        ({"deadline": day(LONGEST_DAYS + 1)}, ["deadline"]),
    ],
    ids=[
        "more than is open",
        "nothing",
        "another currency",
        "a line of nothing",
        "a line in another currency",
        "a line twice",
        "lines of more than is open",
        "too many lines",
        "amount and lines",
        "deadline past",
        "deadline never",
    ],
)
def test_what_cannot_be_disputed_is_refused_by_its_field(said: dict[str, Any], wrong: list[str]) -> None:
    with pytest.raises(InvalidFields) as caught:
        raised(**said)
    assert fields(caught.value) == wrong


@pytest.mark.parametrize(
    ("credited", "state"),
    [
        (10_000, DisputeState.CREDITED),
        (9_999, DisputeState.PARTLY_CREDITED),
        (None, DisputeState.REJECTED),
    ],
)
def test_the_answer_is_a_credit_in_full_in_part_or_none(credited: int | None, state: DisputeState) -> None:
    amount = eur(credited) if credited else None
    done = resolve(raised(), amount, "as measured", "finn", NOW)
    assert (done.state, done.credited, done.resolution) == (state, amount, "as measured")
    assert (done.active, done.ended_at, done.ended_by) == (False, NOW, "finn")


@pytest.mark.parametrize(
    ("credited", "wrong"),
    [(eur(0), "credited.amount"), (eur(10_001), "credited.amount"), (Money(5, "USD"), "credited.currency")],
    ids=["nothing", "more than disputed", "another currency"],
)
def test_what_cannot_be_credited_is_refused_by_its_field(credited: Money, wrong: str) -> None:
    with pytest.raises(InvalidFields) as caught:
        resolve(raised(), credited, "as measured", "finn", NOW)
    assert fields(caught.value) == [wrong]


def test_an_ended_dispute_takes_no_other_end_and_no_evidence() -> None:
    done = resolve(raised(), None, "no", "finn", NOW)
    file = Evidence("evidence/dsp_1/evd_1", "a.pdf", "application/pdf", "ada", NOW)
    with pytest.raises(Conflict):
        resolve(done, None, "no", "finn", NOW)
    with pytest.raises(Conflict):
        withdraw(done, "Ada", "sorry", NOW)
    with pytest.raises(Conflict):
        with_evidence(done, file)


def test_evidence_is_kept_in_order_and_bounded() -> None:
    dispute = raised()
    for i in range(MOST_EVIDENCE):
        dispute = with_evidence(dispute, Evidence(f"evidence/{i}", "a.pdf", "application/pdf", "ada", NOW))
    assert [each.key for each in dispute.evidence][:2] == ["evidence/0", "evidence/1"]
    with pytest.raises(Conflict):
        with_evidence(dispute, Evidence("evidence/x", "a.pdf", "application/pdf", "ada", NOW))
