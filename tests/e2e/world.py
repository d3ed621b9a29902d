"""The world around a deployed stack: customers, processors, finance, and the clock that says what time it is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from receivables.core.clock import format_instant
from receivables.core.money import Money
from receivables_cli.api import Api, ApiProblem
from receivables_cli.demo.rest import Watch, wait_until
from receivables_cli.demo.story import Receipt
from receivables_cli.demo.webhooks import Webhook, webhook
from receivables_local.deploy import Stack
from receivables_local.mailbox import Mail, mailbox

T = TypeVar("T")


def at(day: str, clock: str = "18:00") -> datetime:
    """An instant (UTC) of a day."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC)


class World:
    """What people and systems do around one stack. Each test has customers of its own."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.watch = Watch(stack.engine.client, stack.outputs)
        self._people: dict[str, Api] = {}
        self._numbers = count(1)

    def client(self, service: str) -> Any:
        return self.stack.engine.client(service)

    def api(self, person: str, as_of: datetime | None = None) -> Api:
        """The API as one person, whose token is made once."""
        if person not in self._people:
            self._people[person] = Api(self.stack.api_url, self.stack.tokens(person))
        return self._people[person].at(as_of)

    def customer(self, as_of: datetime, **about: Any) -> str:
        """A new customer who can be reached by e-mail; the id."""
        number = next(self._numbers)
        known = {"name": f"Customer {number}", "email": f"customer-{number}@example.com", "timezone": "UTC"}
        return str(self.api("finance", as_of).post("/customers", known | about)["id"])

    def invoice(
        self, customer_id: str, issued: str, due: str, amount: str = "100.00", currency: str = "EUR"
    ) -> str:
        """A new invoice; its number."""
        number = f"E2E-{next(self._numbers)}"
        body = {
            "number": number,
            "customer_id": customer_id,
            "amount": {"amount": amount, "currency": currency},
            "issue_date": issued,
            "due_date": due,
        }
        self.api("finance", at(issued, "06:00")).post("/invoices", body)
        return number

    def receipt(
        self, reference: str | None, when: datetime, amount: str = "100.00", processor: str = "stripe"
    ) -> Receipt:
        """Money in euro that somebody pays."""
        name = f"pay-{next(self._numbers)}"
        return Receipt(name, processor, Money.parse(amount, "EUR"), when, reference, "A payer")

    def signed(self, receipt: Receipt) -> Webhook:
        """The receipt's webhook, signed now."""
        secret = self.stack.webhook_secret(receipt.processor)
        return webhook(receipt, secret, datetime.now(UTC))

    def deliver(self, hook: Webhook, when: datetime | None = None) -> int:
        """Send a webhook as the processor does; the status of the answer."""
        try:
            Api(self.stack.api_url, None, when).send(hook.path, hook.body, hook.headers)
        except ApiProblem as problem:
            return problem.status
        return 200

    def pay(self, receipt: Receipt) -> None:
        """Deliver the receipt and wait until it has been booked."""
        assert self.deliver(self.signed(receipt), receipt.at) == 200
        wait_until(self.watch.inbox_is_empty, "the inbox")

    def tick(self, as_of: datetime) -> Mapping[str, Any]:
        """The schedule's tick, and all that follows from it."""
        done = self.stack.invoke("nominate", {"time": format_instant(as_of)})
        self.settle()
        return dict(done)

    def settle(self) -> None:
        """Wait until queue and cases have come to rest."""
        wait_until(self.watch.queue_is_empty, "the queue of accounts")
        wait_until(self.watch.cases_rest, "the cases")

    def days(self, first: str, last: str) -> None:
        """A tick on the evening of each day, both included."""
        day, end = date.fromisoformat(first), date.fromisoformat(last)
        while day <= end:
            self.tick(at(day.isoformat()))
            day += timedelta(days=1)

    def account(self, customer_id: str, currency: str = "EUR") -> Mapping[str, Any]:
        """The account's statement."""
        return dict(self.api("read-only").get(f"/accounts/{customer_id}.{currency}"))

    def mails(self, customer_id: str) -> list[Mail]:
        """What the customer was sent, oldest first."""
        address = self.api("read-only").get(f"/customers/{customer_id}")["email"]
        return [mail for mail in mailbox(self.stack.engine) if address in mail.to]

    def steps(self, customer_id: str, currency: str = "EUR") -> list[str]:
        """The steps of the notices that the customer has had, oldest first."""
        facts = list(self.api("read-only").listed(f"/accounts/{customer_id}.{currency}/timeline"))
        return [fact["step_key"] for fact in reversed(facts) if fact["kind"] == "notice"]

    def dead(self, queue: str) -> int:
        """Messages in a dead-letter queue."""
        answer = self.client("sqs").get_queue_attributes(
            QueueUrl=self.stack.outputs[f"{queue}DeadLettersUrl"],
            AttributeNames=["ApproximateNumberOfMessages"],
        )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def eventually(found: Callable[[], T | None], what: str, seconds: float = 30.0) -> T:
    """Ask until there is an answer; fails naming `what`."""
    until = time.monotonic() + seconds
    while (answer := found()) is None:
        assert time.monotonic() < until, f"{what} did not happen within {seconds:.0f} s"
        time.sleep(0.05)
    return answer


class BusListener:
    """Hears what is published on the stack's event bus, by a queue and a rule of its own."""

    def __init__(self, world: World) -> None:
        self._sqs = world.client("sqs")
        self._queue = self._sqs.create_queue(QueueName="e2e-listener")["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        bus, events = world.stack.outputs["EventBusName"], world.client("events")
        events.put_rule(
            Name="e2e-listener", EventBusName=bus, EventPattern=json.dumps({"source": [{"prefix": ""}]})
        )
        target = {"Id": "listener", "Arn": attributes["Attributes"]["QueueArn"]}
        events.put_targets(Rule="e2e-listener", EventBusName=bus, Targets=[target])
        self._heard: list[dict[str, Any]] = []

    def hear(self, detail_type: str, account_id: str) -> Mapping[str, Any] | None:
        """The first event of that type about that account, if there has been one."""
        while messages := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                self._heard.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return next(
            (
                event
                for event in self._heard
                if event["detail-type"] == detail_type and event["detail"].get("account_id") == account_id
            ),
            None,
        )
