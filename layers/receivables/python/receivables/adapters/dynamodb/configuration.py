"""Terms, policies, rate tables, the company's settings, the kill switch, acceptances and import jobs in the configuration
table.

TERMS#<id> | POLICY#<id> | RATES#<id>   v#00001 ...         the versions, immutable
CATALOGUE#terms | #policy | #rates      <id>                which documents there are
COMPANY                                 settings, kill_switch
ACCEPTANCES#<customer>                  <id>                who accepted which terms
IMPORT#<id>                             job
MANDATE#<processor>/<endpoint>/<id>     <customer>          who has, or had, the mandate
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from pynamodb.exceptions import DoesNotExist, PynamoDBException
from pynamodb.transactions import TransactWrite

from receivables.adapters.dynamodb.binding import bind_all, connection, translated
from receivables.adapters.dynamodb.configuration_items import (
    KINDS,
    AcceptanceItem,
    CatalogueItem,
    CompanyItem,
    ConfigurationItem,
    ImportItem,
    PolicyItem,
    RatesItem,
    SwitchItem,
    TermsItem,
    VersionItem,
)
from receivables.charges.rates import RateTable
from receivables.core.configuration import Company, Switch
from receivables.core.errors import AlreadyExists, NotFound, StaleRevision, Throttled
from receivables.core.versions import Versioned
from receivables.dunning.policy import Policy
from receivables.imports import ImportJob, ImportKind, ImportOptions, ImportState, RowError
from receivables.terms import Terms
from receivables.terms.acceptance import Acceptance

_PLAIN = tuple(f.name for f in fields(ImportJob) if f.name not in {"options", "kind", "state", "errors"})

V = TypeVar("V", bound=Versioned)
I = TypeVar("I", bound=ConfigurationItem)  # noqa: E741 - the item type


class ConfigurationTable:
    """The bound models of the table; the stores of one function share it."""

    def __init__(self, table: str, client: Any) -> None:
        self.model: Callable[[type[I]], type[I]] = bind_all(ConfigurationItem, KINDS, table, client)

    def load(self, model: type[I], pk: str, sk: str) -> I | None:
        """One item, strongly consistent."""
        try:
            with translated("configuration"):
                return self.model(model).get(pk, sk, consistent_read=True)
        except DoesNotExist:
            return None


class DynamoVersions(Generic[V]):
    """`core.versions.VersionStore` in DynamoDB."""

    def __init__(self, table: ConfigurationTable, model: type[VersionItem], name: str) -> None:
        self._table, self._kind, self._name = table, model, name
        self._model = table.model(model)
        self._catalogue = table.model(CatalogueItem)

    def versions(self, document_id: str) -> Sequence[V]:
        with translated("configuration"):
            found = self._model.query(self._pk(document_id), consistent_read=True)
            return [item.document for item in found]

    def add(self, version: V, by: str, at: datetime) -> None:
        attempt = secrets.token_hex(8)
        item = self._model(
            self._pk(version.id),
            f"v#{version.version:05d}",
            id=version.id,
            version=version.version,
            name=version.name,
            in_force_from=version.in_force_from,
            written_by=by,
            written_at=at,
            attempt=attempt,
            document=version,
        )
        try:
            with (
                translated("configuration"),
                TransactWrite(connection=connection(self._model)) as transaction,
            ):
                transaction.save(item, self._model.pk.does_not_exist())
                transaction.save(self._catalogue(f"CATALOGUE#{self._name}", version.id, id=version.id))
        except PynamoDBException as error:
            stored = self._table.load(self._kind, item.pk, item.sk)
            if stored is None:
                raise Throttled(f"{self._name}: another transaction was in the way") from error
            if stored.attempt != attempt:
                raise AlreadyExists(f"version {version.version} of {self._name}", version.id) from error

    def page(self, limit: int, position: str | None = None) -> tuple[Sequence[str], str | None]:
        pk = f"CATALOGUE#{self._name}"
        start = None if position is None else {"pk": {"S": pk}, "sk": {"S": position}}
        with translated("configuration"):
            found = self._catalogue.query(pk, limit=limit, page_size=limit, last_evaluated_key=start)
            ids = [item.id for item in found]
        following = found.last_evaluated_key
        return ids, following["sk"]["S"] if following else None

    def _pk(self, document_id: str) -> str:
        return f"{self._name.upper()}#{document_id}"


def dynamo_terms(table: ConfigurationTable) -> DynamoVersions[Terms]:
    """The terms that were written."""
    return DynamoVersions(table, TermsItem, "terms")


def dynamo_policies(table: ConfigurationTable) -> DynamoVersions[Policy]:
    """The policies that were written."""
    return DynamoVersions(table, PolicyItem, "policy")


def dynamo_rates(table: ConfigurationTable) -> DynamoVersions[RateTable]:
    """The rate tables that were written."""
    return DynamoVersions(table, RatesItem, "rates")


class DynamoCompany:
    """`core.configuration.CompanyStore` in DynamoDB."""

    def __init__(self, table: ConfigurationTable) -> None:
        self._table = table

    def get(self) -> Company:
        item = self._table.load(CompanyItem, "COMPANY", "settings")
        stored = {} if item is None else {f.name: getattr(item, f.name) for f in fields(Company)}
        return Company(**{name: value for name, value in stored.items() if value is not None})

    def put(self, company: Company) -> Company:
        model = self._table.model(CompanyItem)
        attempt = secrets.token_hex(8)
        wanted = replace(company, rev=company.rev + 1)
        item = model("COMPANY", "settings", attempt=attempt, **_fields_of(wanted))
        unchanged = model.rev == company.rev if company.rev else model.pk.does_not_exist()
        try:
            with translated("configuration"):
                item.save(unchanged)
        except PynamoDBException as error:
            stored = self._table.load(CompanyItem, "COMPANY", "settings")
            if stored is None or stored.attempt != attempt:
                raise StaleRevision("the company's settings have changed since they were read") from error
        return wanted


class DynamoSwitch:
    """`core.configuration.SwitchStore` and `notices.ports.KillSwitch` in DynamoDB."""

    def __init__(self, table: ConfigurationTable) -> None:
        self._table = table

    def engaged(self) -> bool:
        return self.read().engaged

    def read(self) -> Switch:
        item = self._table.load(SwitchItem, "COMPANY", "kill_switch")
        return Switch() if item is None else Switch(item.engaged, item.reason, item.by, item.at)

    def move(self, switch: Switch) -> None:
        with translated("configuration"):
            self._table.model(SwitchItem)("COMPANY", "kill_switch", **_fields_of(switch)).save()


class DynamoAcceptances:
    """`terms.acceptance.Acceptances` in DynamoDB."""

    def __init__(self, table: ConfigurationTable) -> None:
        self._table = table

    def add(self, acceptance: Acceptance) -> Acceptance:
        model = self._table.model(AcceptanceItem)
        item = model(self._pk(acceptance.customer_id), acceptance.id, acceptance=acceptance)
        try:
            with translated("configuration"):
                item.save(model.pk.does_not_exist())
        except PynamoDBException:
            stored = self._table.load(AcceptanceItem, item.pk, item.sk)
            if stored is None:
                raise
            first: Acceptance = stored.acceptance
            return first
        return acceptance

    def of_customer(self, customer_id: str) -> Sequence[Acceptance]:
        with translated("configuration"):
            found = self._table.model(AcceptanceItem).query(self._pk(customer_id), consistent_read=True)
            return sorted((item.acceptance for item in found), key=lambda each: (each.accepted_at, each.id))

    def _pk(self, customer_id: str) -> str:
        return f"ACCEPTANCES#{customer_id}"


class DynamoMandates:
    """`customers.ports.MandateHolders` in DynamoDB."""

    def __init__(self, table: ConfigurationTable) -> None:
        self._model = table.model(CatalogueItem)

    def remember(self, mandate_key: str, customer_id: str) -> None:
        with translated("configuration"):
            self._model(f"MANDATE#{mandate_key}", customer_id, id=customer_id).save()

    def holders(self, mandate_key: str) -> Sequence[str]:
        with translated("configuration"):
            found = self._model.query(f"MANDATE#{mandate_key}", consistent_read=True)
            return [item.id for item in found]


class DynamoImportJobs:
    """`imports.ports.ImportJobs` in DynamoDB."""

    def __init__(self, table: ConfigurationTable) -> None:
        self._table = table

    def get(self, import_id: str) -> ImportJob:
        item = self._table.load(ImportItem, f"IMPORT#{import_id}", "job")
        if item is None:
            raise NotFound("import", import_id)
        plain = {name: getattr(item, name) for name in _PLAIN}
        return ImportJob(
            options=ImportOptions(item.date_format, item.currency),
            kind=ImportKind(item.import_kind) if item.import_kind else None,
            state=ImportState(item.state),
            errors=tuple(RowError(error.row, error.field, error.message) for error in item.errors),
            **plain,
        )

    def put(self, job: ImportJob) -> None:
        values = {name: getattr(job, name) for name in _PLAIN} | {
            "date_format": job.options.date_format,
            "currency": job.options.currency,
            "import_kind": job.kind.value if job.kind else None,
            "state": job.state.value,
            "errors": [asdict(error) for error in job.errors],
        }
        with translated("configuration"):
            self._table.model(ImportItem)(f"IMPORT#{job.id}", "job", **values).save()


def _fields_of(settings: Any) -> dict[str, Any]:
    return {f.name: getattr(settings, f.name) for f in fields(settings)}
