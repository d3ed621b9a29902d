"""A scene of the sample ledger: one customer, and all that happens between it and the company."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from random import Random
from typing import Any, Final, TypeAlias

from receivables.core.money import Money
from receivables_cli.demo.people import invent, lives_in
from receivables_cli.demo.story import Act, Bill, Came, Debtor, Message, Receipt, Rest, Transfer, Visit

_YEAR: Final = 2026
_BANK: Final = "standardwebhooks"


def on(day: str) -> date:
    """A day of the story, as `03-12`."""
    return date.fromisoformat(f"{_YEAR}-{day}")


def at(day: str, hour: int = 11) -> datetime:
    """A time (UTC) on a day of the story."""
    return datetime.combine(on(day), datetime.min.time(), UTC).replace(hour=hour)


def shown(money: Money) -> Mapping[str, str]:
    """Money as the API takes it."""
    return {"amount": f"{money.decimal:f}", "currency": money.currency}


@dataclass(slots=True)
class Scene:
    """One customer, and all that happens between it and the company."""

    debtor: Debtor
    currency: str
    first_number: int
    bills: list[Bill] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    outcomes: dict[tuple[str, str], str] = field(default_factory=dict)
    by_script: bool = False
    messages: list[Message] = field(default_factory=list)
    came: list[Came] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    rests: list[Rest] = field(default_factory=list)

    @property
    def account(self) -> str:
        return f"{self.debtor.id}.{self.currency}"

    def money(self, amount: str) -> Money:
        return Money.parse(amount, self.currency)

    def bill(self, issued: str, amount: str, due: str | None = None, tax: str | None = None) -> Bill:
        """An invoice; without a due date the customer's terms give it."""
        number = f"INV-{self.first_number + len(self.bills)}"
        due_date, of_it = on(due) if due else None, self.money(tax) if tax else None
        bill = Bill(number, self.debtor.id, self.money(amount), on(issued), due_date, of_it)
        self.bills.append(bill)
        return bill

    def pays(self, bill: Bill, day: str, amount: str, *, by: str = _BANK, told: str | None = None) -> Receipt:
        """Money for an invoice, at eleven in the morning; with `told` the bank tells of it on that later day."""
        count = sum(receipt.reference == bill.number for receipt in self.receipts) + 1
        receipt = Receipt(
            id=f"{bill.number}-{count}",
            processor=by,
            amount=self.money(amount),
            at=at(day),
            reference=bill.number,
            payer=self.debtor.name,
            told_at=at(told) if told else None,
        )
        self.receipts.append(receipt)
        return receipt

    def act(self, day: str, path: str, body: Mapping[str, Any], **more: Any) -> None:
        """What finance does."""
        self.acts.append(Act(on(day), path, body, **more))

    def arranges(self, day: str, kind: str, path: str, body: Mapping[str, Any], ends: str) -> None:
        """A promise, plan or dispute, and how it is to end; later acts have it as `{customer}`."""
        self.act(day, path, {"channel": "phone", **body}, name=self.debtor.id)
        self.outcomes[self.account, kind] = ends

    def tells(
        self, processor: str, when: datetime, *documents: Mapping[str, Any], lost: bool = False
    ) -> None:
        """A processor tells of something, by one webhook for each document; or - `lost` - its webhooks do not get through."""
        self.messages += [Message(processor, when, document, lost) for document in documents]

    def comes(self, key: str, amount: str, *, back: str = "0") -> None:
        """What is to be booked of it: once, under that key; and how much of it goes back for good."""
        self.came.append(Came(key, self.money(amount), self.money(back)))

    def transfers_to_us(self, day: str, amount: str, text: str, *bills: Bill, **more: Any) -> None:
        """A bank transfer on our statement; `bills` are what the payer meant."""
        payer = more.pop("payer", self.debtor.name)
        numbers = tuple(bill.number for bill in bills)
        account = self.account if bills else None
        self.transfers.append(Transfer(on(day), self.money(amount), payer, text, account, numbers, **more))


Play: TypeAlias = tuple[str, Mapping[str, Any] | None, Callable[[Scene], None]]
"""The country of a customer, its terms, and what happens."""


def played(plays: Iterable[Play], random: Random, first_serial: int, first_number: int) -> list[Scene]:
    """The scenes; their customers are numbered from `first_serial`, their invoices from `first_number`."""
    scenes, number = list[Scene](), first_number
    for serial, (country, rules, play) in enumerate(plays, start=first_serial):
        debtor = invent(random, f"C-{serial:03d}", country, serial)
        debtor = replace(debtor, terms_id=rules["id"] if rules else None)
        scene = Scene(debtor, lives_in(country)[3], number)
        play(scene)
        number += len(scene.bills)
        scenes.append(scene)
    return scenes
