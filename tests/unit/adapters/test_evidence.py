"""Links to evidence name the region's own endpoint, and sign what is to be sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from receivables.adapters.evidence import PUT_SECONDS, S3Evidence
from receivables.arrangements import Evidence
from receivables.runtime import clients
from tests.builders import NOW

EVIDENCE = Evidence("evidence/dsp_1/evd_1", 'Kratzer "1".pdf', "application/pdf", "finn", NOW)


@pytest.fixture(params=["us-east-1", "eu-central-1"])
def region(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def links(monkeypatch: pytest.MonkeyPatch, region: str) -> S3Evidence:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    monkeypatch.setenv("AWS_REGION", region)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    # Past the caches: other tests want their own region back.
    monkeypatch.setattr(clients, "_session", clients._session.__wrapped__)
    return S3Evidence(clients.client.__wrapped__("s3"), "a-bucket")


def test_a_link_names_the_endpoint_of_the_region(links: S3Evidence, region: str) -> None:
    for url in (links.to_put(EVIDENCE, 5, NOW).url, links.to_get(EVIDENCE)):
        parts = urlsplit(url)
        # In the oldest region the global endpoint is its own.
        host = "s3.amazonaws.com" if region == "us-east-1" else f"s3.{region}.amazonaws.com"
        assert (parts.scheme, parts.netloc) == ("https", host)
        assert parts.path == "/a-bucket/evidence/dsp_1/evd_1"


def test_type_and_length_are_signed_with_a_link_to_put(links: S3Evidence) -> None:
    upload = links.to_put(EVIDENCE, 5, NOW)
    query = parse_qs(urlsplit(upload.url).query)
    assert query["X-Amz-SignedHeaders"] == ["content-length;content-type;host"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Expires"] == [str(PUT_SECONDS)]
    assert upload.headers == {"Content-Type": "application/pdf", "Content-Length": "5"}
    assert upload.expires_at == NOW + timedelta(seconds=PUT_SECONDS)


def test_a_file_is_downloaded_and_never_shown(links: S3Evidence) -> None:
    query = parse_qs(urlsplit(links.to_get(replace(EVIDENCE, name="a\u202e.pdf"))).query)
    [disposition] = query["response-content-disposition"]
    assert disposition == "attachment; filename*=UTF-8''a%E2%80%AE.pdf"
