"""The processors by the name in the path; each is imported when its first webhook comes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from receivables.payments.events import Processor


def processor(name: str) -> Processor | None:
    """The processor of that name; None: there is none."""
    load = _LOADERS.get(name)
    return load() if load else None


@cache
def _stripe() -> Processor:
    from receivables.adapters.processors.stripe import Stripe

    return Stripe()


@cache
def _standardwebhooks() -> Processor:
    from receivables.adapters.processors.standardwebhooks import StandardWebhooks

    return StandardWebhooks()


_LOADERS: Final[dict[str, Callable[[], Processor]]] = {
    "stripe": _stripe,
    "standardwebhooks": _standardwebhooks,
}
