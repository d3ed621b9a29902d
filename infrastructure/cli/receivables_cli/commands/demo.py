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
from receivables_cli.commands.replaying import replayed
from receivables_cli.demo.books import Books, read_books
from receivables_cli.demo.cash import CashDesk
from receivables_cli.demo.charges import ChargeDesk
from receivables_cli.demo.checks import Check, check, nightly
from receivables_cli.demo.checks_money import check_lists, check_money, check_replay
from receivables_cli.demo.payers import Payers
from receivables_cli.demo.person import FinancePerson
from receivables_cli.demo.play import Counts, Player, Stage
from receivables_cli.demo.read import read_story
from receivables_cli.demo.rest import Watch
from receivables_cli.demo.sample import sample_story
from receivables_cli.demo.setting_up import give_credentials, set_up, wind_up
from receivables_cli.demo.stand_in import standing_in
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
    cash = CashDesk(stack.api("finance"), story, lambda at: _invoke(stack, "match_payments", at))
    counts = _play(console, stack, story, arguments.seed, cash)
    books = read_books(stack.client, stack.outputs)
    checks = _checks(stack, story.with_receipts(tuple(counts.unforeseen)), counts, books)
    if cash.counts.files:
        checks.append(Check("the same statement again adds nothing", tuple(cash.counts.unexpected)))
    console.print()
    show_summary(console, books, counts, checks, cash.counts)
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


def _checks(stack: LocalStack, story: Story, counts: Counts, books: Books) -> list[Check]:
    """Everything that must hold. The replay is the last: it is to change nothing."""
    mailed = Counter(mail.tags.get("notice_id", "") for mail in mailbox(stack.engine))
    night = datetime.combine(counts.day, _NIGHT, UTC)
    api = stack.api("read-only", night)
    inbox = [message for state in ("received", "parked") for message in api.listed("/inbox", state=state)]
    found = [*check(books, story, mailed), *check_money(books, story, inbox)]
    if any(message.lost for message in story.messages):
        differing = api.listed("/reconciliation-differences")
        found.append(check_lists(story, differing, api.listed("/reconciliations")))
    again = replayed(stack, night)
    after = read_books(stack.client, stack.outputs)
    _invoke(stack, "check_ledger", night, scope="full")
    return [
        *found,
        check_replay(books, after, again.changed, again.failed, again.seen),
        *nightly(api.get("/trial-balance")),
    ]


def _invoke(stack: LocalStack, function: str, at: datetime, **more: str) -> Any:
    """Call a function as its schedule does."""
    return stack.stack.invoke(function, {"time": format_instant(at), **more})


def _play(console: Console, stack: LocalStack, story: Story, seed: int, cash: CashDesk) -> Counts:
    admin = stack.api("admin", datetime.combine(story.first, time(), UTC))
    set_up(admin, story)
    with standing_in(story) as stand_in:
        if story.statements:
            give_credentials(stack.client("secretsmanager"), stand_in.url)
        stage = Stage(
            api=stack.api("finance"),
            finance=FinancePerson(stack.api("finance-2"), seed),
            watch=Watch(stack.client, stack.outputs),
            tick=lambda at: int(_invoke(stack, "nominate", at)["nominated"]),
            secret=lambda processor: stack.stack.webhook_secret(processor, "main"),
            desk=ChargeDesk(stack.api("finance"), story, seed),
            cash=cash,
            payers=Payers(stack.api("read-only"), stand_in),
            reconcile=lambda at: _invoke(stack, "reconcile_payments", at, scope="full"),
        )
        counts = _played(console, stage, story)
    if story.statements:
        wind_up(admin)
    return counts


def _played(console: Console, stage: Stage, story: Story) -> Counts:
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
