"""What finance is told of collections: which were refused, and of which nobody knows whether they were ordered. Ids only."""

from __future__ import annotations

from receivables.arrangements import InFlight
from receivables.cases.ports import Message
from receivables.core.ids import derived_id


def order_refused(flying: InFlight, why: str) -> Message:
    """For finance: something cannot be drawn, and is asked for instead. Names ids only."""
    return _message(
        flying,
        "collection_refused",
        f"A collection was refused: {flying.covers[0].number}",
        f"{flying.amount} for {flying.covers[0].number} of account {flying.account_id} cannot be drawn: {why}",
        "The customer is asked for it by the usual notices.",
    )


def order_unsure(flying: InFlight) -> Message:
    """For finance: an order whose answer never came."""
    return _message(
        flying,
        "collection_unsure",
        f"It is not known whether a collection was ordered: {flying.covers[0].number}",
        f"{flying.amount} for {flying.covers[0].number} of account {flying.account_id} was to be drawn under mandate {flying.mandate}.",
        f"The processor never answered. Look there for idempotency key {flying.id}: if the payment is there, nothing is to be done.",
    )


def _message(flying: InFlight, event: str, subject: str, *lines: str) -> Message:
    attributes = {"event": event, "arrangement_id": flying.id, "account_id": flying.account_id}
    return Message(derived_id("msg", event, flying.id), subject, "\n".join(lines), attributes)
