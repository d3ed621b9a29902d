"""Packs: rules for late charges that are ready to choose."""

from __future__ import annotations

from datetime import date

from chalicelib.charge_forms import ChargeRules
from chalicelib.fields import Percentage, Reply
from chalicelib.trees import SHOWN
from chalicelib.web import Answer, Call, Listing, Routes
from receivables.charges.packs import Pack, pack, packs

routes = Routes(__name__)


class RegionalCapReply(Reply):
    """The highest annual rate that a region's law is said to allow (null: none is set)."""

    annual_percent: Percentage | None
    source: str
    note: str


class PackReply(Reply):
    """A pack: the law that it follows, where to read it, the day on which that was checked (null: its figures were not compared with these texts:
    do so before you rely on them), and its rules. `caps` by region; `notes` say what rules cannot."""

    id: str
    name: str
    law: str
    text: str
    sources: list[str]
    checked: date | None
    countries: list[str]
    late_charges: ChargeRules
    notes: list[str]
    caps: dict[str, RegionalCapReply] | None

    @classmethod
    def of(cls, chosen: Pack) -> PackReply:
        return cls.model_validate_json(SHOWN.dumps(Pack, chosen))


@routes.get("/charge-packs", reply=Listing[PackReply], summary="List the packs of late charges")
def list_packs(call: Call) -> Answer:
    return Answer(Listing[PackReply](items=[PackReply.of(each) for each in packs()], next=None))


@routes.get("/charge-packs/{pack_id}", reply=PackReply, summary="Read a pack of late charges")
def read_pack(call: Call, pack_id: str) -> Answer:
    return Answer(PackReply.of(pack(pack_id)))
