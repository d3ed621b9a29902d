"""Early-payment discounts as others have published them. Each row: invoice date, total, tax, percent, base, what happens to
tax, days; then the last day, the discount and the tax in it; source."""

from datetime import date
from decimal import Decimal

import pytest

from receivables.core.money import Money
from receivables.terms import DiscountRules, DiscountTier
from receivables.terms.discounts import DiscountBase, DiscountTax
from receivables.terms.due import DueRule, EndOfMonthPlusDays, NetDays
from receivables.terms.schedule import schedule
from tests.fakes.calendars import EVERY_DAY
from tests.unit.terms.builders import terms

TOTAL, NET = DiscountBase.TOTAL, DiscountBase.NET_OF_TAX
REDUCED, KEPT = DiscountTax.REDUCED, DiscountTax.KEPT
ODOO = "Odoo documentation, Cash discounts and tax reduction: "
COLLEGE = "Centennial College, Payment terms and cash discounts: "

EXAMPLES = [
    ("2023-01-01", "100.00", None, "2", TOTAL, REDUCED, NetDays(7), "2023-01-08", "2.00", "0", ODOO + "98 to pay"),
    ("2023-01-01", "121.00", "21.00", "2", TOTAL, REDUCED, NetDays(7), "2023-01-08", "2.42", "0.42",
     ODOO + "on early payment, 118.58 to pay"),
    ("2023-01-01", "121.00", "21.00", "2", NET, KEPT, NetDays(7), "2023-01-08", "2.00", "0", ODOO + "never, 119.00 to pay"),
    ("2023-01-01", "120.58", "20.58", "2", NET, KEPT, NetDays(7), "2023-01-08", "2.00", "0",
     ODOO + "always, 118.58 to pay"),
    ("2013-03-05", "529.87", "56.87", "3", TOTAL, REDUCED, NetDays(10), "2013-03-15", "15.90", "1.71",
     "ZUGFeRD sample invoice COMFORT: 3 % within 10 days, to 15 March 2013"),
    ("2026-03-02", "2380.00", "380.00", "3", TOTAL, REDUCED, NetDays(14), "2026-03-16", "71.40", "11.40",
     "Haufe Finance Office: a craftsman grants 3 %, 2 308.60 to pay"),
    ("2015-05-01", "1200.00", "200.00", "10", TOTAL, REDUCED, NetDays(14), "2015-05-15", "120.00", "20.00",
     "Clayton & Brewill, VAT on prompt payment discounts: VAT of 180 instead of 200"),
    ("2026-01-26", "750.00", None, "2", TOTAL, REDUCED, NetDays(10), "2026-02-05", "15.00", "0", COLLEGE + "2/10"),
    ("2026-01-26", "750.00", None, "1", TOTAL, REDUCED, NetDays(20), "2026-02-15", "7.50", "0", COLLEGE + "1/20"),
    ("2026-01-26", "750.00", None, "2", TOTAL, REDUCED, EndOfMonthPlusDays(10), "2026-02-10", "15.00", "0",
     COLLEGE + "2/10 E.O.M., paid on February 10"),
    ("2026-11-14", "3240.00", None, "3", TOTAL, REDUCED, NetDays(10), "2026-11-24", "97.20", "0",
     COLLEGE + "3/10 from the receipt of goods on November 14"),
    ("2026-06-28", "3720.00", None, "2", TOTAL, REDUCED, NetDays(10), "2026-07-08", "74.40", "0", COLLEGE + "June 28"),
    ("2026-10-01", "900.00", None, "2", TOTAL, REDUCED, NetDays(10), "2026-10-11", "18.00", "0",
     "CliffsNotes Accounting, Sales discounts: 882 to pay for 900"),
    ("2026-10-15", "110000.00", None, "2", TOTAL, REDUCED, NetDays(10), "2026-10-25", "2200.00", "0",
     "a Chinese textbook case of 2/10, 1/20, n/30: 107 800 received on the eighth day"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("issued", "total", "tax", "percent", "base", "kind", "within", "until", "discount", "of_tax", "source"),
    EXAMPLES,
)
def test_a_published_discount_comes_out(
    issued: str,
    total: str,
    tax: str | None,
    percent: str,
    base: DiscountBase,
    kind: DiscountTax,
    within: DueRule,
    until: str,
    discount: str,
    of_tax: str,
    source: str,
) -> None:
    rules = DiscountRules((DiscountTier(within, Decimal(percent)),), base, kind)
    made = schedule(
        terms(due=NetDays(60), discount=rules),
        date.fromisoformat(issued),
        Money.parse(total, "EUR"),
        None if tax is None else Money.parse(tax, "EUR"),
        EVERY_DAY,
    )
    (offer,) = made.offers
    assert offer.discount.until == date.fromisoformat(until), source
    assert offer.discount.amount == Money.parse(discount, "EUR"), source
    assert offer.discount.tax == Money.parse(of_tax, "EUR"), source
