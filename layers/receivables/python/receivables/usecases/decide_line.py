"""A person decides what a line of a statement is, that could not be told by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from receivables.banking.attention import Attention, Decision
from receivables.banking.ports import Attentions, BankAccounts, Register
from receivables.core.errors import Conflict, InvalidInput, NotFound
from receivables.payments.inbox import Inbox
from receivables.usecases.bank_events import message_of, payment_of, reversal_of


@dataclass(frozen=True, slots=True)
class LineDecision:
    """What somebody decided: `original` is the line of the payment that is taken back, said with a REVERSAL and only then."""

    decision: Decision
    note: str = ""
    original: str | None = None


class DecideLine:
    """Takes decisions about lines in front of a person."""

    def __init__(
        self, accounts: BankAccounts, register: Register, attentions: Attentions, inbox: Inbox
    ) -> None:
        self._accounts, self._register, self._attentions, self._inbox = accounts, register, attentions, inbox

    def decide(self, account_id: str, line_id: str, wanted: LineDecision, by: str, at: datetime) -> Attention:
        """The decision, and what follows from it. The same decision again does what an interrupted one left undone. Raises NotFound,
        InvalidInput, and Conflict when something else was decided, or its details have come meanwhile."""
        account = self._accounts.get(account_id)
        waiting = self._attentions.get(account_id, line_id)
        self._check(waiting, wanted)
        decided = self._attentions.decide(
            replace(
                waiting,
                decision=wanted.decision,
                by=by,
                decided_at=at,
                original=wanted.original,
                note=wanted.note,
            )
        )
        if (decided.decision, decided.original) != (wanted.decision, wanted.original):
            raise Conflict(f"line {line_id!r} is decided already: {decided.decision}")
        # What is heard of by a decision is heard of at its time, also when it is sent again.
        moment = decided.decided_at or at
        if wanted.decision is Decision.PAYMENT:
            self._inbox.store(message_of(payment_of(decided.line, account, moment), account, moment))
        elif wanted.original is not None:
            event = reversal_of(wanted.original, decided.line, account, moment)
            self._inbox.store(message_of(event, account, moment))
        return decided

    def _check(self, waiting: Attention, wanted: LineDecision) -> None:
        incoming = waiting.line.amount.minor > 0
        if wanted.decision is Decision.PAYMENT and not incoming:
            raise InvalidInput("decision", "payment is for money that came in; this went out")
        if (wanted.decision is Decision.REVERSAL) != (wanted.original is not None):
            raise InvalidInput("original", "is said with the decision reversal, and only then")
        if wanted.original is not None:
            self._check_original(waiting, wanted.original, incoming=incoming)

    def _check_original(self, waiting: Attention, original: str, *, incoming: bool) -> None:
        if incoming:
            raise InvalidInput("decision", "reversal is for money that went out; this came in")
        try:
            known = self._register.get(waiting.line.account, original)
        except NotFound:
            raise InvalidInput("original", "is no line of this bank account") from None
        if known.reversal or known.minor < -waiting.line.amount.minor:
            raise InvalidInput("original", "is not a payment of at least this amount")
