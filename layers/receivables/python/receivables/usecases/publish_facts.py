"""Facts for other systems: what is written to a timeline becomes events on the bus, at least once, without personal
data. The facts are the outbox, so there is no second write that could fail or get out of step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from receivables.cases.ports import BusEvent, EventBus
from receivables.core.clock import parse_instant
from receivables.core.ids import split_account_id
from receivables.core.money import Money

Fact = Mapping[str, Any]

_SHOWN: Final = (
    "invoice",
    "effective_at",
    "channel",
    "step_key",
    "notice_kind",
    "policy",
    "state",
    "case_id",
    "stage",
    "action",
    "decision",
    "event",
    "until",
    "due_date",
    "arrangement_kind",
    "arrangement_id",
    "cause",
)
"""Attributes of a fact that others may see. Addresses, names and the words that people wrote stay here."""
_SHOWN_OF_CASES: Final = ("outcome", "suspended", "placed", "approval_id", "file")

MOST_LISTED: Final = 300
"""Invoices named in an event; `invoice_count` counts all. So ten events, which are put at once, stay below the 256 KB that
the bus takes, whatever the length of their numbers."""

_ENTRY_TYPES: Final = {
    "invoice": "invoice.issued",
    "credit_note": "invoice.credited",
    "payment": "payment.received",
    "suspense": "payment.unplaced",
    "placement": "payment.placed",
    "allocation": "credit.applied",
    "refund": "payment.refunded",
    "refund_paid": "refund.paid",
    "refund_returned": "refund.returned",
    "payout": "payout.sent",
    "payout_arrived": "payout.arrived",
    "payout_failed": "payout.failed",
    "chargeback": "payment.charged_back",
    "chargeback_reversal": "payment.chargeback_reversed",
    "discount": "discount.granted",
    "fee": "charge.posted",
    "interest": "charge.posted",
    "waiver": "charge.waived",
    "write_off": "invoice.written_off",
    "recovery": "invoice.recovered",
    "transfer": "payment.transferred",
    "rounding": "difference.written_off",
    "reversal": "entry.reversed",
}
"""What others call what an entry tells; every kind has a name."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact as it was written to the timeline of an account; `key` is how the caller knows it."""

    key: str
    account_id: str
    fact: Fact


class PublishFacts:
    """Turns facts into events and puts them on the bus."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus

    def publish(self, recorded: Sequence[Recorded]) -> frozenset[str]:
        """The keys of facts that the bus did not take (or not all of their events): to be published again."""
        owners: dict[str, str] = {}
        events: list[BusEvent] = []
        for each in recorded:
            for event in events_of(each.account_id, each.fact):
                owners[event.id] = each.key
                events.append(event)
        return frozenset(owners[event.id] for event in self._bus.publish(events))


def events_of(account_id: str, fact: Fact) -> list[BusEvent]:
    """The events that a fact becomes: one, and for a case also what its change means to the systems that serve the
    customer or talk to the agency."""
    detail = _detail(account_id, fact)
    at = parse_instant(str(fact["at"]), field="at")
    return [
        BusEvent(f"{fact['id']}/{event_type}", event_type, at, detail) for event_type in event_types(fact)
    ]


def event_types(fact: Fact) -> list[str]:
    """The names of a fact's events; the first tells what was recorded."""
    kind = fact["kind"]
    if kind == "entry":
        return [_ENTRY_TYPES[fact["entry_kind"]]]
    if kind == "notice":
        return [f"notice.{fact['state']}"]
    if kind == "decision":
        return ["approval.decided"]
    if kind == "arrangement":
        return [f"{fact['arrangement_kind']}.{fact['event']}"]
    if kind == "case_event":
        return [f"case.{fact['event']}", *_consequences(fact)]
    return [f"account.{fact.get('event', kind)}"]


def _consequences(fact: Fact) -> list[str]:
    facts = fact.get("facts") or {}
    if fact["event"] == "suspended":
        return ["service.suspended"]
    if fact["event"] != "closed" or facts.get("outcome") == "handed_over":
        return []
    restored = ["service.restored"] if facts.get("suspended") == "yes" else []
    return restored + (["case.recalled"] if facts.get("placed") == "yes" else [])


def _detail(account_id: str, fact: Fact) -> dict[str, object]:
    customer_id, currency = split_account_id(account_id)
    detail: dict[str, object] = {
        "account_id": account_id,
        "customer_id": customer_id,
        "fact_id": fact["id"],
        "kind": fact["kind"],
    }
    if isinstance(fact.get("amount"), int):
        detail["amount"] = f"{Money(fact['amount'], str(fact.get('currency', currency))).decimal:f}"
        detail["currency"] = fact.get("currency", currency)
    detail |= {name: fact[name] for name in _SHOWN if fact.get(name) is not None}
    facts = fact.get("facts") or {}
    detail |= {name: facts[name] for name in _SHOWN_OF_CASES if name in facts}
    if fact["kind"] == "notice":
        detail |= _listed([item["number"] for item in fact.get("items", ())])
    elif "invoices" in facts:
        detail |= _listed(facts["invoices"].split(", "))
    elif fact["kind"] == "arrangement":
        detail |= _listed(fact["invoices"])
    elif fact["kind"] == "entry":
        detail |= _of_entry(fact)
    return detail


def _of_entry(fact: Fact) -> dict[str, object]:
    """The receivables that it moved, if they are several or it names none, and the entry that it undoes."""
    moved = dict.fromkeys(
        leg["item"] for leg in fact["legs"] if leg["ledger"] == "receivable" and leg["item"]
    )
    detail = _listed(list(moved)) if moved.keys() - {fact["invoice"]} else {}
    return detail | ({"reverses": fact["reverses"]} if fact["reverses"] else {})


def _listed(numbers: Sequence[str]) -> dict[str, object]:
    return {"invoices": list(numbers[:MOST_LISTED]), "invoice_count": len(numbers)}
