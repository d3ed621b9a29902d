"""What the tests of money through the API share: one customer, invoices and payments by their few differences."""

from __future__ import annotations

from typing import Any

from receivables.ledger import ItemKind
from tests.builders import NOW, invoice, issued
from tests.integration.api.harness import Answer, Gateway
from tests.integration.api.world import World

ACCOUNT = "C-1.EUR"
INVOICE = {
    "number": "INV/1 a",
    "customer_id": "C-1",
    "amount": {"amount": "100.00", "currency": "EUR"},
    "issue_date": "2026-03-02",
}
PATH = "/invoices/INV~2F1~20a"
"""Of an invoice whose number holds what a path cannot."""
PAYMENT = {
    "id": "bank-1",
    "amount": {"amount": "40.00", "currency": "EUR"},
    "reference": "INV/1 a",
    "effective_at": "2026-03-01T12:00:00Z",
}


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def owed(finance: Gateway, number: str = "INV-1", amount: str = "100.00", **more: Any) -> Answer:
    """An invoice is issued."""
    body = {"number": number, "customer_id": "C-1", "amount": euros(amount), "issue_date": "2026-03-02"}
    answer = finance.post("/invoices", body | more)
    assert answer.status == 201, answer.body
    return answer


def paid(finance: Gateway, payment: str = "bank-1", amount: str = "100.00", **more: Any) -> Answer:
    """A payment is recorded: for INV-1, unless something else is said."""
    target = {} if {"invoices", "account_id", "reference"} & set(more) else {"reference": "INV-1"}
    body = {"id": payment, "amount": euros(amount), "effective_at": "2026-03-01T12:00:00Z"}
    answer = finance.post("/payments", body | target | more)
    assert answer.status == 201, answer.body
    return answer


def payment_path(payment: str = "bank-1") -> str:
    return f"/payments/api~2Fmanual~2F{payment}"


def balance(finance: Gateway, number: str = "INV-1") -> str:
    """What is open of an invoice."""
    open_ = finance.get(f"/invoices/{number}").body["balance"]["amount"]
    assert isinstance(open_, str)
    return open_


def unapplied(finance: Gateway) -> str:
    credit = finance.get(f"/accounts/{ACCOUNT}").body["unapplied"]["amount"]
    assert isinstance(credit, str)
    return credit


def charged(world: World, number: str = "LC-1", minor: int = 4_000, **changes: Any) -> None:
    """A late fee of 40.00 for INV-1 is on the account."""
    known = {"kind": ItemKind.FEE, "concerns": "INV-1", "due_date": NOW.date()}
    issued(world.stores.ledger, invoice(number, ACCOUNT, minor, **(known | changes)))


def books_are_right(world: World, finance: Gateway) -> None:
    """The trial balance of the account has no difference."""
    found = finance.get(f"/accounts/{ACCOUNT}/trial-balance").body
    assert found["differences"] == []
    assert found["sum"]["amount"] == "0.00"
