"""What lines are held against, read from the stores: all that is open once, the rest when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, Protocol

from receivables.core.errors import InvalidInput, NotFound
from receivables.core.ids import reference, split_account_id
from receivables.core.money import Money
from receivables.ledger import LedgerStore, OpenReceivable, PaymentRecord, Posting
from receivables.ledger.payouts import Payout, PayoutState
from receivables.ledger.ports import PayoutStore
from receivables.matching.book import Book
from receivables.matching.candidates import Line
from receivables.matching.decide import Facts
from receivables.matching.ports import Habit

MOST_REMEMBERED: Final = 20_000
"""Numbers that are not open and were looked up, which a run remembers."""
_PAYOUTS_AT_ONCE: Final = 200


class Names(Protocol):
    """Names of customers."""

    def names(self, customers: Iterable[str]) -> Mapping[str, str]:
        """By id, a hundred with one read; those who do not exist are left out."""


class MatchingFacts:
    """The facts of one run. What the run itself changes is told to it; what others change meanwhile is noticed when money is
    placed."""

    def __init__(self, ledger: LedgerStore, names: Names) -> None:
        self._ledger = ledger
        receivables = tuple(_open_receivables(ledger))
        customers = {split_account_id(item.account_id)[0] for item in receivables}
        self.book = Book(receivables, names.names(sorted(customers)))
        self._archive: dict[str, OpenReceivable | None] = {}
        self._credit: dict[str, int] = {}

    def facts(self, habits: Mapping[str, Habit]) -> Facts:
        """The facts for payers with these habits."""
        return Facts(self.book, habits, self.look_up, self.credit_of)

    def look_up(self, number: str) -> OpenReceivable | None:
        """A receivable by its exact number, open or not."""
        if number not in self._archive:
            if len(self._archive) >= MOST_REMEMBERED:
                self._archive.clear()
            self._archive[number] = self._read(number)
        return self._archive[number]

    def credit_of(self, account_id: str) -> int:
        """Unapplied credit of an account, in minor units."""
        if account_id not in self._credit:
            working_set = self._ledger.working_set(account_id)
            unapplied = working_set.credits if working_set else ()
            self._credit[account_id] = sum(credit.balance.minor for credit in unapplied)
        return self._credit[account_id]

    def posted(self, posting: Posting) -> None:
        """What a posting made of the receivables."""
        self._credit.pop(posting.account_id, None)
        for change in posting.items:
            self._archive.pop(change.number, None)
            known = self.book.get(change.number)
            if known is not None:
                balance = change.after.balance if change.after else Money.zero(known.balance.currency)
                self.book.put(replace(known, balance=balance))

    def refresh(self, account_id: str, numbers: Iterable[str]) -> None:
        """Read receivables again that are not what they were."""
        self._credit.pop(account_id, None)
        for number in numbers:
            self._archive.pop(number, None)
            known, item = self.book.get(number), self._ledger.open_item(account_id, number)
            if known is not None:
                balance = item.balance if item else Money.zero(known.balance.currency)
                self.book.put(replace(known, balance=balance))

    def _read(self, number: str) -> OpenReceivable | None:
        try:
            document, item = self._ledger.invoice(reference(number, field="number"))
        except (InvalidInput, NotFound):
            return None
        balance = item.balance if item else Money.zero(document.amount.currency)
        return OpenReceivable(
            number,
            document.account_id,
            balance,
            document.amount,
            document.issue_date,
            document.due_date,
            document.kind,
            document.concerns,
        )


def line_of(record: PaymentRecord) -> Line:
    """A payment in suspense, as matching sees it: what is left of it there."""
    payment, told = record.payment, record.payment.remittance
    return Line(
        payment.key,
        record.waiting,
        payment.effective_at.date(),
        payer=(told.name if told else None) or payment.payer,
        account=told.account if told else None,
        texts=tuple(
            text
            for text in (*(told.texts if told else ()), _telling(told.end_to_end if told else None))
            if text
        ),
        structured=told.structured if told else None,
        reference=payment.reference,
        charges=told.charges if told else 0,
    )


def waiting_payouts(payouts: PayoutStore) -> dict[Money, list[Payout]]:
    """Payouts under way by amount, those that were sent first first."""
    found: dict[Money, list[Payout]] = {}
    position: Mapping[str, str] | None = None
    while True:
        page = payouts.payouts(PayoutState.SENT, _PAYOUTS_AT_ONCE, position)
        for payout in page.items:
            found.setdefault(payout.amount, []).append(payout)
        position = page.position
        if position is None:
            return {amount: sorted(each, key=lambda one: one.sent_at) for amount, each in found.items()}


def _open_receivables(ledger: LedgerStore) -> Iterator[OpenReceivable]:
    position: Mapping[str, str] | None = None
    while True:
        page = ledger.open_receivables(position)
        yield from page.items
        position = page.position
        if position is None:
            return


def _telling(end_to_end: str | None) -> str | None:
    """Banks write NOTPROVIDED where the payer gave none."""
    return None if end_to_end is None or end_to_end.upper().startswith("NOTPROV") else end_to_end
