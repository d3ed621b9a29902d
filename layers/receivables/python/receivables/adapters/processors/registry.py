"""The processors by the name in the path of their webhooks; each is imported when it is needed first.

Of a processor `<name>` there is a package of that name beside this module, with

- `signature`: `KEPT_HEADERS`, `verify(request, endpoint, now, keys)`, where events cannot be read without settings of the
  endpoint `KEPT_SETTINGS`, and where the processor checks a new address by a GET `challenge(request, endpoint, now)`. Whoever
  receives imports only this.
- `events`: `interpret(body, headers)`.
- `api`: the class `Api(credentials, http)`, which is a ProcessorApi, a LinkMaker and a Collector, each as far as it has their
  methods.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Final, cast

from receivables.core.errors import NotFound
from receivables.payments.endpoints import Endpoint
from receivables.payments.processors import Keys, Request, Webhooks

if TYPE_CHECKING:
    from receivables.adapters.http import Http
    from receivables.payments.events import Heard
    from receivables.payments.processors import Collector, Credentials, LinkMaker, ProcessorApi

NAMES: Final = frozenset(
    "adyen braintree checkout gocardless mollie paypal paystack razorpay square standardwebhooks stripe "
    "truelayer wise".split()
)
"""Every processor there is."""

_WITHOUT_API: Final = frozenset({"standardwebhooks"})
"""Those that only tell, and cannot be asked."""


class _Scheme:
    """Implements payments.processors.Webhooks by the modules of a package."""

    def __init__(self, name: str) -> None:
        self._name, self._signature = name, _module(name, "signature")

    @property
    def name(self) -> str:
        return self._name

    @property
    def kept_headers(self) -> frozenset[str]:
        return cast("frozenset[str]", self._signature.KEPT_HEADERS)

    @property
    def kept_settings(self) -> frozenset[str]:
        return cast("frozenset[str]", getattr(self._signature, "KEPT_SETTINGS", frozenset()))

    def verify(self, request: Request, endpoint: Endpoint, now: datetime, keys: Keys) -> str:
        return cast("str", self._signature.verify(request, endpoint, now, keys))

    def challenge(self, request: Request, endpoint: Endpoint, now: datetime) -> str:
        answer = getattr(self._signature, "challenge", None)
        if answer is None:
            raise NotFound("webhook endpoint", "")
        return cast("str", answer(request, endpoint, now))

    def interpret(self, body: bytes, headers: Mapping[str, str]) -> Heard:
        return cast("Heard", _module(self._name, "events").interpret(body, headers))


@cache
def webhooks(name: str) -> Webhooks | None:
    """How its webhooks are verified and read; None: there is no such processor."""
    return _Scheme(name) if name in NAMES else None


def api(name: str, credentials: Credentials, http: Http) -> ProcessorApi:
    """Its API as one endpoint's account. Raises NotFound where it cannot be asked."""
    return cast("ProcessorApi", _made(name, "fetch", credentials, http))


def link_maker(name: str, credentials: Credentials, http: Http) -> LinkMaker:
    """The same, for pages on which to pay. Raises NotFound where it makes none."""
    return cast("LinkMaker", _made(name, "create_link", credentials, http))


def collector(name: str, credentials: Credentials, http: Http) -> Collector:
    """The same, for drawing money under mandates. Raises NotFound where it cannot."""
    return cast("Collector", _made(name, "collect", credentials, http))


def has_api(name: str) -> bool:
    """Whether it can be asked what happened."""
    return _can(name, "fetch")


def makes_links(name: str) -> bool:
    """Whether it makes pages on which to pay."""
    return _can(name, "create_link")


def collects(name: str) -> bool:
    """Whether it draws money under mandates."""
    return _can(name, "collect")


def _can(name: str, method: str) -> bool:
    return name in NAMES - _WITHOUT_API and hasattr(_module(name, "api").Api, method)


def _made(name: str, method: str, credentials: Credentials, http: Http) -> object:
    if not _can(name, method):
        raise NotFound("API of the processor", name)
    return _module(name, "api").Api(credentials, http)


def _module(name: str, part: str) -> ModuleType:
    return import_module(f"receivables.adapters.processors.{name}.{part}")
