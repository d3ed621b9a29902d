"""What becomes of late charges: once a week finance claims those that wait, or waives them; and customers pay, mostly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from receivables.core.money import Money
from receivables_cli.api import Api
from receivables_cli.demo.story import Receipt, Story
from receivables_cli.demo.terms import AT_ONCE

_WAIVED: Final = 0.3
_PAID: Final = 0.8
_PAID_AFTER_REMINDERS: Final = 0.1
_NOT_WORTH_IT: Final = "not worth a case"
_PATIENCE: Final = timedelta(days=19)
"""After that time finance lets go of what is not paid: nobody opens a case for the sum."""
_WHY_WAIVED: Final = ("a good customer", "the first time in years", "agreed with sales")


class ChargeDesk:
    """Decides by a seed: the same charges get the same answer."""

    def __init__(self, api: Api, story: Story, seed: int) -> None:
        self._api, self._seed, self._by_script, self._last = api, seed, story.by_script, story.last
        self._asked = accounts_charged_at_once(story)
        self._seen: set[str] = set()
        self._hopeless: list[tuple[datetime, Mapping[str, Any]]] = []

    def go_through(self, at: datetime) -> tuple[Receipt, ...]:
        """Decide what waits for a decision; the payments that customers will make for what they are asked for."""
        api = self._api.at(at)
        self._let_go(api, at)
        waiting = [c for c in api.listed("/charges", state="unclaimed") if self._is_mine(c)]
        asked = [charge for charge in _in_order(waiting) if self._claims(api, charge)]
        for account in self._asked:
            asked += _in_order(c for c in api.listed("/charges", account_id=account) if self._is_news(c))
        self._seen.update(charge["number"] for charge in asked)
        return tuple(self._payments(asked, at))

    def _is_mine(self, charge: Mapping[str, Any]) -> bool:
        return charge["account_id"] not in self._by_script

    def _is_news(self, charge: Mapping[str, Any]) -> bool:
        owed = Money.parse(**charge["balance"])
        return bool(charge["claimed"] and owed and charge["number"] not in self._seen)

    def _claims(self, api: Api, charge: Mapping[str, Any]) -> bool:
        """Claim it or waive it: all charges for an invoice alike."""
        random = self._random(charge["invoice"])
        if random.random() < _WAIVED:
            _waive(api, charge, random.choice(_WHY_WAIVED))
            return False
        api.post(f"{charge['self']}/claim", {"reason": "as the terms say"})
        return True

    def _payments(self, asked: Iterable[Mapping[str, Any]], at: datetime) -> Iterator[Receipt]:
        for charge in asked:
            number, owed = charge["number"], Money.parse(**charge["balance"])
            days = _days_to_pay(self._random(number))
            if days is None:
                self._hopeless.append((at, charge))
            elif (day := at + timedelta(days=days)).date() <= self._last:
                yield Receipt(f"{number}-1", "standardwebhooks", owed, day, number, charge["account_id"])

    def _let_go(self, api: Api, at: datetime) -> None:
        given_up = [charge for since, charge in self._hopeless if at - since > _PATIENCE]
        self._hopeless = [each for each in self._hopeless if at - each[0] <= _PATIENCE]
        for charge in given_up:
            _waive(api, charge, _NOT_WORTH_IT)

    def _random(self, number: str) -> Random:
        return Random(f"{self._seed}/{number}")  # noqa: S311 - a story, not a secret


def _waive(api: Api, charge: Mapping[str, Any], reason: str) -> None:
    api.post(f"{charge['self']}/waiver", {"id": f"waiver-{charge['number']}", "reason": reason})


def _days_to_pay(random: Random) -> int | None:
    """Soon, after some reminders, or never (None)."""
    mood = random.random()
    if mood < _PAID:
        return random.randint(2, 6)
    return random.randint(12, 20) if mood < _PAID + _PAID_AFTER_REMINDERS else None


def accounts_charged_at_once(story: Story) -> tuple[str, ...]:
    """Accounts whose charges nobody has to claim."""
    debtors = {debtor.id for debtor in story.debtors if debtor.terms_id in AT_ONCE}
    return tuple(
        sorted({f"{b.customer_id}.{b.amount.currency}" for b in story.bills if b.customer_id in debtors})
    )


def _in_order(charges: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(charges, key=lambda charge: str(charge["number"]))
