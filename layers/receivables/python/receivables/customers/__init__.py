"""Customers: who owes, how to reach them, in which language and at what hour.

What is named here is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from receivables.core.on_demand import on_demand

if TYPE_CHECKING:
    from receivables.customers.contact import Channel, Reach
    from receivables.customers.customer import Customer, CustomerKind, Mandate

__all__ = [
    "Channel",
    "Customer",
    "CustomerKind",
    "Mandate",
    "Reach",
]

if not TYPE_CHECKING:
    __getattr__ = on_demand(
        __name__,
        {
            "contact": "Channel Reach",
            "customer": "Customer CustomerKind Mandate",
        },
    )
