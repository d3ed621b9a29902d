"""The life of a payment: from what is known of it and what was booked, what is to be booked next. Pure.

Level-triggered: nothing here asks which event came last. As long as the books are not what the facts say, there is a next
deed; each has a name that is new for ever, and is marked on the record in the transaction that books it. So repeats, any order and
crashes lead to the same ledger.

The money that came first has the payment's own key; when it went back and came again, that is a payment of its own
(`<key>~2`). What went back is taken from the money that was here at the time, and never more than is left of it: what could not be
taken is taken when there is more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from receivables.core.clock import format_instant, parse_instant
from receivables.ledger.payments import Known, PaymentRecord
from receivables.payments.booked import EXPLAINED, Booked
from receivables.payments.deeds import BACK, Deed, GiveBack, Receive, Remember, Take, Way
from receivables.payments.facts import SUCCEEDED, Story, Taking, fold
from receivables.payments.marks import Claim, Mark, claims_in

_ALL: Final = "all"
"""What brings the refunded sum up to a total, of which the single refunds are not known, is named by its instant."""

_GONE: Final = "gone"
"""The name of the failure that takes all that is left."""


def known_of(record: PaymentRecord) -> frozenset[Known]:
    """All that is known of a payment whose money came: that, and what its record tells beside it."""
    came = Known(SUCCEEDED, record.payment.effective_at, "", record.payment.amount.minor)
    return frozenset({came, *record.known})


def further_keys(record: PaymentRecord) -> tuple[str, ...]:
    """The keys of the payments in which its money came again."""
    return tuple(claim.key(record.payment.key) for claim in claims_in(record.done))


def next_deed(
    facts: Iterable[Known], key: str, first: PaymentRecord | None, further: Sequence[PaymentRecord] = ()
) -> Deed | None:
    """What is to be booked next of the payment of that key; None: the books are what the facts say. `first` is its record
    (None: its money was never booked), `further` are those of `further_keys` that there are."""
    story = fold(facts)
    if first is None:
        return Receive(key, story.episodes[0].came, story.episodes[0].minor) if story.episodes else None
    return next(_Books(story, first, tuple(further)).deeds(), None)


def perhaps_by_hand(
    facts: Iterable[Known], first: PaymentRecord, further: Sequence[PaymentRecord] = ()
) -> tuple[Take, ...]:
    """What is known to have gone back and is not marked, where more has gone back than is marked: a person may have recorded it
    under the same id."""
    books = _Books(fold(facts), first, tuple(further))
    return tuple(books.by_hand())


@dataclass(frozen=True)
class _Books:
    """What was booked of a payment whose money came at least once."""

    story: Story
    first: PaymentRecord
    further: tuple[PaymentRecord, ...]

    @cached_property
    def booked(self) -> Booked:
        return Booked((self.first, *self.further))

    def deeds(self) -> Iterator[Deed]:
        yield from self._misplaced()
        for way, takings in (
            (Way.FAILURE, self.story.reversals),
            (Way.CHARGEBACK, self.story.chargebacks),
            (Way.REFUND, tuple(each for each in self.story.refunds if each.back is not None)),
        ):
            for taking in takings:
                yield from self._taking(way, taking)
        yield from self._refunds()
        # After all that: for what a failure takes is what nothing else has taken. Before it comes again: that pays what is open.
        for record, went in self._failed:
            yield from self._take(record, Way.FAILURE, _GONE, went, _left(record))
        yield from self._comings()

    def by_hand(self) -> Iterator[Take]:
        for way, takings in ((Way.CHARGEBACK, self.story.chargebacks), (Way.REFUND, self.story.refunds)):
            for taking in takings:
                record = self._owner_at(taking.at)
                if record is not None and not self.booked.of(way, taking.id) and self._unmarked(record):
                    yield Take(record, way, taking.id, taking.at, self._wanted(taking))

    def _unmarked(self, record: PaymentRecord) -> bool:
        return record.gone > self.booked.marked(record, BACK.keys())

    @cached_property
    def _owners(self) -> tuple[PaymentRecord | None, ...]:
        """The record of each episode: the one whose money came at an instant at which the episode is told to have come."""
        records = {record.payment.key: record for record in (self.first, *self.further)}
        booked = [(self.first.payment.effective_at, self.first)]
        booked += [
            (claim.at, records[key])
            for claim in self._claims
            if (key := claim.key(self.first.payment.key)) in records
        ]
        return tuple(
            next((record for at, record in booked if at in episode.told), None)
            for episode in self.story.episodes
        )

    @cached_property
    def _claims(self) -> tuple[Claim, ...]:
        return claims_in(self.first.done)

    @property
    def _failed(self) -> Iterator[tuple[PaymentRecord, datetime]]:
        for record, episode in zip(self._owners, self.story.episodes, strict=True):
            if record is not None and episode.went is not None:
                yield record, episode.went

    def _comings(self) -> Iterator[Deed]:
        for record, episode in zip(self._owners, self.story.episodes, strict=True):
            if record is not None:
                continue
            claimed = next((claim for claim in self._claims if claim.at in episode.told), None)
            claim = claimed or Claim(len(self._claims) + 2, episode.came)
            key = claim.key(self.first.payment.key)
            yield Receive(key, claim.at, episode.minor, None if claimed else str(claim))

    def _taking(self, way: Way, taking: Taking) -> Iterator[Deed]:
        """What was taken, and - `back` - came back: both are booked."""
        if taking.back is None:
            yield from self._take_then(way, taking.id, taking.at, self._missing(way, taking))
            return
        if not self._booked(way, taking.id) and not (way is Way.REFUND and self._lumped):
            yield from self._take_then(way, taking.id, taking.at, self._wanted(taking))
        most = None
        if taking.returned is not None:
            of = list(self._standing(self.booked.of(way, taking.id)))
            most = taking.returned - sum(mark.minor for _, mark in of) + self._out(of)
        yield from self._give_back(way, taking.id, taking.back, most)

    def _refunds(self) -> Iterator[Deed]:
        """Bring the refunded sum to what is known: by the single refunds or, as far as these are not known, by the total."""
        going = [each for each in self.story.refunds if each.back is None]
        net = self._out(each for each in self.booked.marks if each[1].way == Way.REFUND)
        wanted = max(sum(self._wanted(each) for each in going), self._in_all - self.booked.explained)
        for each in reversed(going):
            missing = min(self._missing(Way.REFUND, each), wanted - net)
            yield from self._take_then(Way.REFUND, each.id, each.at, missing)
        if (total := self.story.total) is None:
            return
        if net < wanted:
            name = f"{_ALL}@{format_instant(total.at)}"
            yield from self._explain(name, wanted - net)
            yield from self._take_then(Way.REFUND, name, total.at, wanted - net)
        at = max([total.at, *(back for back, _ in self._never_arrived)])
        for _, mark in reversed(self._lumped):
            yield from self._give_back(Way.REFUND, mark.name, at, net - wanted)

    @property
    def _in_all(self) -> int:
        """What the last total says, less what came back since."""
        total = self.story.total
        if total is None or total.minor is None:
            return 0
        return total.minor - sum(minor for back, minor in self._never_arrived if back > total.at)

    def _explain(self, name: str, missing: int) -> Iterator[Deed]:
        """What people had refunded when a total was heard of is part of it; what they refund later is not."""
        if (by_hand := min(missing, self.booked.by_hand - self.booked.explained)) > 0:
            yield Remember(str(Mark(EXPLAINED, name, by_hand)))

    @property
    def _never_arrived(self) -> Iterator[tuple[datetime, int]]:
        for each in (*self.story.refunds, *self.story.failed_refunds):
            if each.back is not None:
                yield each.back, each.minor or 0

    @property
    def _lumped(self) -> list[tuple[PaymentRecord, Mark]]:
        """What was booked because of totals."""
        return [
            (record, mark)
            for record, mark in self.booked.marks
            if mark.way == Way.REFUND and mark.name.startswith(f"{_ALL}@")
        ]

    def _take_then(self, way: Way, id_: str, at: datetime, minor: int) -> Iterator[Deed]:
        """From the money that was here then; while that has not been booked, not at all."""
        if (record := self._owner_at(at)) is not None:
            yield from self._take(record, way, id_, at, minor)

    def _take(self, record: PaymentRecord, way: Way, id_: str, at: datetime, minor: int) -> Iterator[Deed]:
        if (most := min(minor, _left(record))) > 0:
            parts = len(self.booked.of(way, id_))
            yield Take(record, way, f"{id_}+{parts + 1}" if parts else id_, at, most)

    def _give_back(self, way: Way, id_: str, at: datetime, most: int | None = None) -> Iterator[Deed]:
        """What is still out of what went under an id, the last first."""
        for record, mark in reversed(self.booked.of(way, id_)):
            yield from self._give_back_of(record, mark, way, at, most)

    def _give_back_of(
        self, record: PaymentRecord, mark: Mark, way: Way, at: datetime, most: int | None
    ) -> Iterator[Deed]:
        out = self.booked.out(record, mark)
        minor = out if most is None else min(out, most)
        if minor > 0:
            times = len(self.booked.returned(record, mark))
            name = f"{mark.name}^{times + 1}" if times else mark.name
            yield GiveBack(record, way, f"{way}/{record.payment.key}/{mark.name}", name, at, minor)

    def _booked(self, way: Way, id_: str) -> int:
        return sum(mark.minor for _, mark in self._standing(self.booked.of(way, id_)))

    def _missing(self, way: Way, taking: Taking) -> int:
        return self._wanted(taking) - self._out(self.booked.of(way, taking.id))

    def _out(self, marks: Iterable[tuple[PaymentRecord, Mark]]) -> int:
        """How much of what was booked is still out."""
        return sum(self.booked.out(record, mark) for record, mark in self._standing(marks))

    def _standing(self, marks: Iterable[tuple[PaymentRecord, Mark]]) -> Iterator[tuple[PaymentRecord, Mark]]:
        """Without what was taken of other money than that which was here, as was heard later: of that it is still to be taken."""
        for record, mark in marks:
            if self._rightly(record, mark):
                yield record, mark

    def _misplaced(self) -> Iterator[Deed]:
        """What was taken of other money comes back there - unless that has gone, too: then its failure took so much less."""
        gone = {record.payment.key for record, _ in self._failed}
        for record, mark in self.booked.marks:
            if mark.way not in BACK or record.payment.key in gone or self._rightly(record, mark):
                continue
            way, at = Way(mark.way), self._instants.get(mark.id, record.payment.effective_at)
            yield from self._give_back_of(record, mark, way, at, None)

    def _rightly(self, record: PaymentRecord, mark: Mark) -> bool:
        owner = self._owner_at(self._instants.get(mark.id, record.payment.effective_at))
        return owner is record or (owner is None and not any(each is record for each in self._owners))

    @cached_property
    def _instants(self) -> dict[str, datetime]:
        """When what was booked under an id happened."""
        told = (*self.story.reversals, *self.story.chargebacks, *self.story.refunds)
        found = {taking.id: taking.at for taking in told}
        lumps = {mark.id: mark.id.removeprefix(f"{_ALL}@") for _, mark in self._lumped}
        return found | {name: parse_instant(text, field="done") for name, text in lumps.items()}

    def _wanted(self, taking: Taking) -> int:
        return self.first.payment.amount.minor if taking.minor is None else taking.minor

    def _owner_at(self, at: datetime) -> PaymentRecord | None:
        """The record of the money that was here at an instant, or that came first after it; None: it is not booked yet."""
        index = sum(episode.came <= at for episode in self.story.episodes)
        return self._owners[max(0, index - 1)]


def _left(record: PaymentRecord) -> int:
    """Minor units of it that are here."""
    return record.payment.amount.minor - record.gone - record.paid_out
