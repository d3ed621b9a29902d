"""`receivables statement`, `charges`, `trial-balance`, `arrangements`: the ledger, laid out for reading."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from receivables.core.clock import format_instant
from receivables.core.money import decimals
from receivables_cli.api import Api
from receivables_cli.commands.layout import is_zero, moment, money, row, said, table
from receivables_cli.target import target

_PAGE: Final = "200"


def show_statement(arguments: Namespace, console: Console) -> None:
    """What is owed, and what moved it, newest first; or what was owed on a day, as it was known at a time."""
    query = {"limit": _PAGE}
    if arguments.as_of:
        query["as_of"] = arguments.as_of.isoformat()
    if arguments.known_at:
        query["known_at"] = format_instant(arguments.known_at)
    pages = _statement(target(arguments.stack).api(arguments.person, arguments.at), arguments.account, query)
    first = next(pages)
    known = f", as known at {moment(first['known_at'])} UTC" if first["known_at"] else ""
    console.print(said(f"{first['account_id']}  on {first['on']}{known}", "bold"))
    console.print(f"owed {money(first['balance'])}, unapplied credit {money(first['unapplied'])}")
    lines = (line for page in chain((first,), pages) for line in page["lines"])
    parts = (
        _owed(first),
        _credits(first["credits"]),
        _sums(first["totals"]),
        _lines(islice(lines, arguments.last)),
    )
    for part in parts:
        if part.row_count:
            console.print(part)


def _statement(api: Api, account: str, query: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """Page by page."""
    page = api.get(f"/accounts/{account}/statement", **query)
    yield page
    while page["next"]:
        page = api.get(f"/accounts/{account}/statement", **query, next=page["next"])
        yield page


def _owed(statement: Mapping[str, Any]) -> Table:
    owed = table("", "invoice", "for", ">amount", ">open", "due")
    for item in (*statement["open_items"], *statement["receivables"]):
        kind = item["kind"] + (f" on {item['concerns']}" if item.get("concerns") else "")
        row(owed, item["number"], kind, money(item["amount"]), money(item["balance"]), item["due_date"] or "")
    return owed


def _credits(unapplied: Sequence[Mapping[str, Any]]) -> Table:
    shown = table("", "credit", ">left", "since", "from")
    for credit in unapplied:
        source = f"{credit['source']} {credit['key']}".replace("_", " ")
        row(shown, credit["id"], money(credit["balance"]), moment(credit["effective_at"]), source)
    return shown


def _sums(sums: Mapping[str, Mapping[str, str]]) -> Table:
    shown = table("", "ledger account", ">debit less credit")
    for ledger, amount in sorted(sums.items()):
        row(shown, ledger.replace("_", " "), money(amount))
    return shown


def _lines(lines: Iterable[Mapping[str, Any]]) -> Table:
    shown = table("", "took effect (UTC)", "recorded", "what", "of", ">change", ">owed")
    for line in lines:
        entry = line["entry"]
        recorded = "" if entry["at"] == entry["effective_at"] else moment(entry["at"])
        row(
            shown,
            moment(entry["effective_at"]),
            recorded,
            entry["entry_kind"].replace("_", " ") + (f": {entry['reason']}" if entry["reason"] else ""),
            entry["invoice"] or "",
            line["change"]["amount"],
            line["balance"]["amount"],
        )
    return shown


def show_charges(arguments: Namespace, console: Console) -> None:
    """Every late charge of an account with its working; notes that several share are printed once, below."""
    api = target(arguments.stack).api(arguments.person, arguments.at)
    listed = [api.get(charge["self"]) for charge in api.listed("/charges", account_id=arguments.account)]
    notes: dict[str, int] = {}
    for charge in sorted(listed, key=lambda charge: (charge["issue_date"], charge["number"])):
        console.print(said(_headline(charge), "bold"))
        if charge["rows"]:
            console.print(_working(charge))
        numbers = [notes.setdefault(note, len(notes) + 1) for note in charge["notes"]]
        console.print(said(f"  notes {', '.join(map(str, numbers))}\n" if numbers else ""))
    for note, number in notes.items():
        console.print(said(f"{number:>3}  {note}"))
    console.print(f"{len(listed)} late charges")


def _headline(charge: Mapping[str, Any]) -> str:
    state = (
        charge["status"].replace("_", " ")
        if is_zero(charge["balance"])
        else f"{money(charge['balance'])} open"
    )
    claimed = "" if charge["claimed"] else ", not claimed"
    changed = charge["total"] != charge["amount"]
    corrected = f", now {money(charge['total'])}" if changed else ""
    of = f" on {charge['invoice']}" if charge["invoice"] else ""
    rule = f"rule {charge['rule']} of {charge['terms']}" if charge["terms"] else charge["rule"]
    return f"{charge['number']}  {charge['kind']} {money(charge['amount'])}{corrected}{of}, {charge['issue_date']}: {state}{claimed} ({rule})"


def _working(charge: Mapping[str, Any]) -> Table:
    """Row by row; the exact amounts, which are rounded once in the end."""
    places = decimals(charge["amount"]["currency"])
    shown = table("", "  from", "to", ">days", ">balance", ">percent a year", ">amount")
    for each in charge["rows"]:
        amount = Decimal(each["amount"]).scaleb(-places)
        cells = (
            f"  {each['first']}",
            each["last"],
            str(each["days"]),
            each["balance"]["amount"],
            each["rate"],
        )
        row(shown, *cells, f"{amount:f}")
    return shown


def show_trial_balance(arguments: Namespace, console: Console) -> None:
    """Of all accounts, as the last nightly check found it; or of one account, worked out now."""
    api = target(arguments.stack).api(arguments.person, arguments.at)
    if arguments.account:
        found = api.get(f"/accounts/{arguments.account}/trial-balance")
        differences, balances = found["differences"], [found]
        console.print(said(f"{found['account_id']}: {found['entries']} entries", "bold"))
    else:
        found = api.get("/trial-balance")
        balances, differences = (
            found["balances"],
            [f"{f['account_id']}: {f['difference']}" for f in found["findings"]],
        )
        when = (
            f"checked {moment(found['began_at'])} UTC"
            if found["finished_at"]
            else "the check has not finished"
        )
        console.print(said(f"{found['accounts']} accounts, {found['entries']} entries, {when}", "bold"))
    console.print(_balances(balances))
    for difference in differences:
        console.print(said(difference, "bold red"))
    differing = found.get("differing", len(differences))
    console.print("no difference" if not differing else f"[bold red]{differing} differences[/]")


def _balances(balances: Sequence[Mapping[str, Any]]) -> Table:
    shown = table("", "debit less credit", *(f">{balance['currency']}" for balance in balances))
    names = sorted({name for balance in balances for name in balance["ledgers"]})
    for name in names:
        amounts = (balance["ledgers"].get(name, {"amount": ""})["amount"] for balance in balances)
        row(shown, name.replace("_", " "), *amounts)
    row(shown, "sum", *(balance["sum"]["amount"] for balance in balances))
    return shown


def show_arrangements(arguments: Namespace, console: Console) -> None:
    """Promises, payment plans and disputes of an account, newest first, those that have ended included."""
    api = target(arguments.stack).api(arguments.person, arguments.at)
    listed = list(api.listed(f"/accounts/{arguments.account}/arrangements"))
    for each in listed:
        console.print(said(_agreed(each), "bold"))
        for line in _particulars(each):
            console.print(said(f"  {line}"))
        console.print()
    console.print(f"{len(listed)} arrangements")


def _agreed(each: Mapping[str, Any]) -> str:
    when = f"{moment(each['made_at'])}, by {each['channel']}"
    return f"{each['kind']} {each['id']}: {each['state'].replace('_', ' ')}, {money(each['amount'])} ({when})"


def _particulars(each: Mapping[str, Any]) -> Iterator[str]:
    if dispute := each["dispute"]:
        yield from _disputed(dispute)
    elif agreed := each["promise"] or each["plan"]:
        yield f"with {agreed.get('made_by') or agreed.get('agreed_by')}, {agreed['grace_days']} days of grace"
        yield "for " + ", ".join(f"{c['number']} ({money(c['balance'])})" for c in agreed["receivables"])
        yield from (f"{part['on']}  {money(part['amount'])}" for part in agreed["parts"])
    if each["note"]:
        yield each["note"]
    if each["ended_at"]:
        yield f"ended {moment(each['ended_at'])}: {each['ending']} ({each['ended_by']})"


def _disputed(dispute: Mapping[str, Any]) -> Iterator[str]:
    lines = f" ({', '.join(dispute['lines'])})" if dispute["lines"] else ""
    yield f"{money(dispute['disputed'])} of {dispute['invoice'].rpartition('/')[2]}: {dispute['reason']}{lines}"
    yield f"raised by {dispute['raised_by']}; {dispute['owner']} answers by {dispute['deadline']}"
    yield from (f"evidence: {file['name']} ({file['added_by']})" for file in dispute["evidence"])
    if dispute["credited"]:
        yield f"credited {money(dispute['credited'])}"
