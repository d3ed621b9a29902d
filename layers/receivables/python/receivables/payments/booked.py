"""What was booked of a payment, by the marks on its records, and what people have booked beside that. Pure."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from receivables.ledger.payments import PaymentRecord
from receivables.payments.deeds import BACK, Way
from receivables.payments.marks import Mark, marks_in

EXPLAINED: Final = "explained"
"""The way of a mark: so much of a total was refunded by people, who did not know the processor's id of it."""

_REFUNDS: Final = frozenset({Way.REFUND})
_OTHERS: Final = frozenset({Way.CHARGEBACK, Way.FAILURE})


@dataclass(frozen=True)
class Booked:
    """The records of a payment: its own, and those in which its money came again. Amounts are minor units."""

    records: tuple[PaymentRecord, ...]

    @cached_property
    def marks(self) -> tuple[tuple[PaymentRecord, Mark], ...]:
        """All marks, each with the record that it stands on, in the order of booking."""
        return tuple((each, mark) for each in self.records for mark in marks_in(each.done))

    def of(self, way: str, id_: str) -> list[tuple[PaymentRecord, Mark]]:
        """What was booked under an id, and parts of it."""
        return [(record, mark) for record, mark in self.marks if (mark.way, mark.id) == (way, id_)]

    def returned(self, record: PaymentRecord, taken: Mark) -> list[Mark]:
        """What came back of something that had gone."""
        back = BACK[Way(taken.way)]
        return [
            mark for each, mark in self.marks if each is record and (mark.way, mark.of) == (back, taken.name)
        ]

    def out(self, record: PaymentRecord, taken: Mark) -> int:
        """How much of it has not come back."""
        return taken.minor - sum(each.minor for each in self.returned(record, taken))

    def marked(self, record: PaymentRecord, ways: AbstractSet[Way]) -> int:
        """How much of a record was taken in these ways, is marked, and has not come back."""
        return sum(self.out(record, mark) for each, mark in self.marks if each is record and mark.way in ways)

    @cached_property
    def by_hand(self) -> int:
        """What people have refunded, and is not known by the processor's id of it."""
        return sum(map(self._by_hand, self.records))

    @property
    def explained(self) -> int:
        """How much of that was found to be part of a total."""
        marked = sum(mark.minor for _, mark in self.marks if mark.way == EXPLAINED)
        return min(marked, self.by_hand)

    def _by_hand(self, record: PaymentRecord) -> int:
        # Of what went back out of suspense the record does not tell in which way.
        refunds, others = self.marked(record, _REFUNDS), self.marked(record, _OTHERS)
        charged_back = max(0, record.charged_back - others)
        return max(0, record.gone - record.reversed - charged_back - refunds - others)
