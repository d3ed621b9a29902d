"""How money that names no invoice finds its place: statements of our bank are imported, what waits is matched, and a person in
finance decides what is proposed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from receivables.core.money import Money
from receivables_cli.api import Api, ApiProblem
from receivables_cli.commands.banking import import_file
from receivables_cli.commands.incoming import in_path
from receivables_cli.demo.statement_file import camt
from receivables_cli.demo.story import Statement, Story
from receivables_cli.demo.webhooks import payment_key
from receivables_cli.errors import CommandError

BANK_ACCOUNT: Final = "house"
_LOOKS: Final = 5
_CONFLICT: Final = 409


@dataclass(frozen=True, slots=True)
class Meant:
    """What a payer means: invoices of an account."""

    account_id: str
    invoices: tuple[str, ...]


@dataclass(slots=True)
class CashCounts:
    """What became of files and of what was proposed."""

    files: int = 0
    lines: int = 0
    new: int = 0
    confirmed: int = 0
    placed: int = 0
    returned: int = 0
    unexpected: list[str] = field(default_factory=list)


class CashDesk:
    """The person: knows - by asking, as people do - what payers mean, and confirms, corrects or returns."""

    def __init__(self, api: Api, story: Story, match: Callable[[datetime], object]) -> None:
        self._api, self._match = api, match
        self._meant = dict(_meant(story))
        self.counts = CashCounts()

    def receive(self, statement: Statement, at: datetime) -> None:
        """Import a file of our bank. Raises CommandError when it is not taken as it is."""
        job = import_file(self._api.at(at), BANK_ACCOUNT, camt(statement), {})
        if job["state"] != "done":
            raise CommandError(f"statement {statement.reference}: {job['field']} {job['reason']}")
        self.counts.files += 1
        self.counts.lines += job["tally"]["lines"]
        self.counts.new += job["tally"]["new"]
        if statement.repeats and job["tally"]["new"]:
            self.counts.unexpected.append(
                f"statement {statement.reference} again: {job['tally']['new']} new lines"
            )

    def apply(self, at: datetime) -> list[Mapping[str, Any]]:
        """Have what waits matched, then decide the rest; the payments that found a place."""
        api = self._api.at(at)
        before = {each["key"] for each in api.listed("/payments", state="suspense")}
        if not before:
            return []
        self._match(at)
        waiting = list(api.listed("/payments", state="suspense"))
        found = before - {each["key"] for each in waiting}
        placed = [api.get(f"/payments/{in_path(key)}") for key in sorted(found)]
        return placed + [each for payment in waiting if (each := self._decide(api, payment))]

    def _decide(self, api: Api, payment: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Decide on what was read; where matching - which an import starts by itself - was at it meanwhile, on what there is then."""
        for _ in range(_LOOKS):
            try:
                return self._decided(api, payment)
            except ApiProblem as problem:
                if problem.status != _CONFLICT:
                    raise
            waiting = {each["key"]: each for each in api.listed("/payments", state="suspense")}
            if payment["key"] not in waiting:
                return dict(api.get(f"/payments/{payment['id']}"))
            payment = waiting[payment["key"]]
        raise CommandError(f"payment {payment['key']} is changed by others again and again")

    def _decided(self, api: Api, payment: Mapping[str, Any]) -> Mapping[str, Any] | None:
        path, meant = f"/payments/{payment['id']}", self._of(payment)
        if meant is None:
            body = {"id": "not-ours", "reason": "meant for somebody else"}
            api.post(f"{path}/return", body)
            self.counts.returned += 1
            return None
        proposal = payment["proposal"]
        for number, candidate in enumerate(proposal["candidates"] if proposal else (), start=1):
            if _is(candidate, meant):
                placed = api.post(f"{path}/confirmation", {"candidate": number, "at": proposal["at"]})
                self.counts.confirmed += 1
                return dict(placed)
        placed = api.post(f"{path}/placement", self._where(api, meant))
        self.counts.placed += 1
        return dict(placed)

    def _where(self, api: Api, meant: Meant) -> Mapping[str, Any]:
        """The invoices as far as they are open; what nobody owes any more is credit."""
        owed = {item["number"] for item in api.get(f"/accounts/{meant.account_id}")["open_invoices"]}
        invoices = [{"number": number} for number in meant.invoices if number in owed]
        return {"account_id": meant.account_id, **({"invoices": invoices} if invoices else {})}

    def _of(self, payment: Mapping[str, Any]) -> Meant | None:
        amount = Money.parse(**payment["amount"])
        return self._meant.get(payment["key"]) or self._meant.get((payment["payer"], amount))


def _is(candidate: Mapping[str, Any], meant: Meant) -> bool:
    numbers = {part["number"] for part in candidate["invoices"]}
    return bool(candidate["account_id"] == meant.account_id and numbers == set(meant.invoices))


def _meant(story: Story) -> Iterator[tuple[object, Meant]]:
    """By a payment's key, or - of what has no key of its own - by payer and amount."""
    accounts = {bill.number: f"{bill.customer_id}.{bill.amount.currency}" for bill in story.bills}
    for receipt in story.receipts:
        number = receipt.id.rpartition("-")[0]
        if number in accounts:
            yield payment_key(receipt), Meant(accounts[number], (number,))
    for line in story.transfers:
        if line.account_id:
            yield (line.payer, line.amount), Meant(line.account_id, line.pays)
