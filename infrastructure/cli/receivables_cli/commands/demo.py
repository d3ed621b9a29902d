"""`receivables demo`: a ledger collected from the deployed template to paid or escalated invoices."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from receivables.core.clock import format_instant
from receivables.core.errors import InvalidFields
from receivables_cli.commands.machine import start, where_to_look
from receivables_cli.demo.books import read_books
from receivables_cli.demo.charges import ChargeDesk
from receivables_cli.demo.checks import check, nightly
from receivables_cli.demo.person import FinancePerson
from receivables_cli.demo.play import Counts, Player, Stage
from receivables_cli.demo.read import read_story
from receivables_cli.demo.rest import Watch
from receivables_cli.demo.sample import sample_story
from receivables_cli.demo.story import Story
from receivables_cli.demo.summary import show_summary
from receivables_cli.errors import CommandError
from receivables_cli.target import LocalStack
from receivables_local.mailbox import mailbox

_NIGHT: Final = time(23, 0)
_LINE_EVERY: Final = 20
"""Days between two lines of progress where there is no terminal to show a bar on."""


def demo(arguments: Namespace, console: Console) -> None:
    """Start afresh, play, show what became of it. Raises CommandError, also when a check does not hold."""
    started = datetime.now(UTC)
    story = _story(arguments)
    console.print(
        f"[bold]{escape(story.title)}[/]: {len(story.bills)} invoices of {len(story.debtors)} customers, "
        f"{story.first} to {story.last}"
    )
    for remark in story.remarks:
        console.print(f"[yellow]left out[/] {escape(remark)}")
    start(console, {})
    stack = LocalStack()
    counts = _play(console, stack, story, arguments.seed)
    books = read_books(stack.client, stack.outputs)
    mailed = Counter(mail.tags.get("notice_id", "") for mail in mailbox(stack.engine))
    checks = [
        *check(books, story.with_receipts(tuple(counts.unforeseen)), mailed),
        *nightly(_nightly_check(stack, counts)),
    ]
    console.print()
    show_summary(console, books, counts, checks)
    console.print()
    where_to_look(console, stack.stack, _worth_a_look(story))
    took = datetime.now(UTC) - started
    console.print(f"took {took.total_seconds():.0f} s; the stack keeps running, its time is {counts.day}")
    if not all(each.holds for each in checks):
        raise CommandError("a check does not hold")


def _story(arguments: Namespace) -> Story:
    if arguments.data is None:
        return sample_story(arguments.seed)
    file = Path(arguments.data)
    try:
        return read_story(
            file.read_bytes(),
            file.name,
            currency=arguments.currency,
            order=arguments.date_format,
            seed=arguments.seed,
        )
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error
    except InvalidFields as error:
        raise CommandError(f"{file}: {error}") from error


def _worth_a_look(story: Story) -> str:
    """An account on which something was agreed, if there is one."""
    first = story.bills[0]
    return next((account for account, _ in story.outcomes), f"{first.customer_id}.{first.amount.currency}")


def _nightly_check(stack: LocalStack, counts: Counts) -> Any:
    """Work out every balance anew, as is done every night; what was found."""
    night = datetime.combine(counts.day, _NIGHT, UTC)
    stack.stack.invoke("check_ledger", {"time": format_instant(night), "scope": "full"})
    return stack.api("read-only", night).get("/trial-balance")


def _play(console: Console, stack: LocalStack, story: Story, seed: int) -> Counts:
    local = stack.stack
    for terms in story.terms:
        stack.api("admin", datetime.combine(story.first, time(), UTC)).post("/terms", terms)

    def tick(at: datetime) -> int:
        return int(local.invoke("nominate", {"time": format_instant(at)})["nominated"])

    stage = Stage(
        api=stack.api("finance"),
        finance=FinancePerson(stack.api("finance-2"), seed),
        watch=Watch(stack.client, stack.outputs),
        tick=tick,
        secret=lambda processor: local.webhook_secret(processor, "main"),
        desk=ChargeDesk(stack.api("finance"), story, seed),
    )
    columns = (
        TextColumn("{task.fields[day]}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("days  {task.fields[counts]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", day=story.first, counts="")

        def show(counts: Counts) -> None:
            if not console.is_terminal and counts.days % _LINE_EVERY == 0:
                console.print(f"{counts.day}  {_words(counts)}")
            progress.update(task, advance=1, day=counts.day, counts=_words(counts))

        player = Player(stage, story, show)
        progress.update(task, total=len(player.days))
        return player.play()


def _words(counts: Counts) -> str:
    return f"{counts.invoices} invoices  {counts.webhooks} payments  {counts.nominated} worked  {counts.cases} cases"
