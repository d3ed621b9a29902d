"""Series: what is named with a number, and not written out: those up to another one, and a list of endings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from receivables.ledger import OpenReceivable
from receivables.matching.book import Book
from receivables.matching.numbers import Atom, digits_of

if TYPE_CHECKING:
    from receivables.matching.reading import Mention

MOST_RANGE: Final = 40
"""Receivables that "from ... to ..." may name."""
_THROUGH: Final = frozenset("TO BIS A AL THROUGH THRU UNTIL TILL TOT TIL DO".split())


def further(mentions: Iterable[Mention], atoms: tuple[Atom, ...], book: Book) -> Iterator[Mention]:
    """What lies between two numbers of a range, and what a list of endings names: 0042/43/44."""
    placed = sorted((each for each in mentions if each.start >= 0), key=lambda each: each.start)
    known = {each.item.number for each in placed}
    for first in placed:
        for number in (*_range(first, placed, atoms), *_endings(first, atoms)):
            item = _same_series(number, first, book)
            if item is not None and item.number not in known:
                known.add(item.number)
                yield replace(
                    first, item=item, words=f"its text names {item.number} with {first.item.number}"
                )


def _range(first: Mention, placed: list[Mention], atoms: tuple[Atom, ...]) -> Iterator[str]:
    last = next((each for each in placed if each.start >= first.end), None)
    between = atoms[first.end : last.start] if last else ()
    if last is None or len(between) > 1 or any(atom.text not in _THROUGH for atom in between):
        return
    if not between and atoms[last.start].gap.strip() not in {"-", "–", "—", "..", "..."}:
        return
    yield from _between(digits_of(first.item.number), digits_of(last.item.number))


def _endings(first: Mention, atoms: tuple[Atom, ...]) -> Iterator[str]:
    digits = digits_of(first.item.number)
    for place in range(first.end, min(len(atoms), first.end + MOST_RANGE)):
        atom = atoms[place]
        if not atom.is_digits:
            if atom.text in {"U", "UND", "AND", "ET", "E", "Y", "EN", "OG", "OCH", *_THROUGH}:
                continue
            return
        if len(atom.text) >= len(digits) or len(atom.text) > 4 or len(atom.gap.strip()) > 1:
            return
        ending = digits[: -len(atom.text)] + atom.text
        yield ending
        if atom.gap.strip() in {"-", "–", "—"} or (atoms[place - 1].text in _THROUGH):
            yield from _between(digits, ending)


def _between(first: str, last: str) -> Iterator[str]:
    if len(first) == len(last) and 0 < int(last or 0) - int(first or 0) <= MOST_RANGE:
        yield from (str(number).zfill(len(first)) for number in range(int(first) + 1, int(last)))


def _same_series(digits: str, first: Mention, book: Book) -> OpenReceivable | None:
    """The receivable of the same account, and a number of the same look, with these digits."""
    for item in book.with_digits(digits):
        if item.account_id == first.item.account_id and len(item.number) == len(first.item.number):
            return item
    return None
