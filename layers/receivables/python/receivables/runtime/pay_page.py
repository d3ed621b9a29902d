"""Composes the page that a pay link leads to, and translates between API Gateway's events and its words."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs

from receivables.adapters.qr_codes import svg
from receivables.core.errors import Conflict, InvalidInput
from receivables.matching.references import reference_of
from receivables.notices.bill import render_bill, render_unknown
from receivables.payments.pay_links import PayTarget, link
from receivables.runtime.front_door import request_time
from receivables.runtime.pay_links import pay_tokens
from receivables.runtime.paying import asked_for, live_links, page_maker
from receivables.runtime.settings import optional
from receivables.usecases.pay_online import Choice, PayOnline
from receivables.usecases.pay_page import PayPage

_MOST_FORM: Final = 4096
_HEADERS: Final[Mapping[str, str]] = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    # No script, no frame, nothing from elsewhere; a form may lead on to the processor's own page.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self' https:;"
    " base-uri 'none'; frame-ancestors 'none'",
}


def show(event: Mapping[str, Any]) -> dict[str, Any]:
    """GET: the page. It decides nothing and orders nothing, so whoever follows links does no harm."""
    told = (event.get("queryStringParameters") or {}).get("told", "")
    return _page(target_of(event), event, told if told in {"back", "failed", "changed"} else "")


def pay(event: Mapping[str, Any]) -> dict[str, Any]:
    """POST: on to the page of the processor that was chosen. Raises NotFound; what else goes wrong is told on the page."""
    target = target_of(event)
    choice = Choice(target, _chosen(event), f"{_address(event)}?told=back")
    try:
        return _on(pay_online()(choice, request_time(event)))
    except (Conflict, InvalidInput):
        return _on("?told=changed")


def failed() -> dict[str, Any]:
    """Back to the page, with the news that the processor did not answer."""
    return _on("?told=failed")


def unknown(event: Mapping[str, Any]) -> dict[str, Any]:
    """The page of a link that leads nowhere, in the browser's language."""
    accepted = next(
        (v for k, v in (event.get("headers") or {}).items() if k.lower() == "accept-language"), ""
    )
    tag = accepted.split(",")[0].split(";")[0].strip() or "en"
    return _answer(HTTPStatus.NOT_FOUND, render_unknown(tag if tag.isascii() else "en"))


def target_of(event: Mapping[str, Any]) -> PayTarget:
    """What the link is for. Raises NotFound."""
    return pay_tokens().read(_token(event))


@cache
def pay_page() -> PayPage:
    return PayPage(asked_for(), reference_of, svg)


@cache
def pay_online() -> PayOnline:
    return PayOnline(asked_for(), live_links(), page_maker)


def _page(target: PayTarget, event: Mapping[str, Any], told: str) -> dict[str, Any]:
    return _answer(HTTPStatus.OK, render_bill(pay_page()(target, request_time(event), told)))


def _token(event: Mapping[str, Any]) -> str:
    return str((event.get("pathParameters") or {}).get("token") or "")


def _address(event: Mapping[str, Any]) -> str:
    """Where the page is, as the payer sees it: a processor has to find the way back."""
    if base := optional("PAY_LINK_BASE"):
        return link(base, _token(event))
    context = event["requestContext"]
    return f"https://{context['domainName']}{context['path']}"


def _chosen(event: Mapping[str, Any]) -> str:
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body[:_MOST_FORM]).decode("ascii", "replace")
    return str(parse_qs(body[:_MOST_FORM]).get("with", [""])[0])


def _on(url: str) -> dict[str, Any]:
    return {
        "statusCode": int(HTTPStatus.SEE_OTHER),
        "headers": {"Location": url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
        "body": "",
        "isBase64Encoded": False,
    }


def _answer(status: int, page: str) -> dict[str, Any]:
    return {"statusCode": int(status), "headers": dict(_HEADERS), "body": page, "isBase64Encoded": False}
