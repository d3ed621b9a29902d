"""The use case that applies what was heard of money, composed for tests; and processors that can be asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from receivables.adapters.processors.registry import webhooks
from receivables.core.errors import NotFound
from receivables.payments.events import Fetch, Heard, MoneyEvent
from receivables.payments.processors import Listed
from receivables.usecases.apply_payment import ApplyPayment, Elsewhere
from receivables.usecases.hear_money import HearMoney
from receivables.usecases.know_payment import KnowPayment
from receivables.usecases.payouts import BookPayout


@dataclass
class Asked:
    """A processor's API that answers what a test has laid down, by id."""

    answers: dict[str, Heard | Exception] = field(default_factory=dict)
    needs: list[Fetch] = field(default_factory=list)

    def __call__(self, processor: str, endpoint: str) -> Asked:
        return self

    def fetch(self, need: Fetch, told: MoneyEvent) -> Heard:
        self.needs.append(need)
        answer = self.answers.get(need.id, NotFound("payment", need.id))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def payments(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        return Listed(())

    def payouts(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        return Listed(())


@dataclass
class EndedMandates:
    """Remembers which mandates it was told have ended."""

    told: list[tuple[str, str, str, str]] = field(default_factory=list)

    def __call__(self, processor: str, endpoint: str, mandate_id: str, reason: str, at: datetime) -> None:
        self.told.append((processor, endpoint, mandate_id, reason))


def applying(
    ledger: Any,
    inbox: Any,
    customers: Any,
    recording: Callable[[datetime], datetime] = lambda heard_of: heard_of,
    asked: Any = None,
    mandates: Any = None,
) -> ApplyPayment:
    """With the processors' own readers, and the ledger's payouts."""
    return ApplyPayment(
        inbox,
        HearMoney(webhooks, asked or Asked()),
        KnowPayment(ledger, customers),
        Elsewhere(BookPayout(ledger), mandates or EndedMandates()),
        recording,
    )
