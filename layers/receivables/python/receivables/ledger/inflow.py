"""Inflow: money on its way to receivables. What pays nothing stays credit, from when it is free on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from receivables.core.clock import format_instant
from receivables.core.ids import derived_id
from receivables.core.money import Money
from receivables.ledger.credits import Credit, CreditSource
from receivables.ledger.entries import EntryKind, LedgerName
from receivables.ledger.journal import Journal
from receivables.ledger.posting import CreditChange
from receivables.ledger.sheet import Sheet
from receivables.ledger.timing import fit


@dataclass(frozen=True, slots=True)
class Coin:
    """So much money that is free from an instant on, as the credit of that id."""

    id: str
    at: datetime
    minor: int


class Inflow:
    """Coins, and what becomes of them. `name` makes the ids of credits that arise; `kind` is that of the moves."""

    def __init__(self, sheet: Sheet, journal: Journal, kind: EntryKind, name: tuple[str, ...]) -> None:
        self._sheet, self._journal, self._kind, self._name = sheet, journal, kind, name
        self._coins: list[Coin] = []

    def fresh(self, at: datetime, minor: int) -> None:
        """Money comes in at an instant; what balances it is posted elsewhere."""
        if minor:
            coin = Coin(self._id(at), at, minor)
            self._journal.post(at, LedgerName.UNAPPLIED, -minor, coin.id)
            self._coins.append(coin)

    def known(self, credit: Credit) -> None:
        """Money that is credit already."""
        self._coins.append(Coin(credit.id, credit.effective_at, credit.balance.minor))

    @property
    def rest(self) -> int:
        """Minor units that pay nothing so far."""
        return sum(coin.minor for coin in self._coins)

    @property
    def coins(self) -> tuple[Coin, ...]:
        return tuple(self._coins)

    def pay(self, number: str, most: int | None = None) -> int:
        """Let money pay a receivable, as far as it is owed (and at most so much); how much of it does in the end."""
        paid, free = 0, []
        for coin in self._coins:
            put = coin.minor if most is None else min(coin.minor, most - paid)
            if put <= 0:
                free.append(coin)
                continue
            on, left = self._put(number, replace(coin, minor=put))
            paid += on
            free += left
            if coin.minor > put:
                free.append(replace(coin, minor=coin.minor - put))
        self._coins = _joined(free)
        return paid

    def spend(
        self, minor: int, ledger: LedgerName, journal: Journal, item: str | None = None
    ) -> tuple[Coin, ...]:
        """Use free money, the one that came free last first, for something that is no open receivable: so much of it goes to a
        ledger account, in entries of `journal`, from when it is free. Returns what was used."""
        used: list[Coin] = []
        for coin in sorted(self._coins, key=lambda coin: coin.at, reverse=True):
            take = min(coin.minor, minor)
            if take:
                minor -= take
                journal.post(coin.at, LedgerName.UNAPPLIED, take, coin.id)
                journal.post(coin.at, ledger, -take, item)
                used.append(replace(coin, minor=take))
        spent = {coin.id: coin.minor for coin in used}
        left = (replace(coin, minor=coin.minor - spent.get(coin.id, 0)) for coin in self._coins)
        self._coins = [coin for coin in left if coin.minor]
        return tuple(used)

    def left_over(
        self, currency: str, source: CreditSource, key: str, existing: Iterable[Credit] = ()
    ) -> tuple[CreditChange, ...]:
        """What remains as credit, and what was credit before and is not, or less, now."""
        before = {credit.id: credit for credit in existing}
        changes = [
            _changed(
                before.pop(coin.id, None),
                coin,
                Credit(coin.id, Money(coin.minor, currency), coin.at, source, key),
            )
            for coin in self._coins
        ]
        return (*changes, *(CreditChange(credit, None) for credit in before.values()))

    def _put(self, number: str, coin: Coin) -> tuple[int, list[Coin]]:
        """Put a coin on a receivable: what of it counts there in the end, and what is free, from when on."""
        free = [coin]
        for at, minor in fit(self._sheet.item(number), coin.at, coin.minor):
            kind = self._kind if at == coin.at else EntryKind.ALLOCATION
            self._sheet.move(number, at, -minor, kind)
            self._journal.post(at, LedgerName.RECEIVABLE, -minor, number)
            if minor > 0:
                self._take(free, at, minor)
            else:
                free.append(Coin(self._id(at), at, -minor))
                self._journal.post(at, LedgerName.UNAPPLIED, minor, free[-1].id)
        return coin.minor - sum(each.minor for each in free), [each for each in free if each.minor]

    def _take(self, free: list[Coin], at: datetime, minor: int) -> None:
        """What was free latest is used first."""
        for place in reversed(range(len(free))):
            coin = free[place]
            take = min(coin.minor, minor)
            if take:
                self._journal.post(at, LedgerName.UNAPPLIED, take, coin.id)
            free[place] = replace(coin, minor=coin.minor - take)
            minor -= take

    def _id(self, at: datetime) -> str:
        return derived_id("crd", *self._name, format_instant(at))


def _joined(coins: list[Coin]) -> list[Coin]:
    """Coins of the same credit are one."""
    joined: dict[str, Coin] = {}
    for coin in coins:
        known = joined.get(coin.id)
        joined[coin.id] = replace(coin, minor=coin.minor + known.minor) if known else coin
    return list(joined.values())


def _changed(before: Credit | None, coin: Coin, fresh: Credit) -> CreditChange:
    if before is None:
        return CreditChange(None, fresh)
    return CreditChange(
        before, replace(before, balance=Money(coin.minor, before.balance.currency), rev=before.rev + 1)
    )
