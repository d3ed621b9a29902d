"""Customers and configuration for the functions that send: plain reads over botocore.

The API writes the same items with PynamoDB; importing that costs the hot functions more than all they do with it, so
they read the items themselves. A contract test writes with the one and reads with the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from receivables.adapters.errors import calling
from receivables.core.configuration import Company
from receivables.core.errors import NotFound
from receivables.customers import Channel, Customer
from receivables.dunning.policy import Playbook, Policy, Step, StepAction, Tone

Item = Mapping[str, Mapping[str, Any]]


class HotCustomers:
    """Reads customers one at a time."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def get(self, customer_id: str) -> Customer:
        """Strongly consistent. Raises NotFound."""
        with calling("customers"):
            answer = self._client.get_item(
                TableName=self._table, Key={"id": {"S": customer_id}}, ConsistentRead=True
            )
        item: Item = answer.get("Item", {})
        if not item:
            raise NotFound("customer", customer_id)
        suppressed = item["suppressed"]["M"] if "suppressed" in item else {}
        return Customer(
            id=customer_id,
            name=item["name"]["S"],
            email=_text(item, "email"),
            phone=_text(item, "phone"),
            locale=item["locale"]["S"],
            timezone=item["timezone"]["S"],
            sms_consent=item["sms_consent"]["BOOL"],
            terms_id=_text(item, "terms_id"),
            policy_id=_text(item, "policy_id"),
            suppressed={channel: reason["S"] for channel, reason in suppressed.items()},
            rev=int(item["rev"]["N"]),
        )


class HotConfiguration:
    """Reads the company's settings, its kill switch and its policies. Implements `notices.ports.KillSwitch`."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def engaged(self) -> bool:
        item = self._read("COMPANY", "kill_switch")
        return bool(item) and bool(item["engaged"]["BOOL"])

    def get(self) -> Company:
        """The company's settings; the defaults when nothing was ever set."""
        item = self._read("COMPANY", "settings")
        if not item:
            return Company()
        return Company(
            name=item["name"]["S"],
            terms_id=_text(item, "terms_id"),
            policy_id=_text(item, "policy_id"),
            reply_to=_text(item, "reply_to"),
            agency=item["agency"]["S"],
            rev=int(item["rev"]["N"]),
        )

    def versions(self, policy_id: str) -> Sequence[Policy]:
        """All written versions of a policy, oldest first, strongly consistent."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :policy",
            "ExpressionAttributeValues": {":policy": {"S": f"POLICY#{policy_id}"}},
            "ConsistentRead": True,
        }
        found: list[Policy] = []
        while True:
            with calling("configuration"):
                answer = self._client.query(**request)
            found.extend(_policy(item) for item in answer["Items"])
            if not answer.get("LastEvaluatedKey"):
                return found
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _read(self, pk: str, sk: str) -> Item:
        with calling("configuration"):
            answer = self._client.get_item(
                TableName=self._table, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
            )
        item: Item = answer.get("Item", {})
        return item


def _policy(item: Item) -> Policy:
    days = {name: int(value["N"]) for name, value in item["playbook"]["M"].items()}
    return Policy(
        id=item["id"]["S"],
        version=int(item["version"]["N"]),
        name=item["name"]["S"],
        in_force_from=date.fromisoformat(item["in_force_from"]["S"]),
        steps=tuple(_step(step["M"]) for step in item["steps"]["L"]),
        send_at=time.fromisoformat(item["send_at"]["S"]),
        send_on=frozenset(int(day["N"]) for day in item["send_on"]["L"]),
        playbook=Playbook(**days),
    )


def _step(step: Item) -> Step:
    return Step(
        key=step["key"]["S"],
        offset_days=int(step["offset_days"]["N"]),
        action=StepAction(step["action"]["S"]),
        tone=Tone(step["tone"]["S"]),
        channels=tuple(Channel(channel["S"]) for channel in step["channels"]["L"]),
    )


def _text(item: Item, name: str) -> str | None:
    return item[name]["S"] if name in item and "S" in item[name] else None
