"""`receivables account`: what a customer owes in one currency, and all that happened."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from receivables_cli.target import target

_AT_ONCE: Final = "1970-"
_CASE_WORDS: Final = {"approval_requested": "approval requested", "finance_told": "finance told"}


def show_account(arguments: Namespace, console: Console) -> None:
    """Print the statement and the timeline, newest first."""
    api = target(arguments.stack).api(arguments.person, arguments.at)
    account = api.get(f"/accounts/{arguments.account}")
    console.print(f"[bold]{escape(account['customer_name'])}[/]  {account['id']}  on {account['on']}")
    console.print(_standing(account))
    if account["open_invoices"]:
        console.print(_invoices(account["open_invoices"]))
    facts = list(api.listed(f"/accounts/{arguments.account}/timeline"))
    console.print(_timeline(facts))


def _standing(account: Mapping[str, Any]) -> str:
    lines = [f"owes {_amount(account['balance'])}, of which {_amount(account['overdue'])} overdue"]
    if account["unapplied"]["amount"].strip("0."):
        lines.append(f"credit not set against an invoice: {_amount(account['unapplied'])}")
    if hold := account["hold"]:
        lines.append(
            f"on hold until {moment(hold['until'])}: {escape(hold['reason'])} ({escape(hold['by'])})"
        )
    if case := account["case"]:
        lines.append(
            f"case {case['id']}: {case['stage'].replace('_', ' ')}, opened {moment(case['opened_at'])}"
        )
    lines.append(f"looked at next: {moment(account['next_action_at'])}")
    return "\n".join(lines)


def _invoices(items: list[Mapping[str, Any]]) -> Table:
    table = Table("invoice", "amount", "open", "due", "days overdue", "reminded to", box=None)
    for item in items:
        table.add_row(
            escape(item["number"]),
            _amount(item["amount"]),
            _amount(item["balance"]),
            item["due_date"],
            str(item["days_overdue"] or ""),
            "" if item["reminded_to"] is None else f"day {item['reminded_to']:+d}",
        )
    return table


def _timeline(facts: list[Mapping[str, Any]]) -> Table:
    table = Table("when (UTC)", "what", "", box=None)
    for fact in facts:
        table.add_row(moment(fact["at"]), *map(escape, in_words(fact)))
    return table


def in_words(fact: Mapping[str, Any]) -> tuple[str, str]:
    """A fact of the timeline: what it is, and its particulars."""
    kind = fact["kind"]
    if kind == "entry":
        of = f" of {fact['invoice']}" if fact.get("invoice") else ""
        return fact["entry_kind"], f"{_amount(fact['amount'])}{of} ({fact['source']})"
    if kind == "notice":
        numbers = ", ".join(line["number"] for line in fact["items"])
        name = "formal notice" if fact["notice_kind"] == "formal" else f"notice {fact['step_key']}"
        return name, f"{fact['channel']} to {fact.get('address') or 'nobody'}, {fact['state']}: {numbers}"
    if kind == "case_event":
        event = _CASE_WORDS.get(fact["event"], fact["event"].replace("_", " "))
        return f"case {event}", "; ".join(f"{name}: {value}" for name, value in fact["facts"].items())
    if kind == "decision":
        return f"{fact['action'].replace('_', ' ')} {fact['decision']}", f"by {fact['by']}: {fact['reason']}"
    return str(fact.get("event", kind)).replace("_", " "), str(fact.get("reason") or "")


def moment(instant: str | None) -> str:
    """An instant to the minute; "at once" for what is to be done at the next tick."""
    if instant is None:
        return "never"
    return "at the next tick" if instant.startswith(_AT_ONCE) else instant[:16].replace("T", " ")


def _amount(money: Mapping[str, str]) -> str:
    return f"{money['amount']} {money['currency']}"
