"""`receivables cases`, `approve`, `reject`: what is collected by hand, and what waits for a person."""

from __future__ import annotations

from argparse import Namespace

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from receivables_cli.commands.layout import moment
from receivables_cli.target import target


def show_cases(arguments: Namespace, console: Console) -> None:
    """Print the active cases, and what waits for a decision."""
    api = target(arguments.stack).api(arguments.person, arguments.at)
    cases = Table(
        "case", "account", "stage", "invoices", "goes on", title="Cases", title_justify="left", box=None
    )
    for case in api.listed("/cases"):
        stage = case["stage"].replace("_", " ") + (" (failing)" if case["failure"] else "")
        cases.add_row(
            case["id"], case["account_id"], stage, str(len(case["invoices"])), moment(case["wake_at"])
        )
    waiting = Table(
        "approval", "account", "asks to", "since", title="Approvals waiting", title_justify="left", box=None
    )
    for each in api.listed("/approvals"):
        asks = each["action"].replace("_", " ")
        waiting.add_row(each["id"], each["account_id"], asks, moment(each["requested_at"]))
    for table in (cases, waiting):
        console.print(table if table.row_count else f"{table.title}: none")


def decide(arguments: Namespace, console: Console) -> None:
    """Approve or reject, once."""
    api = target(arguments.stack).api(arguments.person, arguments.at)
    body = {"decision": arguments.decision, "reason": arguments.reason}
    done = api.post(f"/approvals/{arguments.approval}/decision", body)
    console.print(
        f"{done['action'].replace('_', ' ')} for {done['account_id']}: {done['state']} by {escape(done['decided_by'])}"
    )
