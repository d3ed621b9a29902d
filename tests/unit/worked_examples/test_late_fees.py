"""Fixed sums for late payment as laws and guidance give them. Each row: the pack, what was late, the sum, the source."""

from datetime import date

import pytest

from receivables.charges.packs import pack
from receivables.charges.preview import History, preview_charges
from receivables.charges.rates import builtin_rates
from receivables.core.money import Money
from receivables.terms import Instalment

TABLES = {table.id: table for table in builtin_rates()}
GOV_UK = "GOV.UK, Claim debt recovery costs on late payments: "
BGB = "German Civil Code, section 288(5): "

EXAMPLES = [
    ("gb-late-payment", "GBP", "500.00", "40.00", "Freelance Toolkit UK: 500 is in the band of 40"),
    ("gb-late-payment", "GBP", "999.99", "40.00", GOV_UK + "up to 999.99"),
    ("gb-late-payment", "GBP", "1000.00", "70.00", GOV_UK + "1,000 to 9,999.99"),
    ("gb-late-payment", "GBP", "5000.00", "70.00", "Freelance Toolkit UK: 5,000 is in the band of 70"),
    ("gb-late-payment", "GBP", "9999.99", "70.00", GOV_UK + "1,000 to 9,999.99, its end"),
    ("gb-late-payment", "GBP", "10000.00", "100.00", GOV_UK + "10,000 or more"),
    ("gb-late-payment", "GBP", "12000.00", "100.00", "Gera Services: 12,000 is in the band of 100"),
    ("eu-2011-7", "EUR", "12.50", "40.00", "Directive 2011/7/EU, article 6(1)"),
    ("de-bgb-288", "EUR", "1000.00", "40.00", BGB + "a lump sum of 40"),
    ("de-bgb-288-consumer", "EUR", "1000.00", "0.00", BGB + "not where the debtor is a consumer"),
    ("fr-l441-10", "EUR", "15000.00", "40.00", "Code de commerce, article D. 441-5; Bpifrance Création"),
    ("it-dlgs-231-2002", "EUR", "8200.00", "40.00", "D.Lgs. 231/2002, article 6(2)"),
    ("es-ley-3-2004", "EUR", "2300.00", "40.00", "Ley 3/2004, article 8(1); Bufete Sempere Jaén"),
    ("nl-6-119a", "EUR", "1000.00", "40.00", "Burgerlijk Wetboek, article 6:96(4)"),
]


@pytest.mark.parametrize(("pack_id", "currency", "late", "fee", "source"), EXAMPLES)
def test_fixed_sums_are_what_the_law_says(
    pack_id: str, currency: str, late: str, fee: str, source: str
) -> None:
    owed = Money.parse(late, currency)
    history = History(owed, (Instalment(date(2024, 3, 1), owed),))
    answer = preview_charges(history, pack(pack_id).rules(), TABLES, date(2024, 3, 2))
    assert sum(each.amount.minor for each in answer.fees) == Money.parse(fee, currency).minor


@pytest.mark.parametrize("source", [source for *_, source in EXAMPLES])
def test_each_names_its_source(source: str) -> None:
    assert source
