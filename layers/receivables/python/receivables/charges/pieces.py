"""Pieces of postings, and how many of them go into one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

from receivables.ledger import CreditChange, Entry, ItemChange, ItemKind, LedgerName, Posting
from receivables.ledger.posting import MOST_WRITES

INCOME: Final[Mapping[ItemKind, LedgerName]] = {
    ItemKind.INTEREST: LedgerName.INTEREST_INCOME,
    ItemKind.FEE: LedgerName.FEES,
}
_OF_THE_POSTING: Final = 2
"""Writes that a posting needs besides its pieces: the account, and a message."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What belongs into one transaction."""

    entries: tuple[Entry, ...] = ()
    items: tuple[ItemChange, ...] = ()
    credits: tuple[CreditChange, ...] = ()

    @classmethod
    def of(cls, pieces: Iterable[Piece]) -> Piece:
        """All of them as one."""
        made = tuple(pieces)
        return cls(
            tuple(chain.from_iterable(piece.entries for piece in made)),
            tuple(chain.from_iterable(piece.items for piece in made)),
            tuple(chain.from_iterable(piece.credits for piece in made)),
        )

    @property
    def writes(self) -> int:
        return len(self.entries) + sum(change.writes for change in self.items) + len(self.credits)


def packed(account_id: str, pieces: Iterable[Piece]) -> Iterator[Posting]:
    """Postings of as many pieces as a transaction takes."""
    batch: list[Piece] = []
    room = MOST_WRITES - _OF_THE_POSTING
    for piece in pieces:
        if batch and piece.writes > room:
            yield _posting(account_id, batch)
            batch, room = [], MOST_WRITES - _OF_THE_POSTING
        batch.append(piece)
        room -= piece.writes
    if batch:
        yield _posting(account_id, batch)


def _posting(account_id: str, pieces: Iterable[Piece]) -> Posting:
    whole = Piece.of(pieces)
    return Posting(account_id, whole.entries, whole.items, whole.credits)
