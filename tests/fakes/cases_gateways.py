"""What cases need of the outside, in memory. `fail_next` makes the next call fail, before or after it took effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from receivables.cases.ports import BusEvent, Message, WorkflowState
from receivables.core.errors import DependencyFailed


class Lost(DependencyFailed):
    """The answer of a call never came."""


@dataclass
class Flaky:
    """Fails the next call: `before` (nothing happened) or `after` (it happened, its answer was lost)."""

    fail_next: str | None = None

    def _before(self) -> None:
        if self.fail_next == "before":
            self.fail_next = None
            raise Lost("before")

    def _after(self) -> None:
        if self.fail_next == "after":
            self.fail_next = None
            raise Lost("after")


@dataclass
class InMemoryWorkflow(Flaky):
    """Executions by name, and what was sent to tokens. A token is spent by its first use."""

    executions: dict[str, tuple[str, str, datetime]] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    resumed: list[str] = field(default_factory=list)
    given_up: list[tuple[str, str]] = field(default_factory=list)

    def start(self, execution: str, case_id: str, account_id: str, as_of: datetime) -> None:
        self._before()
        self.executions.setdefault(execution, (case_id, account_id, as_of))
        self._after()

    def resume(self, token: str) -> None:
        self._before()
        if token not in self.resumed:
            self.resumed.append(token)
        self._after()

    def give_up(self, token: str, error: str, cause: str) -> None:
        self.given_up.append((token, error))

    def state(self, execution: str) -> WorkflowState:
        if execution not in self.executions:
            return WorkflowState.MISSING
        return WorkflowState.ENDED if execution in self.ended else WorkflowState.RUNNING


@dataclass
class InMemoryTopic(Flaky):
    """The messages that were published."""

    messages: list[Message] = field(default_factory=list)

    def tell(self, message: Message) -> None:
        self._before()
        self.messages.append(message)
        self._after()

    alert = tell

    @property
    def ids(self) -> list[str]:
        return [message.id for message in self.messages]


@dataclass
class InMemoryAgency(Flaky):
    """The files in the drop folder, by name."""

    files: dict[str, bytes] = field(default_factory=dict)

    def deliver(self, name: str, content: bytes, content_type: str) -> str:
        self._before()
        self.files[name] = content
        self._after()
        return f"memory://{name}"


@dataclass
class InMemoryBus:
    """The events that were put; those whose id is in `refuse` are not taken."""

    events: list[BusEvent] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)

    def publish(self, events: Sequence[BusEvent]) -> Sequence[BusEvent]:
        refused = [event for event in events if event.id in self.refuse]
        self.events.extend(event for event in events if event.id not in self.refuse)
        return refused
