"""Discounts on their way: what was earned by paying in time, what was kept back without right, and the tax in it."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from receivables.core.clock import local_date
from receivables.core.money import Money
from receivables.ledger.entries import EntryKind
from receivables.ledger.items import OpenItem
from receivables.ledger.moves import ShortPayment, ShortPaymentReason
from receivables.ledger.timing import MONEY, net, paid_by
from receivables.terms import Discount


def earned(item: OpenItem, tz: ZoneInfo) -> int:
    """Minor units of discount that what was paid in time earns now, beyond what was granted before.

    A discount is for who keeps it back: of what is paid in full there is none. Credit notes reduce it in proportion. It is
    earned when all that was owed without it - but for the tolerance - was paid in time; where parts earn their shares,
    by each part, worked out from the sum of all parts (half to even), so that the shares never come to more.
    """
    if item.is_charge or not item.balance or not item.conditions.discounts:
        return 0
    granted = net(item, EntryKind.DISCOUNT)
    for offer in item.conditions.discounts:
        missing = item.balance.minor + granted
        whole = _scaled(item, offer) + offer.tolerance
        if missing <= whole and paid_by(item, offer.forgiven_until, tz) >= _owed(item) - whole > 0:
            return item.balance.minor
    return max(0, min(item.balance.minor, _shares(item, tz) - granted))


def on_offer(item: OpenItem, day: date) -> int:
    """Minor units that may be kept back of the balance by who pays on a local day: the best of what is still offered."""
    return max((minor for until, minor in offered(item) if day <= until), default=0)


def offered(item: OpenItem) -> list[tuple[date, int]]:
    """Each offer that is worth something: the last local day, and the minor units that may be kept back of the balance."""
    if not item.conditions.discounts or item.is_charge or not item.balance:
        return []
    granted = net(item, EntryKind.DISCOUNT)
    offers = (
        (offer.forgiven_until, min(_scaled(item, offer) - granted, item.balance.minor - 1))
        for offer in item.conditions.discounts
    )
    return [(until, minor) for until, minor in offers if minor > 0]


def earned_at(item: OpenItem, tz: ZoneInfo, otherwise: datetime) -> datetime:
    """When the discount was earned: by the last payment that came in time."""
    last = max(offer.forgiven_until for offer in item.conditions.discounts)
    in_time = [
        move.at
        for move in item.moves
        if move.kind in MONEY and move.minor < 0 and local_date(move.at, tz) <= last
    ]
    return max(in_time, default=otherwise)


def tax_in(item: OpenItem, change: int) -> int:
    """What of a discount that is granted (or, negative, taken back) now is a reduction of tax: the tax in all that is
    granted after it less the tax in all that was before, so that parts add up."""
    before = net(item, EntryKind.DISCOUNT)
    return _tax(item, before + change) - _tax(item, before)


def short_mark(item: OpenItem, payment: str, day: date) -> ShortPayment | None:
    """Whether what is missing after a payment looks like a discount that was not to be had. `day` is the local day of the payment.

    Exactly an offer, after its last day; or, in time, more than the best offer, but not more than twice of it: beyond that, it is
    a part payment.
    """
    offers = item.conditions.discounts
    if item.is_charge or not item.balance or not offers:
        return None
    missing, granted = item.balance, net(item, EntryKind.DISCOUNT)
    for offer in offers:
        kept = _scaled(item, offer) - granted
        if day > offer.forgiven_until and kept > 0 and kept <= missing.minor <= kept + offer.tolerance:
            return ShortPayment(
                payment, missing, ShortPaymentReason.DISCOUNT_TOO_LATE, _too_late(offer, day, missing)
            )
    best = on_offer(item, day)
    if best and best < missing.minor <= 2 * best and not any(offer.shares for offer in offers):
        return ShortPayment(payment, missing, ShortPaymentReason.DISCOUNT_TOO_HIGH, _too_high(best, missing))
    return None


def _too_late(offer: Discount, day: date, missing: Money) -> str:
    late = (day - offer.until).days
    return (
        f"{missing} was kept back as the discount for payment by {offer.until.isoformat()}; the money came on "
        f"{day.isoformat()}, {late} {'day' if late == 1 else 'days'} after. Proposed: claim {missing}."
    )


def _too_high(best: int, missing: Money) -> str:
    offered = Money(best, missing.currency)
    return (
        f"{missing} was kept back, in time, where a discount of {offered} was offered. Proposed: grant {offered} and "
        f"claim {missing - offered}."
    )


def _shares(item: OpenItem, tz: ZoneInfo) -> int:
    """What all parts that were paid in time have earned, each by the offer that was the best when it came."""
    exact, until_now = Fraction(0), 0
    for offer in sorted(item.conditions.discounts, key=lambda offer: offer.forgiven_until):
        if not offer.shares:
            continue
        discount, in_time = _scaled(item, offer), paid_by(item, offer.forgiven_until, tz)
        to_pay = _owed(item) - discount
        if to_pay > 0:
            exact += Fraction(max(0, in_time - until_now) * discount, to_pay)
        until_now = max(until_now, in_time)
    most = max((_scaled(item, offer) for offer in item.conditions.discounts if offer.shares), default=0)
    return min(round(exact), most)


def _owed(item: OpenItem) -> int:
    return item.amount.minor - net(item, EntryKind.CREDIT_NOTE)


def _scaled(item: OpenItem, offer: Discount) -> int:
    """The offer on what credit notes have left, half to even."""
    return round(Fraction(offer.amount.minor * max(0, _owed(item)), item.amount.minor))


def _tax(item: OpenItem, granted: int) -> int:
    """The tax in a discount of so much: as the offer says that is exactly it, else in the proportion of the first (half to even)."""
    offers = item.conditions.discounts
    for offer in offers:
        if offer.amount.minor == granted:
            return offer.tax.minor
    if not offers or not offers[0].amount:
        return 0
    return round(Fraction(granted * offers[0].tax.minor, offers[0].amount.minor))
