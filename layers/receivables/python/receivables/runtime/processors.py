"""The APIs of payment processors, each with the credentials of one endpoint; made when first called."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING

from receivables.core.errors import NotFound
from receivables.runtime.clients import LazyClient
from receivables.runtime.settings import setting

if TYPE_CHECKING:
    from receivables.adapters.http import Http
    from receivables.adapters.processor_credentials import SecretsManagerCredentials
    from receivables.payments.processors import Collector, Credentials, LinkMaker, ProcessorApi


def processor_api(processor: str, endpoint: str) -> ProcessorApi:
    """What it has on record. Raises NotFound where it has no API, or no credentials are kept for it."""
    from receivables.adapters.processors import registry

    return registry.api(processor, _credentials(processor, endpoint), _http())


def link_maker(processor: str, endpoint: str) -> LinkMaker:
    """Pages on which to pay. Raises NotFound likewise."""
    from receivables.adapters.processors import registry

    return registry.link_maker(processor, _credentials(processor, endpoint), _http())


def collector(processor: str, endpoint: str) -> Collector:
    """Drawing money under mandates. Raises NotFound likewise."""
    from receivables.adapters.processors import registry

    return registry.collector(processor, _credentials(processor, endpoint), _http())


def _credentials(processor: str, endpoint: str) -> Credentials:
    found = _kept().find(processor, endpoint)
    if found is None:
        raise NotFound("credentials", f"{processor}/{endpoint}")
    return found


@cache
def _kept() -> SecretsManagerCredentials:
    from receivables.adapters.processor_credentials import SecretsManagerCredentials

    prefix = setting("PROCESSOR_SECRETS_PREFIX")
    return SecretsManagerCredentials(LazyClient("secretsmanager"), prefix, time.monotonic)


@cache
def _http() -> Http:
    from receivables.adapters.http import Http

    return Http()
