"""What a payer sees behind a pay link: what is open at that moment, and the ways to pay exactly that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from receivables import arrangements
from receivables.arrangements import Cause
from receivables.core.clock import local_date
from receivables.core.configuration import Company, ProcessorAccount
from receivables.core.errors import NotFound
from receivables.core.ids import split_account_id
from receivables.core.money import Money, total
from receivables.customers import Customer
from receivables.ledger import OpenItem, WorkingSet
from receivables.ledger.discounting import on_offer
from receivables.matching.references import printed
from receivables.notices.bill import Bill, BillLine, OnlineWay, TransferWay
from receivables.payments.pay_links import PayTarget
from receivables.payments.transfers import BankTransfer, CodeFormat
from receivables.usecases.readers import AccountReader, CompanyReader, CustomerReader

_CODE_NAMES: Final = {CodeFormat.EPC: "EPC", CodeFormat.SWISS: "QR-bill"}
_MOST_TEXT: Final = 140


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link stands for right now: its open items, and what of it is to be paid. `amount` is zero when nothing is: all is
    settled, on its way, or disputed."""

    working_set: WorkingSet
    customer: Customer
    company: Company
    target: PayTarget
    lines: tuple[BillLine, ...]
    amount: Money
    credit: Money

    @property
    def numbers(self) -> tuple[str, ...]:
        """The receivables that the amount is for."""
        return tuple(line.number for line in self.lines if not line.waits)

    @property
    def online(self) -> tuple[ProcessorAccount, ...]:
        """The processors' accounts by which this currency can be paid."""
        return tuple(
            account
            for account in self.company.processors
            if account.pays and (not account.currencies or self.amount.currency in account.currencies)
        )


class AskedFor:
    """Reads what a link stands for."""

    def __init__(self, accounts: AccountReader, customers: CustomerReader, company: CompanyReader) -> None:
        self._accounts, self._customers, self._company = accounts, customers, company

    def __call__(self, target: PayTarget, as_of: datetime) -> Asked:
        """Raises NotFound when there is no such account."""
        working_set = self._accounts.working_set(target.account_id)
        if working_set is None:
            raise NotFound("account", target.account_id)
        customer = self._customers.get(split_account_id(target.account_id)[0])
        today = local_date(as_of, customer.tz)
        lines = tuple(_lines(working_set, target, as_of, today))
        owed = total((line.pay for line in lines if not line.waits), working_set.account.currency)
        # Credit belongs to the account: it is no part of paying one invoice.
        credit = min(owed, working_set.account.unapplied) if target.invoice is None else owed - owed
        return Asked(working_set, customer, self._company.get(), target, lines, owed - credit, credit)


class PayPage:
    """Puts together the page of a link."""

    def __init__(
        self,
        asked_for: AskedFor,
        reference_of: Callable[[str], str | None],
        draw: Callable[[BankTransfer], str],
    ) -> None:
        self._asked_for, self._reference_of, self._draw = asked_for, reference_of, draw

    def __call__(self, target: PayTarget, as_of: datetime, notice: str = "") -> Bill:
        """Raises NotFound."""
        asked = self._asked_for(target, as_of)
        return Bill(
            company=asked.company.name,
            customer=asked.customer.name,
            locale=asked.customer.locale,
            lines=asked.lines,
            total=asked.amount,
            credit=asked.credit,
            online=tuple(OnlineWay(way.id, way.label or way.processor.title()) for way in asked.online),
            transfer=self._transfer(asked) if asked.amount else None,
            reply_to=asked.company.reply_to,
            notice=notice,
        )

    def _transfer(self, asked: Asked) -> TransferWay | None:
        transfer = transfer_of(asked, self._reference_of)
        if transfer is None:
            return None
        code_format = transfer.code_format
        return TransferWay(
            name=transfer.creditor.name,
            iban=printed(transfer.creditor.iban),
            bic=transfer.creditor.bic or "",
            reference=printed(transfer.reference) if transfer.reference else "",
            text=transfer.text,
            code=self._draw(transfer) if code_format else "",
            code_name=_CODE_NAMES[code_format] if code_format else "",
        )


def transfer_of(asked: Asked, reference_of: Callable[[str], str | None]) -> BankTransfer | None:
    """The bank transfer that settles what is asked: one invoice by its creditor reference, several by their numbers in words. None:
    the company has named no bank account."""
    creditor = asked.company.creditor
    if creditor is None or not asked.amount:
        return None
    invoices = _hosts(asked)
    reference = reference_of(invoices[0]) if len(invoices) == 1 else None
    return BankTransfer(creditor, asked.amount, reference, "" if reference else _words(invoices))


def _hosts(asked: Asked) -> list[str]:
    """The invoices that are paid; a charge goes by the number of its own only where its invoice is not among them."""
    asked_lines = [line for line in asked.lines if not line.waits]
    invoices = [line.number for line in asked_lines if line.concerns is None]
    return invoices or [line.number for line in asked_lines]


def _words(numbers: Iterable[str]) -> str:
    """As many numbers as a bank passes on."""
    text = ""
    for number in numbers:
        longer = f"{text} {number}".strip()
        if len(longer) > _MOST_TEXT:
            break
        text = longer
    return text


def _lines(working_set: WorkingSet, target: PayTarget, as_of: datetime, today: date) -> Iterator[BillLine]:
    waiting, contested = _waiting(working_set, as_of), _contested(working_set)
    for item in sorted(working_set.open_items, key=lambda item: (item.due_date, item.number)):
        if target.invoice is None or target.invoice in {item.number, item.concerns}:
            why = waiting.get(item.number) or waiting.get(item.concerns or "", "")
            yield _line(item, today, contested.get(item.number, 0), why)


def _line(item: OpenItem, today: date, contested: int, why: str) -> BillLine:
    """What is disputed is not asked for; the rest is, unless a payment of it is on its way."""
    rest = item.balance.minor - min(contested, item.balance.minor)
    why = why or ("" if rest else "disputed")
    off = 0 if why or contested else on_offer(item, today)
    due = item.extension.due_date if item.extension else item.due_date
    currency = item.balance.currency
    return BillLine(
        number=item.number,
        due_date=due,
        days_overdue=(today - due).days,
        pay=item.balance if why else Money(rest - off, currency),
        off=Money(off, currency) if off else None,
        kind=item.kind,
        concerns=item.concerns,
        waits=why,
    )


def _waiting(working_set: WorkingSet, as_of: datetime) -> dict[str, str]:
    """Why a receivable is not to be paid at the moment, by number. What a bank contests may be paid otherwise."""
    found: dict[str, str] = {}
    for arrangement in working_set.arrangements:
        if (
            isinstance(arrangement, arrangements.InFlight)
            and arrangement.active
            and as_of < arrangement.until
        ):
            why = "collecting" if arrangement.cause is Cause.COLLECTING else "in_flight"
            if arrangement.cause is not Cause.CONTESTED:
                found |= {covered.number: why for covered in arrangement.covers}
    return found


def _contested(working_set: WorkingSet) -> dict[str, int]:
    """Minor units in dispute, by number."""
    found: dict[str, int] = {}
    for dispute in working_set.arrangements:
        if isinstance(dispute, arrangements.Dispute) and dispute.active:
            found[dispute.invoice] = found.get(dispute.invoice, 0) + dispute.amount.minor
    return found
