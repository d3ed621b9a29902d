"""`receivables replay`: everything that was ever received of money is applied once more. On sound books nothing changes."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console

from receivables_cli.commands.layout import said
from receivables_cli.errors import CommandError
from receivables_cli.target import Target, target

if TYPE_CHECKING:
    from receivables.payments.processors import ProcessorApi
    from receivables.usecases.replay_inbox import Replay


def replay(arguments: Namespace, console: Console) -> None:
    """Walk the inbox, with progress. Raises CommandError when a message could not be applied again."""
    stack = target(arguments.stack)
    now = arguments.at or datetime.now(UTC)
    with console.status("reading what was received") as status:
        done = replayed(stack, now, lambda so_far: status.update(_words(so_far)))
    console.print(said(_words(done), "bold"))
    console.print("nothing changed" if not done.changed else f"[yellow]{done.changed} were booked now[/]")
    for outcome, number in sorted(done.outcomes.items()):
        console.print(f"{number:>8}  {outcome.value.replace('_', ' ')}")
    if done.failed:
        raise CommandError(f"{done.failed} messages failed, among them {', '.join(done.named[:3])}")


def _words(done: Replay) -> str:
    return f"{done.seen} messages, {done.waiting} of them wait for a person or their turn"


def replayed(stack: Target, now: datetime, progress: Callable[[Replay], object] = lambda _: None) -> Replay:
    """Everything in a stack's inbox, once more. What is booked now is recorded at `now`; nobody is told and nothing is asked of
    processors, so that what they only hinted at is left as it is."""
    from receivables.usecases.replay_inbox import Replay, ReplayInbox

    inbox, apply = _composed(stack, now)

    def told(so_far: Replay) -> bool:
        progress(so_far)
        return True

    return ReplayInbox(inbox, apply)(Replay(), told)


def _composed(stack: Target, now: datetime) -> Any:
    from receivables.adapters.dynamodb.hot_directory import HotCustomers
    from receivables.adapters.dynamodb.inbox import DynamoInbox
    from receivables.adapters.dynamodb.ledger import DynamoLedger
    from receivables.adapters.processors.registry import webhooks
    from receivables.usecases.apply_payment import ApplyPayment, Elsewhere
    from receivables.usecases.hear_money import HearMoney
    from receivables.usecases.know_payment import KnowPayment
    from receivables.usecases.payouts import BookPayout

    dynamodb, outputs = stack.client("dynamodb"), stack.outputs
    inbox = DynamoInbox(dynamodb, outputs["InboxTableName"])
    ledger = DynamoLedger(dynamodb, outputs["ReceivablesTableName"], outputs["InboxTableName"])
    customers = HotCustomers(dynamodb, outputs["CustomersTableName"])
    elsewhere = Elsewhere(BookPayout(ledger), _nobody)
    know = KnowPayment(ledger, customers)
    return inbox, ApplyPayment(
        inbox, HearMoney(webhooks, _unasked), know, elsewhere, lambda heard: max(heard, now)
    )


def _nobody(*_: object) -> None:
    """Mandates end once: a replay does not end them."""


def _unasked(processor: str, endpoint: str) -> ProcessorApi:
    """Never called: a replay asks nobody."""
    from receivables.core.errors import NotFound

    raise NotFound("credentials", f"{processor}/{endpoint}")
