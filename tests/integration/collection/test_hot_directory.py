"""What the API writes with PynamoDB is what the hot functions read without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from receivables.adapters.dynamodb.configuration import (
    ConfigurationTable,
    DynamoCompany,
    DynamoSwitch,
    dynamo_policies,
)
from receivables.adapters.dynamodb.customers import DynamoCustomers
from receivables.adapters.dynamodb.hot_directory import HotConfiguration, HotCustomers
from receivables.core.configuration import Company, Switch
from receivables.core.errors import NotFound
from receivables.customers import Channel, Customer
from receivables.dunning import DEFAULT_POLICY, Playbook
from receivables_local.deploy import deploy_data
from receivables_local.engine import Engine
from tests.builders import NOW

pytestmark = pytest.mark.engine


@pytest.fixture
def hot(engine: Engine, tables: dict[str, str]) -> HotConfiguration:
    return HotConfiguration(engine.client("dynamodb"), tables["CONFIGURATION_TABLE"])


@pytest.fixture
def configuration(engine: Engine, tables: dict[str, str]) -> ConfigurationTable:
    return ConfigurationTable(tables["CONFIGURATION_TABLE"], engine.client("dynamodb"))


@pytest.mark.parametrize(
    "written",
    [
        Customer("H-1", "Ada"),
        Customer(
            "H-2",
            name="Bo",
            email="bo@example.com",
            phone="+4915112345678",
            locale="de_DE",
            timezone="Europe/Berlin",
            sms_consent=True,
            terms_id="net-14",
            policy_id="soft",
        ),
    ],
    ids=["bare", "full"],
)
def test_a_customer_is_read_as_it_was_written(engine: Engine, tables: dict[str, str], written: Any) -> None:
    client, table = engine.client("dynamodb"), tables["CUSTOMERS_TABLE"]
    api, hot = DynamoCustomers(table, client), HotCustomers(client, table)
    stored = api.create(written)
    assert hot.get(written.id) == stored == api.get(written.id)
    if written.email:
        api.suppress(written.id, Channel.EMAIL, written.email, "bounce")
        assert hot.get(written.id) == api.get(written.id)
        assert hot.get(written.id).suppressed == {"email": "bounce"}


def test_a_customer_that_is_not_there_is_not_found(engine: Engine, tables: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        HotCustomers(engine.client("dynamodb"), tables["CUSTOMERS_TABLE"]).get("nobody")


def test_the_company_is_read_as_it_was_written(
    hot: HotConfiguration, configuration: ConfigurationTable
) -> None:
    store = DynamoCompany(configuration)
    assert hot.get() == store.get()
    acme = Company("Acme", "net-14", "soft", "help@acme.example", "Agents Ltd", store.get().rev)
    stored = store.put(acme)
    assert hot.get() == stored
    store.put(Company(rev=stored.rev))
    assert hot.get() == store.get() == Company(rev=stored.rev + 1)


def test_where_nothing_was_ever_set_the_defaults_apply(engine: Engine) -> None:
    assert (
        HotConfiguration(engine.client("dynamodb"), deploy_data(engine)["CONFIGURATION_TABLE"]).get()
        == Company()
    )


def test_the_kill_switch_is_read_as_it_was_moved(
    hot: HotConfiguration, configuration: ConfigurationTable
) -> None:
    switch = DynamoSwitch(configuration)
    assert not hot.engaged()
    switch.move(Switch(engaged=True, reason="a bug", by="fay", at=NOW))
    assert hot.engaged()
    switch.move(Switch(engaged=False, reason="fixed", by="fay", at=NOW))
    assert not hot.engaged()


def test_policies_are_read_as_they_were_written(
    hot: HotConfiguration, configuration: ConfigurationTable
) -> None:
    first = replace(
        DEFAULT_POLICY,
        id="soft",
        name="Soft",
        in_force_from=date(2026, 1, 1),
        send_at=time(8, 30),
        send_on=frozenset({2, 4}),
        playbook=Playbook(5, 6, 7, 8),
    )
    second = replace(first, version=2, steps=first.steps[:3])
    store = dynamo_policies(configuration)
    for version in (first, second):
        store.add(version, "fay", NOW)
    assert list(hot.policies.versions("soft")) == [first, second] == list(store.versions("soft"))
    assert list(hot.policies.versions("unwritten")) == []
