"""AWS clients: plain botocore (boto3 adds 60 ms to a cold start), made when first needed, one per service."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

_ONCE: Final = {"total_max_attempts": 1, "mode": "standard"}
_BOUNDED: Final = {"total_max_attempts": 4, "mode": "standard"}

_RETRIES: Final[dict[str, dict[str, Any]]] = {
    # A retry after a read timeout would send twice: sending is tried once and its outcome settled by events.
    "sesv2": _ONCE,
    "sns": _ONCE,
}
USER_AGENT: Final = "receivables"
_READ_TIMEOUT_SECONDS: Final = {"sesv2": 10, "sns": 10, "s3": 10}
_PATH_STYLE: Final = {"addressing_style": "path"}
"""Buckets as the first part of the path: so a signed link names the endpoint of the region. By default botocore signs for the
global endpoint, which sends requests on to another host while a bucket is new, and a signature does not survive that."""
_SIGNATURE: Final = {"s3": "s3v4"}
"""In the oldest regions botocore still signs links with version 2, which signs neither type nor length."""


@cache
def client(service: str, *, repeat: bool | None = None) -> Any:
    """The client of a service such as `dynamodb` or `sesv2`, with bounded timeouts and retries.

    `repeat` overrides whether failed calls are retried: finance messages by SNS may be repeated, texts may not.
    """
    from botocore.config import Config

    retries = _RETRIES.get(service, _BOUNDED) if repeat is None else (_BOUNDED if repeat else _ONCE)
    return _session().create_client(
        service,
        config=Config(
            connect_timeout=2,
            read_timeout=_READ_TIMEOUT_SECONDS.get(service, 5),
            retries=retries,
            max_pool_connections=16,
            tcp_keepalive=True,
            # botocore puts its own together anew, twice for every request: a tenth of all that a request costs.
            user_agent=USER_AGENT,
            s3=_PATH_STYLE if service == "s3" else None,
            signature_version=_SIGNATURE.get(service),
            # Our codecs make DynamoDB's attribute values, and DynamoDB checks them: no third look.
            parameter_validation=service != "dynamodb",
        ),
    )


class LazyClient:
    """A client that is made at its first call, for what most invocations of a function never do."""

    def __init__(self, service: str, *, repeat: bool | None = None) -> None:
        self._service, self._repeat = service, repeat

    def __getattr__(self, operation: str) -> Any:
        made = client(self._service) if self._repeat is None else client(self._service, repeat=self._repeat)
        return getattr(made, operation)


@cache
def _session() -> Any:
    from botocore.session import Session

    from receivables.adapters.dynamodb.lean import leave_attributes_unwalked

    session = Session()
    leave_attributes_unwalked(session)
    return session
