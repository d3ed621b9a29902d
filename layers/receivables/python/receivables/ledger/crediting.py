"""Crediting: credit notes, and credit that is set against receivables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from zoneinfo import ZoneInfo

from receivables.core.clock import local_date
from receivables.core.errors import Conflict, InvalidInput
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger.allocation import Named, allocate
from receivables.ledger.credits import Credit, CreditSource
from receivables.ledger.deeds import Deed, Held
from receivables.ledger.discounting import on_offer
from receivables.ledger.entries import EntryKind, LedgerName
from receivables.ledger.inflow import Inflow
from receivables.ledger.invoices import Invoice
from receivables.ledger.items import ItemKind, OpenItem
from receivables.ledger.journal import Journal
from receivables.ledger.payments import Allocated, PaymentRecord
from receivables.ledger.posting import MOST_WRITES, PaymentChange, Posting
from receivables.ledger.settling import Settling
from receivables.ledger.sheet import Sheet
from receivables.ledger.timing import net
from receivables.terms import Settlement

_SPARE = 10


def credit_note(
    held: Held, deed: Deed, *, amount: Money, tax: Money | None = None, tz: ZoneInfo | None = None
) -> Posting:
    """A credit note on an invoice, open or closed; `deed.key` is its number.

    `tax` is the part of `amount` that reduces tax (None: in the invoice's proportion, half to even). Instalments are reduced
    as the invoice's conditions say. What goes beyond the balance makes good what was written off; the rest of it had been paid,
    and becomes credit. Raises InvalidInput (`amount`: zero or
    less, or more than was invoiced and not credited yet; `tax`) and Conflict for a late charge: that is waived.
    """
    document, _ = held
    sheet, journal = Sheet(tz), Journal()
    sheet.put_held(held)
    taxed = _check_note(document, sheet.item(document.number), amount, tax)
    at, number = deed.effective_at, document.number
    journal.post(at, LedgerName.SALES, amount.minor - taxed)
    journal.post(at, LedgerName.TAX, taxed)
    inflow = Inflow(sheet, journal, EntryKind.CREDIT_NOTE, ("credit_note", deed.key))
    inflow.fresh(at, amount.minor)
    before = net(sheet.item(number), EntryKind.CREDIT_NOTE)
    inflow.pay(number)
    # All of the note is credited, also what was not owed then: what had paid that is free again.
    beyond = amount.minor - (net(sheet.item(number), EntryKind.CREDIT_NOTE) - before)
    if beyond:
        sheet.move(number, at, -beyond, EntryKind.CREDIT_NOTE)
        sheet.move(number, at, beyond, EntryKind.ALLOCATION)
    _make_good(sheet, journal, inflow, document)
    return Posting(
        document.account_id,
        journal.entries(document.account_id, EntryKind.CREDIT_NOTE, amount, deed, invoice=number),
        sheet.changes(),
        inflow.left_over(amount.currency, CreditSource.CREDIT_NOTE, deed.key),
    )


def apply_credit(
    account_id: str,
    credit: Credit,
    items: Iterable[OpenItem],
    deed: Deed,
    *,
    settlement: Settlement,
    tz: ZoneInfo,
    record: PaymentRecord | None = None,
    named: Sequence[Named] = (),
) -> Posting | None:
    """Set one credit against receivables, named or in the configured order; None: there is nothing that it could pay.

    It counts from the credit's own effective date - from when a receivable was owed again, where that came later - and not
    from `deed.effective_at`, so that it makes no difference when it is done; discounts are earned by it too.
    `deed.key` is not used: ids derive from the credit and its rev. Where the credit is of a payment, `record` is that
    payment (InvalidInput `record` without it).
    """
    paying = credit.source is CreditSource.PAYMENT
    if paying and (record is None or record.payment.key != credit.key):
        raise InvalidInput("record", "must be that of the payment which the credit is of")
    own = replace(deed, key=f"{credit.id}/{credit.rev}", effective_at=credit.effective_at)
    sheet, journal = Sheet(tz), Journal()
    inflow = Inflow(sheet, journal, EntryKind.ALLOCATION, ("allocation", own.key))
    inflow.known(credit)
    settling = Settling(account_id, sheet, own, tz, credit.key if paying else None)
    there = tuple(items)
    day = local_date(credit.effective_at, tz)
    offers = {item.number: offer for item in there if (offer := on_offer(item, day))}
    by_number = {item.number: item for item in there}
    paid: dict[str, int] = {}
    for share in allocate(credit.balance, there, named, settlement, offers):
        if _full(sheet, journal, settling):
            break
        sheet.put(by_number[share.number])
        if minor := inflow.pay(share.number, share.minor):
            paid[share.number] = minor
            settling.paid(share.number)
    if not paid:
        return None
    amount = Money(sum(paid.values()), credit.balance.currency)
    entries = journal.entries(
        account_id,
        EntryKind.ALLOCATION,
        amount,
        own,
        invoice=next(iter(paid)) if len(paid) == 1 else None,
        payment=credit.key if paying else None,
    )
    change = PaymentChange(record, _applied(record, paid, settling.discounts)) if record and paying else None
    return Posting(
        account_id,
        (*entries, *settling.entries),
        sheet.changes(),
        inflow.left_over(credit.balance.currency, credit.source, credit.key, (credit,)),
        payment=change,
    )


def _make_good(sheet: Sheet, journal: Journal, inflow: Inflow, document: Invoice) -> None:
    """What was written off, and is not owed any more, is no bad debt."""
    number = document.number
    for coin in inflow.spend(document.written_off, LedgerName.BAD_DEBT, journal, number):
        sheet.give_up(number, -coin.minor)
        sheet.move(number, coin.at, coin.minor, EntryKind.WRITE_OFF)
        sheet.move(number, coin.at, -coin.minor, EntryKind.ALLOCATION)


def allocated_more(
    allocated: Sequence[Allocated], paid: Mapping[str, int], discounts: Mapping[str, int]
) -> tuple[Allocated, ...]:
    """What a payment pays, with what it pays in addition now: by receivable, in the order in which that began."""
    sums = {each.item: each for each in allocated}
    for number in (*paid, *(number for number in discounts if number not in paid)):
        known = sums.get(number, Allocated(number, 0))
        sums[number] = replace(
            known,
            minor=known.minor + paid.get(number, 0),
            discount=known.discount + discounts.get(number, 0),
        )
    return tuple(each for each in sums.values() if each.minor or each.discount)


def _applied(record: PaymentRecord, paid: Mapping[str, int], discounts: Mapping[str, int]) -> PaymentRecord:
    return replace(
        record,
        allocated=allocated_more(record.allocated, paid, discounts),
        credit=record.credit - sum(paid.values()),
        rev=record.rev + 1,
    )


def _full(sheet: Sheet, journal: Journal, settling: Settling) -> bool:
    """One transaction takes no more."""
    return journal.instants + len(settling.entries) + 2 * sheet.touched > MOST_WRITES - _SPARE


def _check_note(document: Invoice, item: OpenItem, amount: Money, tax: Money | None) -> int:
    """The tax in a credit note, in minor units."""
    if document.kind is not ItemKind.INVOICE:
        raise Conflict(f"{document.number} is a late charge: it is waived, not credited")
    if amount.currency != document.amount.currency:
        raise CurrencyMismatch(f"{amount.currency} and {document.amount.currency}")
    if amount.minor <= 0:
        raise InvalidInput("amount", "must be more than zero")
    left = document.amount - Money(net(item, EntryKind.CREDIT_NOTE), amount.currency)
    if amount > left:
        raise InvalidInput("amount", f"is more than the {left} that were invoiced and not credited yet")
    if tax is None:
        whole = document.tax.minor if document.tax else 0
        return round(Fraction(amount.minor * whole, document.amount.minor))
    if not Money.zero(amount.currency) <= tax <= amount:
        raise InvalidInput("tax", "must be between zero and the amount")
    return tax.minor
