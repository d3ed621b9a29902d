"""Amounts in several currencies."""

from __future__ import annotations

from dataclasses import dataclass

from receivables.core.errors import InvalidInput
from receivables.core.money import Money


@dataclass(frozen=True, slots=True)
class Amounts:
    """One amount in each of several currencies: what a rule says that is to hold for invoices of all of them.

    Raises InvalidInput (field `currency`) when a currency is named twice.
    """

    each: tuple[Money, ...] = ()

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for amount in self.each:
            if amount.currency in seen:
                raise InvalidInput("currency", f"{amount.currency} is named twice")
            seen.add(amount.currency)

    @classmethod
    def of(cls, *amounts: Money) -> Amounts:
        return cls(tuple(sorted(amounts, key=lambda amount: amount.currency)))

    def in_(self, currency: str) -> Money | None:
        """The amount in that currency; None: the rule has none."""
        return next((amount for amount in self.each if amount.currency == currency), None)

    def __bool__(self) -> bool:
        return bool(self.each)
