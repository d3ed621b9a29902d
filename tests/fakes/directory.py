"""In-memory customers and configuration."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Generic, TypeVar

from receivables.core.configuration import Company, Switch
from receivables.core.errors import AlreadyExists, NotFound, StaleRevision
from receivables.core.versions import Versioned
from receivables.customers import Channel, Customer
from receivables.customers.customer import lift_suppressions
from receivables.imports import ImportJob
from receivables.terms.acceptance import Acceptance

V = TypeVar("V", bound=Versioned)


class InMemoryCustomers:
    def __init__(self, *customers: Customer) -> None:
        self.records = {customer.id: replace(customer, rev=customer.rev or 1) for customer in customers}

    def get(self, customer_id: str) -> Customer:
        try:
            return self.records[customer_id]
        except KeyError:
            raise NotFound("customer", customer_id) from None

    def create(self, customer: Customer) -> Customer:
        if customer.id in self.records:
            raise AlreadyExists("customer", customer.id)
        self.records[customer.id] = replace(customer, rev=1)
        return self.records[customer.id]

    def update(self, customer: Customer) -> Customer:
        stored = self.get(customer.id)
        if stored.rev != customer.rev:
            raise StaleRevision(f"customer {customer.id!r} has changed since it was read")
        self.records[customer.id] = lift_suppressions(replace(customer, rev=customer.rev + 1), stored)
        return self.records[customer.id]

    def suppress(self, customer_id: str, channel: Channel, address: str, reason: str) -> None:
        stored = self.records.get(customer_id)
        if stored is None or channel.value in stored.suppressed:
            return
        if address == (stored.email if channel is Channel.EMAIL else stored.phone):
            suppressed = {**stored.suppressed, channel.value: reason}
            self.records[customer_id] = replace(stored, suppressed=suppressed, rev=stored.rev + 1)

    def page(self, limit: int, position: str | None = None) -> tuple[Sequence[Customer], str | None]:
        ids = [i for i in sorted(self.records) if position is None or i > position]
        page = [self.records[i] for i in ids[:limit]]
        return page, page[-1].id if len(ids) > limit else None


class InMemoryMandates:
    def __init__(self) -> None:
        self.known: dict[str, set[str]] = {}

    def remember(self, mandate_key: str, customer_id: str) -> None:
        self.known.setdefault(mandate_key, set()).add(customer_id)

    def holders(self, mandate_key: str) -> Sequence[str]:
        return sorted(self.known.get(mandate_key, ()))


class InMemoryVersions(Generic[V]):
    def __init__(self, *versions: V) -> None:
        self.written: dict[str, list[V]] = {}
        for version in versions:
            self.written.setdefault(version.id, []).append(version)

    def versions(self, document_id: str) -> Sequence[V]:
        return sorted(self.written.get(document_id, []), key=lambda version: version.version)

    def add(self, version: V, by: str, at: datetime) -> None:
        if any(v.version == version.version for v in self.written.get(version.id, [])):
            raise AlreadyExists(f"version {version.version}", version.id)
        self.written.setdefault(version.id, []).append(version)

    def page(self, limit: int, position: str | None = None) -> tuple[Sequence[str], str | None]:
        ids = [i for i in sorted(self.written) if position is None or i > position]
        return ids[:limit], ids[limit - 1] if len(ids) > limit else None


class InMemoryCompany:
    def __init__(self, company: Company | None = None) -> None:
        self.company = company or Company()

    def get(self) -> Company:
        return self.company

    def put(self, company: Company) -> Company:
        if company.rev != self.company.rev:
            raise StaleRevision("the company's settings have changed since they were read")
        self.company = replace(company, rev=company.rev + 1)
        return self.company


class InMemorySwitch:
    def __init__(self, switch: Switch | None = None) -> None:
        self.switch = switch or Switch()

    def engaged(self) -> bool:
        return self.switch.engaged

    def read(self) -> Switch:
        return self.switch

    def move(self, switch: Switch) -> None:
        self.switch = switch


class InMemoryImportJobs:
    def __init__(self) -> None:
        self.jobs: dict[str, ImportJob] = {}

    def get(self, job_id: str) -> ImportJob:
        try:
            return self.jobs[job_id]
        except KeyError:
            raise NotFound("import", job_id) from None

    def put(self, job: ImportJob) -> None:
        self.jobs[job.id] = job


class InMemoryAcceptances:
    def __init__(self) -> None:
        self.records: dict[str, Acceptance] = {}

    def add(self, acceptance: Acceptance) -> Acceptance:
        return self.records.setdefault(acceptance.id, acceptance)

    def of_customer(self, customer_id: str) -> Sequence[Acceptance]:
        theirs = (each for each in self.records.values() if each.customer_id == customer_id)
        return sorted(theirs, key=lambda each: (each.accepted_at, each.id))


class InMemoryShelf:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, content: bytes, content_type: str) -> str:
        digest = hashlib.sha256(content).hexdigest()
        self.kept[digest] = content
        return digest

    def get(self, sha256: str) -> bytes:
        try:
            return self.kept[sha256]
        except KeyError:
            raise NotFound("document", sha256) from None
