"""The items of the configuration table, told apart by `kind`."""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    DiscriminatorAttribute,
    ListAttribute,
    MapAttribute,
    UnicodeAttribute,
)
from pynamodb.models import Model

from receivables.adapters.dynamodb.binding import DateAttribute, InstantAttribute, IntAttribute, TimeAttribute


class ConfigurationItem(Model):
    """Anything in the configuration table. `attempt` lets a writer whose answer was lost recognise its own item."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()
    attempt = UnicodeAttribute(null=True)


class VersionItem(ConfigurationItem):
    """What all versions of documents have."""

    id = UnicodeAttribute()
    version = IntAttribute()
    name = UnicodeAttribute()
    in_force_from = DateAttribute()
    written_by = UnicodeAttribute()
    written_at = InstantAttribute()


class TermsItem(VersionItem):
    net_days = IntAttribute()


class StepMap(MapAttribute[str, Any]):
    key = UnicodeAttribute()
    offset_days = IntAttribute()
    action = UnicodeAttribute()
    tone = UnicodeAttribute()
    channels: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute)


class PlaybookMap(MapAttribute[str, Any]):
    formal_notice_days = IntAttribute()
    suspension_days = IntAttribute()
    review_days = IntAttribute()
    agency_days = IntAttribute()


class PolicyItem(VersionItem):
    steps: ListAttribute[StepMap] = ListAttribute(of=StepMap)
    send_at = TimeAttribute()
    send_on: ListAttribute[Any] = ListAttribute(of=IntAttribute)
    playbook = PlaybookMap()  # type: ignore[no-untyped-call]


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


class SwitchItem(ConfigurationItem):
    engaged = BooleanAttribute()
    reason = UnicodeAttribute()
    by = UnicodeAttribute(null=True)
    at = InstantAttribute(null=True)


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
    CatalogueItem: "catalogue",
    CompanyItem: "company",
    SwitchItem: "kill_switch",
    ImportItem: "import",
}
