from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from receivables.core.money import Money
from receivables_cli.demo.charges import ChargeDesk
from receivables_cli.demo.story import Bill, Debtor, Receipt, Story
from receivables_cli.demo.terms import EUROPE, MONTHLY
from tests.unit.cli.fake_api import FakeApi

FRIDAY = datetime(2026, 3, 6, 14, tzinfo=UTC)
UNCLAIMED = "/charges?state=unclaimed"
AT_ONCE = "/charges?account_id=C-2.USD"


def charge(number: int, account: str = "C-1.EUR", *, claimed: bool = False) -> dict[str, Any]:
    return {
        "number": f"LC-{number}",
        "self": f"/charges/LC-{number}",
        "account_id": account,
        "invoice": f"INV-{number}",
        "balance": {"amount": "40.00", "currency": account[-3:]},
        "claimed": claimed,
    }


def debtor(customer_id: str, terms_id: object) -> Debtor:
    return Debtor(customer_id, "Ada", "", "", "en_US", "UTC", sms_consent=False, terms_id=str(terms_id))


def story(**changes: Any) -> Story:
    debtors = (debtor("C-1", EUROPE["id"]), debtor("C-2", MONTHLY["id"]))
    day = date(2026, 1, 5)
    bills = tuple(Bill(f"INV-{c}", f"C-{n}", Money(1, c), day, None) for n, c in ((1, "EUR"), (2, "USD")))
    return Story("", day, date(2026, 12, 31), debtors, bills, (), **changes)


def go_through(api: FakeApi, told: Story | None = None, seed: int = 1) -> tuple[Receipt, ...]:
    return ChargeDesk(cast("Any", api), told or story(), seed).go_through(FRIDAY)


def many() -> FakeApi:
    return FakeApi({UNCLAIMED: [charge(n) for n in range(60)], AT_ONCE: []})


def test_each_charge_that_waits_is_claimed_or_waived_the_same_for_the_same_seed() -> None:
    api, again, other = many(), many(), many()
    paid = go_through(api)
    done = {path for _, path, _ in api.sent}
    assert len(api.sent) == len(done) == 60
    assert {path.rpartition("/")[2] for path in done} == {"claim", "waiver"}
    assert go_through(again) == paid
    assert again.sent == api.sent
    go_through(other, seed=2)
    assert other.sent != api.sent


def test_customers_pay_only_what_is_claimed_and_some_never_do() -> None:
    api = many()
    paid = go_through(api)
    claimed = {path.split("/")[2] for _, path, _ in api.sent if path.endswith("/claim")}
    assert {receipt.reference for receipt in paid} < claimed
    assert {receipt.amount for receipt in paid} == {Money(4_000, "EUR")}
    assert min(receipt.at for receipt in paid) > FRIDAY


def test_what_a_script_deals_with_is_left_alone() -> None:
    api = many()
    assert go_through(api, story(by_script=frozenset({"C-1.EUR"}))) == ()
    assert api.sent == []


def test_charges_that_nobody_has_to_claim_are_paid_once() -> None:
    charges = [charge(n, "C-2.USD", claimed=True) for n in range(20)]
    api = FakeApi({UNCLAIMED: [], AT_ONCE: charges})
    desk = ChargeDesk(cast("Any", api), story(), 1)
    first = desk.go_through(FRIDAY)
    assert {receipt.amount.currency for receipt in first} == {"USD"}
    assert desk.go_through(FRIDAY) == ()
    assert api.sent == []


def test_what_nobody_pays_is_let_go_before_a_case_would_be_opened() -> None:
    api = many()
    desk = ChargeDesk(cast("Any", api), story(), 1)
    paid = {receipt.reference for receipt in desk.go_through(FRIDAY)}
    claimed = {path.split("/")[2] for _, path, _ in api.sent if path.endswith("/claim")}
    api.answers[UNCLAIMED] = []
    api.sent.clear()
    desk.go_through(FRIDAY + timedelta(days=14))
    assert api.sent == []
    desk.go_through(FRIDAY + timedelta(days=21))
    assert {path.split("/")[2] for _, path, _ in api.sent} == claimed - paid
    assert {body["reason"] for _, _, body in api.sent} == {"not worth a case"}
