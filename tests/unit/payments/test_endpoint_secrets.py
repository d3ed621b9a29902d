"""Endpoint secrets: what a secret's text gives, and for how long it is remembered."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from receivables.adapters.secrets import SecretsManagerEndpoints, endpoint_from
from receivables.core.errors import DependencyFailed, Throttled
from receivables.payments.endpoints import Endpoint, Secret


class SecretsManager:
    """As much of the service as is used: secrets by name, and what it fails with."""

    def __init__(self, **secrets: str) -> None:
        self.secrets = {name.replace("_", "/"): text for name, text in secrets.items()}
        self.asked: list[str] = []
        self.failure: Exception | None = None

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803
        self.asked.append(SecretId)
        if self.failure:
            raise self.failure
        if SecretId not in self.secrets:
            raise refusal("ResourceNotFoundException")
        return {"SecretString": self.secrets[SecretId]}


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "x"}}, "GetSecretValue")


def text(*values: str, **members: Any) -> str:
    return json.dumps({"secrets": [{"value": value} for value in values], **members})


def test_secrets_are_read_with_their_validity() -> None:
    entries = [
        {"value": "a", "valid_from": "2026-01-01T00:00:00Z"},
        {"value": "b", "valid_until": "2026-02-01T00:00:00+01:00"},
    ]
    found = endpoint_from(json.dumps({"secrets": entries, "livemode": False}))
    first = Secret("a", valid_from=datetime(2026, 1, 1, tzinfo=UTC))
    second = Secret("b", valid_until=datetime(2026, 1, 31, 23, tzinfo=UTC))
    assert found == Endpoint((first, second), livemode=False)


def test_real_money_is_what_is_meant_when_nothing_is_said() -> None:
    assert endpoint_from(text("a")).livemode is True


@pytest.mark.parametrize("livemode", ["false", 0, None, []])
def test_whether_it_is_real_money_is_said_clearly_or_nothing_is_proved(livemode: Any) -> None:
    assert endpoint_from(text("a", livemode=livemode)) == Endpoint(())


def test_settings_are_texts_by_name_and_nothing_else() -> None:
    told = {"url": "https://pay.example.com/x", "n": 7, "none": None, "list": ["a"]}
    assert endpoint_from(text("a", settings=told)).settings == {"url": "https://pay.example.com/x"}
    wrong: list[Any] = [None, [], "text", 7]
    for broken in wrong:
        assert endpoint_from(text("a", settings=broken)).settings == {}


@pytest.mark.parametrize("broken", ["", "whsec_plain", "null", "[]", "{}", '{"secrets": "a"}', "[" * 100_000])
def test_a_text_that_is_not_understood_gives_no_secret(broken: str) -> None:
    assert endpoint_from(broken).secrets == ()


@pytest.mark.parametrize(
    "entry",
    ["a", None, {}, {"value": ""}, {"value": "  "}, {"value": 7}, {"value": "a", "valid_until": "soon"}, {"value": "a", "valid_from": 7}],
)  # fmt: skip
def test_an_entry_that_is_not_understood_is_dropped_and_not_taken_as_unbounded(entry: object) -> None:
    found = endpoint_from(json.dumps({"secrets": [entry, {"value": "good"}]}))
    assert found.secrets == (Secret("good"),)


def test_a_secret_never_shows_in_its_repr() -> None:
    assert "hush" not in repr(endpoint_from(text("hush")))


def test_a_secret_is_remembered_for_a_bounded_time() -> None:
    service, clock = SecretsManager(hooks_stripe_main=text("old")), Clock()
    endpoints = SecretsManagerEndpoints(service, "hooks", clock)
    assert endpoints.find("stripe", "main") == Endpoint((Secret("old"),))
    service.secrets["hooks/stripe/main"] = text("new")
    clock.now += 299
    assert endpoints.find("stripe", "main") == Endpoint((Secret("old"),))
    assert len(service.asked) == 1
    clock.now += 1
    assert endpoints.find("stripe", "main") == Endpoint((Secret("new"),))


def test_a_renewal_sees_a_rotation_early_but_cannot_be_forced_often() -> None:
    service, clock = SecretsManager(hooks_stripe_main=text("old")), Clock()
    endpoints = SecretsManagerEndpoints(service, "hooks", clock)
    endpoints.find("stripe", "main")
    service.secrets["hooks/stripe/main"] = text("new")
    clock.now += 9
    assert endpoints.renewed("stripe", "main") == Endpoint((Secret("old"),))
    clock.now += 1
    assert endpoints.renewed("stripe", "main") == Endpoint((Secret("new"),))
    assert endpoints.find("stripe", "main") == Endpoint((Secret("new"),))
    assert len(service.asked) == 2


def test_an_unknown_endpoint_is_none_and_is_not_asked_for_again_at_once() -> None:
    service, clock = SecretsManager(), Clock()
    endpoints = SecretsManagerEndpoints(service, "hooks", clock)
    assert endpoints.find("stripe", "new") is None
    assert endpoints.find("stripe", "new") is None
    assert service.asked == ["hooks/stripe/new"]
    service.secrets["hooks/stripe/new"] = text("a")
    clock.now += 10
    assert endpoints.find("stripe", "new") == Endpoint((Secret("a"),))


def test_somebody_who_tries_names_does_not_fill_the_memory() -> None:
    endpoints = SecretsManagerEndpoints(SecretsManager(), "hooks", Clock())
    for number in range(1000):
        endpoints.find("stripe", f"e{number}")
    assert len(endpoints._remembered) <= 256


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (refusal("ThrottlingException"), Throttled),
        (refusal("AccessDeniedException"), DependencyFailed),
        (ReadTimeoutError(endpoint_url="x"), DependencyFailed),
    ],
)
def test_a_service_that_fails_is_our_failure_and_is_not_remembered(
    failure: Exception, kind: type[Exception]
) -> None:
    service = SecretsManager(hooks_stripe_main=text("a"))
    endpoints = SecretsManagerEndpoints(service, "hooks", Clock())
    service.failure = failure
    with pytest.raises(kind):
        endpoints.find("stripe", "main")
    service.failure = None
    assert endpoints.find("stripe", "main") == Endpoint((Secret("a"),))
