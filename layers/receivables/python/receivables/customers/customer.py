"""The customer record and the ways in which the customer may be reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from receivables.core.amounts import Amounts
from receivables.core.clock import zone
from receivables.customers.contact import Channel, Reach

if TYPE_CHECKING:
    from receivables.arrangements import CreditRelease, Hold


class CustomerKind(StrEnum):
    """Whether the law of trade between businesses applies."""

    BUSINESS = "business"
    CONSUMER = "consumer"


@dataclass(frozen=True, slots=True)
class Mandate:
    """The customer's permission to draw what is due (autopay): under which mandate of which processor's account. `customer` is the
    processor's own id of them, `method` the kind of account (`sepa_debit`, `bacs`, `card`). Not active: `ended` says why."""

    processor: str
    endpoint: str
    id: str
    customer: str | None = None
    method: str = ""
    active: bool = True
    ended: str = ""

    @property
    def account(self) -> str:
        """The processor's account that draws: `gocardless/main`."""
        return f"{self.processor}/{self.endpoint}"

    @property
    def key(self) -> str:
        """Its name among those of all processors: `gocardless/main/MD123`."""
        return f"{self.account}/{self.id}"


@dataclass(frozen=True, slots=True)
class Customer:
    """A company or person that owes.

    `locale` is a BCP 47 / CLDR tag such as `de_DE`; `timezone` an IANA name; `phone` E.164. `suppressed` maps a
    channel to why it must not be used (bounce, complaint, opt-out). `segment` names a group of customers that the company
    has terms or a policy for. `credit_limit` bounds, per currency, what may be owed; `credit_release` lifts it for a time.
    `hold` pauses collection on all accounts. `mandate`: what is due is drawn under it, instead of being asked for. `rev` counts changes of the record.
    """

    id: str
    name: str
    email: str | None = None
    phone: str | None = None
    locale: str = "en_US"
    timezone: str = "UTC"
    sms_consent: bool = False
    terms_id: str | None = None
    policy_id: str | None = None
    suppressed: Mapping[str, str] = field(default_factory=dict)
    rev: int = 0
    kind: CustomerKind = CustomerKind.BUSINESS
    segment: str | None = None
    credit_limit: Amounts = Amounts()
    credit_release: CreditRelease | None = None
    hold: Hold | None = None
    mandate: Mandate | None = None

    @property
    def tz(self) -> ZoneInfo:
        return zone(self.timezone)

    def reach(self, channel: Channel) -> Reach:
        """The address to use on that channel, or why there is none. SMS needs the customer's consent on record."""
        address = self.email if channel is Channel.EMAIL else self.phone
        if address is None:
            return Reach(channel, None, "no address")
        if reason := self.suppressed.get(channel.value):
            return Reach(channel, None, f"suppressed: {reason}")
        if channel is Channel.SMS and not self.sms_consent:
            return Reach(channel, None, "no consent")
        return Reach(channel, address)


def lift_suppressions(wanted: Customer, stored: Customer) -> Customer:
    """The record as wanted, without the suppression of a channel whose address is no longer the one stored."""
    changed = {
        channel
        for channel, new, old in (
            (Channel.EMAIL, wanted.email, stored.email),
            (Channel.SMS, wanted.phone, stored.phone),
        )
        if new != old
    }
    kept = {name: reason for name, reason in wanted.suppressed.items() if name not in changed}
    return replace(wanted, suppressed=kept)
