"""Upkeep of what is drawn: what is due of a customer with an active mandate is to be collected under it (autopay).

Here it is only decided and announced: an arrangement in flight, whose fact starts the collection and which keeps reminders
away meanwhile. One for each receivable, never several together: the payment then names its invoice and finds it by itself, and
one that fails takes no other with it. Each due amount is ordered once. What the processor tries again by itself stays in
flight; after a failure the customer is asked, like everybody else. An order that was never placed, because the processor could
not be reached in days, is announced again a few times.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, takewhile
from typing import Final

from receivables.arrangements import Arrangement, Cause, Covered, InFlight, InFlightState
from receivables.core.clock import local_instant
from receivables.core.ids import derived_id
from receivables.core.money import Money
from receivables.customers import Customer, Mandate
from receivables.dunning.dues import Due, dues, rest
from receivables.dunning.policy import Policy
from receivables.ledger import ArrangementChange, Posting, WorkingSet

ORDERED_WITHIN: Final = timedelta(days=3)
"""How long an order may take to be placed, before reminders go on."""

MOST_ANNOUNCED: Final = 3
"""How often the same due amount is announced when it could not be ordered."""

MOST_AT_ONCE: Final = 20
"""Arrangements of one transaction; each takes four writes."""


def announce(
    working_set: WorkingSet,
    customer: Customer,
    policy: Policy,
    as_of: datetime,
    ever: Callable[[], Iterable[Arrangement]],
) -> Sequence[Posting]:
    """Collections that are to begin now (UTC). `ever` reads the account's arrangements, ended ones too."""
    mandate = _active(customer)
    ripe: defaultdict[str, list[Due]] = defaultdict(list)
    for due in drawable(working_set, customer, as_of):
        if draw_at(due, policy, customer) <= as_of:
            ripe[due.number].append(due)
    if mandate is None or not ripe:
        return ()
    known = {each.id: each for each in ever() if isinstance(each, InFlight)}
    found = (_collection(working_set, parts, mandate, known, as_of) for parts in ripe.values())
    changes = [ArrangementChange(None, each) for each in found if each is not None]
    if not changes:
        return ()
    account = working_set.account
    # It depends on all that was agreed: whoever changes that meanwhile is right.
    return (Posting(account.id, arrangements=tuple(changes[:MOST_AT_ONCE]), account_rev=account.rev),)


def next_drawing(
    working_set: WorkingSet, customer: Customer, policy: Policy, as_of: datetime
) -> Iterator[datetime]:
    """When something more is to be drawn (UTC), of what is open now."""
    moments = (draw_at(due, policy, customer) for due in drawable(working_set, customer, as_of))
    yield from (moment for moment in moments if moment > as_of)


def drawable(working_set: WorkingSet, customer: Customer, as_of: datetime) -> Iterator[Due]:
    """What may be drawn once it is due: nothing that is held, promised, disputed, part of a payment plan or in flight."""
    if _active(customer) is None or rest(working_set.account, customer, as_of) is not None:
        return
    flying = {
        covered.number
        for each in working_set.arrangements
        if isinstance(each, InFlight) and each.active
        for covered in each.covers
    }
    # Without the mandate, because under it nothing is asked for before it is due.
    for due in dues(working_set, replace(customer, mandate=None), as_of):
        resting = due.pause is not None and due.pause.lasts(as_of)
        if not (due.is_plan or resting or due.disputed or due.number in flying):
            yield due


def draw_at(due: Due, policy: Policy, customer: Customer) -> datetime:
    """On its due date, where the customer is, at the hour at which they would be written to (UTC)."""
    return local_instant(due.due_date, policy.send_at, customer.tz)


def collection_id(account_id: str, key: str, mandate: str, time: int) -> str:
    """The same for the same due amount under the same mandate, announced for the so-manieth time (from 0)."""
    return derived_id("col", account_id, key, mandate, str(time))


def _collection(
    working_set: WorkingSet,
    parts: Sequence[Due],
    mandate: Mandate,
    known: Mapping[str, InFlight],
    as_of: datetime,
) -> InFlight | None:
    """One for what has not been ordered yet: instalments after the last that has been."""
    account_id = working_set.account.id
    ordered = sorted(parts, key=lambda due: (due.due_date, due.part))
    fresh = list(
        takewhile(lambda due: _announced(account_id, due, mandate, known) is not None, ordered[::-1])
    )
    if not fresh or fresh[0].item is None:
        return None
    time = _announced(account_id, fresh[0], mandate, known)
    if time is None or time >= MOST_ANNOUNCED:
        return None
    item = fresh[0].item
    amount = min(sum(due.amount.minor for due in fresh), item.balance.minor)
    return InFlight(
        id=collection_id(account_id, fresh[0].key, mandate.key, time),
        account_id=account_id,
        covers=(Covered(item.number, item.balance),),
        cause=Cause.COLLECTING,
        amount=Money(amount, item.balance.currency),
        payment="",
        since=as_of,
        until=as_of + ORDERED_WITHIN,
        mandate=mandate.key,
    )


def _announced(account_id: str, due: Due, mandate: Mandate, known: Mapping[str, InFlight]) -> int | None:
    """How often it was announced in vain; None: it has been ordered, or may have been under an earlier mandate."""
    earlier = {each.mandate for each in known.values()} - {mandate.key}
    if any(_unsure(before) for key in earlier for before in _tried(account_id, due, key, known)):
        return None
    times = list(_tried(account_id, due, mandate.key, known))
    if any(before.ordered_at is not None or before.active for before in times):
        return None
    return len(times)


def _tried(account_id: str, due: Due, mandate: str, known: Mapping[str, InFlight]) -> Iterator[InFlight]:
    """What was announced of a due amount under a mandate, the first time first."""
    ids = (collection_id(account_id, due.key, mandate, time) for time in count())
    yield from takewhile(lambda before: before is not None, map(known.get, ids))


def _unsure(before: InFlight) -> bool:
    """It was ordered, and nobody knows what became of it: drawn again it could be drawn twice."""
    return before.ordered_at is not None and before.state is InFlightState.EXPIRED


def _active(customer: Customer) -> Mandate | None:
    mandate = customer.mandate
    return mandate if mandate is not None and mandate.active else None
