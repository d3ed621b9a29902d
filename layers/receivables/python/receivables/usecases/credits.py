"""Unapplied credit: what there is of it, and setting it against what is open when somebody asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from receivables.core.errors import InvalidInput, Throttled, TooLarge
from receivables.core.money import total
from receivables.ledger import Credit, CreditSource, Entry, LedgerStore, OpenItem, Posting, PostOutcome
from receivables.ledger.allocation import allocate
from receivables.ledger.crediting import apply_credit
from receivables.ledger.deeds import Deed
from receivables.usecases.booking import MOST_TRIES, Booked, working_set_of
from receivables.usecases.payment_targets import Share, Targets, account_of
from receivables.usecases.settling import MOST_SETTLED, Settling


@dataclass(frozen=True, slots=True)
class ApplicationOrder:
    """Which credit (None: all, the oldest first) is set against which receivables (none: in the configured order). `id` is
    unique for the account, for ever."""

    account_id: str
    id: str
    credit_id: str | None = None
    shares: tuple[Share, ...] = ()


class ApplyCredits:
    """Applies credit on request."""

    def __init__(self, ledger: LedgerStore, settling: Settling) -> None:
        self._ledger, self._settling = ledger, settling

    def of(self, account_id: str) -> tuple[Credit, ...]:
        """The credits of an account, the oldest first. Raises NotFound."""
        unapplied = working_set_of(self._ledger, account_id).credits
        return tuple(sorted(unapplied, key=lambda credit: (credit.effective_at, credit.id)))

    def apply(self, order: ApplicationOrder, by: str, at: datetime, recorded_at: datetime) -> list[Booked]:
        """The entries that were made; none when there is nothing to pay. The same order again makes none.

        Raises NotFound, InvalidInput (`credit_id`, `invoices.0.number`) and Throttled.
        """
        key = f"credit_application/{order.account_id}/{order.id}"
        if (known := self._ledger.keyed(key)) is not None:
            return [Booked(known, new=False)]
        chosen = self._chosen(order)
        if not chosen:
            return []
        available = total((credit.balance for credit in chosen), chosen[0].balance.currency)
        account_of(Targets(order.account_id, order.shares), available, self._ledger.pointer)
        deed = Deed(key, f"api/{by}", at, recorded_at)
        done: list[Booked] = []
        for credit in chosen:
            if entry := self._apply(order, credit.id, deed, None if done else key):
                done.append(Booked(entry, new=True))
        return done

    def _chosen(self, order: ApplicationOrder) -> tuple[Credit, ...]:
        unapplied = self.of(order.account_id)
        if order.credit_id is None:
            return unapplied
        chosen = tuple(credit for credit in unapplied if credit.id == order.credit_id)
        if not chosen:
            raise InvalidInput("credit_id", "is not a credit of this account, or was used up")
        return chosen

    def _apply(self, order: ApplicationOrder, credit_id: str, deed: Deed, key: str | None) -> Entry | None:
        """One credit; the first takes the key of the order. None: it pays nothing, or somebody else has used it."""
        for _ in range(MOST_TRIES):
            posting = self._posting(order, credit_id, deed)
            if posting is None:
                return None
            outcome = self._ledger.post(replace(posting, key=key))
            if outcome is PostOutcome.POSTED:
                return posting.entries[0]
            if outcome is PostOutcome.DUPLICATE:
                return None
        raise Throttled("others keep changing the account; try again")

    def _posting(self, order: ApplicationOrder, credit_id: str, deed: Deed) -> Posting | None:
        working_set = working_set_of(self._ledger, order.account_id)
        credit = next((each for each in working_set.credits if each.id == credit_id), None)
        if credit is None:
            return None
        rules = self._settling.of(order.account_id, deed.effective_at)
        paid_by = self._ledger.payment(credit.key) if credit.source is CreditSource.PAYMENT else None

        def build(items: Sequence[OpenItem]) -> Posting | None:
            return apply_credit(
                order.account_id,
                credit,
                items,
                deed,
                settlement=rules.settlement,
                tz=rules.tz,
                record=paid_by,
                named=tuple(share.named for share in order.shares),
            )

        try:
            return build(working_set.items)
        except TooLarge:
            if order.shares:
                raise
            shares = allocate(credit.balance, working_set.items, (), rules.settlement)
            first = {share.number for share in shares[:MOST_SETTLED]}
            return build([item for item in working_set.items if item.number in first])
