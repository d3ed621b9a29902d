"""What the lines of a statement bring about: payments and reversals for the inbox, and what a person has to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from receivables.banking.account import BankAccount
from receivables.banking.attention import Attention, Decision, Why
from receivables.banking.headers import KeptLine, Tally
from receivables.banking.identity import Fate, Known, Resolved, normal_reference, resolve
from receivables.banking.ports import Attentions, Register
from receivables.banking.statement import BankLine, Statement
from receivables.payments.inbox import Inbox
from receivables.usecases.bank_events import message_of, payment_of, reversal_of


class BookLines:
    """Books the lines of one statement. Everything is harmless to repeat, line by line: ids are for ever, and a line is remembered
    only after what it brings about is stored."""

    def __init__(self, inbox: Inbox, register: Register, attentions: Attentions) -> None:
        self._inbox, self._register, self._attentions = inbox, register, attentions

    def resolved(
        self, statement: Statement, statement_id: str, before: frozenset[str], at: datetime
    ) -> Sequence[Resolved]:
        """Which movement each line is, in the light of all that was told of these days. Totals that wait for details which are here are
        taken off the list of what waits."""
        days = {line.booked_on for line in statement.lines}
        known = [each for day in sorted(days) for each in self._register.of_day(statement.account, day)]
        found = resolve(statement.lines, known, statement_id, before)
        waited = {each.details_of for each in found if each.details_of}
        lost = {total for total in waited if not self._claim(statement.account, total, statement_id, at)}
        return [_in_total(each) if each.details_of in lost else each for each in found]

    def book(
        self, page: Sequence[Resolved], statement: Booking, account: BankAccount
    ) -> tuple[Sequence[KeptLine], Tally]:
        """Book some lines: what is new of them comes once, whatever was interrupted before. Returns them as they are kept, and what
        became of them."""
        remembered: list[Known] = []
        tally = Tally()
        for each in page:
            tally += _counted(each)
            if each.fate is Fate.NEW and each.known is not None:
                done, awaits = self._new(each.line, statement, account)
                tally += done
                remembered.append(replace(each.known, awaits=awaits))
        self._register.add(account.id, remembered)
        return [KeptLine(each.line, each.fate, each.of) for each in page], tally

    def _claim(self, account_id: str, total: str, statement_id: str, at: datetime) -> bool:
        waiting = self._attentions.get(account_id, total)
        wanted = replace(waiting, decision=Decision.DETAILS, by=statement_id, decided_at=at)
        decided = self._attentions.decide(wanted) if waiting.decision is Decision.WAITING else waiting
        return decided.decision is Decision.DETAILS and decided.by == statement_id

    def _new(self, line: BankLine, statement: Booking, account: BankAccount) -> tuple[Tally, bool]:
        """What a new line brings about, and whether it waits for its details."""
        if line.amount.minor == 0 or (line.amount.minor < 0 and not line.reversal):
            return Tally(), False
        if line.amount.minor < 0:
            return self._taken_back(line, statement, account), False
        if line.reversal:
            return self._ask(line, Why.DEBIT_RETURNED, statement), False
        if line.total and account.await_details:
            return self._ask(line, Why.AWAITS_DETAILS, statement), True
        self._inbox.store(message_of(payment_of(line, account, statement.at), account, statement.at))
        return Tally(payments=1), False

    def _taken_back(self, line: BankLine, statement: Booking, account: BankAccount) -> Tally:
        original = statement.original_of(line) or self._original_of(line, account.id)
        if original is None:
            return self._ask(line, Why.UNKNOWN_ORIGINAL, statement)
        event = reversal_of(original, line, account, statement.at)
        self._inbox.store(message_of(event, account, statement.at))
        return Tally(reversals=1)

    def _original_of(self, line: BankLine, account_id: str) -> str | None:
        found = (
            each for name in references_of(line) for each in self._register.by_reference(account_id, name)
        )
        return one_original(line, found)

    def _ask(self, line: BankLine, why: Why, statement: Booking) -> Tally:
        self._attentions.raise_(Attention(line, why, statement.id, statement.at))
        return Tally(attention=1)


class Booking:
    """A statement while it is booked: its id, when it was heard of, and what came in by it."""

    def __init__(self, statement_id: str, at: datetime, lines: Iterable[Resolved]) -> None:
        self.id, self.at = statement_id, at
        self._came: Mapping[str, list[Known]] = defaultdict(list)
        for each in lines:
            known = each.known
            if known is not None and known.minor > 0 and not known.reversal:
                for name in {known.reference, known.end_to_end} - {""}:
                    self._came[name].append(known)

    def original_of(self, line: BankLine) -> str | None:
        """The payment of this very statement that a line takes back."""
        found = [each for name in references_of(line) for each in self._came.get(name, ())]
        return one_original(line, found)


def references_of(line: BankLine) -> set[str]:
    """By what the payment can be found that a line takes back."""
    return {normal_reference(line.end_to_end), normal_reference(line.bank_reference)} - {""}


def one_original(line: BankLine, candidates: Iterable[Known]) -> str | None:
    """The one movement of that amount, not booked later; None where there is none, or several it could be."""
    found = {
        each.id for each in candidates if each.minor == -line.amount.minor and each.day <= line.booked_on
    }
    return found.pop() if len(found) == 1 else None


def _in_total(resolved: Resolved) -> Resolved:
    return Resolved(resolved.line, Fate.IN_TOTAL, of=resolved.details_of)


def _counted(resolved: Resolved) -> Tally:
    return Tally(
        lines=1,
        new=int(resolved.fate is Fate.NEW),
        known=int(resolved.fate is Fate.KNOWN),
        in_details=int(resolved.fate is Fate.IN_DETAILS),
        in_totals=int(resolved.fate is Fate.IN_TOTAL),
    )
