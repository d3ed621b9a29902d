"""The company's own settings and its kill switch. Terms and policies are versioned documents of their contexts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Segment:
    """What applies to the customers of a segment that have nothing of their own."""

    terms_id: str | None = None
    policy_id: str | None = None


@dataclass(frozen=True, slots=True)
class Creditor:
    """Whom bank transfers are made to: as it stands on payment slips and in QR codes. `country` is ISO 3166 alpha-2; a
    Swiss QR-bill needs the whole address."""

    name: str
    iban: str
    bic: str | None = None
    street: str = ""
    building: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class CashRules:
    """How money that names no invoice is applied. `auto_apply` is the confidence, in percent, from which it is done without a
    person; 101: never."""

    auto_apply: int = 90


@dataclass(frozen=True, slots=True)
class ProcessorAccount:
    """An account at a payment processor, by the name of its endpoint. `pays`: payers may use it through pay links, in these
    currencies (none: in all). `reconciled`: it is compared with the ledger every night."""

    processor: str
    endpoint: str
    livemode: bool = True
    label: str = ""
    pays: bool = False
    currencies: tuple[str, ...] = ()
    reconciled: bool = False

    @property
    def id(self) -> str:
        return f"{self.processor}/{self.endpoint}"


@dataclass(frozen=True, slots=True)
class Company:
    """Who collects, and what applies where a customer has nothing of its own. `closed_days` are local dates on which the
    company is closed, beside weekends and public holidays, with the reason; `segments` are known by their names. `processors` are
    the accounts at payment processors, `creditor` the bank account that customers pay to, `cash` how money is applied."""

    name: str = "Your company"
    terms_id: str | None = None
    policy_id: str | None = None
    reply_to: str | None = None
    agency: str = "Collection agency"
    rev: int = 0
    segments: Mapping[str, Segment] = field(default_factory=dict)
    closed_days: Mapping[date, str] = field(default_factory=dict)
    creditor: Creditor | None = None
    cash: CashRules = CashRules()
    processors: tuple[ProcessorAccount, ...] = ()


@dataclass(frozen=True, slots=True)
class Switch:
    """The kill switch: engaged, nothing is sent. Who moved it last, when (UTC) and why."""

    engaged: bool = False
    reason: str = ""
    by: str | None = None
    at: datetime | None = None


class CompanyStore(Protocol):
    """The company's settings: one record."""

    def get(self) -> Company:
        """Strongly consistent; the defaults (rev 0) when nothing was ever set."""

    def put(self, company: Company) -> Company:
        """Replace the settings if their stored rev is still `company.rev`; returns them with the next rev. Raises
        StaleRevision."""


class SwitchStore(Protocol):
    """The kill switch, for those who move it. Those who send need `notices.ports.KillSwitch` only."""

    def engaged(self) -> bool:
        """Strongly consistent."""

    def read(self) -> Switch:
        """Strongly consistent; never moved is not engaged."""

    def move(self, switch: Switch) -> None:
        """The last write wins: in an emergency nobody is to be told that somebody was faster."""
