"""What only the tables can get wrong: lost answers, foreign attributes, inexact numbers, which table it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from receivables.adapters.dynamodb.binding import (
    DateAttribute,
    InstantAttribute,
    IntAttribute,
    connection,
)
from receivables.adapters.dynamodb.configuration import (
    ConfigurationTable,
    DynamoAcceptances,
    DynamoCompany,
    dynamo_terms,
)
from receivables.adapters.dynamodb.customers import DynamoCustomers
from receivables.adapters.dynamodb.hot_directory import HotConfiguration, HotCustomers
from receivables.core.configuration import Company
from receivables.core.errors import DependencyFailed, Throttled
from receivables.customers import Customer
from tests.builders import NOW
from tests.contract.test_directory import ACCEPTANCE, FULL, TERMS, dynamodb, tables

__all__ = ["dynamodb", "tables"]


class Through:
    """A client whose calls can be disturbed."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.meta = client.meta
        self._request_signer = client._request_signer
        self.twice: str | None = None
        self.raises: Exception | None = None

    def _make_api_call(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        if self.raises:
            raise self.raises
        if operation == self.twice:
            # The answer of the first attempt is lost, and the SDK sends the same again.
            self._client._make_api_call(operation, arguments)
        return self._client._make_api_call(operation, arguments)


pytestmark = pytest.mark.engine


@pytest.fixture
def client(dynamodb: Any) -> Through:
    return Through(dynamodb)


@pytest.fixture
def customers(client: Through, tables: dict[str, str]) -> DynamoCustomers:
    return DynamoCustomers(tables["CUSTOMERS_TABLE"], client)


@pytest.fixture
def configuration(client: Through, tables: dict[str, str]) -> ConfigurationTable:
    return ConfigurationTable(tables["CONFIGURATION_TABLE"], client)


def test_a_creation_whose_answer_was_lost_has_succeeded(client: Through, customers: DynamoCustomers) -> None:
    client.twice = "PutItem"
    assert customers.create(FULL).rev == 1


def test_an_update_whose_answer_was_lost_has_succeeded_once(
    client: Through, customers: DynamoCustomers
) -> None:
    created = customers.create(FULL)
    client.twice = "UpdateItem"
    assert customers.update(replace(created, name="Ada B.")).rev == 2
    assert customers.get("C-1").rev == 2


def test_settings_whose_answer_was_lost_are_stored(
    client: Through, configuration: ConfigurationTable
) -> None:
    client.twice = "PutItem"
    assert DynamoCompany(configuration).put(Company("Blum AG")).rev == 1


def test_a_version_whose_answer_was_lost_is_written(
    client: Through, configuration: ConfigurationTable
) -> None:
    client.twice = "TransactWriteItems"
    terms = dynamo_terms(configuration)
    terms.add(TERMS, "ada", NOW)
    assert list(terms.versions("net-14")) == [TERMS]


def test_attributes_that_this_version_does_not_know_survive_an_update(
    dynamodb: Any, customers: DynamoCustomers, tables: dict[str, str]
) -> None:
    created = customers.create(FULL)
    place = {"TableName": tables["CUSTOMERS_TABLE"], "Key": {"id": {"S": "C-1"}}}
    values = {":later": {"S": "kept"}}
    dynamodb.update_item(
        **place, UpdateExpression="SET added_later = :later", ExpressionAttributeValues=values
    )
    customers.update(replace(created, name="Ada B."))
    assert dynamodb.get_item(**place)["Item"]["added_later"] == {"S": "kept"}


def test_what_was_written_before_a_field_was_there_is_read_with_its_default(
    dynamodb: Any, customers: DynamoCustomers, configuration: ConfigurationTable, tables: dict[str, str]
) -> None:
    customers.create(Customer("C-1", "Ada"))
    DynamoCompany(configuration).put(Company("Blum AG"))
    dynamodb.update_item(
        TableName=tables["CUSTOMERS_TABLE"],
        Key={"id": {"S": "C-1"}},
        UpdateExpression="REMOVE #kind, credit_limit",
        ExpressionAttributeNames={"#kind": "kind"},
    )
    dynamodb.update_item(
        TableName=tables["CONFIGURATION_TABLE"],
        Key={"pk": {"S": "COMPANY"}, "sk": {"S": "settings"}},
        UpdateExpression="REMOVE #segments, closed_days, creditor, cash, processors",
        ExpressionAttributeNames={"#segments": "segments"},
    )
    hot = HotCustomers(dynamodb, tables["CUSTOMERS_TABLE"])
    assert customers.get("C-1") == hot.get("C-1") == Customer("C-1", "Ada", rev=1)
    settings = HotConfiguration(dynamodb, tables["CONFIGURATION_TABLE"])
    assert DynamoCompany(configuration).get() == settings.get() == Company("Blum AG", rev=1)


def test_an_acceptance_whose_answer_was_lost_is_on_record(
    client: Through, configuration: ConfigurationTable
) -> None:
    client.twice = "PutItem"
    acceptances = DynamoAcceptances(configuration)
    assert acceptances.add(ACCEPTANCE) == ACCEPTANCE
    assert list(acceptances.of_customer("C-1")) == [ACCEPTANCE]


def test_stores_of_two_tables_do_not_mix(dynamodb: Any, tables: dict[str, str]) -> None:
    here = ConfigurationTable(tables["CONFIGURATION_TABLE"], dynamodb)
    elsewhere = ConfigurationTable("no-such-table", dynamodb)
    dynamo_terms(here).add(TERMS, "ada", NOW)
    assert list(dynamo_terms(here).versions("net-14")) == [TERMS]
    with pytest.raises(DependencyFailed):
        list(dynamo_terms(elsewhere).versions("net-14"))


def test_the_client_that_was_handed_in_is_the_one_that_is_used(
    client: Through, customers: DynamoCustomers
) -> None:
    assert connection(customers._record).client is client


@pytest.mark.parametrize("code", ["ThrottlingException", "ProvisionedThroughputExceededException"])
def test_throttling_is_told_from_other_failures(
    client: Through, customers: DynamoCustomers, code: str
) -> None:
    client.raises = ClientError({"Error": {"Code": code, "Message": "ada@example.com"}}, "GetItem")
    with pytest.raises(Throttled) as raised:
        customers.get("C-1")
    assert "ada" not in str(raised.value)


def test_a_table_that_does_not_answer_has_failed(client: Through, customers: DynamoCustomers) -> None:
    client.raises = ReadTimeoutError(endpoint_url="http://127.0.0.1")
    with pytest.raises(DependencyFailed):
        customers.get("C-1")


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        (IntAttribute(attr_name="n"), True),
        (IntAttribute(attr_name="n"), 1.0),
        (IntAttribute(attr_name="n"), "1"),
        (DateAttribute(attr_name="d"), datetime(2026, 3, 1, tzinfo=UTC)),
        (DateAttribute(attr_name="d"), "2026-03-01"),
        (InstantAttribute(attr_name="i"), date(2026, 3, 1)),
    ],
)
def test_an_inexact_value_is_refused_before_it_is_written(attribute: Any, value: object) -> None:
    with pytest.raises(TypeError):
        attribute.serialize(value)


def test_an_instant_without_zone_is_refused() -> None:
    naive = datetime(2026, 3, 1)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="zone"):
        InstantAttribute(attr_name="i").serialize(naive)
