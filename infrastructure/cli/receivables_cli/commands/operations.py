"""`receivables tick`, `kill-switch`, `dlq`: keep it going, stop it, and bring back what fell out."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from receivables.core.clock import format_instant
from receivables_cli.errors import CommandError
from receivables_cli.target import Target, target

_DEAD: Final = "DeadLettersUrl"
_RETURNS_TO: Final = {"Accounts": "AccountsQueueUrl", "Deliveries": "DeliveriesQueueUrl"}
"""The other queues hold descriptions of what failed; the daily sweep finds the work itself and does it again."""


def tick(arguments: Namespace, console: Console) -> None:
    """Invoke nominate as the schedule does."""
    stack = target(arguments.stack)
    done = invoke(stack, "NominateFunctionName", {"time": format_instant(arguments.at)})
    if done["halted"]:
        console.print("nothing queued: the kill switch is engaged")
    else:
        console.print(f"{done['nominated']} accounts queued as of {arguments.at:%Y-%m-%d %H:%M} UTC")


def invoke(stack: Target, output: str, event: object) -> Any:
    """Call a function of the stack and wait for its answer. Raises CommandError with the type of what it raised."""
    answer = stack.client("lambda").invoke(
        FunctionName=stack.outputs[output], Payload=json.dumps(event).encode()
    )
    reply = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError"):
        raise CommandError(f"{output.removesuffix('FunctionName')} failed: {reply.get('errorType')}")
    return reply


def kill_switch(arguments: Namespace, console: Console) -> None:
    """Show or move the switch that stops all sending."""
    api = target(arguments.stack).api("admin", arguments.at)
    if arguments.position == "status":
        now = api.get("/kill-switch")
    else:
        body = {"engaged": arguments.position == "on", "reason": arguments.reason}
        now = api.put("/kill-switch", body)
    state = "[bold red]engaged: nothing is sent[/]" if now["engaged"] else "released: notices are sent"
    who = f" ({escape(now['by'] or '')}: {escape(now['reason'])})" if now["by"] else ""
    console.print(state + who)


def dlq(arguments: Namespace, console: Console) -> None:
    """List the dead-letter queues, or return messages to where they came from."""
    stack = target(arguments.stack)
    if arguments.verb == "list":
        console.print(_queues(stack))
        return
    queue = arguments.queue.capitalize()
    if queue not in _RETURNS_TO:
        raise CommandError(f"messages return only to {' and '.join(n.lower() for n in _RETURNS_TO)}")
    returned = redrive(stack, queue)
    console.print(f"{returned} messages returned: each is checked anew before anything is done")


def redrive(stack: Target, queue: str) -> int:
    """Return every message of a dead-letter queue to where it came from; how many there were.

    Sent before it is deleted: a crash in between makes a message come twice, which is harmless.
    """
    source, dead = stack.outputs[_RETURNS_TO[queue]], stack.outputs[queue + _DEAD]
    sqs, returned = stack.client("sqs"), 0
    for message in _received(sqs, dead):
        sqs.send_message(QueueUrl=source, MessageBody=message["Body"])
        sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
        returned += 1
    return returned


def _queues(stack: Target) -> Table:
    table = Table("queue", "messages", "what is in it", box=None)
    for name, url in sorted(stack.outputs.items()):
        if name.endswith(_DEAD):
            wanted = ["ApproximateNumberOfMessages"]
            answer = stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=wanted)
            queue = name.removesuffix(_DEAD)
            holds = "messages, can be returned" if queue in _RETURNS_TO else "descriptions of failed batches"
            table.add_row(queue.lower(), answer["Attributes"]["ApproximateNumberOfMessages"], holds)
    return table


def _received(sqs: Any, url: str) -> Iterator[Mapping[str, Any]]:
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        yield from messages
