"""Customers and configuration: the same contract for the in-memory fakes and for the tables."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

import pytest

from receivables.adapters.dynamodb.configuration import (
    ConfigurationTable,
    DynamoCompany,
    DynamoImportJobs,
    DynamoSwitch,
    dynamo_policies,
    dynamo_terms,
)
from receivables.adapters.dynamodb.customers import DynamoCustomers
from receivables.adapters.dynamodb.hot_directory import HotConfiguration, HotCustomers
from receivables.core.configuration import Company, CompanyStore, Switch, SwitchStore
from receivables.core.errors import AlreadyExists, NotFound, StaleRevision
from receivables.core.versions import VersionStore
from receivables.customers import Channel, Customer
from receivables.customers.ports import Customers
from receivables.dunning.policy import DEFAULT_POLICY, Playbook, Policy, Step, StepAction, Tone
from receivables.imports import ImportJob, ImportJobs, ImportKind, ImportOptions, ImportState, RowError
from receivables.terms import Terms
from receivables_local.engine import ROOT, Engine
from receivables_local.template import read
from tests.builders import NOW
from tests.fakes.directory import (
    InMemoryCompany,
    InMemoryCustomers,
    InMemoryImportJobs,
    InMemorySwitch,
    InMemoryVersions,
)

FULL = Customer(
    "C-1",
    "Ada Blum",
    "ada@example.com",
    "+4930901820",
    locale="de_DE",
    timezone="Europe/Berlin",
    sms_consent=True,
    terms_id="net-14",
    policy_id="gentle",
)
POLICY = Policy(
    "gentle",
    1,
    "Gentle",
    date(2026, 1, 1),
    (
        Step("before", -3, tone=Tone.FRIENDLY, channels=(Channel.EMAIL, Channel.SMS)),
        Step("after", 5),
        Step("case", 40, action=StepAction.ESCALATE),
    ),
    send_at=time(7, 45),
    send_on=frozenset({2, 4}),
    playbook=Playbook(5, 6, 7, 8),
)
TERMS = Terms("net-14", 1, "Net 14", 14, date(2026, 1, 1))


@dataclass
class Stores:
    customers: Customers
    terms: VersionStore[Terms]
    policies: VersionStore[Policy]
    company: CompanyStore
    switch: SwitchStore
    jobs: ImportJobs


def in_memory() -> Stores:
    return Stores(
        InMemoryCustomers(),
        InMemoryVersions(),
        InMemoryVersions(),
        InMemoryCompany(),
        InMemorySwitch(),
        InMemoryImportJobs(),
    )


def in_dynamodb(client: Any, names: dict[str, str]) -> Stores:
    table = ConfigurationTable(names["CONFIGURATION_TABLE"], client)
    return Stores(
        DynamoCustomers(names["CUSTOMERS_TABLE"], client),
        dynamo_terms(table),
        dynamo_policies(table),
        DynamoCompany(table),
        DynamoSwitch(table),
        DynamoImportJobs(table),
    )


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[Any]:
    with Engine.temporary(enforce_iam=False) as engine:
        yield engine.client("dynamodb")


@pytest.fixture
def tables(dynamodb: Any) -> dict[str, str]:
    """Empty tables, as the template describes them: the name of each by the variable that functions read."""
    resources = read(ROOT / "infrastructure" / "data.yaml")["Resources"]
    names = {}
    for kind in ("Customers", "Configuration"):
        described = resources[f"{kind}Table"]["Properties"]
        names[f"{kind.upper()}_TABLE"] = name = f"{kind}-{secrets.token_hex(4)}"
        parts = {part: described[part] for part in ("AttributeDefinitions", "KeySchema", "BillingMode")}
        dynamodb.create_table(TableName=name, **parts)
    return names


@pytest.fixture(params=["fake", pytest.param("dynamodb", marks=pytest.mark.engine)])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "fake":
        return in_memory()
    return in_dynamodb(request.getfixturevalue("dynamodb"), request.getfixturevalue("tables"))


def test_a_customer_comes_back_as_it_was_written(stores: Stores) -> None:
    created = stores.customers.create(replace(FULL, suppressed={"sms": "opt-out"}))
    assert created == replace(FULL, suppressed={"sms": "opt-out"}, rev=1)
    assert stores.customers.get("C-1") == created


def test_a_customer_needs_no_more_than_a_name(stores: Stores) -> None:
    assert stores.customers.create(Customer("C-1", "Ada")) == stores.customers.get("C-1")
    assert stores.customers.get("C-1").email is None


def test_an_unknown_customer_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFound):
        stores.customers.get("C-9")
    with pytest.raises(NotFound):
        stores.customers.update(replace(FULL, rev=1))


def test_an_id_is_taken_once(stores: Stores) -> None:
    stores.customers.create(FULL)
    with pytest.raises(AlreadyExists):
        stores.customers.create(replace(FULL, name="Somebody else"))
    assert stores.customers.get("C-1").name == "Ada Blum"


def test_an_update_replaces_everything_and_counts(stores: Stores) -> None:
    stores.customers.create(FULL)
    wanted = Customer("C-1", "Ada B.", locale="fr_FR", rev=1)
    assert stores.customers.update(wanted) == replace(wanted, rev=2)
    assert stores.customers.get("C-1") == replace(wanted, rev=2)


def test_an_update_of_what_has_changed_is_refused(stores: Stores) -> None:
    stores.customers.create(FULL)
    stores.customers.update(replace(FULL, rev=1, name="First"))
    with pytest.raises(StaleRevision):
        stores.customers.update(replace(FULL, rev=1, name="Second"))
    assert stores.customers.get("C-1").name == "First"


def test_a_channel_is_suppressed_for_its_address_only_and_the_first_reason_stays(stores: Stores) -> None:
    stores.customers.create(FULL)
    stores.customers.suppress("C-1", Channel.EMAIL, "old@example.com", "bounce")
    assert stores.customers.get("C-1").suppressed == {}
    stores.customers.suppress("C-1", Channel.EMAIL, "ada@example.com", "bounce")
    stores.customers.suppress("C-1", Channel.EMAIL, "ada@example.com", "complaint")
    assert stores.customers.get("C-1").suppressed == {"email": "bounce"}
    assert stores.customers.get("C-1").rev == 2


def test_suppressing_for_nobody_is_ignored(stores: Stores) -> None:
    stores.customers.suppress("C-9", Channel.EMAIL, "ada@example.com", "bounce")
    with pytest.raises(NotFound):
        stores.customers.get("C-9")


def test_another_address_lifts_the_suppression_of_its_channel_only(stores: Stores) -> None:
    stores.customers.create(replace(FULL, suppressed={"email": "bounce", "sms": "opt-out"}))
    known = stores.customers.get("C-1")
    updated = stores.customers.update(replace(known, email="ada@example.org"))
    assert updated.suppressed == {"sms": "opt-out"}
    assert stores.customers.get("C-1").suppressed == {"sms": "opt-out"}


def test_pages_of_customers_hold_each_of_them_once(stores: Stores) -> None:
    for number in range(5):
        stores.customers.create(Customer(f"C-{number}", "Somebody"))
    seen, position, pages = [], None, 0
    while pages == 0 or position is not None:
        page, position = stores.customers.page(2, position)
        assert len(page) <= 2
        seen += [customer.id for customer in page]
        pages += 1
    assert sorted(seen) == [f"C-{number}" for number in range(5)]


def test_versions_come_back_as_they_were_written_oldest_first(stores: Stores) -> None:
    second = replace(POLICY, version=2, name="Gentler", send_on=frozenset({1}))
    stores.policies.add(POLICY, "ada", NOW)
    stores.policies.add(second, "ada", NOW)
    assert list(stores.policies.versions("gentle")) == [POLICY, second]
    stores.terms.add(TERMS, "ada", NOW)
    assert list(stores.terms.versions("net-14")) == [TERMS]


def test_what_was_never_written_has_no_versions(stores: Stores) -> None:
    assert list(stores.policies.versions("gentle")) == []


def test_a_version_is_written_once(stores: Stores) -> None:
    stores.terms.add(TERMS, "ada", NOW)
    with pytest.raises(AlreadyExists):
        stores.terms.add(replace(TERMS, net_days=99), "eve", NOW)
    assert list(stores.terms.versions("net-14")) == [TERMS]


def test_versions_are_in_order_of_their_numbers_not_of_their_text(stores: Stores) -> None:
    for number in (1, 2, 9, 10, 11):
        stores.terms.add(replace(TERMS, version=number), "ada", NOW)
    assert [terms.version for terms in stores.terms.versions("net-14")] == [1, 2, 9, 10, 11]


def test_the_catalogue_names_each_document_once_by_kind(stores: Stores) -> None:
    stores.policies.add(POLICY, "ada", NOW)
    for number in range(3):
        stores.terms.add(replace(TERMS, id=f"net-{number}"), "ada", NOW)
    stores.terms.add(replace(TERMS, id="net-1", version=2), "ada", NOW)
    first, position = stores.terms.page(2)
    assert list(first) == ["net-0", "net-1"]
    assert position is not None
    rest, end = stores.terms.page(2, position)
    assert (list(rest), end) == (["net-2"], None)


def test_the_company_has_defaults_until_it_is_set(stores: Stores) -> None:
    assert stores.company.get() == Company()
    wanted = Company("Blum AG", "net-14", "gentle", "billing@example.com", "Inkasso GmbH")
    assert stores.company.put(wanted) == replace(wanted, rev=1)
    assert stores.company.get() == replace(wanted, rev=1)
    assert stores.company.put(Company("Blum", rev=1)) == Company("Blum", rev=2)
    assert stores.company.get() == Company("Blum", rev=2)


@pytest.mark.parametrize("rev", [0, 2])
def test_settings_that_have_changed_are_not_replaced(stores: Stores, rev: int) -> None:
    stores.company.put(Company("Blum AG"))
    with pytest.raises(StaleRevision):
        stores.company.put(Company("Somebody", rev=rev))
    assert stores.company.get().name == "Blum AG"


def test_the_kill_switch_is_off_until_it_is_moved(stores: Stores) -> None:
    assert not stores.switch.engaged()
    assert stores.switch.read() == Switch()
    stores.switch.move(Switch(engaged=True, reason="wrong amounts", by="ada", at=NOW))
    assert stores.switch.engaged()
    assert stores.switch.read() == Switch(engaged=True, reason="wrong amounts", by="ada", at=NOW)
    stores.switch.move(Switch(engaged=False, reason="mended", by="finn", at=NOW))
    assert not stores.switch.engaged()


def test_an_import_job_comes_back_as_it_was_last_put(stores: Stores) -> None:
    with pytest.raises(NotFound):
        stores.jobs.get("imp_1")
    job = ImportJob("imp_1", "imports/imp_1.csv", "ada", NOW, ImportOptions("dmy", "EUR"))
    stores.jobs.put(job)
    assert stores.jobs.get("imp_1") == job
    done = replace(
        job,
        kind=ImportKind.INVOICES,
        state=ImportState.DONE,
        reason="",
        rows=9,
        position=9,
        created=4,
        updated=1,
        unchanged=2,
        failed=2,
        errors=(RowError(3, "amount", "is not a number"), RowError(4, "number", "is taken")),
    )
    stores.jobs.put(done)
    assert stores.jobs.get("imp_1") == done


@pytest.mark.engine
def test_the_hot_readers_read_what_the_stores_wrote(tables: dict[str, str], dynamodb: Any) -> None:
    stores = in_dynamodb(dynamodb, tables)
    customers = HotCustomers(dynamodb, tables["CUSTOMERS_TABLE"])
    configuration = HotConfiguration(dynamodb, tables["CONFIGURATION_TABLE"])
    assert (configuration.engaged(), configuration.get()) == (False, Company())
    for customer in (replace(FULL, suppressed={"email": "bounce"}), Customer("C-2", "Bo")):
        assert stores.customers.create(customer) == customers.get(customer.id)
    for policy in (POLICY, replace(POLICY, version=2, steps=DEFAULT_POLICY.steps)):
        stores.policies.add(policy, "ada", NOW)
    assert list(configuration.versions("gentle")) == list(stores.policies.versions("gentle"))
    stores.company.put(Company("Blum AG", "net-14", None, "billing@example.com", "Inkasso"))
    assert configuration.get() == stores.company.get()
    stores.switch.move(Switch(engaged=True, reason="test", by="ada", at=NOW))
    assert configuration.engaged()
