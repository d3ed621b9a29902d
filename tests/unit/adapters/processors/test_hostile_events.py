"""Whatever stands where in a signed body: it is understood, or put in front of a person - never a crash, never a guess."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, TypeAlias

import pytest

from receivables.adapters.processors import registry
from receivables.adapters.processors.checkout import events as checkout
from receivables.adapters.processors.mollie.settlements import settlement as mollie_settlement
from receivables.adapters.processors.paystack import events as paystack
from receivables.adapters.processors.razorpay import events as razorpay
from receivables.adapters.processors.square import events as square
from receivables.payments.events import MoneyEvent, Uninterpretable
from tests.unit.adapters.processors import (
    test_checkout as c,
)
from tests.unit.adapters.processors import (
    test_mollie_events as m,
)
from tests.unit.adapters.processors import (
    test_paystack as p,
)
from tests.unit.adapters.processors import (
    test_razorpay as r,
)
from tests.unit.adapters.processors import (
    test_square_events as s,
)

Path: TypeAlias = tuple[str | int, ...]

BODIES: list[tuple[str, bytes]] = [
    ("mollie", m.event("payment.paid", m.payment(details={"consumerName": "x"}, metadata={"invoice": "1"}))),
    ("mollie", m.event("refund.refunded", m.refund())),
    ("mollie", m.event("chargeback.reversed", m.chargeback(reason={"code": "AC04"}, reversedAt=m.PAID))),
    ("mollie", m.event("payment.paid", None, entityId="re_4qqhO89gsT", _links={"entity": {"href": "https://x/v2/payments/tr_12345"}})),
    ("square", s.event("payment.updated", s.a_payment(processing_fee=[{"amount_money": s.money(1)}], note="Invoice: 1"))),
    ("square", s.event("payment.updated", s.a_payment("FAILED", card_details={"errors": [{"code": "X"}]}))),
    ("square", s.event("refund.updated", s.a_refund())),
    ("square", s.event("dispute.created", s.a_dispute())),
    ("square", s.event("payout.sent", s.a_payout())),
    ("checkout", c.event("payment_captured", metadata={"invoice": "1"}, customer={"name": "x"}, balances={"total_captured": 5})),
    ("checkout", c.event("payment_refunded")),
    ("checkout", c.event("dispute_received", payment_id=c.PAY)),
    ("razorpay", r.event("payment.captured", payment=r.a_payment(fee=5, card={"name": "x"}, notes={"invoice": "1"}))),
    ("razorpay", r.event("payment_link.paid", payment=r.a_payment(), payment_link={"id": "plink_1234", "notes": {"a": "b"}})),
    ("razorpay", r.event("refund.processed", refund=r.a_refund(), payment=r.a_payment())),
    ("razorpay", r.event("payment.dispute.lost", dispute=r.a_dispute("lost"))),
    ("razorpay", r.event("settlement.processed", settlement=r.a_settlement())),
    ("paystack", p.event("charge.success", p.a_transaction(customer={"email": "x"}, metadata={"custom_fields": [{"variable_name": "invoice", "value": "1"}]}))),
    ("paystack", p.event("refund.processed", {"transaction_reference": "x", "domain": "live"})),
    ("paystack", p.event("charge.dispute.resolve", p.a_dispute("resolved", "merchant-accepted"))),
]  # fmt: skip
RECORDS: list[tuple[Callable[[dict[str, Any]], Any], dict[str, Any]]] = [
    (mollie_settlement, {"id": "stl_12345", "status": "paidout", "amount": m.amount(), "settledAt": m.PAID, "periods": {"2026": {"03": {"costs": [{"amountGross": m.amount()}]}}}}),
    (lambda entity: square.payout(entity, [entity["entry"]] if isinstance(entity.get("entry"), dict) else []), s.a_payout(entry=s.entry("CHARGE", 5, 1))),
    (checkout.payment, c.a_payment()),
    (checkout.dispute, c.a_dispute()),
    (lambda entity: checkout.actions(entity, entity["found"] if c_list(entity) else []), c.a_payment(found=[{"id": "act_12345", "type": "Refund", "amount": 5, "processed_on": c.AT}])),
    (razorpay.settlement, r.a_settlement(currency="INR")),
    (paystack.refund, p.a_refund(transaction_reference="x")),
    (paystack.settlement, p.a_settlement()),
]  # fmt: skip


def c_list(entity: dict[str, Any]) -> bool:
    """As the API hands it on: a list of objects."""
    found = entity.get("found")
    return isinstance(found, list) and all(isinstance(each, dict) for each in found)


ODD: list[Any] = [
    None, True, False, 0, -1, 10**30, 1.5, -0.0, "", " ", "-1", "1e9", "9" * 40, "9" * 5000, "x" * 300, "\x00", "\ud800", "é", "..", "../x",
    "2026-13-01T00:00:00Z", "2026-03-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "EUR", "eur", "XXX", "XOF",
    [], [None], [1], [[]], [{}], [{"a": 1}], {}, {"a": None}, {"": []},
]  # fmt: skip


def paths(value: Any, so_far: Path = ()) -> Iterator[Path]:
    """Where there is something in a document."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, each in members:
        yield (*so_far, key)
        yield from paths(each, (*so_far, key))


def changed(document: Any, path: Path, odd: Any) -> Any:
    result = copy.deepcopy(document)
    inner = result
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = odd
    return result


def check(told: Any) -> None:
    for each in told:
        if isinstance(each, MoneyEvent) and each.fetch is None:
            assert each.amount is None or each.amount.minor > 0
            assert each.payment_id or each.subject_id


@pytest.mark.parametrize(("name", "body"), BODIES)
def test_a_body_with_anything_anywhere(name: str, body: bytes) -> None:
    document, scheme = json.loads(body), registry.webhooks(name)
    assert scheme is not None
    for path, odd in itertools.product(paths(document), ODD):
        with suppress(Uninterpretable):
            check(scheme.interpret(json.dumps(changed(document, path, odd)).encode(), {}))


@pytest.mark.parametrize(("read", "record"), RECORDS)
def test_a_record_with_anything_anywhere(
    read: Callable[[dict[str, Any]], Any], record: dict[str, Any]
) -> None:
    for path, odd in itertools.product(paths(record), ODD):
        with suppress(Uninterpretable):
            check(read(changed(record, path, odd)))


@pytest.mark.parametrize("name", sorted({name for name, _ in BODIES}))
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a": NaN}', b'{"id": "1", "id": "2"}', b"[" * 100_000, b"id=tr_1", b"id=tr_ab/../x"],
)  # fmt: skip
def test_what_is_no_event_at_all_is_put_in_front_of_a_person(name: str, body: bytes) -> None:
    scheme = registry.webhooks(name)
    assert scheme is not None
    with pytest.raises(Uninterpretable):
        scheme.interpret(body, {})


@pytest.mark.parametrize(("name", "body"), BODIES)
def test_the_samples_themselves_are_understood(name: str, body: bytes) -> None:
    scheme = registry.webhooks(name)
    assert scheme is not None
    (told, *_) = scheme.interpret(body, {})
    assert isinstance(told, MoneyEvent)
