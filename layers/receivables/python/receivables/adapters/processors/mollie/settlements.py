"""Mollie's settlements: what it pays out, less what it keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.adapters.processors.asking import Read, summed
from receivables.adapters.processors.document import identifier, instant, received, section, sections, texts
from receivables.adapters.processors.mollie.events import mollie_id, money
from receivables.core.money import Money
from receivables.payments.events import EventType, MoneyEvent, OtherEvent, References


def settlement(entity: Mapping[str, Any]) -> Read:
    """A settlement as a payout, with the costs of all its periods as fee. One that is not paid out yet moves nothing."""
    subject, status = mollie_id(entity.get("id"), "id"), identifier(entity.get("status"), "status")
    if status not in {"paidout", "failed"}:
        return [OtherEvent(f"settlement.{status}", f"{subject}/{status}")]
    amount = received(money(entity, "amount"))
    when = entity.get("settledAt") or entity.get("createdAt")
    return [
        MoneyEvent(
            type=EventType.PAYOUT if status == "paidout" else EventType.PAYOUT_FAILED,
            raw_type=f"settlement.{status}",
            event_id=f"{subject}/{status}",
            occurred=instant(when, "settledAt"),
            amount=amount,
            subject_id=subject,
            fee=_costs(entity, amount.currency),
            references=References(texts=texts(entity.get("reference"))),
        )
    ]


def _costs(entity: Mapping[str, Any], currency: str) -> Money:
    """What Mollie keeps: the gross costs of each month of each year in the settlement."""
    years = section(entity, "periods")
    months = [section(section(years, year), month) for year in years for month in section(years, year)]
    costs = [cost for month in months for cost in sections(month, "costs")]
    return summed((money(cost, "amountGross") for cost in costs), currency)
