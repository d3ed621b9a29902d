"""Endpoints: where one account of a processor sends its webhooks, and what it signs them with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Secret:
    """A signing secret and the time (UTC) within which it may be used; None: unbounded."""

    value: str = field(repr=False)
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def live(self, at: datetime) -> bool:
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_until is None or at < self.valid_until
        )


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint's secrets (several while they rotate), and whether its payments are real money.

    `settings` is what else its scheme needs and is not secret, by the names that `adapters.secrets` documents: the public
    address (Square), the id of the webhook (PayPal), the public key of the account (Braintree). Without a usable secret
    nothing sent to it can be authenticated.
    """

    secrets: tuple[Secret, ...]
    livemode: bool = True
    settings: Mapping[str, str] = field(default_factory=dict)


class Endpoints(Protocol):
    """The endpoints that have been set up."""

    def find(self, processor: str, endpoint: str) -> Endpoint | None:
        """An endpoint, possibly as remembered; None: there is none. Raises DependencyFailed."""

    def renewed(self, processor: str, endpoint: str) -> Endpoint | None:
        """The endpoint as it is now, for a signature that its remembered secrets do not explain; asked too often,
        the remembered one. Raises DependencyFailed."""
