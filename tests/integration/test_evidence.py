"""Evidence: a link that the API signs is all that is needed to send a file, and another to read it."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError

import pytest

from receivables.adapters.evidence import S3Evidence
from receivables.arrangements.evidence import EvidenceFile, make_evidence
from receivables.runtime import clients
from receivables_local.deploy import deploy_data
from receivables_local.engine import Engine
from tests.builders import NOW

pytestmark = pytest.mark.engine

CONTENT = b"%PDF-1.7 a scratch"
FILE = EvidenceFile("Kratzer nº 1.pdf", "application/pdf", len(CONTENT))


@pytest.fixture
def s3(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The product's own client, made past its cache, on the engine."""
    for name, value in engine.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(clients, "_session", clients._session.__wrapped__)
    made = clients.client.__wrapped__("s3")
    yield made
    made.close()


@pytest.fixture(scope="module")
def bucket(engine: Engine) -> str:
    return deploy_data(engine)["EVIDENCE_BUCKET"]


def send(url: str, body: bytes, headers: dict[str, str]) -> int:
    request = urllib.request.Request(url, body, headers, method="PUT")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except HTTPError as refused:
        with refused:
            return refused.code


def test_a_file_is_sent_and_read_through_signed_links(s3: Any, bucket: str) -> None:
    links = S3Evidence(s3, bucket)
    evidence = make_evidence(FILE, dispute_id="dsp_1", evidence_id="evd_1", added_by="finn", added_at=NOW)
    upload = links.to_put(evidence, FILE.size, NOW)
    assert send(upload.url, CONTENT, dict(upload.headers)) == 200
    with urllib.request.urlopen(links.to_get(evidence), timeout=30) as answer:
        assert answer.read() == CONTENT
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''Kratzer%20n")
    stored = s3.get_object(Bucket=bucket, Key=evidence.key)
    assert stored["Body"].read() == CONTENT


def test_nothing_is_read_where_nothing_was_sent(s3: Any, bucket: str) -> None:
    links = S3Evidence(s3, bucket)
    never = make_evidence(FILE, dispute_id="dsp_1", evidence_id="evd_2", added_by="finn", added_at=NOW)
    with pytest.raises(HTTPError) as caught:
        urllib.request.urlopen(links.to_get(never), timeout=30)
    with caught.value as refused:
        assert refused.code == 404


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(CONTENT + b"!", "application/pdf"), (CONTENT, "text/html")],
    ids=["longer", "of another type"],
)
def test_nothing_else_is_taken_than_what_was_announced(
    s3: Any, bucket: str, content: bytes, content_type: str
) -> None:
    evidence = make_evidence(FILE, dispute_id="dsp_1", evidence_id="evd_4", added_by="finn", added_at=NOW)
    upload = S3Evidence(s3, bucket).to_put(evidence, FILE.size, NOW)
    headers = {"Content-Type": content_type, "Content-Length": str(len(content))}
    assert send(upload.url, content, headers) == 403


def test_the_bucket_keeps_what_was_sent_twice(s3: Any, bucket: str) -> None:
    links = S3Evidence(s3, bucket)
    evidence = make_evidence(FILE, dispute_id="dsp_1", evidence_id="evd_3", added_by="finn", added_at=NOW)
    for content in (CONTENT, CONTENT.swapcase()):
        upload = links.to_put(evidence, FILE.size, NOW)
        send(upload.url, content, dict(upload.headers))
    assert len(s3.list_object_versions(Bucket=bucket, Prefix=evidence.key)["Versions"]) == 2
