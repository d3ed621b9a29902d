"""How failures of AWS calls become the product's own errors, for the adapters that talk to botocore directly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from receivables.core.errors import DependencyFailed, Throttled

_LATER: Final = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "ExecutionLimitExceeded",
        "SlowDown",
    }
)


def code_of(error: ClientError) -> str:
    """The service's own error code."""
    response: Any = error.response
    return str(response.get("Error", {}).get("Code", ""))


@contextmanager
def calling(service: str) -> Iterator[None]:
    """Around a call that may be repeated: Throttled, or DependencyFailed naming service and code only, because the
    service's text may quote what was sent."""
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        kind = Throttled if code in _LATER else DependencyFailed
        raise kind(f"{service}: {code}") from error
    except BotoCoreError as error:
        raise DependencyFailed(f"{service}: {type(error).__name__}") from error
