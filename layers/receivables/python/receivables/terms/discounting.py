"""What early-payment discounts are worth for one invoice: amounts, and how each came about."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from receivables.core.money import Money
from receivables.terms.discounts import DiscountBase, DiscountRules, DiscountTax, DiscountTier
from receivables.terms.figures import percent_text


@dataclass(frozen=True, slots=True)
class Worth:
    """What a tier takes off an invoice, how much of that is a reduction of tax, and how it came about."""

    amount: Money
    tax: Money
    working: str


def worth(rules: DiscountRules, tier: DiscountTier, amount: Money, tax: Money | None) -> Worth | None:
    """The discount of a tier on an invoice of that amount, of which `tax` is sales tax; None where a fixed amount has none in
    the currency.

    The base decides what a percentage is taken of, and nothing else. Where tax is reduced in proportion, the discount has
    the same share of tax as the invoice. Each of the two figures is rounded half-even, once, from its exact value.
    """
    levied = tax or Money.zero(amount.currency)
    if tier.percent is None:
        fixed = tier.amount.in_(amount.currency) if tier.amount else None
        if fixed is None:
            return None
        exact, working = Fraction(fixed.minor), f"fixed discount of {fixed}"
    else:
        base, name = _base(rules.base, amount, tax)
        exact = Fraction(base.minor) * Fraction(tier.percent) / 100
        working = f"{percent_text(tier.percent)} of {base} ({name})"
    off = Money(round(exact), amount.currency)
    reduced = Money(0, amount.currency)
    if rules.tax is DiscountTax.REDUCED and amount:
        reduced = Money(round(exact * levied.minor / amount.minor), amount.currency)
    return Worth(off, reduced, f"{working} = {off}{_tax_text(rules.tax, levied, reduced)}")


def _base(base: DiscountBase, amount: Money, tax: Money | None) -> tuple[Money, str]:
    if base is DiscountBase.TOTAL:
        return amount, "total"
    if tax is None:
        return amount, "net of tax; no tax is stated"
    return amount - tax, "net of tax"


def _tax_text(kind: DiscountTax, levied: Money, reduced: Money) -> str:
    if not levied:
        return ""
    return f", of which {reduced} tax" if kind is DiscountTax.REDUCED else ", tax as invoiced"
