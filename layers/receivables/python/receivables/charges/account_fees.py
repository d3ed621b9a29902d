"""Fees per account: charged once for all that is late, for as long as something is late without a break (an episode).

The fee is charged for the invoice that began the episode - the first to become late, by day, due date and number - and its number
derives from that invoice and the rule. Every other invoice that is late then, or becomes late while one that the fee
covers still is, gets a mark (an accrued period of nothing that names the charge), so that the episode goes on when
the first is paid. Afterwards the fee is waived only when nothing that it covers, as far as it is still on the account,
turns out to have been late; its amount is that of the day on which it arose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from receivables.charges.accrual import Subject
from receivables.charges.explain import fee_notes
from receivables.charges.fees import amount_of, first_late, late_before
from receivables.charges.numbers import charge_number
from receivables.charges.rulebook import Correction, NewCharge
from receivables.core.money import Money
from receivables.ledger import Accrued, ChargeDetail, ItemKind
from receivables.terms.late_charges import FeeRule, Per


@dataclass(slots=True)
class _Episode:
    """All invoices of the account that a fee of one key is for."""

    members: list[tuple[Subject, FeeRule]] = field(default_factory=list)


def account_fees_due(
    subjects: Sequence[Subject],
) -> Iterator[NewCharge | Correction | tuple[str, Accrued]]:
    """Fees of the account that have arisen, those that prove to be wrong, and marks of invoices that one covers."""
    episodes: dict[str, _Episode] = {}
    for subject in subjects:
        for rule in subject.rules.fees:
            if rule.per is Per.ACCOUNT:
                episodes.setdefault(rule.key, _Episode()).members.append((subject, rule))
    for key, episode in episodes.items():
        yield from _of_episode(key, episode.members)


def _of_episode(
    key: str, members: Sequence[tuple[Subject, FeeRule]]
) -> Iterator[NewCharge | Correction | tuple[str, Accrued]]:
    yield from _wrong(key, members)
    unmarked = [(subject, rule) for subject, rule in members if not subject.accrued(key)]
    fresh = [
        (day, subject, rule)
        for subject, rule in unmarked
        if (day := first_late(subject.debt, subject.parts, rule, subject.today)) is not None
    ]
    if not fresh:
        return
    running = _running(key, members)
    if running is not None:
        yield from (_mark(subject, key, day, running) for day, subject, _ in fresh)
        return
    yield from _begun(key, fresh, unmarked)


def _begun(
    key: str, fresh: Iterable[tuple[int, Subject, FeeRule]], unmarked: Iterable[tuple[Subject, FeeRule]]
) -> Iterator[NewCharge | tuple[str, Accrued]]:
    """The fee, on the invoice that was late first, and the marks of all others that were late then or are by now."""
    day, first, rule = min(fresh, key=lambda each: (each[0], each[1].item.due_date, each[1].item.number))
    late = {s.item.number: late_before(s.debt, s.parts, day) for s, _ in unmarked}
    minor = amount_of(rule, sum(late.values()), first.currency)
    if not minor:
        return
    others = [(s, rule) for s, rule in unmarked if s.item.number != first.item.number]
    arisen = {s.item.number for _, s, _ in fresh}
    covered = [s for s, _ in others if late[s.item.number] or s.item.number in arisen]
    on = date.fromordinal(day)
    number = charge_number(first.item.number, key, None)
    total = Money(sum(late.values()), first.currency)
    detail = ChargeDetail(key, first.terms, str(on), (), tuple(fee_notes(rule, total, first.rules)))
    yield NewCharge(
        number,
        first.item.number,
        ItemKind.FEE,
        key,
        on,
        on,
        Money(minor, first.currency),
        detail,
        first.claimed,
        covers=tuple(s.item.number for s in covered),
    )
    yield from (_mark(s, key, day, number) for s in covered)


def _running(key: str, members: Iterable[tuple[Subject, FeeRule]]) -> str | None:
    """The charge of the episode that goes on: something that it covers is still late."""
    for subject, _ in members:
        for period in subject.accrued(key):
            if late_before(subject.debt, subject.parts, subject.today + 1):
                return period.charge
    return None


def _wrong(key: str, members: Sequence[tuple[Subject, FeeRule]]) -> Iterator[Correction]:
    for subject, rule in members:
        number = charge_number(subject.item.number, key, None)
        for period in subject.accrued(key):
            if period.charge != number or not period.minor or _was_late(number, key, members):
                continue
            nothing = Money.zero(subject.currency)
            detail = ChargeDetail(
                key, subject.terms, str(period.first), (), tuple(fee_notes(rule, nothing, subject.rules))
            )
            yield Correction(
                subject.item.number,
                period,
                number,
                ItemKind.FEE,
                0,
                subject.currency,
                detail,
                subject.claimed,
            )


def _was_late(number: str, key: str, members: Iterable[tuple[Subject, FeeRule]]) -> bool:
    """Something that the charge covers was late, or it cannot be told yet."""
    for subject, rule in members:
        if not any(period.charge == number for period in subject.accrued(key)):
            continue
        undecided = any(part.undecided for part in subject.parts)
        if undecided or first_late(subject.debt, subject.parts, rule, subject.today) is not None:
            return True
    return False


def _mark(subject: Subject, key: str, day: int, number: str) -> tuple[str, Accrued]:
    on = date.fromordinal(day)
    return subject.item.number, Accrued(key, on, on, 0, number)
