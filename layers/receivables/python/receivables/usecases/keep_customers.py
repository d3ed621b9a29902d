"""Create and change customers."""

from __future__ import annotations

from typing import Final, TypeVar

from receivables.core.errors import FieldError, InvalidFields, NotFound
from receivables.core.versions import Catalogue, Versioned
from receivables.customers import Customer
from receivables.customers.ports import Customers
from receivables.dunning.policy import Policy
from receivables.ledger.posting import OWN_CUSTOMERS
from receivables.terms import Terms
from receivables.usecases.readers import CompanyReader

RESERVED: Final = OWN_CUSTOMERS
"""Ids that name something of the ledger's own."""

V = TypeVar("V", bound=Versioned)


class KeepCustomers:
    """Writes customer records whose terms, policy and segment exist."""

    def __init__(
        self,
        customers: Customers,
        terms: Catalogue[Terms],
        policies: Catalogue[Policy],
        company: CompanyReader,
    ) -> None:
        self._customers, self._terms, self._policies = customers, terms, policies
        self._company = company

    def create(self, customer: Customer) -> Customer:
        """Raises InvalidFields (`id`, `terms_id`, `policy_id`, `segment`, `credit_limit`) or AlreadyExists."""
        self._check(customer)
        return self._customers.create(customer)

    def update(self, customer: Customer) -> Customer:
        """Replace the record whose rev the given one has. Raises InvalidFields, NotFound or StaleRevision."""
        self._check(customer)
        return self._customers.update(customer)

    def _check(self, customer: Customer) -> None:
        errors = [] if customer.id not in RESERVED else [FieldError("id", "is reserved")]
        errors += missing("terms_id", customer.terms_id, self._terms)
        errors += missing("policy_id", customer.policy_id, self._policies)
        if customer.segment is not None and customer.segment not in self._company.get().segments:
            errors.append(FieldError("segment", f"the company has no segment {customer.segment!r}"))
        if any(limit.minor < 0 for limit in customer.credit_limit.each):
            errors.append(FieldError("credit_limit", "must not be negative"))
        if errors:
            raise InvalidFields(errors)


def missing(field: str, document_id: str | None, catalogue: Catalogue[V]) -> list[FieldError]:
    """The error of a field that names a document which does not exist."""
    if document_id is None:
        return []
    try:
        catalogue.versions(document_id)
    except NotFound as error:
        return [FieldError(field, str(error))]
    return []
