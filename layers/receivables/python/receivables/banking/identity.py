"""Which movement a line is: the same one, told in another statement or another format, must come once.

Banks tell a movement several times: intraday (camt.052, MT942), at the end of the day (camt.053, MT940), as a notification
(camt.054), in files that overlap. Within one booking day two lines are the same movement when

1. the bank's own reference and the amount are the same, the reference being a real one and told once for that amount, and
   nothing that both tell of the end-to-end id and of the other side's IBAN contradicts it (some banks give one reference to
   many); or
2. amount, value date, counterparty, remittance and end-to-end id are the same, and not both have a reference of their own.

Identical lines are counted: the second of two is the second one of any other statement that tells two. A batch is the same
when the bank's reference of the booking and its total are the same: what came as a total does not come again as its parts, nor
the other way round. Every line takes part in one match only.

What cannot be told: two identical payments without any reference in two intraday reports that do not overlap look like one; the second
comes with the next statement that has both. A movement that is described in one format by words that the other does not have comes
twice unless the bank's reference is in both.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from receivables.banking.statement import BankLine
from receivables.core.ids import dated_id, id_time

_OTHER: Final = re.compile(r"[\W_]+")
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_NO_REFERENCE: Final = frozenset(
    {"", "NONREF", "NOTPROVIDED", "NOTAVAILABLE", "NOREF", "NONE", "NA", "UNKNOWN"}
)


class Fate(StrEnum):
    """What a line is in the light of what was told before."""

    NEW = "new"
    KNOWN = "known"
    """Another statement has told it."""
    IN_DETAILS = "in_details"
    """A total, whose single payments have come already."""
    IN_TOTAL = "in_total"
    """One of several payments whose total has come already as one line."""


@dataclass(frozen=True, slots=True)
class Known:
    """A movement that has been told, as far as others are recognised by it. `reference` and `end_to_end` are normalised and empty
    where there is none; `batch_total` is that of its batch (minor units), 0 outside; `ordinal` counts identical lines (0: it is
    named by its reference). `iban` is that of the other side, empty where none is told. `awaits`: a total that waits for its
    details."""

    id: str
    day: date
    minor: int
    digest: str
    statement: str
    reference: str = ""
    end_to_end: str = ""
    batch: str = ""
    batch_total: int = 0
    ordinal: int = 0
    total: bool = False
    awaits: bool = False
    reversal: bool = False
    iban: str = ""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A line with its identity. `of`: the line that it is told by already, where it is not NEW. `details_of`: the total, waiting for
    details, that these are the details of. `known` is what is to be remembered of a NEW one."""

    line: BankLine
    fate: Fate
    of: str | None = None
    details_of: str | None = None
    known: Known | None = None


def normal_reference(text: str | None) -> str:
    """A bank's or payer's reference as it is compared; empty for what only says that there is none."""
    plain = _plain(text or "")
    return "" if plain in _NO_REFERENCE or not plain.strip("0") else plain


def _plain(text: str) -> str:
    """Letters and digits only, in capitals."""
    return _OTHER.sub("", text.upper())


def resolve(
    lines: Sequence[BankLine], known: Iterable[Known], statement: str, before: AbstractSet[str] = frozenset()
) -> Sequence[Resolved]:
    """Which movement each line is. `known` is what is remembered of the booking days of the lines, in any order; `before` are ids of
    statements that end where this one (`statement`) begins, so that none of their lines can be one of these.

    The same for the same input, and when some of these very lines are known already because a run was cut short.
    """
    return _Resolution(lines, known, statement, before).result()


class _Resolution:
    def __init__(
        self, lines: Sequence[BankLine], known: Iterable[Known], statement: str, before: AbstractSet[str]
    ) -> None:
        self._lines, self._statement = lines, statement
        # What others told goes first, so that a run that is repeated gives each line what it had the first time.
        remembered = sorted(known, key=lambda each: (each.statement == statement, each.ordinal, each.id))
        self._known = [each for each in remembered if each.statement not in before]
        self._digests = [_digest(line) for line in lines]
        self._references = _usable(lines)
        self._totals = _batch_totals(lines)
        self._matched: dict[int, Known] = {}
        self._taken: set[str] = set()
        self._ordinals = _ordinals(remembered)
        self._last: dict[str, int] = defaultdict(int)

    def result(self) -> Sequence[Resolved]:
        self._match_by_reference()
        self._match_by_digest()
        details, totals = self._batches_told_in_total(), self._batches_told_in_details()
        return [self._resolved(i, details, totals) for i in range(len(self._lines))]

    def _match_by_reference(self) -> None:
        by_reference: dict[tuple[date, int, str], list[Known]] = defaultdict(list)
        for each in self._known:
            if each.reference:
                by_reference[each.day, each.minor, each.reference].append(each)
        for i, line in enumerate(self._lines):
            if reference := self._references[i]:
                found = by_reference.get((line.booked_on, line.amount.minor, reference), ())
                self._take(i, (each for each in found if not _contradicts(each, line)))

    def _match_by_digest(self) -> None:
        """A line without a reference may be any movement that is described so, one with a reference only one that has none."""
        unnamed, named = _Free(self._taken), _Free(self._taken)
        for each in self._known:
            (named if each.reference else unnamed).put(each.digest, each)
        for i, digest in enumerate(self._digests):
            if i not in self._matched:
                found = unnamed.first(digest) or (None if self._references[i] else named.first(digest))
                self._take(i, [found] if found else [])

    def _take(self, i: int, candidates: Iterable[Known]) -> None:
        for each in candidates:
            if each.id not in self._taken:
                self._matched[i] = each
                self._taken.add(each.id)
                return

    def _batches_told_in_total(self) -> Mapping[tuple[date, str], Known]:
        """The batches of these lines that came before as one line."""
        members: dict[tuple[date, str], list[int]] = defaultdict(list)
        for i, line in enumerate(self._lines):
            if line.batch and not line.total:
                members[line.booked_on, line.batch].append(i)
        totals = _Totals(self._known, self._taken)
        found = {}
        for (day, batch), indexes in members.items():
            if any(i in self._matched and self._matched[i].batch for i in indexes):
                continue
            told = totals.take(day, self._totals[day, batch], _batch_name(batch))
            if told is not None:
                found[day, batch] = told
        return found

    def _batches_told_in_details(self) -> Mapping[int, Known]:
        """The lines that are totals of batches whose details came before."""
        batches: dict[tuple[date, int], dict[str, Known]] = defaultdict(dict)
        for each in self._known:
            if each.batch_total:
                batches[each.day, each.batch_total].setdefault(each.batch, each)
        found = {}
        for i, line in enumerate(self._lines):
            if i in self._matched or not (told := batches.get((line.booked_on, line.amount.minor))):
                continue
            names = {_batch_name(line.batch), normal_reference(line.bank_reference)} - {""}
            some = any(not _unnamed(each) for each in names)
            name = next((n for n in told if n in names or (line.total and (_unnamed(n) or not some))), None)
            if name is not None:
                found[i] = told.pop(name)
        return found

    def _resolved(
        self, i: int, details: Mapping[tuple[date, str], Known], totals: Mapping[int, Known]
    ) -> Resolved:
        line = self._lines[i]
        if i in self._matched:
            return self._again(line, self._matched[i])
        if i in totals:
            return self._told(i, Fate.IN_DETAILS, totals[i].id)
        told = details.get((line.booked_on, line.batch or "")) if not line.total else None
        if told is not None and not told.awaits:
            return self._told(i, Fate.IN_TOTAL, told.id)
        return self._new(i, told)

    def _again(self, line: BankLine, told: Known) -> Resolved:
        named = replace(line, id=told.id)
        if told.statement == self._statement:
            # It is of this very statement: a run that was cut short has told it.
            return Resolved(named, Fate.NEW, known=told)
        return Resolved(named, Fate.KNOWN, of=told.id)

    def _told(self, i: int, fate: Fate, by: str) -> Resolved:
        """A line that moves nothing: its name is of this statement only."""
        line = self._lines[i]
        name = dated_id("ln", day_instant(line.booked_on), line.account, fate, by, self._statement, str(i))
        return Resolved(replace(line, id=name), fate, of=by)

    def _new(self, i: int, told: Known | None) -> Resolved:
        line = self._lines[i]
        identity, ordinal = self._name(i)
        in_batch = line.batch is not None and not line.total
        known = Known(
            id=identity,
            day=line.booked_on,
            minor=line.amount.minor,
            digest=self._digests[i],
            statement=self._statement,
            reference=self._references[i],
            end_to_end=normal_reference(line.end_to_end),
            batch=_batch_name(line.batch),
            batch_total=self._totals[line.booked_on, line.batch or ""] if in_batch else 0,
            ordinal=ordinal,
            total=line.total,
            reversal=line.reversal,
            iban=_iban(line),
        )
        return Resolved(
            replace(line, id=identity), Fate.NEW, details_of=told.id if told else None, known=known
        )

    def _next_ordinal(self, digest: str) -> int:
        """The first that is free: also that of a line whose message is stored already, and that is not remembered yet."""
        ordinal = self._last[digest] + 1
        while ordinal in self._ordinals[digest]:
            ordinal += 1
        self._last[digest] = ordinal
        return ordinal

    def _name(self, i: int) -> tuple[str, int]:
        line, reference, ordinal = self._lines[i], self._references[i], 0
        minor = str(line.amount.minor)
        parts: tuple[str, ...]
        if reference:
            parts = (
                line.account,
                "reference",
                minor,
                reference,
                normal_reference(line.end_to_end),
                _iban(line),
            )
        else:
            ordinal = self._next_ordinal(self._digests[i])
            parts = (line.account, "digest", minor, self._digests[i], str(ordinal))
        return dated_id("ln", day_instant(line.booked_on), *parts), ordinal


class _Free:
    """Movements by what they are found by; those that are taken meanwhile are passed over, each once."""

    def __init__(self, taken: AbstractSet[str]) -> None:
        self._taken = taken
        self._waiting: dict[Hashable, deque[Known]] = defaultdict(deque)

    def put(self, key: Hashable, known: Known) -> None:
        self._waiting[key].append(known)

    def first(self, key: Hashable) -> Known | None:
        """The first one that is not taken."""
        waiting = self._waiting.get(key)
        while waiting and waiting[0].id in self._taken:
            waiting.popleft()
        return waiting[0] if waiting else None


class _Totals:
    """Movements that may be the total of a batch, told as one line: by the bank's name of the booking, or - where one of the two has
    no name - by day and amount alone, if it is told to be a total."""

    def __init__(self, known: Iterable[Known], taken: set[str]) -> None:
        self._taken = taken
        self._named, self._unnamed, self._any = _Free(taken), _Free(taken), _Free(taken)
        for each in known:
            if each.batch_total:
                continue
            names = {each.batch, each.reference} - {""}
            for name in names:
                self._named.put((each.day, each.minor, name), each)
            if each.total:
                self._any.put((each.day, each.minor), each)
                if not names:
                    self._unnamed.put((each.day, each.minor), each)

    def take(self, day: date, minor: int, name: str) -> Known | None:
        """The one that a batch of that name and total is; it is not given again."""
        other = self._any if _unnamed(name) else self._unnamed
        found = self._named.first((day, minor, name)) or other.first((day, minor))
        if found is not None:
            self._taken.add(found.id)
        return found


def _batch_name(text: str | None) -> str:
    """What a batch is known by. A reader that finds no name makes one up, beginning with #, that only keeps batches apart."""
    return text if text is not None and _unnamed(text) else normal_reference(text)


def _unnamed(name: str) -> bool:
    return not name or name.startswith("#")


def day_instant(day: date) -> datetime:
    """The beginning of a day in UTC: ids of lines tell the booking day by it."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def booked_on(line_id: str) -> date:
    """The booking day that a line's id tells. Raises InvalidInput (field `id`)."""
    return id_time(line_id).date()


def _usable(lines: Sequence[BankLine]) -> list[str]:
    """The reference of each line; empty where it names several lines of the same day and amount."""
    told = [normal_reference(line.bank_reference) for line in lines]
    seen = Counter((line.booked_on, line.amount.minor, ref) for line, ref in zip(lines, told, strict=True))
    return [
        ref if seen[line.booked_on, line.amount.minor, ref] == 1 else ""
        for line, ref in zip(lines, told, strict=True)
    ]


def _batch_totals(lines: Sequence[BankLine]) -> Mapping[tuple[date, str], int]:
    totals: dict[tuple[date, str], int] = defaultdict(int)
    for line in lines:
        if line.batch and not line.total:
            totals[line.booked_on, line.batch] += line.amount.minor
    return totals


def _ordinals(known: Iterable[Known]) -> dict[str, set[int]]:
    """The ordinals that are taken, by digest."""
    taken: dict[str, set[int]] = defaultdict(set)
    for each in known:
        taken[each.digest].add(each.ordinal)
    return taken


def _contradicts(known: Known, line: BankLine) -> bool:
    """Whether both tell who ordered it, and in other words."""
    told = ((known.end_to_end, normal_reference(line.end_to_end)), (known.iban, _iban(line)))
    return any(one and other and one != other for one, other in told)


def _iban(line: BankLine) -> str:
    """An account number of another kind is written in more than one way."""
    told = _plain(line.counterparty_account or "")
    return told if _IBAN.fullmatch(told) else ""


def _digest(line: BankLine) -> str:
    """What the line says, without what formats and versions write differently: case, spaces, punctuation."""
    words = (line.counterparty or "", " ".join(line.remittance), line.structured or "")
    said = "|".join(
        (
            line.booked_on.isoformat(),
            (line.valued_on or line.booked_on).isoformat(),
            str(line.amount.minor),
            str(line.reversal),
            *(_plain(word) for word in words),
            normal_reference(line.end_to_end),
        )
    )
    return sha256(f"{line.account}|{said}".encode()).hexdigest()[:32]
