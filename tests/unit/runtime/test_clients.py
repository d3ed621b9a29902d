import pytest

from receivables.runtime.clients import client
from receivables.runtime.settings import MissingSetting, optional, setting


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    client.cache_clear()


@pytest.mark.parametrize("service", ["sesv2", "sns"])
def test_what_reaches_a_customer_is_tried_once(service: str) -> None:
    """botocore's default sends up to three times when an answer is lost."""
    assert client(service).meta.config.retries["total_max_attempts"] == 1


def test_other_calls_are_retried_within_bounds() -> None:
    assert client("dynamodb").meta.config.retries["total_max_attempts"] == 4
    assert client("sns", repeat=True).meta.config.retries["total_max_attempts"] == 4


def test_no_call_waits_for_ever() -> None:
    config = client("dynamodb").meta.config
    assert config.connect_timeout <= 5
    assert config.read_timeout <= 10


def test_a_client_is_made_once() -> None:
    assert client("dynamodb") is client("dynamodb")


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDER", "")
    with pytest.raises(MissingSetting, match="SENDER"):
        setting("SENDER")
    assert optional("SENDER", "x") == "x"
