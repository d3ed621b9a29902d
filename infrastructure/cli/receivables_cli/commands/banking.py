"""`receivables bank`: our accounts at banks, and their statements."""

from __future__ import annotations

import base64
import time
from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from receivables_cli.api import Api
from receivables_cli.commands.layout import moment, money, row, said, table
from receivables_cli.errors import CommandError
from receivables_cli.target import target

_PATIENCE_SECONDS: Final = 600.0
_PAUSE_SECONDS: Final = 0.2
_MOST_IN_A_REQUEST: Final = 4_000_000
"""Bytes of a file that fits into a request; a larger one is sent to a link."""


def bank(arguments: Namespace, console: Console) -> None:
    """List, add, import, statements: what the verb says."""
    api = target(arguments.stack).api(arguments.person, arguments.at)
    _VERBS[arguments.verb](api, arguments, console)


def _list(api: Api, _: Namespace, console: Console) -> None:
    shown = table("", "bank account", "name", "IBAN or number", "currency", "time zone")
    accounts = api.get("/bank-accounts")["items"]
    for each in accounts:
        named = each["iban"] or each["number"] or ""
        row(shown, each["id"], each["name"], named, each["currency"], each["timezone"])
    console.print(shown if accounts else "no bank account: `receivables bank add ID --iban IBAN`")


def _add(api: Api, arguments: Namespace, console: Console) -> None:
    body = {
        "id": arguments.id,
        "name": arguments.name or arguments.id,
        "currency": arguments.currency,
        "timezone": arguments.timezone,
        **({"iban": arguments.iban} if arguments.iban else {}),
        **({"number": arguments.number} if arguments.number else {}),
    }
    made = api.post("/bank-accounts", body)
    console.print(said(f"{made['id']}: {made['iban'] or made['number']} in {made['currency']}"))


def _import(api: Api, arguments: Namespace, console: Console) -> None:
    """Send the file, wait until it has been worked off, say what came of it. Raises CommandError when it was refused."""
    file = Path(arguments.file)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error
    accept = {"accept_differences": True} if arguments.accept_differences else {}
    job = import_file(api, arguments.id, content, accept, lambda job: _progress(console, job))
    if job["state"] != "done":
        raise CommandError(f"nothing of it was used: {job['field']}: {job['reason']}")
    tally = job["tally"]
    console.print(said(f"{job['format']}: {tally['lines']} lines, {tally['new']} of them new", "bold"))
    console.print(
        f"{tally['payments']} payments, {tally['reversals']} reversals; {tally['attention']} wait for a person, "
        f"{tally['known']} were known"
    )


def _progress(console: Console, job: Mapping[str, Any]) -> None:
    if job["lines"] and console.is_terminal:
        console.print(f"{job['position']} of {job['lines']} lines", end="\r")


def import_file(
    api: Api,
    account: str,
    content: bytes,
    options: Mapping[str, Any],
    progress: Callable[[Mapping[str, Any]], None] = lambda _: None,
) -> Mapping[str, Any]:
    """The finished import of a file of statements. Raises ApiProblem, and CommandError when it does not finish."""
    path = f"/bank-accounts/{account}"
    if len(content) <= _MOST_IN_A_REQUEST:
        job = api.post(f"{path}/statements", {"content": base64.b64encode(content).decode(), **options})
    else:
        job = api.post(f"{path}/statements", {"size": len(content), **options})
        api.put_file(job["upload"]["url"], content, job["upload"]["headers"])
    until = time.monotonic() + _PATIENCE_SECONDS
    while job["state"] not in {"done", "failed"}:
        if time.monotonic() > until:
            raise CommandError(f"import {job['id']} goes on: {job['position']} of {job['lines']} lines")
        time.sleep(_PAUSE_SECONDS)
        job = api.get(f"{path}/imports/{job['id']}")
        progress(job)
    return dict(job)


def _statements(api: Api, arguments: Namespace, console: Console) -> None:
    shown = table("", "statement", "days", "format", ">opening", ">closing", ">lines", ">new", "notes")
    for each in api.listed("/statements", bank_account=arguments.id):
        days = f"{each['first_day']} to {each['last_day']}"
        balances = (money(each[name]["amount"]) if each[name] else "" for name in ("opening", "closing"))
        numbers = (str(each["tally"][name]) for name in ("lines", "new"))
        row(shown, each["reference"], days, each["format"], *balances, *numbers, "; ".join(each["notes"]))
    console.print(shown if shown.row_count else "no statement yet")
    for gap in api.get(f"/bank-accounts/{arguments.id}")["gaps"]:
        console.print(
            said(
                f"a statement is missing between {gap['since']} ({money(gap['expected'])}) and {gap['on']} "
                f"({money(gap['opening'])})",
                "yellow",
            )
        )
    for line in api.get(f"/bank-accounts/{arguments.id}/attention")["items"]:
        why = f"{line['why'].replace('_', ' ')}, since {moment(line['raised_at'])}"
        console.print(said(f"line {line['id']} waits: {money(line['amount'])} {why}", "yellow"))


_VERBS: Final[Mapping[str, Callable[[Api, Namespace, Console], None]]] = {
    "list": _list,
    "add": _add,
    "import": _import,
    "statements": _statements,
}
