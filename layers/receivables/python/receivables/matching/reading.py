"""Reading: which receivables the texts and references of a line name, and how surely."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from receivables.ledger import OpenReceivable
from receivables.matching.book import Book
from receivables.matching.candidates import Line, Told
from receivables.matching.numbers import (
    FEW_DIGITS,
    Atom,
    Window,
    atoms_of,
    digits_of,
    goes_on,
    said_before,
    windows,
)
from receivables.matching.references import Reference, normal, references_in
from receivables.matching.series import further

Archive = Callable[[str], OpenReceivable | None]
"""A receivable by its exact number, open or not (a balance of zero); None: there is none."""

MOST_LOOKUPS: Final = 8
"""Numbers that are looked up for one line because they look like ours and are not open."""
MOST_MEANT: Final = 6
"""Receivables that one place of a text may mean; more are no evidence."""
LEAST_OF_TYPO: Final = 4
"""Digits of what may be a slip of a number."""
FEWEST_DIGITS: Final = 2
"""A number of no more digits is never sure, whatever stands before it: "invoice 12 of 24", "Rechnung 14 Tage"."""
MOST_OF_NUMBER: Final = 24
"""Characters of a reference that may be one of our numbers as it stands."""
_COMPACT_DATE: Final = re.compile(
    r"20\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])|(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])20\d\d", re.ASCII
)
_SURENESS: Final = {told: place for place, told in enumerate(Told)}


@dataclass(frozen=True, slots=True)
class Mention:
    """A receivable that a line names: how, and in what words a person is told. `start` and `end` are the atoms of the text."""

    item: OpenReceivable
    told: Told
    words: str
    start: int = -1
    end: int = -1
    may_be_day: bool = False
    """Its digits are a day without dots, and nothing says that they are a number."""

    @property
    def rank(self) -> int:
        return _SURENESS[self.told]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line names. `mentions` have each receivable once, as it is named best; `more` are those that a range or a list of
    endings may name too; `nearly` what is named with one character wrong; `closed` what is named and is settled."""

    mentions: tuple[Mention, ...] = ()
    more: tuple[Mention, ...] = ()
    nearly: tuple[Mention, ...] = ()
    closed: tuple[Mention, ...] = ()
    foreign: tuple[Mention, ...] = ()
    """Named, but in another currency."""
    strange: tuple[str, ...] = ()
    """Written like our numbers, and none of them."""


def read(line: Line, book: Book, archive: Archive) -> Reading:
    """What the reference, the structured reference and the texts of a line name."""
    atoms = atoms_of("\n".join(line.texts))
    found = [*_by_reference(line, book, archive), *_in_text(atoms, book)]
    taken = {place for each in found if each.told is not Told.SHORT for place in range(each.start, each.end)}
    loose_ends = tuple(
        window
        for window in windows(atoms)
        if not taken & set(range(window.start, window.end)) and _looks_like_a_number(window)
    )
    typos = tuple(_typos(loose_ends, atoms, book))
    settled, strange = _settled(loose_ends, atoms, book, archive)
    best = _best(found)
    currency = line.amount.currency
    ours = tuple(each for each in best if each.item.balance.currency == currency)
    return Reading(
        mentions=tuple(each for each in ours if each.item.balance.minor > 0),
        more=tuple(each for each in further(ours, atoms, book) if each.item.balance.currency == currency),
        nearly=tuple(each for each in _best(typos) if each.item.balance.currency == currency),
        closed=tuple(
            each
            for each in (*ours, *settled)
            if each.item.balance.minor <= 0 and each.item.balance.currency == currency
        ),
        foreign=tuple(each for each in (*best, *settled) if each.item.balance.currency != currency),
        strange=strange,
    )


def _by_reference(line: Line, book: Book, archive: Archive) -> Iterator[Mention]:
    if line.reference:
        item = book.get(line.reference) or archive(line.reference)
        if item is not None:
            yield Mention(item, Told.NUMBER, f"names {item.number}")
    plain = tuple(_as_it_stands(line.structured or "", book, archive))
    yield from plain
    for reference in references_in(line.structured, line.texts):
        if not (plain and reference.weak):
            yield from _referred(reference, book, archive)


def _as_it_stands(structured: str, book: Book, archive: Archive) -> Iterator[Mention]:
    """People write a number where a reference belongs: one of ours is meant as it stands, whatever its last digit checks."""
    key, runs = normal(structured), [atom.text for atom in atoms_of(structured)]
    if not FEWEST_DIGITS < sum(each.isdigit() for each in key) <= MOST_OF_NUMBER:
        return
    items = {item.number: item for item in (*book.numbered(key), *_by_digits(key, book))}
    if not items:
        guesses = (archive(number) for number in book.shapes(runs)[:2])
        items = {item.number: item for item in guesses if item is not None}
    for item in items.values() if len(items) <= MOST_MEANT else ():
        told = Told.NUMBER if normal(item.number) == key and len(key) > FEW_DIGITS else Told.DIGITS
        yield Mention(item, told, f"its reference is {item.number}")


def _by_digits(key: str, book: Book) -> tuple[OpenReceivable, ...]:
    return book.with_digits(key.lstrip("0")) if key.isdigit() else ()


def _referred(reference: Reference, book: Book, archive: Archive) -> Iterator[Mention]:
    items = book.numbered(reference.body) if reference.exact else book.with_digits(reference.body)
    exact = [item for item in items if _is_body(item.number, reference)]
    if not exact:
        guesses = (archive(number) for number in book.shapes([reference.body])[:2])
        exact = [item for item in guesses if item is not None and _is_body(item.number, reference)]
    for item in exact[:MOST_MEANT]:
        yield Mention(item, _surely(reference), f"its {reference.scheme} is that of {item.number}")


def _surely(reference: Reference) -> Told:
    """One check digit tells no more than that it may be a reference: then what it says counts as a number that is named."""
    if not reference.weak:
        return Told.STRUCTURED
    return Told.NUMBER if len(reference.body) > FEW_DIGITS else Told.DIGITS


def _is_body(number: str, reference: Reference) -> bool:
    if reference.exact:
        return normal(number).lstrip("0") == reference.body
    return digits_of(number).lstrip("0") == reference.body and len(reference.body) > 2


def _in_text(atoms: tuple[Atom, ...], book: Book) -> list[Mention]:
    """Each place of the text means what it names best; longer numbers go before what is part of them."""
    hits = [hit for window in windows(atoms) for hit in _hits(window, atoms, book)]
    hits.sort(key=lambda hit: (hit.rank, hit.start - hit.end, hit.start))
    chosen: list[Mention] = []
    taken: dict[int, tuple[int, int]] = {}
    for hit in hits:
        span = (hit.start, hit.end)
        if all(taken.get(place, span) == span for place in range(*span)):
            taken.update(dict.fromkeys(range(*span), span))
            chosen.append(hit)
    return chosen


def _hits(window: Window, atoms: tuple[Atom, ...], book: Book) -> Iterator[Mention]:
    whole = {item.number: item for key in (window.text, window.loose) for item in book.numbered(key)}
    if window.text.isdigit():
        for key in (window.text, window.text.lstrip("0"), window.loose):
            whole |= {item.number: item for item in book.with_digits(key)}
    for item in whole.values() if len(whole) <= MOST_MEANT else ():
        told = _told(window, atoms, item)
        yield Mention(
            item,
            told,
            f"its text names {item.number}",
            window.start,
            window.end,
            _may_be_day(window, atoms),
        )


def _may_be_day(window: Window, atoms: tuple[Atom, ...]) -> bool:
    return bool(_COMPACT_DATE.fullmatch(window.text)) and said_before(atoms, window.start) is None


def _told(window: Window, atoms: tuple[Atom, ...], item: OpenReceivable) -> Told:
    """How surely a place of the text names a receivable whose number, or the digits of it, it is."""
    run = atoms[window.start : window.end]
    if not window.text.isdigit():
        digits = sum(len(atom.text) for atom in run if atom.is_digits)
        return Told.NUMBER if digits > FEWEST_DIGITS else Told.SHORT
    before = said_before(atoms, window.start)
    if before is False or _is_date(run) or goes_on(atoms, window.end):
        return Told.SHORT
    enough = len(window.text.lstrip("0")) > FEW_DIGITS
    if enough and normal(item.number).isdigit():
        return Told.NUMBER
    return Told.DIGITS if enough or (before and len(window.text) > FEWEST_DIGITS) else Told.SHORT


def _is_date(run: Sequence[Atom]) -> bool:
    """Such as 2026-03-01 or 1.3.26: digits that tell a day before they tell anything else."""
    return sorted(len(atom.text) for atom in run) in ([2, 2, 4], [1, 2, 4], [1, 1, 4], [2, 2, 2])


def _looks_like_a_number(window: Window) -> bool:
    """With letters three digits are enough: whether they are those of our numbers is seen."""
    digits = sum(each.isdigit() for each in window.text)
    return 4 <= len(window.text) <= MOST_OF_NUMBER and digits > FEWEST_DIGITS + window.text.isdigit()


def _typos(ends: Iterable[Window], atoms: tuple[Atom, ...], book: Book) -> Iterator[Mention]:
    for window in ends:
        if len(window.text) <= FEW_DIGITS or sum(each.isdigit() for each in window.text) < LEAST_OF_TYPO:
            continue
        if window.text.isdigit() and said_before(atoms, window.start) is False:
            continue
        for item in book.near(window.text):
            words = f"its text has {window.text}, one character away from {item.number}"
            yield Mention(item, Told.TYPO, words, window.start, window.end)


def neighbours(item: OpenReceivable, book: Book) -> Iterator[OpenReceivable]:
    """Receivables whose number is one slip away from this one."""
    return (other for other in book.near(normal(item.number)) if other.number != item.number)


def _settled(
    ends: Iterable[Window], atoms: tuple[Atom, ...], book: Book, archive: Archive
) -> tuple[tuple[Mention, ...], tuple[str, ...]]:
    """What looks like a number of ours, is not open, and was one; and what never was."""
    guesses: dict[str, Window] = {}
    for window in ends:
        if not window.text.isdigit() or said_before(atoms, window.start) is not False:
            for number in book.shapes([atom.text for atom in atoms[window.start : window.end]]):
                # The longest window from each place comes first: with its letters it says more.
                guesses.setdefault(number, window)
    found: list[Mention] = []
    strange: list[str] = []
    for number, window in list(guesses.items())[:MOST_LOOKUPS]:
        item = archive(number)
        if item is not None:
            told = _told(window, atoms, item)
            found.append(Mention(item, told, f"its text names {item.number}", window.start, window.end))
        elif not window.text.isdigit():
            strange.append(number)
    return tuple(found), tuple(strange) if not found else ()


def _best(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    best: dict[str, Mention] = {}
    for each in mentions:
        known = best.get(each.item.number)
        if known is None or each.rank < known.rank:
            best[each.item.number] = each
    return tuple(best.values())
