"""The trial balance: what all entries add up to, by currency and named ledger account. In all, nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from receivables.ledger.entries import Entry, LedgerName


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Minor units by currency and ledger account; a debit is positive. `entries` is how many went in."""

    sums: Mapping[str, Mapping[LedgerName, int]] = field(default_factory=dict)
    entries: int = 0

    def __add__(self, other: TrialBalance) -> TrialBalance:
        """The trial balance of both together."""
        sums = {currency: dict(of) for currency, of in self.sums.items()}
        for currency, of in other.sums.items():
            mine = sums.setdefault(currency, {})
            for name, minor in of.items():
                mine[name] = mine.get(name, 0) + minor
        return TrialBalance(sums, self.entries + other.entries)

    @property
    def differences(self) -> Mapping[str, int]:
        """Currencies that do not add up to zero, and to what they do: none, if the books are right."""
        totals = {currency: sum(of.values()) for currency, of in self.sums.items()}
        return {currency: total for currency, total in totals.items() if total}


def trial_balance(entries: Iterable[Entry]) -> TrialBalance:
    """The sums over entries of any accounts, the suspense accounts included."""
    sums: dict[str, dict[LedgerName, int]] = {}
    count = 0
    for entry in entries:
        of = sums.setdefault(entry.amount.currency, {})
        count += 1
        for leg in entry.legs:
            of[leg.ledger] = of.get(leg.ledger, 0) + leg.minor
    return TrialBalance(sums, count)
