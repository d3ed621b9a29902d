"""Ready-made rules for late charges, by law: data with its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from receivables.core.errors import InvalidInput, NotFound
from receivables.core.trees import loads
from receivables.terms.late_charges import LateCharges


@dataclass(frozen=True, slots=True)
class RegionalCap:
    """The highest annual rate in percent that a region's law is said to allow (None: none is set), its source, and what
    else to know. To be checked by counsel."""

    annual_percent: Decimal | None
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """Rules to choose as they are. `law` is what they follow, `sources` where to read it, `checked` the day on which that
    was done (None: the figures are known, but were not compared with these texts: do so before you rely on them). `caps` bound the rate by region, where the law does so; `notes` say what rules cannot."""

    id: str
    name: str
    law: str
    text: str
    sources: tuple[str, ...]
    checked: date | None
    late_charges: LateCharges
    countries: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    caps: Mapping[str, RegionalCap] | None = None

    def rules(self, region: str | None = None) -> LateCharges:
        """The rules, in a region bounded by its cap. Raises InvalidInput (field `region`) for a region without data."""
        if region is None:
            return self.late_charges
        cap = (self.caps or {}).get(region)
        if cap is None:
            raise InvalidInput("region", f"the pack {self.id!r} knows no caps of {region!r}")
        if cap.annual_percent is None or self.late_charges.interest is None:
            return self.late_charges
        bounded = replace(self.late_charges.interest, legal_maximum=cap.annual_percent)
        return replace(self.late_charges, interest=bounded)


@cache
def packs() -> tuple[Pack, ...]:
    """All of them, by id."""
    data = files("receivables.charges") / "packs"
    texts = [entry.read_text() for entry in data.iterdir() if entry.name.endswith(".json")]
    return tuple(sorted((loads(Pack, text) for text in texts), key=lambda pack: pack.id))


def pack(pack_id: str) -> Pack:
    """One of them. Raises NotFound."""
    for each in packs():
        if each.id == pack_id:
            return each
    raise NotFound("pack of late charges", pack_id)
