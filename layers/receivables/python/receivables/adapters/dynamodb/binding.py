"""PynamoDB models bound to a table at run time, attributes that are exact, and errors as the product's own types.

Nothing here touches the environment: the composition root hands in the table's name and a botocore client, which carries
the endpoint, the region and the credentials. All models of one function share that client, and with it its pool of
connections; PynamoDB by itself would load the service description and open a pool once per model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, TypeVar

from pynamodb.attributes import Attribute, DiscriminatorAttribute
from pynamodb.connection.base import Connection
from pynamodb.constants import NUMBER, STRING
from pynamodb.exceptions import DoesNotExist, PynamoDBException
from pynamodb.models import Model

from receivables.core.clock import format_instant, parse_date, parse_instant
from receivables.core.errors import DependencyFailed, Throttled
from receivables.core.trees import dumps, loads

M = TypeVar("M", bound=Model)

CONDITION_FAILED = "ConditionalCheckFailedException"
TRANSACTION_CANCELED = "TransactionCanceledException"
_THROTTLED = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "LimitExceededException",
    }
)


class IntAttribute(Attribute[int]):
    """An exact integer; PynamoDB's own number attribute takes floats, and gives them back."""

    attr_type = NUMBER

    def serialize(self, value: Any) -> str:
        if type(value) is not int:
            raise TypeError(f"{self.attr_name}: an int is stored here, not {type(value).__name__}")
        return str(value)

    def deserialize(self, value: str) -> int:
        return int(value)


class DateAttribute(Attribute[date]):
    """A calendar date as `2026-03-01`; a datetime is refused, because it would lose its time and zone."""

    attr_type = STRING

    def serialize(self, value: Any) -> str:
        if type(value) is not date:
            raise TypeError(f"{self.attr_name}: a date is stored here, not {type(value).__name__}")
        return value.isoformat()

    def deserialize(self, value: str) -> date:
        return parse_date(value, field=self.attr_name or "date")


class InstantAttribute(Attribute[datetime]):
    """An instant as UTC text of fixed width; a naive datetime is refused."""

    attr_type = STRING

    def serialize(self, value: Any) -> str:
        if type(value) is not datetime:
            raise TypeError(f"{self.attr_name}: an instant is stored here, not {type(value).__name__}")
        return format_instant(value)

    def deserialize(self, value: str) -> datetime:
        return parse_instant(value, field=self.attr_name or "instant")


class TreeAttribute(Attribute[Any]):
    """A tree of dataclasses as JSON text."""

    attr_type = STRING

    def __init__(self, of: Any, **more: Any) -> None:
        super().__init__(**more)
        self._of = of

    def serialize(self, value: Any) -> str:
        return dumps(self._of, value)

    def deserialize(self, value: str) -> Any:
        return loads(self._of, value)


class Limits:
    """What a bound model's Meta begins with. They apply should PynamoDB ever build a client of its own."""

    connect_timeout_seconds = 2.0
    read_timeout_seconds = 5.0
    max_retry_attempts = 2
    max_pool_connections = 10


def bind(model: type[M], table: str, client: Any) -> type[M]:
    """A copy of the model that lives in `table` and speaks through the botocore `client`."""
    meta = type("Meta", (Limits,), _target(table, client))
    metaclass: Any = type(model)
    bound: type[M] = metaclass(model.__name__, (model,), {"Meta": meta, "__module__": model.__module__})
    _share(bound, client)
    return bound


def bind_all(
    root: type[Model], kinds: dict[type[Model], str], table: str, client: Any
) -> Callable[[type[M]], type[M]]:
    """Copies of the models of one table, told apart by the root's `kind` attribute; the answer finds a model's copy.

    They get a discriminator of their own: one that is shared would hand out models bound to another table.
    """
    meta = type("Meta", (Limits,), _target(table, client))
    names = {"Meta": meta, "kind": DiscriminatorAttribute(), "__module__": root.__module__}
    metaclass: Any = type(root)
    family: Any = metaclass(root.__name__, (root,), names)
    copies = {
        model: metaclass(
            model.__name__, (model, family), {"__module__": model.__module__}, discriminator=kind
        )
        for model, kind in kinds.items()
    }
    _share(family, client)
    for copy in copies.values():
        _share(copy, client)
    return lambda model: copies[model]


def _target(table: str, client: Any) -> dict[str, Any]:
    return {"table_name": table, "host": client.meta.endpoint_url, "region": client.meta.region_name}


def connection(model: type[Model]) -> Connection:
    """The connection of a bound model, for transactions."""
    return model._get_connection().connection  # noqa: SLF001 - there is no public way to it


def _share(model: type[Model], client: Any) -> None:
    connection(model)._client = client  # noqa: SLF001 - nor a public way to hand in a client


def is_condition(error: PynamoDBException) -> bool:
    """The write was refused because its condition does not hold."""
    return _code(error) in {CONDITION_FAILED, TRANSACTION_CANCELED}


def _code(error: PynamoDBException) -> str | None:
    """DynamoDB's code. PynamoDB's own `cause_response_code` fails on a time-out, whose response is None."""
    response = getattr(error.cause, "response", None) or {}
    code: str | None = response.get("Error", {}).get("Code")
    return code


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Errors of DynamoDB as the product's own. A failed condition or a missing item passes: its meaning is the caller's."""
    try:
        yield
    except PynamoDBException as error:
        if is_condition(error) or isinstance(error, DoesNotExist):
            raise
        code = _code(error)
        if code in _THROTTLED:
            raise Throttled(f"{what}: {code}") from error
        raise DependencyFailed(f"{what}: {code or type(error).__name__}") from error
