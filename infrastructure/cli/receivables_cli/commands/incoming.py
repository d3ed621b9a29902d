"""`receivables payments`, `paylink`: money that waits for a person, and where customers pay."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from rich.console import Console

from receivables_cli.api import Api
from receivables_cli.commands.layout import moment, money, row, said, table
from receivables_cli.errors import CommandError
from receivables_cli.target import target

_ACCOUNT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Z]{3}")


def payments(arguments: Namespace, console: Console) -> None:
    """List, confirm, return: what the verb says."""
    api = target(arguments.stack).api(arguments.person, arguments.at)
    _VERBS[arguments.verb](api, arguments, console)


def in_path(key: str) -> str:
    """A payment's key as part of a path; one that is that already stays as it is."""
    return quote(key, safe="").replace("%", "~")


def _list(api: Api, _: Namespace, console: Console) -> None:
    """What waits in suspense, the oldest first, each with the best that was found for it and why."""
    waiting = list(api.listed("/payments", state="suspense"))
    for payment in waiting:
        payer = f" from {payment['payer']}" if payment["payer"] else ""
        named = f", names {payment['reference']}" if payment["reference"] else ""
        when = moment(payment["effective_at"])
        console.print(said(f"{payment['key']}  {money(payment['amount'])}{payer}, {when}{named}", "bold"))
        for line in _proposed(payment["proposal"]):
            console.print(said(f"  {line}"))
    console.print(f"{len(waiting)} payments wait" if waiting else "no payment waits")


def _proposed(proposal: Mapping[str, Any] | None) -> list[str]:
    if proposal is None:
        return ["not looked at yet"]
    lines = [_candidate(n, each) for n, each in enumerate(proposal["candidates"], start=1)]
    return lines + [str(note) for note in proposal["notes"]] or [
        "nothing speaks for anybody: place or return it"
    ]


def _candidate(number: int, candidate: Mapping[str, Any]) -> str:
    invoices = ", ".join(part["number"] for part in candidate["invoices"]) or "as credit"
    reasons = "; ".join(candidate["reasons"])
    return f"{number}. {candidate['confidence']} %  {candidate['account_id']}: {invoices} ({reasons})"


def _confirm(api: Api, arguments: Namespace, console: Console) -> None:
    """Place it as was proposed, if that is still what is proposed."""
    path = f"/payments/{in_path(arguments.payment)}"
    proposal = api.get(f"{path}/proposal")
    if not proposal or not 1 <= arguments.candidate <= len(proposal["candidates"]):
        raise CommandError("there is no such proposal: see `receivables payments`")
    console.print(said(_candidate(arguments.candidate, proposal["candidates"][arguments.candidate - 1])))
    body = {"candidate": arguments.candidate, "at": proposal["at"]}
    placed = api.post(f"{path}/confirmation", body)
    console.print(said(f"{money(placed['amount'])} on {placed['account_id']}: {placed['state']}"))


def _return(api: Api, arguments: Namespace, console: Console) -> None:
    """Record that it has gone back to whom it came from."""
    path = f"/payments/{in_path(arguments.payment)}"
    waits = api.get(path)
    body = {"id": arguments.id, "reason": arguments.reason}
    if arguments.amount:
        body["amount"] = {"amount": arguments.amount, "currency": waits["amount"]["currency"]}
    api.post(f"{path}/return", body)
    after = api.get(path)
    console.print(said(f"returned {money(after['returned'])} of {money(after['amount'])}"))


_VERBS: Final[Mapping[str, Callable[[Api, Namespace, Console], None]]] = {
    "list": _list,
    "confirm": _confirm,
    "return": _return,
}


def show_pay_link(arguments: Namespace, console: Console) -> None:
    """Where an account or an invoice is paid, and by which transfer."""
    api = target(arguments.stack).api(arguments.person, arguments.at)
    kind = "accounts" if _ACCOUNT.fullmatch(arguments.target) else "invoices"
    found = api.get(f"/{kind}/{in_path(arguments.target)}/pay-link")
    console.print(found["url"], soft_wrap=True)
    invoices = ", ".join(found["invoices"])
    console.print(said(f"{money(found['amount'])} are open now{f': {invoices}' if invoices else ''}"))
    if found["online"]:
        console.print(said(f"online by {', '.join(found['online'])}"))
    if transfer := found["transfer"]:
        _transfer(transfer, arguments.code, console)
    elif arguments.code:
        raise CommandError("there is no code: nothing is open, or the company has named no bank account")


def _transfer(transfer: Mapping[str, Any], file: str | None, console: Console) -> None:
    shown = table("")
    code = transfer["code"]
    lines = {
        "to": transfer["name"],
        "IBAN": transfer["iban"],
        "BIC": transfer["bic"],
        "reference": transfer["reference"],
        "text": transfer["text"],
        "code": code and code["format"],
    }
    for name, value in lines.items():
        if value:
            row(shown, name, value)
    console.print(shown)
    if file and not code:
        raise CommandError("there is no code for this transfer")
    if file:
        Path(file).write_text(code["svg"], encoding="utf-8")
        console.print(said(f"the code is in {file}"))
