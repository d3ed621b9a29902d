"""The items of the configuration table, told apart by `kind`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    DiscriminatorAttribute,
    ListAttribute,
    MapAttribute,
    UnicodeAttribute,
)
from pynamodb.models import Model

from receivables.adapters.dynamodb.binding import DateAttribute, InstantAttribute, IntAttribute, TreeAttribute
from receivables.charges.rates import RateTable
from receivables.core.configuration import CashRules, Creditor, ProcessorAccount, Segment
from receivables.dunning.policy import Policy
from receivables.terms import Terms
from receivables.terms.acceptance import Acceptance


class ConfigurationItem(Model):
    """Anything in the configuration table. `attempt` lets a writer whose answer was lost recognise its own item."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()
    attempt = UnicodeAttribute(null=True)


class VersionItem(ConfigurationItem):
    """What all versions of documents have. `document` is the version as a whole; the rest of it is what else people want to
    see of an item."""

    id = UnicodeAttribute()
    version = IntAttribute()
    name = UnicodeAttribute()
    in_force_from = DateAttribute()
    written_by = UnicodeAttribute()
    written_at = InstantAttribute()
    document: Any


class TermsItem(VersionItem):
    document = TreeAttribute(Terms)


class PolicyItem(VersionItem):
    document = TreeAttribute(Policy)


class RatesItem(VersionItem):
    document = TreeAttribute(RateTable)


class CatalogueItem(ConfigurationItem):
    """A document that exists: the list of all of a kind is one partition."""

    id = UnicodeAttribute()


class CompanyItem(ConfigurationItem):
    name = UnicodeAttribute()
    terms_id = UnicodeAttribute(null=True)
    policy_id = UnicodeAttribute(null=True)
    reply_to = UnicodeAttribute(null=True)
    agency = UnicodeAttribute()
    rev = IntAttribute()
    segments = TreeAttribute(Mapping[str, Segment], default=dict)
    closed_days = TreeAttribute(Mapping[date, str], default=dict)
    creditor = TreeAttribute(Creditor, null=True)
    cash = TreeAttribute(CashRules, null=True)
    processors = TreeAttribute(tuple[ProcessorAccount, ...], null=True)


class SwitchItem(ConfigurationItem):
    engaged = BooleanAttribute()
    reason = UnicodeAttribute()
    by = UnicodeAttribute(null=True)
    at = InstantAttribute(null=True)


class AcceptanceItem(ConfigurationItem):
    acceptance = TreeAttribute(Acceptance)


class RowErrorMap(MapAttribute[str, Any]):
    row = IntAttribute()
    field = UnicodeAttribute()
    message = UnicodeAttribute()


class ImportItem(ConfigurationItem):
    id = UnicodeAttribute()
    key = UnicodeAttribute()
    requested_by = UnicodeAttribute()
    requested_at = InstantAttribute()
    date_format = UnicodeAttribute(null=True)
    currency = UnicodeAttribute(null=True)
    import_kind = UnicodeAttribute(null=True)
    state = UnicodeAttribute()
    reason = UnicodeAttribute()
    rows = IntAttribute()
    position = IntAttribute()
    created = IntAttribute()
    updated = IntAttribute()
    unchanged = IntAttribute()
    failed = IntAttribute()
    errors: ListAttribute[RowErrorMap] = ListAttribute(of=RowErrorMap)


KINDS: dict[type[Model], str] = {
    TermsItem: "terms",
    PolicyItem: "policy",
    RatesItem: "rates",
    AcceptanceItem: "acceptance",
    CatalogueItem: "catalogue",
    CompanyItem: "company",
    SwitchItem: "kill_switch",
    ImportItem: "import",
}
