from collections import Counter
from datetime import timedelta

import pytest

from receivables.core.calendar import business_days
from receivables_cli.demo.sample import sample_story
from receivables_local.engine import ROOT


def test_the_same_seed_makes_the_same_story() -> None:
    assert sample_story(3) == sample_story(3)
    assert sample_story(3) != sample_story(4)


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_sample_is_worth_watching(seed: int) -> None:
    story = sample_story(seed)
    assert len(list(business_days(story.first, story.last))) >= 90
    assert 15 <= len(story.debtors) <= 40
    assert 45 <= len(story.bills) <= 120
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
    assert max(times.values()) > 1
    assert any(receipt.amount > bills[number].amount for number, receipt in paid.items())
    assert any(receipt.reference not in bills for receipt in story.receipts)
    assert any(
        bill.number not in paid for bill in story.bills if bill.issue_date < story.last - timedelta(90)
    )


@pytest.mark.parametrize("seed", range(1, 6))
def test_every_seed_has_the_scenes_with_all_that_can_be_agreed(seed: int) -> None:
    story = sample_story(seed)
    kinds = Counter((kind, state) for (_, kind), state in story.outcomes.items())
    assert kinds == {
        ("promise", "kept"): 1,
        ("promise", "broken"): 1,
        ("plan", "completed"): 1,
        ("dispute", "partly_credited"): 1,
        ("in_flight", "failed"): 1,
    }
    assert set(story.returned()) == {"EUR", "USD"}
    assert any(receipt.arrives > receipt.at for receipt in story.receipts)
    paths = [act.path.rpartition("/")[2] for act in story.acts]
    assert {"hold", "refunds", "chargebacks", "short-payment", "resolution"} <= set(paths)


def test_people_act_on_working_days_of_the_story_and_only_on_what_is_in_it() -> None:
    story = sample_story(1)
    debtors, numbers = {debtor.id for debtor in story.debtors}, {bill.number for bill in story.bills}
    assert [act.on for act in story.acts] == sorted(act.on for act in story.acts)
    for act in story.acts:
        assert story.first <= act.on <= story.last
        assert act.on.weekday() < 5
        assert any(known in act.path for known in debtors | numbers | {n.replace("-", "") for n in numbers})


def test_customers_have_terms_that_exist() -> None:
    story = sample_story(1)
    known = {terms["id"] for terms in story.terms}
    named = {debtor.terms_id for debtor in story.debtors}
    assert named - {None} == known
    assert None in named


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


def test_the_accounts_that_the_readme_shows_are_worth_it() -> None:
    story = sample_story(1)
    readme = (ROOT / "README.md").read_text()
    planned = next(account for account, kind in story.outcomes if kind == "plan")
    late = next(receipt for receipt in story.receipts if receipt.told_at)
    of_late_news = next(bill.customer_id for bill in story.bills if bill.number == late.reference)
    assert f"receivables account {planned}" in readme
    assert f"receivables charges {of_late_news}.EUR" in readme
