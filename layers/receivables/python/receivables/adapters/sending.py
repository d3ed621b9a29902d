"""The one place that decides what a failed send means. Three meanings, and only one of them allows a repeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)

from receivables.adapters.errors import code_of
from receivables.core.errors import DependencyFailed, OutcomeUnknown, Refused, Throttled

_LATER: Final = frozenset(
    """Throttling ThrottlingException ThrottledException Throttled TooManyRequestsException LimitExceededException
    RequestThrottled RequestThrottledException""".split()
)
"""The service is busy."""

_OURS: Final = frozenset(
    """AccessDenied AccessDeniedException AuthorizationError AuthorizationErrorException AccountSuspendedException
    SendingPausedException MailFromDomainNotVerifiedException NotFoundException ExpiredToken ExpiredTokenException
    UnrecognizedClientException InvalidClientTokenId InvalidClientTokenIdException SignatureDoesNotMatch
    RequestExpired""".split()
)
"""Nothing is wrong with the message: our account or configuration must be put right, so the step is not used up."""

_NOTHING_LEFT: Final = (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
)
"""No request left this process."""


def send_once(service: str, call: Callable[[], str]) -> str:
    """Make the call and return the provider's message id.

    Raises Throttled when nothing was sent and a later attempt may succeed, Refused when nothing was sent and the same
    message will not be, and OutcomeUnknown for all else: once a request is out, only an answer proves what became of it.
    The errors name service and code only, because the service's text may quote an address.
    """
    try:
        return call()
    except ClientError as error:
        raise _answered(service, error) from error
    except _NOTHING_LEFT as error:
        raise Throttled(f"{service}: {type(error).__name__}") from error
    except ParamValidationError as error:
        raise Refused(f"{service}: {type(error).__name__}") from error
    except (BotoCoreError, OSError, LookupError, ValueError, TypeError) as error:
        raise OutcomeUnknown(f"{service}: {type(error).__name__}") from error


def _answered(service: str, error: ClientError) -> DependencyFailed:
    code = code_of(error)
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    text = f"{service}: {code or status}"
    if code in _LATER or code in _OURS or status == 429:
        return Throttled(text)
    return Refused(text) if 400 <= status < 500 else OutcomeUnknown(text)
