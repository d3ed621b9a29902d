"""A repeated POST gets the first answer again.

This is a convenience of the API, never a guard of money or messages: its records expire. What must not happen twice has a
key of its own in the ledger. It wraps the use case and never the app: an error is not an answer and is not kept, so the
request can be tried again. The library is imported when a key is first given, because it costs more than all the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from chalicelib.problems import KeyReused, StillRunning
from receivables.runtime.clients import client

SECONDS_KEPT: Final = 24 * 3600


def once(
    table: str, request: dict[str, Any], context: Any, answer: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """`answer()`, or what it answered before to the same `scope` and `body` of the request.

    The scope holds the caller, the route and the key, so that nobody is answered with what another caller was.
    Raises KeyReused for another body under the same scope, and StillRunning while the first is under way.
    """
    from aws_lambda_powertools.utilities.idempotency import IdempotencyConfig, idempotent_function
    from aws_lambda_powertools.utilities.idempotency import exceptions as failed

    config = IdempotencyConfig(
        event_key_jmespath="scope",
        payload_validation_jmespath="body",
        expires_after_seconds=SECONDS_KEPT,
        lambda_context=context,
    )

    @idempotent_function(  # type: ignore[untyped-decorator]
        data_keyword_argument="request", persistence_store=_store(table), config=config
    )
    def answer_once(*, request: dict[str, Any]) -> dict[str, Any]:
        return answer()

    try:
        outcome: dict[str, Any] = answer_once(request=request)
    except failed.IdempotencyValidationError:
        raise KeyReused("the Idempotency-Key was used before with another body") from None
    except failed.IdempotencyAlreadyInProgressError:
        raise StillRunning("a request with the same Idempotency-Key has not ended yet") from None
    return outcome


@cache
def _store(table: str) -> Any:
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

    return DynamoDBPersistenceLayer(table_name=table, boto3_client=client("dynamodb"))
