"""The payment terms of the sample ledger, as the API takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_IN_FORCE: Final = "2025-01-01"
_NET_30: Final = {"kind": "net_days", "days": 30}


def _terms(terms_id: str, name: str, **rules: Any) -> Mapping[str, Any]:
    return {"id": terms_id, "name": name, "in_force_from": _IN_FORCE, **rules}


def _pack(pack: str, *, accrual: str = "at_payment", claiming: str = "by_decision") -> Mapping[str, str]:
    return {"pack": pack, "accrual": accrual, "claiming": claiming}


def _share(kind: str, percent: str | None, due: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"share": {"kind": kind, **({"percent": percent} if percent else {})}, "due": due}


_EUROPE: Final = _pack("eu-2011-7")

EUROPE: Final = _terms("net-30-eu", "Net 30, statutory charges of the EU", due=_NET_30, late_charges=_EUROPE)
BRITAIN: Final = _terms(
    "net-30-uk", "Net 30, statutory charges of the UK", due=_NET_30, late_charges=_pack("gb-late-payment")
)
AMERICA: Final = _terms(
    "net-30-us", "Net 30, 1.5 percent a month", due=_NET_30, late_charges=_pack("us-contract-1.5-month")
)
MONTHLY: Final = _terms(
    "net-30-eu-monthly",
    "Net 30, interest charged every month",
    due=_NET_30,
    late_charges=_pack("eu-2011-7", accrual="monthly", claiming="at_once"),
)
DISCOUNT: Final = _terms(
    "2-10-net-30",
    "2 percent within 10 days, net 30",
    due=_NET_30,
    discount={"tiers": [{"within": {"kind": "net_days", "days": 10}, "percent": "2"}]},
    late_charges=_EUROPE,
)
INSTALMENTS: Final = _terms(
    "three-parts",
    "40 percent at once, the rest in two parts",
    instalments=[
        _share("percent_of_total", "40", {"kind": "on_receipt"}),
        _share("percent_of_remainder", "50", _NET_30),
        _share("remainder", None, {"kind": "net_days", "days": 60}),
    ],
    calendar={"adjustment": "following", "holidays": ["FR"]},
    late_charges=_EUROPE,
)
PAY_DAYS: Final = _terms(
    "pay-days",
    "30 days, then the next 10th or 25th",
    due={"kind": "days_of_month", "days": 30, "on": [10, 25]},
    calendar={"adjustment": "following", "holidays": ["ES"]},
    late_charges=_EUROPE,
)

TERMS: Final = (EUROPE, BRITAIN, AMERICA, MONTHLY, DISCOUNT, INSTALMENTS, PAY_DAYS)

BY_CURRENCY: Final = {"EUR": EUROPE["id"], "GBP": BRITAIN["id"], "USD": AMERICA["id"]}
"""Terms of customers who have nothing special; those of other currencies have what is built in."""
AT_ONCE: Final = frozenset({MONTHLY["id"]})
"""Terms whose charges are claimed without anybody's decision."""
