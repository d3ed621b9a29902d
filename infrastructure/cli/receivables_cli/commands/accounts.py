"""`receivables account`: what a customer owes in one currency, and all that happened."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from receivables_cli.commands.layout import is_zero, moment, money, row, said, table
from receivables_cli.target import target

_CASE_WORDS: Final = {"approval_requested": "approval requested", "finance_told": "finance told"}


def show_account(arguments: Namespace, console: Console) -> None:
    """Print the statement and the timeline, newest first."""
    api = target(arguments.stack).api(arguments.person, arguments.at)
    account = api.get(f"/accounts/{arguments.account}")
    console.print(f"[bold]{escape(account['customer_name'])}[/]  {account['id']}  on {account['on']}")
    console.print(_standing(account))
    if account["open_invoices"]:
        console.print(_invoices(account["open_invoices"]))
        for item in account["open_invoices"]:
            for reason in _pauses(item):
                console.print(said(f" {item['number']}: {reason}"))
    facts = list(api.listed(f"/accounts/{arguments.account}/timeline"))
    console.print(_timeline(facts))


def _standing(account: Mapping[str, Any]) -> str:
    lines = [f"owes {money(account['balance'])}, of which {money(account['overdue'])} overdue"]
    lines += [
        f"unapplied credit: {money(credit['balance'])} since {moment(credit['effective_at'])}"
        for credit in account["credits"]
    ]
    if account["over_limit"]:
        lines.append("over the credit limit")
    if hold := account["hold"]:
        lines.append(
            f"on hold until {moment(hold['until'])}: {escape(hold['reason'])} ({escape(hold['by'])})"
        )
    lines += [_arranged(each) for each in account["arrangements"]]
    if case := account["case"]:
        lines.append(
            f"case {case['id']}: {case['stage'].replace('_', ' ')}, opened {moment(case['opened_at'])}"
        )
    lines.append(f"looked at next: {moment(account['next_action_at'])}")
    return "\n".join(lines)


def _arranged(arrangement: Mapping[str, Any]) -> str:
    numbers = escape(", ".join(arrangement["invoices"]))
    amount = money(arrangement["amount"])
    return f"{arrangement['kind']} {arrangement['id']}: {amount} of {numbers}, until {arrangement['until']}"


def _invoices(items: list[Mapping[str, Any]]) -> Table:
    shown = table("", "invoice", "for", ">amount", ">open", "due", ">days overdue", "reminded to")
    for item in items:
        row(
            shown,
            item["number"],
            _what(item),
            money(item["amount"]),
            money(item["balance"]),
            item["due_date"],
            str(item["days_overdue"] or ""),
            "" if item["reminded_to"] is None else f"day {item['reminded_to']:+d}",
        )
        for number, part in enumerate(item["instalments"], start=1):
            overdue = str(part["days_overdue"] or "")
            open_ = "paid" if is_zero(part["balance"]) else money(part["balance"])
            row(shown, "", f"part {number}", "", open_, part["due_date"], overdue, "")
    return shown


def _what(item: Mapping[str, Any]) -> str:
    """What it is for: a late charge names its invoice."""
    if not item["concerns"]:
        return str(item["kind"])
    return f"{item['kind']} on {item['concerns']}{'' if item['claimed'] else ', not claimed'}"


def _pauses(item: Mapping[str, Any]) -> Iterator[str]:
    """Why it is not simply due."""
    if hold := item["hold"]:
        yield f"on hold until {moment(hold['until'])}: {hold['reason']}"
    if extension := item["extension"]:
        yield f"extended to {extension['due_date']}"
    if item["short_payment"]:
        yield str(item["short_payment"])


def _timeline(facts: list[Mapping[str, Any]]) -> Table:
    shown = table("", "when (UTC)", "what", "")
    for fact in facts:
        row(shown, moment(fact["at"]), *in_words(fact))
    return shown


def in_words(fact: Mapping[str, Any]) -> tuple[str, str]:
    """A fact of the timeline: what it is, and its particulars."""
    kind = fact["kind"]
    if kind == "entry":
        of = f" of {fact['invoice']}" if fact.get("invoice") else ""
        return fact["entry_kind"].replace("_", " "), f"{money(fact['amount'])}{of} ({fact['source']})"
    if kind == "notice":
        numbers = ", ".join(line["number"] for line in fact["items"])
        name = "formal notice" if fact["notice_kind"] == "formal" else f"notice {fact['step_key']}"
        return name, f"{fact['channel']} to {fact.get('address') or 'nobody'}, {fact['state']}: {numbers}"
    if kind == "case_event":
        event = _CASE_WORDS.get(fact["event"], fact["event"].replace("_", " "))
        return f"case {event}", "; ".join(f"{name}: {value}" for name, value in fact["facts"].items())
    if kind == "decision":
        return f"{fact['action'].replace('_', ' ')} {fact['decision']}", f"by {fact['by']}: {fact['reason']}"
    if kind == "arrangement":
        what = f"{fact['arrangement_kind']} {fact['event'].replace('_', ' ')}"
        return what, f"{money(fact['amount'])} of {', '.join(fact['invoices'])} ({fact['by']})"
    return str(fact.get("event", kind)).replace("_", " "), str(fact.get("reason") or "")
