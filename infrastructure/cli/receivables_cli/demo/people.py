"""Invented companies: names, example.com addresses and 555 numbers; nobody real is ever written to."""

from __future__ import annotations

from random import Random
from typing import Final

from receivables_cli.demo.story import Debtor

_FIRST: Final = (
    "Alder Amber Birch Bluebell Cedar Cobalt Copper Coral Crescent Delta Ember Falcon Fern Garnet Granite Harbour "
    "Hazel Indigo Iris Jasper Juniper Kestrel Lantern Larch Linden Maple Marble Meadow Mistral Nimbus North Oak "
    "Onyx Orchard Osprey Pebble Pine Quartz Raven River Rowan Saffron Sable Sierra Slate Summit Tamarind Thistle "
    "Umber Velvet Vesper Willow Zephyr"
).split()
_SECOND: Final = "Bakery Books Ceramics Cycles Dental Foods Furniture Gardens Labs Logistics Optics Print Robotics Studios Tools Travel".split()

COUNTRIES: Final = {
    # country: (company form, locale, time zone, currency)
    "US": ("Inc.", "en_US", "America/New_York", "USD"),
    "US-W": ("LLC", "en_US", "America/Los_Angeles", "USD"),
    "GB": ("Ltd", "en_GB", "Europe/London", "GBP"),
    "DE": ("GmbH", "de_DE", "Europe/Berlin", "EUR"),
    "FR": ("SARL", "fr_FR", "Europe/Paris", "EUR"),
    "ES": ("S.L.", "es_ES", "Europe/Madrid", "EUR"),
    "IT": ("S.r.l.", "it_IT", "Europe/Rome", "EUR"),
    "NL": ("B.V.", "nl_NL", "Europe/Amsterdam", "EUR"),
    "CH": ("AG", "de_CH", "Europe/Zurich", "CHF"),
    "JP": ("K.K.", "ja_JP", "Asia/Tokyo", "JPY"),
}
_ELSEWHERE: Final = {"BH": ("W.L.L.", "en_GB", "Asia/Bahrain", "BHD")}
"""Countries of single scenes only."""


def lives_in(country: str) -> tuple[str, str, str, str]:
    """Company form, locale, time zone and currency of a country."""
    return COUNTRIES.get(country) or _ELSEWHERE[country]


def invent(random: Random, customer_id: str, country: str, serial: int, name: str | None = None) -> Debtor:
    """A company of that country; its `serial` keeps its address and number apart from all others."""
    form, locale, timezone, _ = lives_in(country)
    name = name or f"{random.choice(_FIRST)} {random.choice(_SECOND)} {form}"
    mailbox = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower()).strip("-")
    return Debtor(
        id=customer_id,
        name=name,
        email=f"accounts+{mailbox[:30].strip('-')}-{serial}@example.com",
        phone=f"+1555{1_000_000 + serial:07d}",
        locale=locale,
        timezone=timezone,
        sms_consent=random.random() < 0.6,
    )
