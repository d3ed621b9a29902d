"""`receivables reconcile`, `payouts`: the ledger and the processors' own lists, side by side."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from rich.console import Console

from receivables.core.clock import format_instant
from receivables_cli.api import Api
from receivables_cli.commands.layout import moment, money, row, said, table
from receivables_cli.commands.operations import invoke
from receivables_cli.errors import CommandError
from receivables_cli.target import Target, target

_RUNS_SHOWN: Final = "20"


def reconcile(arguments: Namespace, console: Console) -> None:
    """Runs, differences, run, acknowledge: what the verb says."""
    stack = target(arguments.stack)
    api = stack.api(arguments.person, arguments.at)
    _VERBS[arguments.verb](stack, api, arguments, console)


def _runs(_stack: Target, api: Api, _: Namespace, console: Console) -> None:
    shown = table("", "run", "account", "from", "to", "state", "found")
    found = api.get("/reconciliations", limit=_RUNS_SHOWN)["items"]
    for run in found:
        state = f"failing: {run['failure']}" if run["failure"] else run["phase"]
        window = (moment(run["since"]), moment(run["until"]))
        row(shown, run["id"], run["account"], *window, state, _counts(run["counts"]))
    console.print(shown if found else "nothing has been compared yet")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items() if number) or "nothing"


def _differences(_stack: Target, api: Api, _: Namespace, console: Console) -> None:
    shown = table("", "difference", "payment", "what", "ours", "theirs", "since")
    for each in api.listed("/reconciliation-differences"):
        what = f"{each['kind']}, {each['state']}" + (f": {each['reason']}" if each["reason"] else "")
        sides = (_side(each[name]) for name in ("ours", "theirs"))
        row(shown, each["id"], each["payment"], what, *sides, moment(each["found_at"]))
    console.print(shown if shown.row_count else "no difference waits")


def _side(side: Mapping[str, Any] | None) -> str:
    if side is None:
        return "not known"
    return " ".join(part for part in (side["what"], money(side["amount"]) if side["amount"] else "") if part)


def _run(stack: Target, api: Api, arguments: Namespace, console: Console) -> None:
    """Ask for a comparison, and have it carried out at once."""
    processor, slash, endpoint = arguments.account.partition("/")
    if not slash:
        raise CommandError("the account is named as stripe/main")
    run = api.post("/reconciliations", {"processor": processor, "endpoint": endpoint})
    now = format_instant(arguments.at or datetime.now(UTC))
    invoke(stack, "ReconcilePaymentsFunctionName", {"time": now, "scope": "rest"})
    run = api.get(f"/reconciliations/{run['id']}")
    state = f"failing: {run['failure']}" if run["failure"] else run["phase"]
    console.print(said(f"{run['id']}  {run['account']}: {state}", "bold"))
    console.print(f"{moment(run['since'])} to {moment(run['until'])}: {_counts(run['counts'])}")
    for each in api.listed(f"/reconciliations/{run['id']}/differences"):
        sides = f"ours: {_side(each['ours'])}; theirs: {_side(each['theirs'])}"
        console.print(said(f"  {each['kind']} {each['payment']}, {each['state']} ({sides})"))


def _acknowledge(_stack: Target, api: Api, arguments: Namespace, console: Console) -> None:
    path = f"/reconciliation-differences/{arguments.difference}/acknowledgement"
    done = api.post(path, {"reason": arguments.reason})
    console.print(said(f"{done['kind']} {done['payment']}: {done['state']} by {done['by']}"))


_VERBS: Final[Mapping[str, Callable[[Target, Api, Namespace, Console], None]]] = {
    "runs": _runs,
    "differences": _differences,
    "run": _run,
    "acknowledge": _acknowledge,
}


def show_payouts(arguments: Namespace, console: Console) -> None:
    """Payouts of one state, or - the late ones marked - of all."""
    api = target(arguments.stack).api(arguments.person, arguments.at)
    states = [arguments.state] if arguments.state else ["sent", "arrived", "failed"]
    late = {each["id"] for each in api.listed("/payouts", state="late")}
    shown = table("", "payout", ">amount", ">fees kept", "sent", "state", "line of our bank")
    for state in states:
        for each in api.listed("/payouts", state=state):
            told = "late" if each["id"] in late else each["state"]
            amounts = (money(each["amount"]), money(each["fee"]))
            row(shown, each["id"], *amounts, moment(each["sent_at"]), told, each["payment"] or "")
    console.print(shown if shown.row_count else "no payout")
