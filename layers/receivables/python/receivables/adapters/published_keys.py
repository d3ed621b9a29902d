"""Public keys and certificates that processors publish, fetched over HTTPS and remembered for a bounded time.

Whoever sends a webhook names the address (PayPal's certificate, TrueLayer's key set). So the address is compared with the
hosts allowed letter by letter before anything is asked, and no redirect leads away from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from receivables.adapters.http import Http
from receivables.core.errors import Conflict, NotFound, Refused, Unauthenticated

REMEMBERED_SECONDS: Final = 6 * 3600
"""How long a published key is used without asking again: one that was taken back stops working within it."""

RENEWED_SECONDS: Final = 60
"""How often, at most, a key that is not remembered makes us ask again; and how long it is remembered that there is none."""

_MOST_REMEMBERED: Final = 32
_MOST_BYTES: Final = 64 * 1024
_SEGMENT: Final = r"/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]{1,128}"
_ADDRESS: Final = re.compile(rf"https://([a-z0-9.-]{{1,253}})(?:{_SEGMENT}){{1,9}}")


class PublishedKeys:
    """Implements payments.processors.Keys. `monotonic` is a clock in seconds that only goes forward."""

    def __init__(self, http: Http, monotonic: Callable[[], float]) -> None:
        self._http, self._monotonic = http, monotonic
        self._remembered: dict[str, tuple[float, bytes | None]] = {}

    def get(self, url: str, hosts: frozenset[str]) -> bytes:
        """See Keys. That there is nothing at an address is Unauthenticated too: it was named by whoever sent it."""
        return self._within(REMEMBERED_SECONDS, url, hosts)

    def renewed(self, url: str, hosts: frozenset[str]) -> bytes:
        """See Keys."""
        return self._within(RENEWED_SECONDS, url, hosts)

    def _within(self, seconds: int, url: str, hosts: frozenset[str]) -> bytes:
        require_published(url, hosts)
        now = self._monotonic()
        then, content = self._remembered.get(url, (now - REMEMBERED_SECONDS, None))
        if now - then >= (seconds if content is not None else RENEWED_SECONDS):
            content = self._ask(url)
            if (
                len(self._remembered) >= _MOST_REMEMBERED
            ):  # somebody tries addresses: forget, rather than grow
                self._remembered.clear()
            self._remembered[url] = (now, content)
        if content is None:
            raise Unauthenticated("nothing is published at the address of the key")
        return content

    def _ask(self, url: str) -> bytes | None:
        try:
            content = self._http.call("GET", url, headers={"accept": "*/*"}, service="published key").body
        except (NotFound, Conflict, Refused):
            return None
        return content if 0 < len(content) <= _MOST_BYTES else None


def require_published(url: str, hosts: frozenset[str]) -> None:
    """Raises Unauthenticated unless the address is https on exactly one of the hosts, with nothing but a plain path: no port, no
    credentials, no query, no segments of dots that climb."""
    match = _ADDRESS.fullmatch(url)
    if match is None or match[1] not in hosts:
        raise Unauthenticated("the key is not published by the processor")
