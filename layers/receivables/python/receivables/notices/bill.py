"""The page that a pay link leads to: what is open, and every way to pay it. In the payer's language, without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from babel.core import Locale

from receivables.core.money import Money
from receivables.ledger import ItemKind
from receivables.notices.formats import amount, day, locale_of, one_line
from receivables.notices.rendering import FALLBACK_LANGUAGE, Words, html_template, languages, words_in


@dataclass(frozen=True, slots=True)
class BillLine:
    """One thing that is open: `pay` is what settles it today, `off` what a discount lets off for that. `waits`: a payment of
    it is on its way, it is disputed, or promised - why it is not asked for at the moment."""

    number: str
    due_date: date
    days_overdue: int
    pay: Money
    off: Money | None = None
    kind: ItemKind = ItemKind.INVOICE
    concerns: str | None = None
    waits: str = ""


@dataclass(frozen=True, slots=True)
class OnlineWay:
    """Paying at a processor: its account (`stripe/main`) and how it is called."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class TransferWay:
    """Paying by bank transfer: as typed, and as a code (SVG; empty: there is none) that an app of the kind named reads."""

    name: str
    iban: str
    bic: str
    reference: str
    text: str
    code: str = ""
    code_name: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a payer sees. `total` is what the ways to pay are for: zero when there is nothing to pay. `notice`: something that
    just happened (`failed`, `returned`)."""

    company: str
    customer: str
    locale: str
    lines: tuple[BillLine, ...]
    total: Money
    credit: Money
    online: tuple[OnlineWay, ...] = ()
    transfer: TransferWay | None = None
    reply_to: str | None = None
    notice: str = ""


def render_bill(bill: Bill) -> str:
    """The page, as HTML."""
    locale = locale_of(bill.locale)
    words, language = _words(locale)
    return html_template("pay.html").render(n=_view(bill, locale, language), words=words)


def render_unknown(locale: str) -> str:
    """The page of a link that leads nowhere."""
    words, language = _words(locale_of(locale))
    return html_template("pay_unknown.html").render(language=language, words=words)


def _view(bill: Bill, locale: Locale, language: str) -> dict[str, Any]:
    return {
        "language": language,
        "company": one_line(bill.company),
        "customer": one_line(bill.customer),
        "lines": _lines(bill.lines, locale),
        "total": amount(bill.total, locale),
        "payable": bool(bill.total),
        "credit": amount(bill.credit, locale) if bill.credit else "",
        "online": bill.online,
        "transfer": bill.transfer,
        "reply_to": bill.reply_to or "",
        "notice": bill.notice,
    }


def _lines(lines: Sequence[BillLine], locale: Locale) -> list[dict[str, Any]]:
    return [
        {
            "number": line.number,
            "due": day(line.due_date, locale),
            "days": line.days_overdue,
            "amount": amount(line.pay, locale),
            "off": amount(line.off, locale) if line.off else "",
            "kind": line.kind.value,
            "concerns": line.concerns or "",
            "waits": line.waits,
        }
        for line in lines
    ]


_FILE: Final = "pay"


def _words(locale: Locale) -> tuple[Words, str]:
    language = str(locale.language) if locale.language in _written() else FALLBACK_LANGUAGE
    return words_in(language, _FILE), language


@cache
def _written() -> frozenset[str]:
    return languages(_FILE)
