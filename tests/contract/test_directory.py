"""Customers and configuration: the same contract for the in-memory fakes and for the tables."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from receivables.adapters.dynamodb.configuration import (
    ConfigurationTable,
    DynamoAcceptances,
    DynamoCompany,
    DynamoImportJobs,
    DynamoMandates,
    DynamoSwitch,
    dynamo_policies,
    dynamo_rates,
    dynamo_terms,
)
from receivables.adapters.dynamodb.customers import DynamoCustomers
from receivables.adapters.dynamodb.hot_directory import HotConfiguration, HotCustomers
from receivables.arrangements import CreditRelease, Hold
from receivables.charges.rates import RateChange, RateTable
from receivables.core.amounts import Amounts
from receivables.core.configuration import (
    CashRules,
    Company,
    CompanyStore,
    Creditor,
    ProcessorAccount,
    Segment,
    Switch,
    SwitchStore,
)
from receivables.core.errors import AlreadyExists, NotFound, StaleRevision
from receivables.core.money import Money
from receivables.core.versions import VersionStore
from receivables.customers import Channel, Customer, CustomerKind, Mandate
from receivables.customers.ports import Customers, MandateHolders
from receivables.dunning.policy import DEFAULT_POLICY, Playbook, Policy, Step, StepAction, Tone
from receivables.imports import ImportJob, ImportJobs, ImportKind, ImportOptions, ImportState, RowError
from receivables.terms import (
    Adjustment,
    CalendarRule,
    DiscountRules,
    DiscountTier,
    InstalmentRule,
    LateCharges,
    Settlement,
    Terms,
)
from receivables.terms.acceptance import Acceptance, Acceptances
from receivables.terms.due import DaysOfMonth, FixedDates, NetDays, OnReceipt
from receivables.terms.instalments import FixedAmount, PercentOfRemainder, Remainder
from receivables.terms.late_charges import Band, FeeRule, InterestRule, ReferenceRate
from receivables.terms.settlement import Order
from receivables_local.engine import ROOT, Engine
from receivables_local.template import read
from tests.builders import NOW
from tests.fakes.directory import (
    InMemoryAcceptances,
    InMemoryCompany,
    InMemoryCustomers,
    InMemoryImportJobs,
    InMemoryMandates,
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
    kind=CustomerKind.CONSUMER,
    segment="retail",
    credit_limit=Amounts.of(Money(500_000, "EUR"), Money(700_000, "USD")),
    credit_release=CreditRelease(
        Amounts.of(Money(900_000, "EUR")), NOW + timedelta(days=9), "season", "finn", NOW
    ),
    hold=Hold("illness", "finn", NOW, NOW + timedelta(days=30)),
    mandate=Mandate("gocardless", "main", "MD0001", customer="CU0001", method="sepa_core"),
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
TERMS = Terms(
    "net-14",
    1,
    "Net 14",
    date(2026, 1, 1),
    NetDays(14),
    instalments=(
        InstalmentRule(FixedAmount(Amounts.of(Money(1_000, "EUR"))), OnReceipt(), "deposit"),
        InstalmentRule(PercentOfRemainder(Decimal("33.5")), DaysOfMonth(10, (15, 31))),
        InstalmentRule(Remainder(), FixedDates((date(2026, 6, 30), date(2027, 6, 30)))),
    ),
    calendar=CalendarRule(
        Adjustment.MODIFIED_FOLLOWING, ("DE-BY", "FR"), frozenset({1, 2, 3, 4}), company_days=False
    ),
    discount=DiscountRules((DiscountTier(NetDays(0), Decimal("2.5")),), tolerance_days=1),
    late_charges=LateCharges(
        (FeeRule("fee", bands=(Band(None, Amounts.of(Money(4_000, "EUR"))),)),),
        InterestRule("interest", ReferenceRate("ecb-mro", Decimal(8)), cap_percent=Decimal(20)),
        grace_days=3,
        business_only=True,
    ),
    settlement=Settlement(Order.SMALLEST, rounding=Amounts.of(Money(5, "EUR"))),
)
TABLE = RateTable(
    "base",
    1,
    "Base rate",
    date(2026, 1, 1),
    (RateChange(date(2026, 1, 1), Decimal("3.75")), RateChange(date(2026, 2, 5), Decimal("-0.50"))),
    "https://bank.example/rates",
    date(2026, 3, 1),
)
COMPANY = Company(
    "Blum AG",
    "net-14",
    "gentle",
    "billing@example.com",
    "Inkasso GmbH",
    segments={"retail": Segment("net-14"), "wholesale": Segment(policy_id="gentle")},
    closed_days={date(2026, 12, 24): "holidays", date(2026, 12, 31): "stocktaking"},
    creditor=Creditor(
        "Blum AG", "CH4431999123000889012", "POFICHBEXXX", "Hauptgasse", "7a", "3011", "Bern", "CH"
    ),
    cash=CashRules(auto_apply=101),
    processors=(
        ProcessorAccount(
            "stripe", "main", label="Cards", pays=True, currencies=("EUR", "CHF"), reconciled=True
        ),
        ProcessorAccount("gocardless", "test", livemode=False),
    ),
)
ACCEPTANCE = Acceptance(
    "acc_1", "C-1", "net-14", 1, "Ada Blum", "203.0.113.7", NOW, "ab" * 32, "finn", NOW, "portal"
)


@dataclass
class Stores:
    customers: Customers
    terms: VersionStore[Terms]
    policies: VersionStore[Policy]
    rates: VersionStore[RateTable]
    company: CompanyStore
    switch: SwitchStore
    jobs: ImportJobs
    acceptances: Acceptances
    mandates: MandateHolders


def in_memory() -> Stores:
    return Stores(
        InMemoryCustomers(),
        InMemoryVersions(),
        InMemoryVersions(),
        InMemoryVersions(),
        InMemoryCompany(),
        InMemorySwitch(),
        InMemoryImportJobs(),
        InMemoryAcceptances(),
        InMemoryMandates(),
    )


def in_dynamodb(client: Any, names: dict[str, str]) -> Stores:
    table = ConfigurationTable(names["CONFIGURATION_TABLE"], client)
    return Stores(
        DynamoCustomers(names["CUSTOMERS_TABLE"], client),
        dynamo_terms(table),
        dynamo_policies(table),
        dynamo_rates(table),
        DynamoCompany(table),
        DynamoSwitch(table),
        DynamoImportJobs(table),
        DynamoAcceptances(table),
        DynamoMandates(table),
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


def test_a_mandate_is_kept_with_why_it_ended_until_it_is_taken_away(stores: Stores) -> None:
    created = stores.customers.create(FULL)
    assert created.mandate is not None
    ended = replace(created, mandate=replace(created.mandate, active=False, ended="cancelled by the bank"))
    assert stores.customers.update(ended).mandate == ended.mandate
    assert stores.customers.get("C-1").mandate == ended.mandate
    stores.customers.update(replace(stores.customers.get("C-1"), mandate=None))
    assert stores.customers.get("C-1").mandate is None


def test_who_has_a_mandate_is_found_by_its_key(stores: Stores) -> None:
    for customer in ("C-2", "C-1", "C-1"):
        stores.mandates.remember("gocardless/main/MD1", customer)
    stores.mandates.remember("gocardless/main/MD12", "C-3")
    assert list(stores.mandates.holders("gocardless/main/MD1")) == ["C-1", "C-2"]
    assert list(stores.mandates.holders("gocardless/other/MD1")) == []


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
    stores.rates.add(TABLE, "ada", NOW)
    assert list(stores.rates.versions("base")) == [TABLE]


def test_what_was_never_written_has_no_versions(stores: Stores) -> None:
    assert list(stores.policies.versions("gentle")) == []


def test_a_version_is_written_once(stores: Stores) -> None:
    stores.terms.add(TERMS, "ada", NOW)
    with pytest.raises(AlreadyExists):
        stores.terms.add(replace(TERMS, name="Net 99"), "eve", NOW)
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
    assert stores.company.put(COMPANY) == replace(COMPANY, rev=1)
    assert stores.company.get() == replace(COMPANY, rev=1)
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


def test_acceptances_are_written_once_and_come_back_in_order(stores: Stores) -> None:
    later = replace(ACCEPTANCE, id="acc_0", accepted_at=NOW + timedelta(days=1), version=2, channel="")
    other = replace(ACCEPTANCE, id="acc_2", customer_id="C-2")
    for each in (later, ACCEPTANCE, other):
        assert stores.acceptances.add(each) == each
    assert stores.acceptances.add(replace(ACCEPTANCE, accepted_from="elsewhere")) == ACCEPTANCE
    assert list(stores.acceptances.of_customer("C-1")) == [ACCEPTANCE, later]
    assert list(stores.acceptances.of_customer("C-9")) == []


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
    assert list(configuration.policies.versions("gentle")) == list(stores.policies.versions("gentle"))
    stores.terms.add(TERMS, "ada", NOW)
    stores.rates.add(TABLE, "ada", NOW)
    assert list(configuration.terms.versions("net-14")) == [TERMS]
    assert list(configuration.rates.versions("base")) == [TABLE]
    assert list(configuration.rates.versions("net-14")) == []
    stores.company.put(COMPANY)
    assert configuration.get() == stores.company.get()
    stores.switch.move(Switch(engaged=True, reason="test", by="ada", at=NOW))
    assert configuration.engaged()
