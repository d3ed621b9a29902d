"""Money of a payment that goes back, and comes back to us, as its processor tells: booked as if a person had recorded it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from receivables.core.errors import Conflict, StaleRevision
from receivables.core.money import Money
from receivables.ledger import Entry, EntryKind, Known, LedgerName, PaymentRecord, PaymentState, Posting
from receivables.ledger.deeds import Deed
from receivables.ledger.freeing import free_some
from receivables.ledger.knowing import note
from receivables.ledger.returning import (
    chargeback,
    pay_refund,
    refund,
    return_refund,
    reverse_chargeback,
    take_back,
)
from receivables.ledger.suspense import return_suspense
from receivables.payments.deeds import GiveBack, Take, Way
from receivables.payments.life import perhaps_by_hand
from receivables.usecases.booking import book, post_again
from receivables.usecases.payment_state import Outcome, PaymentAsKnown
from receivables.usecases.receiving_money import ANY_ZONE, ReceivingMoney
from receivables.usecases.reopening import reopened
from receivables.usecases.settling import holdings, money_of, receivables_in

if TYPE_CHECKING:
    from receivables.ledger import LedgerStore

_KINDS: Final = {
    Way.REFUND: EntryKind.REFUND,
    Way.CHARGEBACK: EntryKind.CHARGEBACK,
    Way.FAILURE: EntryKind.CHARGEBACK,
}
_BUILDERS: Final = {Way.REFUND: refund, Way.CHARGEBACK: chargeback, Way.FAILURE: take_back}


class MoneyBack:
    """Books deeds of a payment's life by which money leaves, or is here again."""

    def __init__(self, ledger: LedgerStore, receiving: ReceivingMoney) -> None:
        self._ledger, self._receiving = ledger, receiving

    def take(self, deed: Take, payment: PaymentAsKnown) -> Outcome:
        """Book that money went back. Where a person has recorded the same under its id, that is marked, and no more."""
        record, news = deed.record, payment.news
        key = record.payment.key
        told = Deed(_name(deed), news.source, deed.at, news.recorded_at, _reason(payment))
        amount = Money(deed.minor, record.payment.amount.currency)

        def build() -> Posting:
            now, held, unapplied = money_of(self._ledger, key)
            _unchanged(record, now)
            if now.state is PaymentState.SUSPENSE:
                posting = return_suspense(now, told, amount=amount, kind=_KINDS[deed.way])
            else:
                posting = _BUILDERS[deed.way](now, held, unapplied, told, amount=amount)
            return reopened(self._ledger, _marked(posting, payment, deed.mark()))

        def make_room() -> Posting:
            room = free_some(*money_of(self._ledger, key), told, _KINDS[deed.way])
            return reopened(self._ledger, room)

        done = book(self._ledger, deed.guard, build, make_room)
        if done.new:
            return Outcome.RETURNED
        self._was_recorded(deed, payment, done.entry, told)
        return Outcome.NOTED

    def recognise(self, payment: PaymentAsKnown, first: PaymentRecord) -> Outcome | None:
        """Mark what a person has recorded before it was heard of; None: there is nothing of the kind."""
        for deed in perhaps_by_hand(payment.facts, first, payment.further):
            entry = self._ledger.keyed(deed.guard)
            if entry is not None:
                news = payment.news
                told = Deed(_name(deed), news.source, deed.at, news.recorded_at)
                self._was_recorded(deed, payment, entry, told)
                return Outcome.NOTED
        return None

    def give_back(self, deed: GiveBack, payment: PaymentAsKnown) -> Outcome:
        """Book that it is here again: it pays what it had paid. Raises Conflict when it is not known to have gone."""
        taken, news = self._ledger.keyed(deed.taken), payment.news
        if taken is None:
            raise Conflict(f"{deed.taken} is marked, and not booked")
        told = Deed(f"{deed.record.payment.key}/{deed.name}", news.source, deed.at, news.recorded_at)

        def build() -> Posting:
            now = self._ledger.payment(deed.record.payment.key)
            _unchanged(deed.record, now)
            return _marked(self._returned(deed, now, taken, told), payment, deed.mark())

        done = book(self._ledger, deed.guard, build)
        if done.new:
            return Outcome.RESTORED
        self._note(deed.record, payment, deed.mark(abs(done.entry.amount.minor)))
        return Outcome.NOTED

    def _returned(self, deed: GiveBack, now: PaymentRecord, taken: Entry, told: Deed) -> Posting:
        held = holdings(self._ledger, receivables_in(taken))
        tz = self._receiving.zone_of(now.account_id) if now.account_id else ANY_ZONE
        amount = Money(deed.minor, taken.amount.currency)
        if deed.way is not Way.REFUND:
            return reverse_chargeback(now, taken, held, told, tz=tz, amount=amount)
        owed = bool(taken.moved(LedgerName.REFUNDS_PAYABLE))
        paid = not owed or self._ledger.keyed(_paid(deed.taken)) is not None
        return return_refund(now, taken, held, told, tz=tz, paid=paid, amount=amount)

    def _was_recorded(self, deed: Take, payment: PaymentAsKnown, entry: Entry, told: Deed) -> None:
        """A refund that a person has only promised has left by now."""
        if deed.way is Way.REFUND and entry.moved(LedgerName.REFUNDS_PAYABLE):
            owner = deed.record.payment if entry.payment is not None else None
            book(self._ledger, _paid(deed.guard), lambda: pay_refund(entry, told, owner))
        self._note(deed.record, payment, deed.mark(abs(entry.amount.minor)))

    def _note(self, record: PaymentRecord, payment: PaymentAsKnown, mark: str) -> None:
        def build() -> Posting:
            now = self._ledger.payment(record.payment.key)
            _unchanged(record, now)
            return note(now, known=_known(now, payment), done=(*now.done, mark))

        post_again(self._ledger, build)


def _marked(posting: Posting, payment: PaymentAsKnown, mark: str) -> Posting:
    change = posting.payment
    if change is None or change.before is None:
        raise Conflict("nothing was worked out of a payment's record")
    known = _known(change.before, payment)
    after = replace(change.after, known=known, done=(*change.before.done, mark))
    return replace(posting, payment=replace(change, after=after))


def _known(record: PaymentRecord, payment: PaymentAsKnown) -> tuple[Known, ...]:
    """All facts stand with the payment itself, none with those in which its money came again."""
    return payment.known if record.payment.key == payment.news.key else record.known


def _unchanged(before: PaymentRecord, now: PaymentRecord) -> None:
    """Raises StaleRevision when the money is not where it was when the deed was worked out; making room for it does not matter."""
    if (before.gone, before.done, before.known, before.account_id) != (
        now.gone,
        now.done,
        now.known,
        now.account_id,
    ):
        raise StaleRevision(f"payment {now.payment.key} has changed since it was read")


def _name(deed: Take) -> str:
    """Unique among deeds of its kind: failures are chargebacks in the books."""
    own = f"{deed.record.payment.key}/{deed.name}"
    return f"{own}/failure" if deed.way is Way.FAILURE else own


def _reason(payment: PaymentAsKnown) -> str:
    return payment.news.event.failure_code or ""


def _paid(guard: str) -> str:
    """As `usecases.refunds` names it."""
    return guard.replace("refund/", "refund_paid/", 1)
