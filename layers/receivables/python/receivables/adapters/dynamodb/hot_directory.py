"""Customers and configuration for the functions that send: plain reads over botocore.

The API writes the same items with PynamoDB; importing that costs the hot functions more than all they do with it, so
they read the items themselves. A contract test writes with the one and reads with the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from receivables import arrangements, customers
from receivables.adapters.errors import calling
from receivables.core.amounts import Amounts
from receivables.core.errors import NotFound
from receivables.core.trees import loads

if TYPE_CHECKING:
    from receivables.charges.rates import RateTable
    from receivables.core.configuration import Company
    from receivables.dunning import Policy
    from receivables.terms import Terms

V = TypeVar("V")

Item = Mapping[str, Mapping[str, Any]]


class HotCustomers:
    """Reads customers one at a time."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def get(self, customer_id: str) -> customers.Customer:
        """Strongly consistent. Raises NotFound."""
        with calling("customers"):
            answer = self._client.get_item(
                TableName=self._table, Key={"id": {"S": customer_id}}, ConsistentRead=True
            )
        item: Item = answer.get("Item", {})
        if not item:
            raise NotFound("customer", customer_id)
        suppressed = item["suppressed"]["M"] if "suppressed" in item else {}
        return customers.Customer(
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
            kind=customers.CustomerKind(_text(item, "kind") or customers.CustomerKind.BUSINESS),
            segment=_text(item, "segment"),
            credit_limit=_tree(lambda: Amounts, item, "credit_limit") or Amounts(),
            credit_release=_tree(lambda: arrangements.CreditRelease, item, "credit_release"),
            hold=_tree(lambda: arrangements.Hold, item, "hold"),
            mandate=_tree(lambda: customers.Mandate, item, "mandate"),
        )


class HotConfiguration:
    """Reads the company's settings, its kill switch, and the documents that were written: `policies`, `terms` and `rates`,
    of `core.versions.VersionStore` as much as reads. Implements `notices.ports.KillSwitch`."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    # What a document is made of is loaded for the first that is read: most invoices have no late charges, and who asks for
    # the kill switch needs no policy.
    @cached_property
    def policies(self) -> HotVersions[Policy]:
        from receivables.dunning import Policy

        return HotVersions(self._client, self._table, "POLICY", Policy)

    @cached_property
    def terms(self) -> HotVersions[Terms]:
        from receivables.terms import Terms

        return HotVersions(self._client, self._table, "TERMS", Terms)

    @cached_property
    def rates(self) -> HotVersions[RateTable]:
        from receivables.charges.rates import RateTable

        return HotVersions(self._client, self._table, "RATES", RateTable)

    def engaged(self) -> bool:
        item = self._read("COMPANY", "kill_switch")
        return bool(item) and bool(item["engaged"]["BOOL"])

    def get(self) -> Company:
        """The company's settings; the defaults when nothing was ever set."""
        from receivables.core.configuration import CashRules, Company, Creditor, ProcessorAccount, Segment

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
            segments=_tree(lambda: Mapping[str, Segment], item, "segments") or {},
            closed_days=_tree(lambda: Mapping[date, str], item, "closed_days") or {},
            creditor=_tree(lambda: Creditor, item, "creditor"),
            cash=_tree(lambda: CashRules, item, "cash") or CashRules(),
            processors=_tree(lambda: tuple[ProcessorAccount, ...], item, "processors") or (),
        )

    def _read(self, pk: str, sk: str) -> Item:
        with calling("configuration"):
            answer = self._client.get_item(
                TableName=self._table, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
            )
        item: Item = answer.get("Item", {})
        return item


class HotVersions(Generic[V]):
    """The written versions of one kind of document."""

    def __init__(self, client: Any, table: str, prefix: str, of: type[V]) -> None:
        self._client, self._table, self._prefix, self._of = client, table, prefix, of

    def versions(self, document_id: str) -> Sequence[V]:
        """All written versions of one, oldest first, strongly consistent; empty if there is none."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :document",
            "ExpressionAttributeValues": {":document": {"S": f"{self._prefix}#{document_id}"}},
            "ConsistentRead": True,
        }
        found: list[V] = []
        while True:
            with calling("configuration"):
                answer = self._client.query(**request)
            found.extend(loads(self._of, item["document"]["S"]) for item in answer["Items"])
            if not answer.get("LastEvaluatedKey"):
                return found
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _text(item: Item, name: str) -> str | None:
    return item[name]["S"] if name in item and "S" in item[name] else None


def _tree(of: Callable[[], Any], item: Item, name: str) -> Any:
    """A document in the item; None: it has none, and what it would be made of is not asked for."""
    text = _text(item, name)
    return None if text is None else loads(of(), text)
