"""Puts notices into words: plain text and HTML from the same facts, in the customer's language and formats.

A language is a directory with one file, `templates/<language>/wording.jinja`; the layouts know no language. Wording
is plain text and is escaped where the HTML layout prints it, so no name or description can bring markup along.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.core import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.environment import TemplateModule

from receivables.ledger import ItemKind
from receivables.matching.references import printed
from receivables.notices.content import BankAccount, FormalNotice, Reminder, Wording
from receivables.notices.formats import amount, day, gsm_7, locale_of, one_line, plain_amount
from receivables.notices.rows import Formatter, rows

TEMPLATES: Final = Path(__file__).parent / "templates"
FALLBACK_LANGUAGE: Final = "en"


def render(reminder: Reminder) -> Wording:
    """The e-mail of a reminder."""
    view = _view(reminder, amount)
    view |= {"kind": reminder.tone, "leading": rows([reminder.leading], view["locale"], amount)[0]}
    return _wording(view | {"rule": reminder.rule})


def render_sms(reminder: Reminder) -> str:
    """The text message of a reminder: amounts, state and link, in the GSM 7-bit alphabet as far as names allow."""
    view = _view(reminder, plain_amount)
    view |= {"leading": rows([reminder.leading], view["locale"], plain_amount)[0]}
    return one_line(gsm_7(_words(view["locale"]).sms(view)))


def render_formal(formal: FormalNotice) -> Wording:
    """The e-mail of a case's formal notice."""
    view = _view(formal, amount)
    pay_by = day(formal.pay_by, view["locale"])
    return _wording(view | {"kind": "formal", "case_id": formal.case_id, "pay_by": pay_by})


def html_template(name: str) -> Template:
    """A template whose values are escaped."""
    return _environment(html=True).get_template(name)


def languages(of: str = "wording") -> frozenset[str]:
    """The languages that notices (or another file of words) are written in."""
    return frozenset(path.parent.name for path in TEMPLATES.glob(f"*/{of}.jinja"))


def _view(notice: Reminder | FormalNotice, money: Formatter) -> dict[str, Any]:
    locale = locale_of(notice.customer.locale)
    overdue = {line.number for line in notice.lines if line.days_overdue > 0}
    return {
        "locale": locale,
        "language": _language(locale),
        "customer": one_line(notice.customer.name),
        "company": one_line(notice.company),
        "lines": rows(notice.lines, locale, money, references=notice.bank is not None),
        # Two instalments of an invoice are one invoice; what is not all invoices is counted as what it is.
        "count": len({line.number for line in notice.lines}),
        "overdue": len(overdue),
        "invoices_only": not any(line.plan or line.kind is not ItemKind.INVOICE for line in notice.lines),
        "charged": any(line.charges for line in notice.lines),
        "total": money(notice.total, locale),
        "credit": money(notice.credit, locale) if notice.credit else "",
        "pay_link": notice.pay_link,
        "bank": _bank(notice.bank) if notice.bank else None,
    }


def _bank(bank: BankAccount) -> dict[str, str]:
    return {"name": one_line(bank.name), "iban": printed(bank.iban), "bic": bank.bic}


def _wording(view: dict[str, Any]) -> Wording:
    words = _words(view["locale"])
    return Wording(
        subject=one_line(words.subject(view)),
        text=_environment(html=False).get_template("message.txt").render(n=view, words=words),
        html=_environment(html=True).get_template("message.html").render(n=view, words=words),
    )


def _language(locale: Locale) -> str:
    return str(locale.language) if locale.language in _written() else FALLBACK_LANGUAGE


def _words(locale: Locale) -> Words:
    return words_in(_language(locale))


class Words:
    """The wording of a language: each macro a function that returns plain text.

    A macro called by an HTML template would return its text marked as safe, names and all; through here it comes back
    unmarked, and the HTML template escapes it.
    """

    def __init__(self, module: TemplateModule) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Callable[..., str]:
        macro = getattr(self._module, name)
        return lambda *facts: str.__str__(macro(*facts))


@cache
def _written() -> frozenset[str]:
    return languages()


@cache
def words_in(language: str, of: str = "wording") -> Words:
    """A file of words in one of its languages."""
    return Words(_environment(html=False).get_template(f"{language}/{of}.jinja").module)


@cache
def _environment(*, html: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=html,  # noqa: S701 - plain text has no markup to escape
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
