"""Customers: who owes, how to reach them, in which language and at what hour."""

from receivables.customers.customer import Channel, Customer, Reach

__all__ = ["Channel", "Customer", "Reach"]
