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
class Company:
    """Who collects, and what applies where a customer has nothing of its own. `closed_days` are local dates on which the
    company is closed, beside weekends and public holidays, with the reason; `segments` are known by their names."""

    name: str = "Your company"
    terms_id: str | None = None
    policy_id: str | None = None
    reply_to: str | None = None
    agency: str = "Collection agency"
    rev: int = 0
    segments: Mapping[str, Segment] = field(default_factory=dict)
    closed_days: Mapping[date, str] = field(default_factory=dict)


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
