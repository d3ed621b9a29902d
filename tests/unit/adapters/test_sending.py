"""What a failed send means: only what certainly did not leave may be tried again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.session import Session

from receivables.adapters.sending import send_once
from receivables.adapters.ses import SesEmails
from receivables.adapters.sns_sms import SnsTexts
from receivables.core.errors import DependencyFailed, OutcomeUnknown, Refused, Throttled
from receivables.notices.ports import Email, Sms
from receivables.runtime import clients

URL = "https://email.example"
EMAIL = Email(
    to="ada@example.com",
    subject="Größe",
    text="text",
    html="<p>html</p>",
    tags={"notice_id": "ntc_1", "account_id": "C-0_1.EUR"},
    sender_name='Ada, "Sons" & Söhne',
    reply_to="help@acme.example",
)


def answered(code: str, status: int) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "SendEmail")


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (answered("TooManyRequestsException", 429), Throttled),
        (answered("LimitExceededException", 400), Throttled),
        (answered("Throttling", 400), Throttled),
        (answered("Whatever", 429), Throttled),
        (answered("SendingPausedException", 400), Throttled),
        (answered("AccountSuspendedException", 400), Throttled),
        (answered("AccessDeniedException", 403), Throttled),
        (answered("ExpiredTokenException", 403), Throttled),
        (answered("MessageRejected", 400), Refused),
        (answered("BadRequestException", 400), Refused),
        (answered("InternalFailure", 500), OutcomeUnknown),
        (answered("ServiceUnavailable", 503), OutcomeUnknown),
        (answered("", 0), OutcomeUnknown),
        (ConnectTimeoutError(endpoint_url=URL), Throttled),
        (EndpointConnectionError(endpoint_url=URL), Throttled),
        (NoCredentialsError(), Throttled),
        (ParamValidationError(report="bad"), Refused),
        (ReadTimeoutError(endpoint_url=URL), OutcomeUnknown),
        (ConnectionClosedError(endpoint_url=URL), OutcomeUnknown),
        (HTTPClientError(error="broken"), OutcomeUnknown),
        (ConnectionResetError(), OutcomeUnknown),
        (KeyError("MessageId"), OutcomeUnknown),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else f"{value!r:.60}",
)
def test_every_failure_has_its_meaning(error: Exception, meaning: type[DependencyFailed]) -> None:
    def fail() -> str:
        raise error

    with pytest.raises(meaning) as caught:
        send_once("ses", fail)
    assert type(caught.value) is meaning


class Recorder:
    """A client that keeps its requests."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []

    def send_email(self, **request: Any) -> dict[str, str]:
        self.requests.append(request)
        return {"MessageId": "m-1"}

    publish = send_email


def test_a_mail_carries_its_tags_its_configuration_set_and_where_to_reply() -> None:
    client = Recorder()
    assert SesEmails(client, "billing@acme.example", "acme").send(EMAIL) == "m-1"
    [request] = client.requests
    assert request["EmailTags"] == [
        {"Name": "notice_id", "Value": "ntc_1"},
        {"Name": "account_id", "Value": "C-0_1_EUR"},
    ]
    assert request["ConfigurationSetName"] == "acme"
    assert request["ReplyToAddresses"] == ["help@acme.example"]
    assert request["FromEmailAddress"].endswith("<billing@acme.example>")
    assert request["FromEmailAddress"].isascii()


def test_a_text_message_goes_straight_to_the_number_and_counts_as_transactional() -> None:
    client = Recorder()
    assert SnsTexts(client).send(Sms("+4915112345678", "hello")) == "m-1"
    [request] = client.requests
    assert (request["PhoneNumber"], request["Message"]) == ("+4915112345678", "hello")
    assert request["MessageAttributes"]["AWS.SNS.SMS.SMSType"]["StringValue"] == "Transactional"


class Service(ThreadingHTTPServer):
    """An endpoint that answers as it is told and counts what it is asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked = 0
        self.answer: str = "ok"
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answer(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        self.server.asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.answer == "close":
            self.close_connection = True
            return
        if self.server.answer == "hang":
            self.server.released.wait(10)
            self.close_connection = True
            return
        status, body = {"ok": (200, b'{"MessageId": "m-1"}'), "503": (503, b"{}"), "429": (429, b"{}")}[
            self.server.answer
        ]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def ses(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[SesEmails]:
    """The adapter with the client that the functions use, pointed at the service."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", service.url)
    clients.client.cache_clear()
    clients._session.cache_clear()
    yield SesEmails(clients.client("sesv2"), "billing@acme.example", "acme")
    clients.client.cache_clear()
    clients._session.cache_clear()


@pytest.mark.parametrize(
    ("answer", "meaning"), [("503", OutcomeUnknown), ("close", OutcomeUnknown), ("429", Throttled)]
)
def test_a_mail_is_asked_for_once_whatever_comes_back(
    service: Service, ses: SesEmails, answer: str, meaning: type[Exception]
) -> None:
    service.answer = answer
    with pytest.raises(meaning):
        ses.send(EMAIL)
    assert service.asked == 1


def test_an_answered_mail_gives_the_providers_id(service: Service, ses: SesEmails) -> None:
    assert ses.send(EMAIL) == "m-1"


def test_a_mail_whose_answer_does_not_come_in_time_is_asked_for_once_and_unknown(service: Service) -> None:
    service.answer = "hang"
    impatient = Session().create_client(
        "sesv2",
        endpoint_url=service.url,
        config=Config(read_timeout=0.2, retries={"total_max_attempts": 1, "mode": "standard"}),
    )
    with pytest.raises(OutcomeUnknown):
        SesEmails(impatient, "billing@acme.example", "acme").send(EMAIL)
    assert service.asked == 1


def test_an_endpoint_nobody_listens_at_was_not_sent_to(service: Service) -> None:
    nobody = Session().create_client(
        "sesv2",
        endpoint_url="http://127.0.0.1:9",
        config=Config(connect_timeout=0.5, retries={"total_max_attempts": 1, "mode": "standard"}),
    )
    with pytest.raises(Throttled):
        SesEmails(nobody, "billing@acme.example", "acme").send(EMAIL)
