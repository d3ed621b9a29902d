"""Calls of other people's APIs: what is repeated, what is refused, and what is never done."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from receivables.adapters.http import Http, address
from receivables.core.errors import (
    Conflict,
    DependencyFailed,
    NotFound,
    OutcomeUnknown,
    Refused,
    Throttled,
)
from tests.fakes.recorded_server import (
    Answering,
    Exchange,
    HangUp,
    RecordedServer,
    Reply,
    Silence,
    failing,
    huge,
    redirect,
    reply,
    throttled,
)


@pytest.fixture
def server() -> Iterator[RecordedServer]:
    with RecordedServer() as playing:
        yield playing


def plays(server: RecordedServer, method: str, *answers: Answering) -> None:
    server.play(*(Exchange(method, "/v1/things", each) for each in answers))


def ask(
    server: RecordedServer, method: str = "GET", *, idempotent: bool = False, **settings: object
) -> object:
    answer = server.http(**settings).call(
        method, f"{server.url}/v1/things", idempotent=idempotent, service="acme"
    )
    return answer.json()


BROKEN: list[Answering] = [failing(500), failing(503), HangUp(), Reply(b"{}   ", truncated=3)]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_question_is_asked_again_when_no_whole_answer_came(
    server: RecordedServer, broken: Answering
) -> None:
    plays(server, "GET", broken, broken, reply({"ok": True}))
    assert ask(server) == {"ok": True}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_must_not_be_done_twice_is_tried_once_and_its_outcome_is_unknown(
    server: RecordedServer, broken: Answering
) -> None:
    plays(server, "POST", broken)
    with pytest.raises(OutcomeUnknown, match="acme"):
        ask(server, "POST")


@pytest.mark.parametrize("broken", BROKEN)
def test_with_an_idempotency_key_it_is_tried_again_a_bounded_number_of_times(
    server: RecordedServer, broken: Answering
) -> None:
    plays(server, "POST", broken, broken, broken)
    with pytest.raises(DependencyFailed) as caught:
        ask(server, "POST", idempotent=True)
    assert type(caught.value) is DependencyFailed


def test_silence_ends_the_wait(server: RecordedServer) -> None:
    plays(server, "POST", Silence())
    with pytest.raises(OutcomeUnknown):
        ask(server, "POST", read_seconds=0.05)


def test_silence_is_met_with_another_try_where_that_is_safe(server: RecordedServer) -> None:
    plays(server, "GET", Silence(), reply({"ok": 1}))
    assert ask(server, read_seconds=0.2) == {"ok": 1}


def test_who_is_asked_to_wait_waits_as_long_and_tries_again_even_what_must_not_be_done_twice(
    server: RecordedServer,
) -> None:
    waited: list[float] = []
    plays(server, "POST", throttled(2), throttled(), reply({"ok": 1}))
    assert ask(server, "POST", pause=waited.append) == {"ok": 1}
    assert waited == [2.0, 0.8]


def test_a_long_wait_is_left_to_the_caller(server: RecordedServer) -> None:
    plays(server, "GET", throttled(60))
    with pytest.raises(Throttled, match="acme"):
        ask(server)


def test_no_try_is_begun_after_the_time_is_up(server: RecordedServer) -> None:
    clock = iter([0.0, 30.0, 30.0, 30.0])
    plays(server, "GET", failing())
    with pytest.raises(DependencyFailed):
        ask(server, monotonic=lambda: next(clock))


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, Conflict), (402, Conflict), (409, Conflict), (422, Conflict), (401, Refused), (403, Refused)],
)
def test_a_refusal_is_final_and_carries_the_words_of_who_refused(
    server: RecordedServer, status: int, error: type[Exception]
) -> None:
    told = {"error": {"code": "E17", "message": "The amount is too low"}}
    plays(server, "GET", reply(told, status=status))
    with pytest.raises(error, match=r"acme: .*E17: The amount is too low"):
        ask(server)


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_not_found(server: RecordedServer, status: int) -> None:
    plays(server, "GET", reply({"title": "Not Found"}, status=status))
    with pytest.raises(NotFound):
        ask(server)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server: RecordedServer, status: int) -> None:
    plays(server, "GET", redirect(f"{server.url}/elsewhere", status))
    with pytest.raises(DependencyFailed, match="not followed"):
        ask(server)
    assert [each.path for each in server.received] == ["/v1/things"]


def test_an_answer_beyond_the_bound_is_not_read(server: RecordedServer) -> None:
    plays(server, "GET", huge(200_000))
    with pytest.raises(DependencyFailed, match="too large"):
        ask(server, most_bytes=100_000)


def test_a_compressed_answer_is_refused_because_it_could_grow_beyond_all_bounds(
    server: RecordedServer,
) -> None:
    plays(server, "GET", Reply(b"\x1f\x8b", headers={"content-encoding": "gzip"}))
    with pytest.raises(DependencyFailed, match="compressed"):
        ask(server)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[" * 100_000, b"<html></html>"]
)
def test_what_is_not_strict_json_is_no_answer(server: RecordedServer, body: bytes) -> None:
    plays(server, "GET", Reply(body))
    with pytest.raises(DependencyFailed, match="not JSON"):
        ask(server)


def test_fractions_are_exact(server: RecordedServer) -> None:
    plays(server, "GET", Reply(b'{"amount": 0.1}'))
    assert ask(server) == {"amount": Decimal("0.1")}


def test_a_list_is_no_document(server: RecordedServer) -> None:
    plays(server, "GET", reply([1]))
    with pytest.raises(DependencyFailed, match="object"):
        server.http().call("GET", f"{server.url}/v1/things").document()


def test_a_status_that_the_caller_can_use_is_an_answer(server: RecordedServer) -> None:
    plays(server, "DELETE", reply({}, status=404))
    assert server.http().call("DELETE", f"{server.url}/v1/things", also={404}).status == 404


def test_nobody_listens(server: RecordedServer) -> None:
    with RecordedServer() as gone:
        url = gone.url
    with pytest.raises(DependencyFailed) as caught:
        server.http().call("POST", url)
    assert type(caught.value) is DependencyFailed  # nothing was sent: there is no doubt


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/x",
        "ftp://127.0.0.1/x",
        "https://user@api.example.com/x",
        "https:///x",
        "file:///etc/passwd",
        "https://api.example.com/ä",
    ],
)
def test_only_https_is_called_beyond_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Http().call("GET", url)


def test_a_header_cannot_be_broken_out_of(server: RecordedServer) -> None:
    with pytest.raises(ValueError, match="header") as refused:
        server.http().call("GET", server.url, headers={"authorization": "Bearer x\r\nhost: evil"})
    assert "Bearer" not in str(refused.value)


def test_a_segment_cannot_leave_its_place_in_the_address() -> None:
    assert address("https://a.example/v1/", "x", "../y?z#&%") == "https://a.example/v1/x/..%2Fy%3Fz%23%26%25"
    assert address("https://a.example", query={"a": "1&2"}) == "https://a.example?a=1%262"
    for segment in ("", ".", ".."):
        with pytest.raises(ValueError, match="segment"):
            address("https://a.example/v1", "payments", segment)


def test_json_and_forms_are_sent_as_such(server: RecordedServer) -> None:
    server.play(
        Exchange("POST", "/a", reply({}), json={"name": "Größe"}),
        Exchange("POST", "/b", reply({}), form=[("a[]", "1"), ("a[]", "2 & 3")]),
        Exchange("PUT", "/c", reply({}), body=b"raw", headers={"content-type": "text/plain"}),
    )
    http = server.http()
    http.call("POST", f"{server.url}/a", json={"name": "Größe"})
    http.call("POST", f"{server.url}/b", form=[("a[]", "1"), ("a[]", "2 & 3")])
    http.call("PUT", f"{server.url}/c", body=b"raw", headers={"Content-Type": "text/plain"})
    with pytest.raises(ValueError, match="one body"):
        http.call("POST", f"{server.url}/d", body=b"x", json={})


def test_connections_are_kept(server: RecordedServer) -> None:
    plays(server, "GET", reply({}), reply({}))
    http = server.http()
    for _ in range(2):
        http.call("GET", f"{server.url}/v1/things")
    assert len(http._pool.pools) == 1


def test_the_recorded_server_says_what_differs() -> None:
    exchange = Exchange(
        "POST", "/a", reply({}), json={"n": 1}, headers={"idempotency-key": "k"}, absent=["cookie"]
    )
    with pytest.raises(AssertionError) as caught, RecordedServer() as server:  # noqa: PT012 - the block is the point
        server.play(exchange)
        server.http().call("POST", f"{server.url}/b?x=1", json={"n": 2}, headers={"cookie": "c"}, also={418})
    for what in ("path", "query", "body", "idempotency-key", "cookie"):
        assert what in str(caught.value)


def test_the_recorded_server_misses_what_was_not_asked() -> None:
    with pytest.raises(AssertionError, match="never asked"), RecordedServer() as server:
        server.play(Exchange("GET", "/a", reply({})))
