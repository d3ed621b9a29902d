"""Scenes of how money comes: cards told of three times, a debit that fails, refunds and disputes in their worst order, several
processors, transfers with and without references, pay links, a payout, and a webhook that is lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from receivables.core.money import Money, total
from receivables_cli.demo import documents as tell
from receivables_cli.demo import terms
from receivables_cli.demo.scene import Play, Scene, at, on, shown
from receivables_cli.demo.story import Came, Message, PayoutSent, Receipt, Rest, Statement, Transfer, Visit

POISON: Final = frozenset({"AUTHORISATION/DEMO000000000003/true"})
"""The event of which nothing can be made: money of a currency that there is not."""

BANK_CURRENCY: Final = "EUR"
_HELD_BY: Final = "stripe/main"
_PAYOUT: Final = "po_demo0001"
_PAID_OUT_BEFORE, _SENT, _THERE = at("02-19", 0), at("02-20", 6), on("02-24")
_FEE_PER_MILLE, _FEE_EACH = 15, 25
_OPENING: Final = Money(1_250_000, BANK_CURRENCY)
_STATEMENT_DAYS: Final = (on("02-13"), on("02-27"), on("03-13"))
_HOLDING: Final = ("Nordlicht Holding GmbH", "DE75512108001245126199")


def _card(scene: Scene) -> None:
    """A card payment of which three events tell; and a refund that is told of before the payment it belongs to."""
    first, second = scene.bill("01-12", "1890.00"), scene.bill("02-02", "2400.00")
    intent, paid = "pi_card1", scene.money("1890.00")
    scene.tells(
        "stripe",
        at("02-09"),
        tell.stripe_event("charge.succeeded", at("02-09"), tell.stripe_charge(intent, paid, first.number)),
        tell.stripe_event(
            "payment_intent.succeeded", at("02-09"), tell.stripe_intent(intent, paid, first.number)
        ),
        tell.stripe_event(
            "checkout.session.completed", at("02-09"), tell.stripe_session(intent, paid, first.number)
        ),
    )
    scene.comes(f"stripe/main/{intent}", "1890.00")
    late, back = "pi_card2", scene.money("150.00")
    scene.tells(
        "stripe",
        at("02-24", 9),
        tell.stripe_event("refund.created", at("02-24", 9), tell.stripe_refund(late, back)),
    )
    charge = tell.stripe_charge(late, scene.money("2400.00"), second.number)
    scene.tells("stripe", at("02-25"), tell.stripe_event("charge.succeeded", at("02-24", 8), charge))
    scene.comes(f"stripe/main/{late}", "2400.00", back="150.00")
    body = {"number": "CN-1", "amount": shown(back), "reason": "one box was missing"}
    scene.act("02-26", f"/invoices/{second.number}/credit-notes", body)


def _debit(scene: Scene) -> None:
    """A direct debit is on its way, and reminders rest; it fails, and they go on where they stood. Paid by the transfer that the pay
    link shows."""
    bill = scene.bill("01-19", "3570.00")
    owed, failed = scene.money("3570.00"), at("03-04", 10)
    for kind, status, when in (
        ("payment_intent.processing", "processing", at("02-24", 10)),
        ("payment_intent.payment_failed", "requires_payment_method", failed),
    ):
        intent = tell.stripe_intent("pi_debit1", owed, bill.number, status)
        scene.tells("stripe", when, tell.stripe_event(kind, when, intent))
    scene.outcomes[scene.account, "in_flight"] = "failed"
    scene.rests.append(Rest(bill.number, at("02-24", 10), failed))
    scene.visits.append(Visit(on("03-11"), bill.number, scene.debtor.id))
    scene.transfers_to_us("03-12", "3570.00", "", bill, reference=bill.number)


def _dispute_won(scene: Scene) -> None:
    """The bank takes a card payment back, and has to give it back."""
    bill = scene.bill("01-13", "1250.00")
    intent, paid = "pi_card3", scene.money("1250.00")
    charge = tell.stripe_charge(intent, paid, bill.number)
    scene.tells("stripe", at("02-10"), tell.stripe_event("charge.succeeded", at("02-10"), charge))
    for kind, status, day in (
        ("charge.dispute.created", "needs_response", "02-19"),
        ("charge.dispute.closed", "won", "03-11"),
    ):
        dispute = tell.stripe_dispute(intent, paid, status)
        scene.tells("stripe", at(day), tell.stripe_event(kind, at(day), dispute))
    scene.comes(f"stripe/main/{intent}", "1250.00")


def _batch(scene: Scene) -> None:
    """Three notifications in one request, of which one cannot be read: it waits for a person, the others do not wait for it."""
    bills = scene.bill("01-15", "810.00"), scene.bill("01-15", "1260.50")
    names = [f"DEMO{number:012d}" for number in (1, 2, 3)]
    items = [
        tell.adyen_item(name, bill.amount.minor, scene.currency, bill.number, at("02-13"))
        for name, bill in zip(names, bills, strict=False)
    ]
    voucher = tell.adyen_item(names[2], 1_000, "XVC", "VOUCHER-7", at("02-13"))
    scene.tells("adyen", at("02-13"), tell.adyen_batch(items[0], voucher, items[1]))
    for name, bill in zip(names, bills, strict=False):
        scene.comes(f"adyen/main/{name}", f"{bill.amount.decimal}")


def _dinars(scene: Scene) -> None:
    """A currency with three decimals."""
    bill = scene.bill("01-20", "145.250")
    payment = "pay_demo0001"
    captured = tell.checkout_captured(payment, bill.amount, bill.number, at("02-17"))
    scene.tells("checkout", at("02-17"), captured)
    scene.comes(f"checkout/main/{payment}", "145.250")


def _at_once(scene: Scene) -> None:
    """One transfer for three invoices, named as people name them."""
    bills = [
        scene.bill(day, amount)
        for day, amount in (("01-08", "480.00"), ("01-22", "515.00"), ("02-05", "96.30"))
    ]
    first, second, third = (bill.number for bill in bills)
    text = f"Factures {first.replace('-', '')}, {second.replace('-', ' ')} et {third} merci"
    scene.transfers_to_us("02-10", "1091.30", text, *bills)


def _typo(scene: Scene) -> None:
    """One character too many."""
    bill = scene.bill("01-16", "915.40")
    scene.transfers_to_us("02-12", "915.40", f"Fattura {bill.number}{bill.number[-1]}", bill)


def _somebody_else(scene: Scene) -> None:
    """Somebody else pays, and names nothing: a person confirms what is proposed. The next time nobody is asked."""
    first, second = scene.bill("01-14", "2222.00"), scene.bill("02-10", "1305.00")
    payer, iban = _HOLDING
    scene.transfers_to_us("02-12", "2222.00", "Zahlung Februar", first, payer=payer, iban=iban)
    scene.transfers_to_us("03-10", "1305.00", "Zahlung Maerz", second, payer=payer, iban=iban)


def _online(scene: Scene) -> None:
    """The pay link is opened, and the invoice paid on the processor's page. And somebody whom nobody knows sends money by mistake:
    it goes back."""
    bill = scene.bill("01-21", "640.00")
    scene.visits.append(Visit(on("02-16"), bill.number, scene.debtor.id, online=_HELD_BY))
    scene.comes(f"stripe/main/{link_intent(bill.number)}", "640.00")
    scene.transfers_to_us("02-26", "77.77", "Mitgliedsbeitrag 2026", payer="Alte Muehle e.V.")


def _lost(scene: Scene) -> None:
    """The webhook never comes; reconciliation finds the payment."""
    bill = scene.bill("02-10", "520.00")
    intent = "pi_lost1"
    charge = tell.stripe_charge(intent, scene.money("520.00"), bill.number)
    lost = tell.stripe_event("charge.succeeded", at("03-13"), charge)
    scene.tells("stripe", at("03-13"), lost, lost=True)
    scene.comes(f"stripe/main/{intent}", "520.00")


MONEY_SCENES: Final[tuple[Play, ...]] = (
    ("US", terms.AMERICA, _card),
    ("DE", terms.EUROPE, _debit),
    ("US-W", terms.AMERICA, _dispute_won),
    ("NL", terms.EUROPE, _batch),
    ("BH", None, _dinars),
    ("FR", terms.EUROPE, _at_once),
    ("IT", terms.EUROPE, _typo),
    ("DE", terms.EUROPE, _somebody_else),
    ("ES", terms.EUROPE, _online),
    ("GB", terms.BRITAIN, _lost),
)


def link_intent(invoice: str) -> str:
    """The payment intent of what is paid through the pay link of an invoice."""
    return f"pi_link{invoice.replace('-', '')}"


@dataclass(frozen=True, slots=True)
class Payout:
    """A payout: as it is sent, told of, and as it arrives."""

    sent: PayoutSent
    message: Message
    transfer: Transfer


def payout_of(receipts: Iterable[Receipt], came: Iterable[Came]) -> Payout:
    """What Stripe sends of the euros that it has collected by then."""
    early = [
        (tell.intent_of(receipt), receipt.amount)
        for receipt in receipts
        if receipt.processor == "stripe" and receipt.at < _PAID_OUT_BEFORE
    ]
    # Of the messages only what was paid through a pay link is early enough, and in euros.
    early += [(each.key.rpartition("/")[2], each.amount) for each in came if "/pi_link" in each.key]
    parts = tuple(
        (payment, amount, Money(amount.minor * _FEE_PER_MILLE // 1000 + _FEE_EACH, BANK_CURRENCY))
        for payment, amount in early
        if amount.currency == BANK_CURRENCY
    )
    fee = total((kept for _, _, kept in parts), BANK_CURRENCY)
    amount = total((paid for _, paid, _ in parts), BANK_CURRENCY) - fee
    sent = PayoutSent(_PAYOUT, _HELD_BY, amount, fee, parts, _SENT)
    document = tell.stripe_payout(_PAYOUT, amount, _SENT)
    return Payout(
        sent,
        Message("stripe", _SENT, tell.stripe_event("payout.paid", _SENT, document)),
        Transfer(_THERE, amount, "STRIPE PAYMENTS EUROPE", f"STRIPE PAYOUT {_PAYOUT}", payout=_PAYOUT),
    )


def statements_of(transfers: Iterable[Transfer]) -> tuple[Statement, ...]:
    """The files of our bank: one for each of some days; the first comes twice, the last tells again what is known of the second."""
    lines = sorted(transfers, key=lambda line: (line.on, line.payer))
    told, opening = list[Statement](), _OPENING
    for number, (since, until) in enumerate(pairwise((date.min, *_STATEMENT_DAYS)), start=1):
        new = tuple(line for line in lines if since < line.on <= until)
        told.append(Statement(until, f"STM-{number}", new, opening))
        opening = total((opening, *(line.amount for line in new)), BANK_CURRENCY)
    first, middle, last = told
    overlapping = Statement(last.on, last.reference, (*middle.transfers, *last.transfers), middle.opening)
    return first, _again(first), middle, overlapping


def _again(statement: Statement) -> Statement:
    """The same file, the next business day."""
    later = statement.on + timedelta(days=3)
    return Statement(later, statement.reference, statement.transfers, statement.opening, repeats=True)


def evening(day: date) -> datetime:
    """When the statement of a day was made (UTC)."""
    return datetime.combine(day, time(17), UTC)
