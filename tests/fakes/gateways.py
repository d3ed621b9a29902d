"""Message gateways, the kill switch and the queue of accounts, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from receivables.core.errors import DependencyFailed
from receivables.notices.ports import Email, Sms


@dataclass
class Outbox:
    """Keeps what was sent. `answers` are raised, in turn, instead of sending; `lost` ones are raised after it."""

    answers: list[DependencyFailed | None] = field(default_factory=list)
    lost: list[DependencyFailed] = field(default_factory=list)
    asked: int = 0

    def _through(self) -> None:
        self.asked += 1
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer


@dataclass
class InMemoryEmails(Outbox):
    sent: list[Email] = field(default_factory=list)

    def send(self, email: Email) -> str:
        self._through()
        self.sent.append(email)
        if self.lost:
            raise self.lost.pop(0)
        return f"mail-{len(self.sent)}"


@dataclass
class InMemoryTexts(Outbox):
    sent: list[Sms] = field(default_factory=list)

    def send(self, sms: Sms) -> str:
        self._through()
        self.sent.append(sms)
        if self.lost:
            raise self.lost.pop(0)
        return f"text-{len(self.sent)}"


@dataclass
class InMemoryKillSwitch:
    """Engaged from the `after`-th reading on (0: from the first), or when set; `broken` cannot be read."""

    on: bool = False
    after: int | None = None
    broken: bool = False
    readings: int = 0

    def engaged(self) -> bool:
        if self.broken:
            raise DependencyFailed("configuration: InternalServerError")
        self.readings += 1
        return self.on or (self.after is not None and self.readings > self.after)


@dataclass
class InMemoryAccountQueue:
    """Messages as (account id, as_of), in batches as they were put."""

    batches: list[list[tuple[str, datetime]]] = field(default_factory=list)

    def put(self, account_ids: Sequence[str], as_of: datetime) -> None:
        self.batches.append([(account_id, as_of) for account_id in account_ids])

    @property
    def messages(self) -> list[tuple[str, datetime]]:
        return [message for batch in self.batches for message in batch]
