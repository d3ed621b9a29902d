"""Errors are types; each is mapped once, at the edge, to a status code and a problem document.

ReceivablesError
├── InvalidInput          the caller sent something wrong: names the field            400
│   └── InvalidFields     several fields at once                                      400
├── Unauthenticated       the signature or token is missing, wrong or stale           401
├── Forbidden             known, but not allowed to do this                           403
├── NotFound              no such thing                                               404
├── Conflict              the thing is not in a state that allows this                409
│   ├── AlreadyExists     its key is taken                                            409
│   └── StaleRevision     it changed since it was read: read again                    412
├── TooLarge              over a bound that protects the system                       413
└── DependencyFailed      another service did not do its part                         502/503
    ├── Throttled         it said: later. Nothing was done                            503
    ├── Refused           it said: no, and will say so again. Nothing was done        502
    └── OutcomeUnknown    it may or may not have done it: never repeat blindly        502
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class ReceivablesError(Exception):
    """Root of everything this product raises on purpose."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; `field` is its path in the input, for example `lines.0.amount`."""

    field: str
    message: str


class InvalidFields(ReceivablesError):
    """One or more fields of the input are wrong; nothing was written."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(f"{e.field}: {e.message}" for e in self.errors))


class InvalidInput(InvalidFields):
    """One field of the input is wrong; nothing was written."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__([FieldError(field, message)])

    @property
    def field(self) -> str:
        return self.errors[0].field

    @property
    def message(self) -> str:
        return self.errors[0].message


class Unauthenticated(ReceivablesError):
    """The caller did not prove who it is."""


class Forbidden(ReceivablesError):
    """The caller is known but may not do this."""


class NotFound(ReceivablesError):
    """There is no such thing."""

    def __init__(self, what: str, key: str) -> None:
        self.what, self.key = what, key
        super().__init__(f"{what} {key!r} does not exist")


class Conflict(ReceivablesError):
    """The thing is not in a state that allows this."""


class AlreadyExists(Conflict):
    """Something with this key is there already."""

    def __init__(self, what: str, key: str) -> None:
        self.what, self.key = what, key
        super().__init__(f"{what} {key!r} already exists")


class StaleRevision(Conflict):
    """It changed since it was read."""


class TooLarge(ReceivablesError):
    """Over a bound that protects the system."""


class DependencyFailed(ReceivablesError):
    """Another service did not do its part."""


class Throttled(DependencyFailed):
    """The service asked to come back later; nothing was done."""


class Refused(DependencyFailed):
    """The service refused for good; nothing was done."""


class OutcomeUnknown(DependencyFailed):
    """The service may or may not have done it; a repeat could do it twice."""
