"""The journal: legs of a posting while it is worked out, by the instant at which they take effect. Each instant becomes an entry."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from receivables.core.clock import format_instant
from receivables.core.money import Money
from receivables.ledger.deeds import Deed
from receivables.ledger.entries import Entry, EntryKind, LedgerName, Leg


class Journal:
    """Sums of minor units by instant, ledger account and what they are for."""

    def __init__(self) -> None:
        self._sums: dict[datetime, dict[tuple[LedgerName, str | None], int]] = defaultdict(
            lambda: defaultdict(int)
        )

    def post(self, at: datetime, ledger: LedgerName, minor: int, item: str | None = None) -> None:
        """Add to a leg; a debit is positive."""
        self._sums[at][ledger, item] += minor

    @property
    def instants(self) -> int:
        """How many entries there will be."""
        return sum(any(legs.values()) for legs in self._sums.values())

    def entries(
        self,
        account_id: str,
        kind: EntryKind,
        amount: Money,
        deed: Deed,
        *parts: str,
        later: EntryKind = EntryKind.ALLOCATION,
        invoice: str | None = None,
        payment: str | None = None,
        reverses: str | None = None,
    ) -> tuple[Entry, ...]:
        """The entry of the deed's own instant, of `kind` and `amount`; then, by time, one of kind `later` for each other
        instant, by which credit was set against receivables, or came free again."""
        made = []
        for at in sorted(self._sums, key=lambda at: (at != deed.effective_at, at)):
            legs = self._legs(at)
            if not legs:
                continue
            own = at == deed.effective_at
            paid = -sum(leg.minor for leg in legs if leg.ledger is LedgerName.RECEIVABLE)
            made.append(
                deed.at(at).entry(
                    account_id,
                    kind if own else later,
                    amount if own else Money(paid, amount.currency),
                    legs,
                    *(parts if own else (*parts, kind.value, format_instant(at))),
                    invoice=invoice if own else _only(legs),
                    payment=payment,
                    reverses=reverses if own else None,
                )
            )
        return tuple(made)

    def _legs(self, at: datetime) -> tuple[Leg, ...]:
        sums = self._sums[at].items()
        return tuple(Leg(ledger, minor, item) for (ledger, item), minor in sums if minor)


def _only(legs: tuple[Leg, ...]) -> str | None:
    """The receivable that the legs concern, if it is one."""
    numbers = {leg.item for leg in legs if leg.ledger is LedgerName.RECEIVABLE}
    return numbers.pop() if len(numbers) == 1 else None
