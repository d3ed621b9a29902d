"""Change the company's settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from receivables.core.configuration import Company, CompanyStore, ProcessorAccount
from receivables.core.errors import FieldError, InvalidFields
from receivables.core.versions import Catalogue
from receivables.dunning.policy import Policy
from receivables.terms import Terms
from receivables.usecases.keep_customers import missing


class ProcessorKinds(Protocol):
    """Which payment processors there are, and what they are good for."""

    @property
    def NAMES(self) -> frozenset[str]:  # noqa: N802 - a module implements this
        """Every one that is known."""

    def has_api(self, name: str, /) -> bool:
        """It can be asked what it has on record."""

    def makes_links(self, name: str, /) -> bool:
        """It makes pages on which to pay."""


class KeepCompany:
    """Writes settings whose terms and policies exist, those of the segments too, and whose processors can do what is asked of
    them."""

    def __init__(
        self,
        company: CompanyStore,
        terms: Catalogue[Terms],
        policies: Catalogue[Policy],
        processors: ProcessorKinds,
    ) -> None:
        self._company, self._terms, self._policies = company, terms, policies
        self._processors = processors

    def replace(self, company: Company) -> Company:
        """Replace the settings whose rev the given ones have. Raises InvalidFields (`terms_id`, `policy_id`,
        `segments.<name>.terms_id`, `processors.0.processor`...) or StaleRevision."""
        errors = missing("terms_id", company.terms_id, self._terms)
        errors += missing("policy_id", company.policy_id, self._policies)
        for name, segment in company.segments.items():
            errors += missing(f"segments.{name}.terms_id", segment.terms_id, self._terms)
            errors += missing(f"segments.{name}.policy_id", segment.policy_id, self._policies)
        errors += self._incapable(company.processors)
        if errors:
            raise InvalidFields(errors)
        return self._company.put(company)

    def _incapable(self, accounts: Sequence[ProcessorAccount]) -> list[FieldError]:
        errors = []
        for i, account in enumerate(accounts):
            name, at = account.processor, f"processors.{i}"
            if name not in self._processors.NAMES:
                errors.append(FieldError(f"{at}.processor", "is not a payment processor that is known here"))
                continue
            if account.pays and not self._processors.makes_links(name):
                errors.append(FieldError(f"{at}.pays", f"{name} makes no pay links"))
            if account.reconciled and not self._processors.has_api(name):
                errors.append(FieldError(f"{at}.reconciled", f"{name} cannot be asked what it has on record"))
        return errors
