"""`receivables local` and `mailbox`: the stack on this machine, and what it has sent."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from receivables_cli.errors import CommandError
from receivables_cli.target import LocalStack
from receivables_local.deploy import Stack
from receivables_local.mailbox import Mail, mailbox, text_messages


def local(arguments: Namespace, console: Console) -> None:
    """Start, stop or look at the stack on this machine."""
    from receivables_cli.local import engine

    if arguments.verb == "down":
        engine().stop()
        console.print("stopped; what it held is gone")
    elif arguments.verb == "status":
        status = engine().status()
        console.print(f"running at {status.url}" if status.running else "not running")
        if status.running:
            where_to_look(console, LocalStack().stack)
    else:
        where_to_look(console, start(console, {"TickState": "ENABLED" if arguments.tick else "DISABLED"}))


def start(console: Console, parameters: dict[str, str]) -> Stack:
    """Start the embedded AWS afresh and deploy to it, saying what is being done."""
    from receivables_cli.local import up

    with console.status("starting the embedded AWS") as status:
        return up(parameters, lambda step: status.update(escape(step)))


def where_to_look(console: Console, stack: Stack, account: str = "CUSTOMER.CURRENCY") -> None:
    """Addresses and the commands that show more."""
    command = sys.argv[0] if sys.argv[0].endswith("receivables") else "receivables"
    lines = {
        "API": stack.api_url,
        "token": f"{command} token finance   (also admin, finance-2, read-only)",
        "mailbox": f"{command} mailbox   (--html FILE writes a message as its reader sees it)",
        "cases": f"{command} cases",
        "account": f"{command} account {account}",
        "stop": f"{command} local down",
    }
    for name, value in lines.items():
        console.print(f"{name:10} {escape(value)}", soft_wrap=True)


def token(arguments: Namespace, console: Console) -> None:
    """Print a token for the API, and nothing else."""
    console.print(LocalStack().stack.tokens(arguments.person), soft_wrap=True, highlight=False)


def show_mailbox(arguments: Namespace, console: Console) -> None:
    """List what was sent, newest last; with `--html` write one message to a file."""
    engine = LocalStack().engine
    wanted = (arguments.to or "").lower()
    mails = [mail for mail in mailbox(engine) if wanted in ", ".join(mail.to).lower()]
    if arguments.html:
        _write(mails[-arguments.number :][:1], Path(arguments.html), console)
        return
    table = Table("n", "to", "subject", box=None)
    for number, mail in list(enumerate(reversed(mails), start=1))[: arguments.last][::-1]:
        table.add_row(str(number), escape(", ".join(mail.to)), escape(mail.subject))
    console.print(table)
    texts = [text for text in text_messages(engine) if wanted in text.to]
    console.print(f"{len(mails)} e-mails, {len(texts)} text messages; n counts from the newest")


def _write(mails: list[Mail], file: Path, console: Console) -> None:
    if not mails:
        raise CommandError("there is no such message")
    file.write_text(mails[0].html, encoding="utf-8")
    console.print(f"written to {escape(str(file))}")
