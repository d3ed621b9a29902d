"""What cash application keeps: proposals beside their payments, the habits of payers, where a run stopped; and the names of customers.

P#<payment>  proposal   what matching made of it, and what a person did
H#<payer>    habit      for which accounts a bank account or a name has paid
S#matching   position   where the next run goes on
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.table import Table
from receivables.adapters.dynamodb.values import Item, number, present, text, text_at, text_map, text_map_at
from receivables.adapters.errors import calling
from receivables.core.errors import StaleRevision
from receivables.core.trees import dumps, loads
from receivables.matching.ports import Habit, Proposal, Standing

_POSITION: Final[Item] = {"pk": text("S#matching"), "sk": text("position")}


class DynamoProposals:
    """Implements `matching.ports.ProposalStore`."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, Table(client, table)

    def get(self, payment: str) -> Proposal | None:
        item = self._table.get(_proposal_key(payment))
        return _proposal(item) if item else None

    def of(self, payments: Iterable[str]) -> Mapping[str, Proposal]:
        items = self._table.batch(_proposal_key(payment) for payment in payments)
        return {each.payment: each for each in map(_proposal, items)}

    def put(self, proposal: Proposal) -> None:
        request: dict[str, Any] = {
            "TableName": self._table.name,
            "Item": {
                **_proposal_key(proposal.payment),
                "kind": text("proposal"),
                "standing": text(proposal.standing.value),
                "document": text(dumps(Proposal, proposal)),
            },
        }
        if proposal.standing is Standing.PROPOSED:
            request |= {
                "ConditionExpression": "attribute_not_exists(pk) OR standing = :proposed",
                "ExpressionAttributeValues": {":proposed": text(Standing.PROPOSED.value)},
            }
        with calling("dynamodb"):
            try:
                self._client.put_item(**request)
            except self._client.exceptions.ConditionalCheckFailedException:
                return


class DynamoHabits:
    """Implements `matching.ports.HabitStore`."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, Table(client, table)

    def of(self, payers: Iterable[str]) -> Mapping[str, Habit]:
        items = self._table.batch(_habit_key(payer) for payer in payers)
        return {each.payer: each for each in (loads(Habit, text_at(item, "document")) for item in items)}

    def put(self, habit: Habit) -> Habit:
        after = Habit(habit.payer, habit.accounts, habit.forgotten, habit.rev + 1)
        item = {
            **_habit_key(habit.payer),
            "kind": text("habit"),
            "rev": number(after.rev),
            "document": text(dumps(Habit, after)),
        }
        with calling("dynamodb"):
            try:
                self._client.put_item(
                    TableName=self._table.name,
                    Item=item,
                    ConditionExpression="rev = :rev" if habit.rev else "attribute_not_exists(pk)",
                    **({"ExpressionAttributeValues": {":rev": number(habit.rev)}} if habit.rev else {}),
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                raise StaleRevision("the habit has changed since it was read") from None
        return after


class DynamoMatchLog:
    """Implements `usecases.match_payments.MatchLog`: one item."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, Table(client, table)

    def position(self) -> Mapping[str, str] | None:
        item = self._table.get(_POSITION)
        return (text_map_at(item, "position") or None) if item else None

    def keep(self, position: Mapping[str, str] | None) -> None:
        item = {**_POSITION, **present(position=text_map(position) if position else None)}
        with calling("dynamodb"):
            self._client.put_item(TableName=self._table.name, Item=item)


class DynamoNames:
    """Implements `usecases.matching_facts.Names` on the table of customers."""

    def __init__(self, client: Any, customers: str) -> None:
        self._table = Table(client, customers)

    def names(self, customers: Iterable[str]) -> Mapping[str, str]:
        items = self._table.batch({"id": text(customer)} for customer in customers)
        return {text_at(item, "id"): text_at(item, "name") for item in items}


def _proposal_key(payment: str) -> Item:
    return {**keys.payment_key(payment), "sk": text("proposal")}


def _habit_key(payer: str) -> Item:
    return {"pk": text(f"H#{payer}"), "sk": text("habit")}


def _proposal(item: Item) -> Proposal:
    return loads(Proposal, text_at(item, "document"))
