"""Change the company's settings."""

from __future__ import annotations

from receivables.core.configuration import Company, CompanyStore
from receivables.core.errors import InvalidFields
from receivables.core.versions import Catalogue
from receivables.dunning.policy import Policy
from receivables.terms import Terms
from receivables.usecases.keep_customers import missing


class KeepCompany:
    """Writes settings whose terms and policies exist, those of the segments too."""

    def __init__(self, company: CompanyStore, terms: Catalogue[Terms], policies: Catalogue[Policy]) -> None:
        self._company, self._terms, self._policies = company, terms, policies

    def replace(self, company: Company) -> Company:
        """Replace the settings whose rev the given ones have. Raises InvalidFields (`terms_id`, `policy_id`,
        `segments.<name>.terms_id`...) or StaleRevision."""
        errors = missing("terms_id", company.terms_id, self._terms)
        errors += missing("policy_id", company.policy_id, self._policies)
        for name, segment in company.segments.items():
            errors += missing(f"segments.{name}.terms_id", segment.terms_id, self._terms)
            errors += missing(f"segments.{name}.policy_id", segment.policy_id, self._policies)
        if errors:
            raise InvalidFields(errors)
        return self._company.put(company)
