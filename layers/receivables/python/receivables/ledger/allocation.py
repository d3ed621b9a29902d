"""Allocation: which receivables an amount of money pays, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from receivables.core.errors import InvalidInput
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger.instalments import outstanding
from receivables.ledger.items import OpenItem
from receivables.terms import Settlement
from receivables.terms.conditions import ChargesOrder
from receivables.terms.settlement import Order

NO_OFFERS: Final[Mapping[str, int]] = {}


@dataclass(frozen=True, slots=True)
class Named:
    """A receivable that is to be paid: so much of it, or (None) all that is open of it and of its claimed charges."""

    number: str
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """Up to so many minor units go to a receivable."""

    number: str
    minor: int


def allocate(
    money: Money,
    items: Iterable[OpenItem],
    named: Sequence[Named],
    settlement: Settlement,
    offers: Mapping[str, int] = NO_OFFERS,
) -> tuple[Share, ...]:
    """Where money goes, in order; together at most the money, and on no receivable more than its balance.

    With `named` only these, in their order, each with its claimed charges before or after it as its own conditions
    say (an amount that is named is for that receivable alone). Otherwise by `settlement`: charges before or after
    principal; then the oldest due first, instalment by instalment, or the smallest or largest by the amount that was
    invoiced (not by what is left, which would make the order of arrival matter), then the due date and the number. Charges not
    claimed and receivables without a balance are passed over.

    `offers` are minor units that may be kept back, by number. Money that pays all of several receivables but for these leaves
    each of them its own: else the first would be paid in full at the cost of the last.

    Raises InvalidInput (`named.0.number` is named twice, `named.0.amount` is not more than zero) and CurrencyMismatch.
    """
    payable = {item.number: item for item in items if item.balance and item.claimed}
    for item in payable.values():
        if item.balance.currency != money.currency:
            raise CurrencyMismatch(f"{money.currency} and {item.balance.currency}")
    wants = _named(named, payable, money.currency) if named else _ordered(payable.values(), settlement)
    return _filled(money.minor, _merged(wants, payable), offers)


def _named(named: Sequence[Named], payable: Mapping[str, OpenItem], currency: str) -> list[Share]:
    wants: list[Share] = []
    seen: set[str] = set()
    for place, each in enumerate(named):
        if each.number in seen:
            raise InvalidInput(f"named.{place}.number", "is named twice")
        seen.add(each.number)
        if each.amount is not None:
            wants.append(Share(each.number, _amount(each.amount, currency, place)))
        else:
            wants += _with_charges(each.number, payable)
    return wants


def _amount(amount: Money, currency: str, place: int) -> int:
    if amount.currency != currency:
        raise InvalidInput(f"named.{place}.amount", f"is not in {currency}")
    if amount.minor <= 0:
        raise InvalidInput(f"named.{place}.amount", "must be more than zero")
    return amount.minor


def _with_charges(number: str, payable: Mapping[str, OpenItem]) -> list[Share]:
    """A receivable and its charges, in the order that its conditions give. Of one that is paid, its charges."""
    itself = [Share(number, payable[number].balance.minor)] if number in payable else []
    charges = sorted(
        (item for item in payable.values() if item.concerns == number),
        key=lambda item: (item.due_date, item.number),
    )
    theirs = [Share(item.number, item.balance.minor) for item in charges]
    before = number in payable and payable[number].conditions.charges is ChargesOrder.BEFORE_PRINCIPAL
    return [*theirs, *itself] if before else [*itself, *theirs]


def _ordered(items: Iterable[OpenItem], settlement: Settlement) -> list[Share]:
    parts = [
        (_place(item, part.due_date, settlement), Share(item.number, part.amount.minor))
        for item in items
        for part in outstanding(item)
        if part.amount
    ]
    return [share for _, share in sorted(parts, key=lambda part: part[0])]


def _place(item: OpenItem, due: date, settlement: Settlement) -> tuple[bool, int, date, str]:
    first = item.is_charge is (settlement.charges is ChargesOrder.BEFORE_PRINCIPAL)
    size = {Order.OLDEST_DUE: 0, Order.SMALLEST: item.amount.minor, Order.LARGEST: -item.amount.minor}
    return not first, size[settlement.order], due, item.number


def _merged(wants: Iterable[Share], payable: Mapping[str, OpenItem]) -> list[Share]:
    """At most the balance of each in all; the first mention of what can be paid at all keeps its place."""
    left = {number: item.balance.minor for number, item in payable.items()}
    merged = []
    for want in wants:
        minor = min(want.minor, left.get(want.number, 0))
        if minor:
            left[want.number] -= minor
            merged.append(Share(want.number, minor))
    return merged


def _filled(money: int, wants: Sequence[Share], offers: Mapping[str, int]) -> tuple[Share, ...]:
    asked = sum(want.minor for want in wants)
    kept = {want.number: offers.get(want.number, 0) for want in wants}
    if asked - sum(kept.values()) <= money < asked:
        return _but_for(money, wants, kept)
    given: dict[str, int] = {}
    for want in wants:
        minor = min(want.minor, money)
        money -= minor
        if minor:
            given[want.number] = given.get(want.number, 0) + minor
    return tuple(Share(number, minor) for number, minor in given.items())


def _but_for(money: int, wants: Sequence[Share], kept: Mapping[str, int]) -> tuple[Share, ...]:
    """All that is asked for but what may be kept back; what is there beyond fills up the first of them."""
    asked: dict[str, int] = {}
    for want in wants:
        asked[want.number] = asked.get(want.number, 0) + want.minor
    beyond = money - sum(asked.values()) + sum(kept.values())
    shares = []
    for number, minor in asked.items():
        more = min(beyond, kept[number])
        beyond -= more
        shares.append(Share(number, minor - kept[number] + more))
    return tuple(share for share in shares if share.minor)
