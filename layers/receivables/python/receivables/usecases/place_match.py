"""Placing what matching has found: as it was found, or not at all.

The index of open receivables nominates; what is placed was read strongly and stands as the candidate says. Credit that the payer
has taken off is applied first, under a key of the payment's own: should the rest never follow, the next look finds exactly what is left
to pay.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from receivables.core.errors import Conflict
from receivables.core.ids import derived_id
from receivables.ledger import LedgerStore, OpenItem, PaymentRecord, PaymentState, Posting, PostOutcome
from receivables.ledger.allocation import Named
from receivables.ledger.deeds import Deed
from receivables.ledger.receiving import place
from receivables.matching.candidates import Candidate
from receivables.usecases.booking import MOST_TRIES, working_set_of
from receivables.usecases.credits import ApplicationOrder, ApplyCredits
from receivables.usecases.payment_targets import Share
from receivables.usecases.settling import Settling, closed_documents, named_items

SOURCE: Final = "matching"
"""Who did it, where no person did."""


class Placing(StrEnum):
    """What became of a candidate."""

    PLACED = "placed"
    CHANGED = "changed"
    """What is open is not what it was when the candidate was found: look again."""
    GONE = "gone"
    """The payment does not wait any more: somebody else has dealt with it."""


class PlaceMatch:
    """Places payments as candidates say."""

    def __init__(self, ledger: LedgerStore, settling: Settling) -> None:
        self._ledger, self._settling = ledger, settling
        self._credits = ApplyCredits(ledger, settling)

    def place(
        self, key: str, candidate: Candidate, source: str, recorded_at: datetime
    ) -> tuple[Placing, Posting | None]:
        """What became of it, and what was posted. Harmless when repeated. Raises NotFound (the payment, the account)."""
        if candidate.credit and not self._net(key, candidate, recorded_at):
            return Placing.CHANGED, None
        for _ in range(MOST_TRIES):
            record = self._ledger.payment(key)
            if record.state is not PaymentState.SUSPENSE or not record.waiting:
                return Placing.GONE, None
            items = named_items(working_set_of(self._ledger, candidate.account_id).items, candidate.numbers)
            if not candidate.credit and not stands(candidate, items):
                return Placing.CHANGED, None
            try:
                posting = self._posting(record, candidate, items, source, recorded_at)
            except Conflict:
                return Placing.GONE, None
            if self._ledger.post(posting) is PostOutcome.POSTED:
                return Placing.PLACED, posting
        return Placing.CHANGED, None

    def _net(self, key: str, candidate: Candidate, recorded_at: datetime) -> bool:
        """Apply the credit that was taken off. False: it is not what it was."""
        order_id = derived_id("net", key)
        if self._ledger.keyed(f"credit_application/{candidate.account_id}/{order_id}") is not None:
            return True
        working_set = working_set_of(self._ledger, candidate.account_id)
        unapplied = sum(credit.balance.minor for credit in working_set.credits)
        if unapplied != candidate.credit or not stands(candidate, working_set.items):
            return False
        if self._ledger.payment(key).state is not PaymentState.SUSPENSE:
            return False
        shares = tuple(Share(number) for number in candidate.numbers)
        order = ApplicationOrder(candidate.account_id, order_id, shares=shares)
        self._credits.apply(order, SOURCE, recorded_at, recorded_at)
        return True

    def _posting(
        self,
        record: PaymentRecord,
        candidate: Candidate,
        items: Sequence[OpenItem],
        source: str,
        recorded_at: datetime,
    ) -> Posting:
        rules = self._settling.of(candidate.account_id, recorded_at)
        return place(
            record,
            candidate.account_id,
            items,
            Deed(record.payment.key, source, record.payment.effective_at, recorded_at),
            named=tuple(Named(part.number, part.amount) for part in candidate.parts),
            settlement=rules.settlement,
            tz=rules.tz,
            written_off=closed_documents(self._ledger, items, candidate.numbers),
        )


def stands(candidate: Candidate, items: Sequence[OpenItem]) -> bool:
    """Whether each receivable of a candidate is open with just the balance that it was found with."""
    open_now = {item.number: item.balance.minor for item in items}
    expected = zip(candidate.numbers, candidate.owed, strict=True)
    return all(open_now.get(number, 0) == owed for number, owed in expected)
