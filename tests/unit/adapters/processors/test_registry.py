"""Every processor is found by its name, and imported when it is needed first."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from receivables.adapters.processors import registry
from receivables.core.errors import NotFound, Unauthenticated
from receivables.payments.endpoints import Endpoint
from receivables.payments.events import Uninterpretable
from receivables.payments.processors import Credentials, Request
from tests.fakes.webhooks import NoKeys

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ALL = sorted(registry.NAMES)


def test_there_are_thirteen() -> None:
    assert len(ALL) == 13


@pytest.mark.parametrize("name", ALL)
def test_each_can_verify_and_read(name: str) -> None:
    found = registry.webhooks(name)
    assert found is not None
    assert found is registry.webhooks(name)
    assert found.name == name
    assert found.kept_headers
    assert all(header == header.lower() for header in (*found.kept_headers, *found.kept_settings))
    with pytest.raises(Uninterpretable):
        found.interpret(b"\xff", {})


@pytest.mark.parametrize("name", sorted(registry.NAMES - {"mollie"}))
def test_each_fails_closed_where_there_is_no_secret(name: str) -> None:
    found = registry.webhooks(name)
    assert found is not None
    for body in (b"", b"{}", b"\xff"):
        with pytest.raises(Unauthenticated):
            found.verify(Request(body), Endpoint(()), NOW, NoKeys())


@pytest.mark.parametrize("name", sorted(registry.NAMES - {"braintree"}))
def test_only_who_checks_addresses_is_answered(name: str) -> None:
    found = registry.webhooks(name)
    assert found is not None
    with pytest.raises(NotFound):
        found.challenge(Request(b"", method="GET", query={"bt_challenge": "x" * 20}), Endpoint(()), NOW)


@pytest.mark.parametrize("name", ["", "Stripe", "stripe.signature", "../stripe", "registry", "nobody"])
def test_of_any_other_name_there_is_none(name: str) -> None:
    assert registry.webhooks(name) is None
    assert not any(can(name) for can in (registry.has_api, registry.makes_links, registry.collects))
    for made in (registry.api, registry.link_maker, registry.collector):
        with pytest.raises(NotFound):
            made(name, Credentials(), cast("Any", None))


def test_what_each_can_do_is_told_by_its_api() -> None:
    for name in ALL:
        for can, made in (
            (registry.has_api, registry.api),
            (registry.makes_links, registry.link_maker),
            (registry.collects, registry.collector),
        ):
            if can(name):
                assert made(name, Credentials(), cast("Any", None)) is not None
            else:
                with pytest.raises(NotFound):
                    made(name, Credentials(), cast("Any", None))


def test_money_is_drawn_by_those_who_have_mandates_and_links_are_made_by_most() -> None:
    assert {name for name in ALL if registry.collects(name)} >= {"gocardless", "stripe"}
    assert {name for name in ALL if registry.makes_links(name)} >= {"adyen", "gocardless", "mollie", "stripe"}
    assert not registry.has_api("standardwebhooks")
    assert not registry.has_api("adyen")


@pytest.mark.parametrize("name", ALL)
def test_who_receives_imports_the_signature_alone(name: str) -> None:
    code = (
        "import sys\n"
        "from receivables.adapters.processors.registry import webhooks\n"
        f"assert webhooks({name!r}).kept_headers\n"
        "print(*sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = ran.stdout.split()
    heavy = ("cryptography", "urllib3", "defusedxml", "xml.etree.ElementTree", "botocore", "email")
    assert not [module for module in heavy if module in loaded]
    own = {module for module in loaded if module.startswith("receivables.adapters.processors.")}
    assert {module.split(".")[3] for module in own} & registry.NAMES == {name}
    assert f"receivables.adapters.processors.{name}.api" not in own
