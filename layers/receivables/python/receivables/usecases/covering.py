"""Which receivables a promise or plan covers: those that are named, or all that is open and not covered by another."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from receivables.arrangements import Arrangement, Covered, Plan, Promise
from receivables.core.errors import Conflict, FieldError, InvalidFields
from receivables.ledger import OpenItem, WorkingSet


def covered_by(number: str, arrangements: Sequence[Arrangement]) -> Promise | Plan | None:
    """The active promise or plan that covers a receivable."""
    for each in arrangements:
        if isinstance(each, (Promise, Plan)) and each.active and any(c.number == number for c in each.covers):
            return each
    return None


def covers_of(working_set: WorkingSet, named: Sequence[str]) -> tuple[Covered, ...]:
    """What is open now of the receivables that are named or, without names, of all that no other promise or plan covers;
    the oldest due first.

    Raises InvalidFields (`receivables.0`) for one that is not open or covered already, and Conflict when there is none.
    """
    found = {item.number: item for item in working_set.open_items}
    if errors := list(_problems(working_set, found.keys(), named)):
        raise InvalidFields(errors)
    chosen = [found[number] for number in dict.fromkeys(named)] if named else _free(working_set)
    if not chosen:
        raise Conflict("nothing is open on the account that is not promised or planned already")
    ordered = sorted(chosen, key=lambda item: (item.due_date, item.number))
    return tuple(Covered(item.number, item.balance) for item in ordered)


def _free(working_set: WorkingSet) -> list[OpenItem]:
    return [i for i in working_set.open_items if covered_by(i.number, working_set.arrangements) is None]


def _problems(working_set: WorkingSet, found: Container[str], named: Sequence[str]) -> Iterator[FieldError]:
    for i, number in enumerate(named):
        if number not in found:
            yield FieldError(
                f"receivables.{i}", f"{number!r} is not open on account {working_set.account.id}"
            )
        elif other := covered_by(number, working_set.arrangements):
            yield FieldError(f"receivables.{i}", f"is covered by {other.kind.value} {other.id} already")
