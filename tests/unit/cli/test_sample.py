from collections import Counter
from datetime import timedelta

import pytest

from receivables.core.calendar import business_days
from receivables_cli.demo.sample import sample_story


def test_the_same_seed_makes_the_same_story() -> None:
    assert sample_story(3) == sample_story(3)
    assert sample_story(3) != sample_story(4)


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_sample_is_worth_watching(seed: int) -> None:
    story = sample_story(seed)
    assert len(list(business_days(story.first, story.last))) >= 90
    assert 15 <= len(story.debtors) <= 40
    assert 55 <= len(story.bills) <= 150
    assert {"EUR", "USD", "GBP", "JPY"} <= set(story.invoiced())
    assert len({debtor.locale for debtor in story.debtors}) >= 8


def test_every_kind_of_payer_is_in_it() -> None:
    story = sample_story(1)
    bills = {bill.number: bill for bill in story.bills}
    paid = {receipt.reference: receipt for receipt in story.receipts if receipt.reference in bills}
    days_late = [
        (receipt.at.date() - (bills[number].due_date or story.first)).days for number, receipt in paid.items()
    ]
    assert min(days_late) < -7
    assert max(days_late) > 30
    times = Counter(receipt.reference for receipt in story.receipts)
    assert max(times.values()) == 2
    assert any(receipt.amount > bills[number].amount for number, receipt in paid.items())
    assert any(receipt.reference not in bills for receipt in story.receipts)
    assert any(
        bill.number not in paid for bill in story.bills if bill.issue_date < story.last - timedelta(90)
    )


def test_nothing_is_paid_before_it_is_invoiced_or_played() -> None:
    story = sample_story(1)
    bills = {bill.number: bill for bill in story.bills}
    for receipt in story.receipts:
        number = receipt.id.rpartition("-")[0]
        assert bills[number].issue_date <= receipt.at.date() <= story.last


def test_nobody_real_is_written_to() -> None:
    for debtor in sample_story(1).debtors:
        assert debtor.email.endswith("@example.com")
        assert debtor.phone.startswith("+1555")
    emails = [debtor.email for debtor in sample_story(1).debtors]
    assert len(set(emails)) == len(emails)
