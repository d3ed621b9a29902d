"""`receivables`: the command line. Commands are in `commands/`; here is only what they are called."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date, datetime
from importlib import import_module
from typing import Any, Final

from receivables.core.clock import parse_instant
from receivables.core.errors import InvalidInput
from receivables_cli.errors import CommandError

PEOPLE: Final = ("admin", "finance", "finance-2", "read-only")
_WIDE: Final = 120
"""Columns of output that goes to a file or a pipe."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0 done, 1 it could not, 2 it was not understood, 130 interrupted."""
    arguments = parser().parse_args(argv)
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDE)
    module, name = arguments.run.split(":")
    try:
        getattr(import_module(f"receivables_cli.commands.{module}"), name)(arguments, console)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if not _can_be_told(error):
            raise
        complaint = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        complaint.print("error:", str(error), style="red")
        return 1
    return 0


def _can_be_told(error: Exception) -> bool:
    """Whether the error's own words help the person at the command line; any other is a defect of ours."""
    from botocore.exceptions import BotoCoreError, ClientError

    from receivables_local.artefacts import BuildError
    from receivables_local.deploy import DeployError
    from receivables_local.engine import EngineError

    told = (CommandError, BotoCoreError, ClientError, BuildError, DeployError, EngineError)
    return isinstance(error, told)


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="receivables", description="Operate a Receivables stack.")
    commands = top.add_subparsers(metavar="command", required=True)
    _machine(commands)
    _looking(commands)
    _money_in(commands)
    _deciding(commands)
    _operating(commands)
    return top


def _command(commands: Any, name: str, run: str, about: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about)
    command.set_defaults(run=run)
    return command


def _machine(commands: Any) -> None:
    local = _command(commands, "local", "machine:local", "the stack on this machine: up, down, status")
    local.add_argument("verb", choices=("up", "down", "status"))
    local.add_argument("--tick", action="store_true", help="let the schedules run, by the real clock")
    demo = _command(commands, "demo", "demo:demo", "collect a ledger on this machine, day by day")
    demo.add_argument("--data", metavar="FILE", help="a CSV of invoices with the days they were settled on")
    demo.add_argument("--seed", type=int, default=1, help="another seed is another story (default 1)")
    demo.add_argument("--currency", default="USD", help="of a file without a currency column (default USD)")
    demo.add_argument(
        "--date-format", choices=("iso", "mdy", "dmy"), help="where dates can be read in two ways"
    )
    token = _command(commands, "token", "machine:token", "a token for the API of the stack on this machine")
    token.add_argument("person", choices=PEOPLE)
    mailbox = _command(commands, "mailbox", "machine:show_mailbox", "what the stack on this machine has sent")
    mailbox.add_argument("--to", help="only to addresses that contain this")
    mailbox.add_argument("--last", type=int, default=20, metavar="N", help="how many (default 20)")
    mailbox.add_argument("--html", metavar="FILE", help="write one message to a file, as its reader sees it")
    mailbox.add_argument("--number", type=int, default=1, metavar="N", help="which: 1 is the newest")


def _looking(commands: Any) -> None:
    account = _command(
        commands, "account", "accounts:show_account", "an account: what is owed, what happened"
    )
    statement = _command(commands, "statement", "money:show_statement", "what is owed and what moved it")
    statement.add_argument(
        "--as-of", type=_day, metavar="DATE", help="what took effect by the end of that day, the customer's"
    )
    statement.add_argument("--known-at", type=_instant, metavar="TIME", help="what was recorded by then")
    statement.add_argument("--last", type=int, default=50, metavar="N", help="how many lines (default 50)")
    charges = _command(
        commands, "charges", "money:show_charges", "late charges, and how they were worked out"
    )
    arrangements = _command(
        commands, "arrangements", "money:show_arrangements", "promises, payment plans and disputes"
    )
    for command in (account, statement, charges, arrangements):
        command.add_argument("account", help="for example C-001.EUR")
    balance = _command(
        commands, "trial-balance", "money:show_trial_balance", "what all entries add up to, and what differs"
    )
    balance.add_argument(
        "account", nargs="?", help="of this account, worked out now; else as checked last night"
    )
    cases = _command(commands, "cases", "cases:show_cases", "active cases, and what waits for a decision")
    for command in (account, statement, charges, arrangements, balance, cases):
        _on_a_stack(command, "read-only")


def _money_in(commands: Any) -> None:
    bank = _command(commands, "bank", "banking:bank", "our bank accounts, and their statements")
    verbs = bank.add_subparsers(dest="verb", metavar="verb", required=True)
    _verb(verbs, "list", "our bank accounts", "read-only")
    add = _verb(verbs, "add", "set one up", "admin")
    add.add_argument("id", help="our own name for it, such as main")
    add.add_argument("--name", help="what people call it (default: its id)")
    add.add_argument("--iban")
    add.add_argument("--number", help="where it has no IBAN")
    add.add_argument("--currency", default="EUR", help="default EUR")
    add.add_argument("--timezone", default="UTC", help="where the bank's days begin (default UTC)")
    file = _verb(verbs, "import", "import a file of statements, in any format", "finance")
    file.add_argument("id", help="the bank account")
    file.add_argument("file", help="camt.052, .053 or .054, MT940, BAI2 or CSV")
    file.add_argument("--accept-differences", action="store_true", help="though it does not add up")
    _verb(verbs, "statements", "its statements, and what is missing", "read-only").add_argument("id")
    money = _command(commands, "payments", "incoming:payments", "money that waits, and what is proposed")
    verbs = money.add_subparsers(dest="verb", metavar="verb", required=True)
    _verb(verbs, "list", "what waits in suspense, with proposals and reasons", "read-only")
    confirm = _verb(verbs, "confirm", "place a payment as was proposed", "finance")
    confirm.add_argument("payment", help="its key, such as bank/main/ln_...")
    confirm.add_argument("--candidate", type=int, default=1, metavar="N", help="which (default 1, the best)")
    back = _verb(verbs, "return", "record that a payment has gone back to the payer", "finance")
    back.add_argument("payment")
    back.add_argument("--id", required=True, help="unique for the payment: it goes back once under it")
    back.add_argument("--amount", help="a part of it, such as 12.50 (default: all that waits)")
    back.add_argument("--reason", required=True)
    link = _command(commands, "paylink", "incoming:show_pay_link", "where an account or an invoice is paid")
    link.add_argument("target", help="an account (C-001.EUR) or the number of an invoice")
    link.add_argument("--code", metavar="FILE", help="write the code that banking apps read (SVG)")
    _on_a_stack(link, "read-only")
    compare = _command(
        commands, "reconcile", "reconciling:reconcile", "compare the ledger with the processors"
    )
    verbs = compare.add_subparsers(dest="verb", metavar="verb", required=True)
    _verb(verbs, "runs", "the last comparisons", "read-only")
    _verb(verbs, "differences", "what differs and waits", "read-only")
    _verb(verbs, "run", "compare an account now", "finance").add_argument("account", help="as stripe/main")
    settle = _verb(verbs, "acknowledge", "a difference stays as it is", "finance")
    settle.add_argument("difference", help="its id")
    settle.add_argument("--reason", required=True)
    payouts = _command(commands, "payouts", "reconciling:show_payouts", "what processors send to our bank")
    payouts.add_argument("state", nargs="?", choices=("sent", "arrived", "failed", "late"))
    _on_a_stack(payouts, "read-only")


def _verb(verbs: Any, name: str, about: str, person: str) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=about, description=about)
    _on_a_stack(verb, person)
    return verb


def _deciding(commands: Any) -> None:
    for decision in ("approve", "reject"):
        command = _command(commands, decision, "cases:decide", f"{decision} what a case asks for")
        command.add_argument("approval", help="the approval's id")
        command.add_argument("--reason", default="", required=decision == "reject")
        command.set_defaults(decision=decision)
        _on_a_stack(command, "finance")


def _operating(commands: Any) -> None:
    tick = _command(commands, "tick", "operations:tick", "queue the accounts whose turn it is")
    switch = _command(commands, "kill-switch", "operations:kill_switch", "stop all sending, or resume it")
    switch.add_argument("position", choices=("on", "off", "status"))
    switch.add_argument("--reason", default="by the command line")
    dlq = _command(commands, "dlq", "operations:dlq", "what could not be done, and returning it")
    dlq.add_argument("verb", choices=("list", "redrive"))
    dlq.add_argument("queue", nargs="?", default="accounts", help="accounts (default) or deliveries")
    again = _command(
        commands,
        "replay",
        "replaying:replay",
        "apply everything that was received of money once more: on sound books nothing changes",
    )
    for command in (tick, switch, dlq, again):
        _on_a_stack(command, "admin", at_required=command is tick)


def _on_a_stack(command: argparse.ArgumentParser, person: str, *, at_required: bool = False) -> None:
    command.add_argument(
        "--stack", metavar="NAME", help="a stack in AWS; without it, the one on this machine"
    )
    command.add_argument(
        "--as", dest="person", choices=PEOPLE, default=person, help=f"who (default {person})"
    )
    command.add_argument(
        "--at",
        type=_instant,
        required=at_required,
        metavar="TIME",
        help="as of when, such as 2026-03-01T18:00Z",
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("must be a date such as 2026-03-01") from None


def _instant(text: str) -> datetime:
    try:
        return parse_instant(text)
    except InvalidInput as error:
        raise argparse.ArgumentTypeError(error.message) from None


if __name__ == "__main__":
    sys.exit(main())
