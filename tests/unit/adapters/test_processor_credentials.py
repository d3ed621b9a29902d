"""Credentials of processors' APIs: found, remembered, refused when they cannot be used."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from receivables.adapters.processor_credentials import (
    REMEMBERED_SECONDS,
    SecretsManagerCredentials,
    credentials_from,
)
from receivables.core.errors import DependencyFailed
from receivables.payments.processors import Credentials

GOOD = {"values": {"api_key": "live_1"}, "base_url": "https://api.example.com/v2", "livemode": True}


class Secrets:
    """Plays Secrets Manager's client."""

    def __init__(self, **texts: str) -> None:
        self.texts = {name.replace("__", "/"): text for name, text in texts.items()}
        self.asked: list[str] = []
        self.failing = ""

    def get_secret_value(self, SecretId: str) -> dict[str, Any]:  # noqa: N803 - as botocore names it
        self.asked.append(SecretId)
        code = self.failing or ("" if SecretId in self.texts else "ResourceNotFoundException")
        if code:
            raise ClientError({"Error": {"Code": code, "Message": ""}}, "GetSecretValue")
        return {"SecretString": self.texts[SecretId]}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_they_are_found_by_processor_and_endpoint_and_remembered_for_a_while() -> None:
    secrets, clock = Secrets(prefix__mollie__main=json.dumps(GOOD)), Clock()
    kept = SecretsManagerCredentials(secrets, "prefix", clock)
    found = kept.find("mollie", "main")
    assert found == Credentials({"api_key": "live_1"}, "https://api.example.com/v2", livemode=True)
    assert kept.find("mollie", "main") is found
    clock.now = REMEMBERED_SECONDS
    secrets.texts["prefix/mollie/main"] = json.dumps({**GOOD, "values": {"api_key": "live_2"}})
    renewed = kept.find("mollie", "main")
    assert renewed is not None
    assert renewed.values == {"api_key": "live_2"}
    assert len(secrets.asked) == 2


def test_what_is_not_there_is_asked_for_again() -> None:
    secrets = Secrets()
    kept = SecretsManagerCredentials(secrets, "prefix", Clock())
    assert kept.find("mollie", "main") is None
    secrets.texts["prefix/mollie/main"] = json.dumps(GOOD)
    assert kept.find("mollie", "main") is not None


def test_a_failing_secrets_manager_is_told() -> None:
    secrets = Secrets()
    secrets.failing = "InternalServiceError"
    with pytest.raises(DependencyFailed):
        SecretsManagerCredentials(secrets, "prefix", Clock()).find("mollie", "main")


def test_the_sandbox_and_the_usual_address_are_meant_when_nothing_is_said() -> None:
    found = credentials_from('{"values": {"api_key": "x"}}')
    assert found == Credentials({"api_key": "x"})
    assert credentials_from(json.dumps({**GOOD, "base_url": "http://127.0.0.1:8080"})) is not None


@pytest.mark.parametrize(
    "changed",
    [
        {"values": {}},
        {"values": None},
        {"values": {"api_key": ""}},
        {"values": {"api_key": " "}},
        {"values": {"api_key": 7}},
        {"values": {"api_key": "schlüssel"}},
        {"livemode": "no"},
        {"base_url": "http://api.example.com"},
        {"base_url": "https://user@api.example.com"},
        {"base_url": "https://"},
        {"base_url": "https://api.example.com/?x=1"},
        {"base_url": 7},
    ],
)
def test_half_credentials_are_none(changed: dict[str, Any]) -> None:
    assert credentials_from(json.dumps({**GOOD, **changed})) is None


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "null"])
def test_what_is_no_document_is_none(text: str) -> None:
    assert credentials_from(text) is None


def test_they_are_not_shown() -> None:
    assert "live_1" not in repr(credentials_from(json.dumps(GOOD)))


def test_white_space_around_a_value_is_no_part_of_it() -> None:
    found = credentials_from(json.dumps({**GOOD, "values": {"api_key": "live_1\n"}}))
    assert found is not None
    assert found.values == {"api_key": "live_1"}
