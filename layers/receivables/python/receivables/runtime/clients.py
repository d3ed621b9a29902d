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
_READ_TIMEOUT_SECONDS: Final = {"sesv2": 10, "sns": 10, "s3": 10}


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
        ),
    )


@cache
def _session() -> Any:
    from botocore.session import Session

    return Session()
