"""The parts of a receivable as short values: lists without attribute names, and nothing that is as it is by default.

An open item is read with every decision about its account and written with every payment; so what most invoices do not
have costs them nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from receivables import arrangements, ledger, terms
from receivables.adapters.dynamodb.values import (
    Item,
    Value,
    day,
    day_at,
    flag,
    flag_at,
    instant,
    instant_at,
    list_at,
    listed,
    number,
    number_at,
    present,
    text,
    text_at,
)
from receivables.core.money import Money


def conditions_value(conditions: terms.Conditions) -> Value | None:
    """The conditions that are not those of plain net terms; None when all are."""
    stored = present(
        instalments=instalments_value(conditions.instalments),
        discounts=listed(_discount_value(each) for each in conditions.discounts),
        charged=flag(value=True) if conditions.charged else None,
        charges=text(conditions.charges) if conditions.charges is not terms.PLAIN.charges else None,
        credit_notes=text(conditions.credit_notes)
        if conditions.credit_notes is not terms.PLAIN.credit_notes
        else None,
        rounding=number(conditions.rounding) if conditions.rounding else None,
    )
    return {"M": stored} if stored else None


def conditions_at(item: Mapping[str, Value], name: str = "conditions") -> terms.Conditions:
    """The conditions of the item, whose currency is that of its amounts."""
    plain = terms.PLAIN
    if name not in item:
        return plain
    stored, currency = item[name]["M"], item["currency"]["S"]
    return terms.Conditions(
        instalments=_instalments(list_at(stored, "instalments"), currency),
        discounts=tuple(_discount(each["L"], currency) for each in list_at(stored, "discounts")),
        charged=flag_at(stored, "charged"),
        charges=type(plain.charges)(text_at(stored, "charges", plain.charges)),
        credit_notes=type(plain.credit_notes)(text_at(stored, "credit_notes", plain.credit_notes)),
        rounding=number_at(stored, "rounding"),
    )


def instalments_value(instalments: Iterable[terms.Instalment]) -> Value | None:
    return listed({"L": [day(each.due_date), number(each.amount.minor)]} for each in instalments)


def instalments_at(item: Mapping[str, Value], name: str) -> tuple[terms.Instalment, ...]:
    return _instalments(item[name]["L"], item["currency"]["S"]) if name in item else ()


def moves_value(moves: Iterable[ledger.Move]) -> Value | None:
    return listed({"L": [instant(move.at), number(move.minor), text(move.kind)]} for move in moves)


def moves_at(item: Mapping[str, Value]) -> tuple[ledger.Move, ...]:
    if "moves" not in item:
        return ()
    return tuple(
        ledger.Move(_instant(at), int(minor["N"]), ledger.EntryKind(kind["S"]))
        for at, minor, kind in (each["L"] for each in item["moves"]["L"])
    )


def accrued_value(accrued: Iterable[ledger.Accrued]) -> Value | None:
    return listed(
        {
            "L": [
                text(each.rule),
                day(each.first),
                day(each.last),
                number(each.minor),
                text(each.charge),
            ]
        }
        for each in accrued
    )


def accrued_at(item: Mapping[str, Value]) -> tuple[ledger.Accrued, ...]:
    if "accrued" not in item:
        return ()
    return tuple(
        ledger.Accrued(rule["S"], _day(first), _day(last), int(minor["N"]), charge["S"])
        for rule, first, last, minor, charge in (each["L"] for each in item["accrued"]["L"])
    )


def hold_value(hold: arrangements.Hold | None) -> Value | None:
    if hold is None:
        return None
    return {
        "M": present(
            reason=text(hold.reason),
            by=text(hold.by),
            placed_at=instant(hold.placed_at),
            until=instant(hold.until),
            owner=text(hold.owner) if hold.owner else None,
        )
    }


def hold_at(item: Mapping[str, Value]) -> arrangements.Hold | None:
    if "hold" not in item:
        return None
    stored = item["hold"]["M"]
    return arrangements.Hold(
        text_at(stored, "reason"),
        text_at(stored, "by"),
        instant_at(stored, "placed_at"),
        instant_at(stored, "until"),
        text_at(stored, "owner"),
    )


def extension_value(extension: arrangements.Extension | None) -> Value | None:
    if extension is None:
        return None
    stored: Item = {
        "due_date": day(extension.due_date),
        "interest": text(extension.interest),
        "reason": text(extension.reason),
        "by": text(extension.by),
        "granted_at": instant(extension.granted_at),
    }
    return {"M": stored}


def extension_at(item: Mapping[str, Value]) -> arrangements.Extension | None:
    if "extension" not in item:
        return None
    stored = item["extension"]["M"]
    return arrangements.Extension(
        day_at(stored, "due_date"),
        arrangements.InterestFrom(text_at(stored, "interest")),
        text_at(stored, "reason"),
        text_at(stored, "by"),
        instant_at(stored, "granted_at"),
    )


def short_value(short: ledger.ShortPayment | None) -> Value | None:
    if short is None:
        return None
    stored: Item = {
        "payment": text(short.payment),
        "missing": number(short.missing.minor),
        "reason": text(short.reason),
        "proposal": text(short.proposal),
    }
    return {"M": stored}


def short_at(item: Mapping[str, Value]) -> ledger.ShortPayment | None:
    if "short" not in item:
        return None
    stored = item["short"]["M"]
    return ledger.ShortPayment(
        text_at(stored, "payment"),
        Money(number_at(stored, "missing"), item["currency"]["S"]),
        ledger.ShortPaymentReason(text_at(stored, "reason")),
        text_at(stored, "proposal"),
    )


def _discount_value(discount: terms.Discount) -> Value:
    return {
        "L": [
            day(discount.until),
            day(discount.forgiven_until),
            number(discount.amount.minor),
            number(discount.tax.minor),
            number(discount.tolerance),
            flag(discount.shares),
        ]
    }


def _discount(stored: list[Value], currency: str) -> terms.Discount:
    until, forgiven, amount, tax, tolerance, shares = stored
    return terms.Discount(
        _day(until),
        _day(forgiven),
        Money(int(amount["N"]), currency),
        Money(int(tax["N"]), currency),
        int(tolerance["N"]),
        bool(shares["BOOL"]),
    )


def _instalments(stored: list[Value], currency: str) -> tuple[terms.Instalment, ...]:
    return tuple(
        terms.Instalment(_day(on), Money(int(minor["N"]), currency))
        for on, minor in (each["L"] for each in stored)
    )


def _day(value: Value) -> date:
    return date.fromisoformat(value["S"])


def _instant(value: Value) -> datetime:
    return datetime.fromisoformat(value["S"])
