"""Published keys: from the processor's own address and nowhere else, remembered for a bounded time."""

from __future__ import annotations

from typing import Any

import pytest

from receivables.adapters.http import Http
from receivables.adapters.published_keys import REMEMBERED_SECONDS, RENEWED_SECONDS, PublishedKeys
from receivables.core.errors import DependencyFailed, Unauthenticated
from tests.fakes.recorded_server import Exchange, RecordedServer, Reply, failing, huge, redirect

HOSTS = frozenset({"api.paypal.com"})
ADDRESS = "https://api.paypal.com/v1/notifications/certs/CERT-1"
PATH = "/v1/notifications/certs/CERT-1"


class Wired(Http):
    """A client for which the processor's host is the recorded server."""

    def __init__(self, server: RecordedServer) -> None:
        super().__init__(pause=lambda _: None)
        self._server = server

    def call(self, method: str, url: str, **how: Any) -> Any:
        return super().call(method, url.replace("https://api.paypal.com", self._server.url), **how)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def published(body: bytes = b"the key") -> Exchange:
    return Exchange("GET", PATH, Reply(body))


def test_a_key_is_fetched_once_and_again_when_it_is_old() -> None:
    clock = Clock()
    with RecordedServer() as server:
        keys = PublishedKeys(Wired(server), clock)
        server.play(published(b"old"))
        assert keys.get(ADDRESS, HOSTS) == keys.get(ADDRESS, HOSTS) == b"old"
        clock.now += REMEMBERED_SECONDS - 1
        assert keys.get(ADDRESS, HOSTS) == b"old"
        clock.now += 1
        server.play(published(b"new"))
        assert keys.get(ADDRESS, HOSTS) == b"new"


def test_a_key_that_is_not_among_those_remembered_is_asked_for_but_not_at_every_request() -> None:
    clock = Clock()
    with RecordedServer() as server:
        keys = PublishedKeys(Wired(server), clock)
        server.play(published(b"old"))
        assert keys.get(ADDRESS, HOSTS) == b"old"
        assert keys.renewed(ADDRESS, HOSTS) == b"old"
        clock.now += RENEWED_SECONDS
        server.play(published(b"new"))
        assert keys.renewed(ADDRESS, HOSTS) == keys.get(ADDRESS, HOSTS) == b"new"


@pytest.mark.parametrize(
    "address",
    [
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
        "https://evil.example/v1/notifications/certs/CERT-1",
        "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
        "https://API.PAYPAL.COM/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:443/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
        "https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1",
        "https://evil.example\\@api.paypal.com/v1/notifications/certs/CERT-1",
        "https://evil.example#@api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com./v1/notifications/certs/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/../../../evil",
        "https://api.paypal.com/v1/./certs/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/CERT-1?redirect=https://evil.example",
        "https://api.paypal.com/v1/notifications/certs/CERT-1#x",
        "https://api.paypal.com/v1/%2e%2e/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/CERT-1\n",
        "https://api.paypal.com\t/v1/notifications/certs/CERT-1",
        "https://xn--api-paypal.com/v1/certs/CERT-1",
        "//api.paypal.com/v1/notifications/certs/CERT-1",
        "file:///etc/passwd",
        "https://169.254.169.254/latest/meta-data",
        "",
    ],
)
def test_no_other_address_is_asked(address: str) -> None:
    with RecordedServer() as server, pytest.raises(Unauthenticated):
        PublishedKeys(Wired(server), Clock()).get(address, HOSTS)


def test_a_redirect_is_not_followed() -> None:
    with RecordedServer() as server:
        server.play(Exchange("GET", PATH, redirect(f"{server.url}/evil")))
        with pytest.raises(DependencyFailed):
            PublishedKeys(Wired(server), Clock()).get(ADDRESS, HOSTS)


def test_that_nothing_is_published_there_is_remembered_for_a_while() -> None:
    clock = Clock()
    with RecordedServer() as server:
        keys = PublishedKeys(Wired(server), clock)
        server.play(Exchange("GET", PATH, Reply(b"", 404)))
        for _ in range(3):
            with pytest.raises(Unauthenticated):
                keys.get(ADDRESS, HOSTS)
        clock.now += RENEWED_SECONDS
        server.play(published())
        assert keys.get(ADDRESS, HOSTS) == b"the key"


def test_a_failure_is_ours_to_repeat_and_is_not_remembered() -> None:
    with RecordedServer() as server:
        keys = PublishedKeys(Wired(server), Clock())
        server.play(*[Exchange("GET", PATH, failing(503))] * 3)
        with pytest.raises(DependencyFailed):
            keys.get(ADDRESS, HOSTS)
        server.play(published())
        assert keys.get(ADDRESS, HOSTS) == b"the key"


@pytest.mark.parametrize("size", [0, 64 * 1024 + 1])
def test_what_is_empty_or_far_too_large_is_no_key(size: int) -> None:
    with RecordedServer() as server:
        server.play(Exchange("GET", PATH, huge(size)))
        with pytest.raises(Unauthenticated):
            PublishedKeys(Wired(server), Clock()).get(ADDRESS, HOSTS)


def test_many_addresses_do_not_fill_the_memory() -> None:
    with RecordedServer() as server:
        keys = PublishedKeys(Wired(server), Clock())
        for number in range(100):
            server.play(Exchange("GET", f"/certs/CERT-{number}", Reply(b"x")))
            keys.get(f"https://api.paypal.com/certs/CERT-{number}", HOSTS)
        assert len(keys._remembered) <= 32
