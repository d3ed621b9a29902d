"""Scenes of the sample ledger: customers with whom something special happens - discounts, promises, a plan, a dispute,
money that goes back. Their days are fixed; only names and numbers come from the seed."""

from __future__ import annotations

from typing import Final

from receivables_cli.demo import terms
from receivables_cli.demo.scene import Play, Scene, on, shown
from receivables_cli.demo.story import Bill
from receivables_cli.demo.webhooks import payment_path


def _discounts(scene: Scene) -> None:
    """In time; too late, and the rest claimed; too late, and let go."""
    scene.pays(scene.bill("01-07", "4760.00", tax="760.00"), "01-16", "4664.80")
    claimed = scene.bill("02-03", "2380.00", tax="380.00")
    scene.pays(claimed, "02-18", "2332.40")
    decision = f"/invoices/{claimed.number}/short-payment"
    body = {"id": "short-1", "decision": "claim", "reason": "five days after the last day for it"}
    scene.act("02-23", decision, body)
    scene.pays(claimed, "02-27", "47.60")
    granted = scene.bill("03-10", "1190.00", tax="190.00")
    scene.pays(granted, "03-23", "1166.20")
    decision = f"/invoices/{granted.number}/short-payment"
    scene.act("03-26", decision, {"id": "short-2", "decision": "grant", "reason": "goodwill, once"})


def _instalments(scene: Scene) -> None:
    """Three parts by the terms; the second is paid late."""
    bill = scene.bill("01-13", "9000.01")
    for day, amount in (("01-13", "3600.00"), ("02-25", "2700.00"), ("03-16", "2700.01")):
        scene.pays(bill, day, amount)


def _pay_days(scene: Scene) -> None:
    """Paid on the company's pay day, and once more by mistake: the money goes back."""
    bill = scene.bill("01-14", "3100.00")
    scene.pays(bill, "02-25", "3100.00")
    twice = scene.pays(bill, "02-26", "3100.00")
    body = {"id": "refund-1", "paid": True, "reason": "paid twice"}
    scene.act("03-04", f"{payment_path(twice)}/refunds", body, returns=twice.amount)


def _promise_kept(scene: Scene) -> None:
    bill = scene.bill("01-20", "3200.00")
    _promise(scene, bill, "03-03", "03-13", "kept")
    scene.pays(bill, "03-12", "3200.00")


def _promise_broken(scene: Scene) -> None:
    """Reminders resume, and it is paid when a case has been opened."""
    bill = scene.bill("01-26", "1850.00")
    _promise(scene, bill, "03-10", "03-20", "broken")
    scene.pays(bill, "04-02", "1850.00")


def _promise(scene: Scene, bill: Bill, day: str, until: str, ends: str) -> None:
    part = {"on": on(until).isoformat(), "amount": shown(bill.amount)}
    body = {"parts": [part], "made_by": "head of accounting", "receivables": [bill.number]}
    scene.arranges(day, "promise", f"/accounts/{scene.account}/promises", body, ends)


def _plan(scene: Scene) -> None:
    """Two invoices in four parts with a fee for the plan; late charges are waived because it is kept."""
    scene.by_script = True
    first, second = scene.bill("01-05", "1500.00"), scene.bill("01-12", "2300.00")
    body = {
        "receivables": [first.number, second.number],
        "down_payment": {"on": on("02-27").isoformat(), "amount": shown(scene.money("800.00"))},
        "schedule": {"count": 3, "first": on("03-13").isoformat(), "every": 2, "unit": "weeks"},
        "fee": shown(scene.money("30.00")),
        "agreed_by": "managing director",
        "grace_days": 3,
        "late_interest": "suspended",
        "waive_if_kept": True,
    }
    scene.arranges("02-20", "plan", f"/accounts/{scene.account}/plans", body, "completed")
    scene.pays(first, "02-26", "800.00")
    for bill, day in ((first, "03-12"), (second, "03-26"), (second, "04-09")):
        scene.pays(bill, day, "1010.00")


def _dispute(scene: Scene) -> None:
    """What is not disputed is paid meanwhile; a part of the rest is credited."""
    bill = scene.bill("01-15", "6000.00", due="02-14")
    body = {
        "reason": "damaged",
        "raised_by": "warehouse",
        "owner": "finance",
        "deadline": on("03-10").isoformat(),
        "lines": [{"name": "pallet 3", "amount": shown(scene.money("1450.00"))}],
    }
    path = f"/invoices/{bill.number}/disputes"
    scene.arranges("02-17", "dispute", path, body, "partly_credited")
    scene.pays(bill, "02-24", "4550.00")
    credited = shown(scene.money("900.00"))
    answer = {"decision": "partial_credit", "credited": credited, "resolution": "a part was damaged"}
    scene.act("03-06", f"{{{scene.debtor.id}}}/resolution", answer)
    scene.pays(bill, "03-13", "550.00")


def _chargeback(scene: Scene) -> None:
    """A card payment is taken back, and paid again by bank."""
    bill = scene.bill("01-13", "950.00")
    card = scene.pays(bill, "02-11", "950.00", by="stripe")
    body = {"id": "chargeback-1", "reason": "the cardholder's bank took it back"}
    scene.act("03-03", f"{payment_path(card)}/chargebacks", body, returns=card.amount)
    scene.pays(bill, "03-20", "950.00")


def _hold(scene: Scene) -> None:
    """Reminders pause until the hold expires."""
    bill = scene.bill("01-16", "480000", due="02-15")
    body = {"reason": "their system waits for an order number", "until": "2026-03-20T00:00:00Z"}
    scene.act("02-20", f"/invoices/{bill.number}/hold", body, method="PUT")
    scene.pays(bill, "03-25", "480000")


def _late_news(scene: Scene) -> None:
    """Interest was charged until the bank told of a payment that had been made earlier."""
    bill = scene.bill("01-05", "12000.00")
    scene.pays(bill, "02-18", "12000.00", told="03-05")


def _never(scene: Scene) -> None:
    """A case runs its whole course, as far as finance says yes."""
    scene.bill("01-05", "2750.00", due="01-14")


SCENES: Final[tuple[Play, ...]] = (
    ("DE", terms.DISCOUNT, _discounts),
    ("FR", terms.INSTALMENTS, _instalments),
    ("ES", terms.PAY_DAYS, _pay_days),
    ("US", terms.AMERICA, _promise_kept),
    ("GB", terms.BRITAIN, _promise_broken),
    ("NL", terms.EUROPE, _plan),
    ("CH", None, _dispute),
    ("US", terms.AMERICA, _chargeback),
    ("JP", None, _hold),
    ("IT", terms.MONTHLY, _late_news),
    ("US-W", None, _never),
)
