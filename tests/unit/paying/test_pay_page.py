from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from receivables.arrangements import Cause, Covered, Dispute, DisputeReason, InFlight, Plan, Promise
from receivables.core.configuration import Company, Creditor, ProcessorAccount
from receivables.core.errors import Conflict, DependencyFailed, InvalidInput, NotFound
from receivables.ledger import ArrangementChange, Posting, PostOutcome
from receivables.ledger.allocation import Named
from receivables.ledger.receiving import receive
from receivables.matching.references import reference_of
from receivables.notices.bill import Bill, render_bill, render_unknown
from receivables.payments.pay_links import LiveLink, PayTarget
from receivables.payments.transfers import BankTransfer
from receivables.terms import Conditions, Discount, Settlement
from receivables.usecases.pay_online import LASTS, Choice, EndLinks, PayOnline
from receivables.usecases.pay_page import AskedFor, PayPage
from tests.builders import NOW, customer, eur, invoice, issued, payment
from tests.fakes.directory import InMemoryCompany, InMemoryCustomers
from tests.fakes.pay_links import InMemoryPayLinks, PageMaker
from tests.fakes.stores import MemoryStores

ALL = PayTarget("C-1.EUR")
ONE = PayTarget("C-1.EUR", "INV-1")
STRIPE = ProcessorAccount("stripe", "main", label="card", pays=True)
COMPANY = Company(
    name="Acme Ltd",
    reply_to="help@acme.example",
    creditor=Creditor("Acme GmbH", "DE89370400440532013000"),
    processors=(STRIPE, ProcessorAccount("mollie", "main", pays=True, currencies=("CHF",))),
)


class World:
    """An account, a company, a processor."""

    def __init__(self, company: Company = COMPANY, **who: Any) -> None:
        self.stores = MemoryStores()
        self.ledger = self.stores.ledger
        self.links, self.pages = InMemoryPayLinks(), PageMaker()
        self.company = InMemoryCompany()
        self.company.put(company)
        self.asked_for = AskedFor(self.ledger, InMemoryCustomers(customer(**who)), self.company)
        self.online = PayOnline(self.asked_for, self.links, self.pages)
        self.end = EndLinks(self.asked_for, self.links, self.pages)

    def bill(self, target: PayTarget = ALL, at: datetime = NOW) -> Bill:
        return PayPage(self.asked_for, reference_of, lambda transfer: f"<svg>{_code(transfer)}</svg>")(
            target, at
        )

    def pays(self, number: str, minor: int, at: datetime = NOW) -> None:
        item = self.ledger.open_item("C-1.EUR", number)
        assert item is not None
        money = payment(number, minor, effective_at=at, received_at=at)
        posting = receive(
            money, "C-1.EUR", [item], named=(Named(number),), settlement=Settlement(), tz=customer().tz
        )
        assert self.ledger.post(posting) is PostOutcome.POSTED

    def agrees(self, arrangement: Promise | Plan | Dispute | InFlight) -> None:
        posting = Posting("C-1.EUR", arrangements=(ArrangementChange(None, arrangement),))
        assert self.ledger.post(posting) is PostOutcome.POSTED

    def goes_online(self, target: PayTarget = ALL, at: datetime = NOW) -> str:
        return self.online(Choice(target, "stripe/main", "https://pay.acme.example/t"), at)


def _code(transfer: BankTransfer) -> str:
    return f"{transfer.amount.decimal}"


def in_flight(number: str = "INV-1", cause: Cause = Cause.PENDING) -> InFlight:
    covered = (Covered(number, eur(10_000)),)
    until = NOW + timedelta(days=14)
    return InFlight("arr_1", "C-1.EUR", covered, cause, eur(10_000), "gocardless/main/PM1", NOW, until)


def dispute(minor: int) -> Dispute:
    return Dispute(
        "arr_2", "C-1.EUR", "INV-1", eur(minor), DisputeReason.QUALITY,
        "Ada", "e-mail", "alice", NOW, "alice", date(2026, 4, 1),
    )  # fmt: skip


@pytest.fixture
def world() -> World:
    made = World()
    issued(
        made.ledger,
        invoice("INV-1"),
        invoice("INV-2", minor=2_500, issue_date=date(2026, 2, 1), due_date=date(2026, 3, 1)),
    )
    return made


def test_a_payer_sees_all_that_is_open_oldest_first(world: World) -> None:
    bill = world.bill()
    assert [(line.number, line.pay, line.days_overdue) for line in bill.lines] == [
        ("INV-2", eur(2_500), 1),
        ("INV-1", eur(10_000), -30),
    ]
    assert bill.total == eur(12_500)


def test_a_link_of_an_invoice_asks_for_that_invoice(world: World) -> None:
    assert [line.number for line in world.bill(ONE).lines] == ["INV-1"]
    assert world.bill(ONE).total == eur(10_000)


def test_the_amount_is_what_is_open_at_that_moment(world: World) -> None:
    world.pays("INV-1", 4_000)
    assert world.bill(ONE).total == eur(6_000)
    world.pays("INV-1", 6_000)
    assert world.bill(ONE).total == eur(0)
    assert world.bill(ONE).lines == ()


def test_credit_is_taken_off_the_account_and_not_off_one_invoice(world: World) -> None:
    world.pays("INV-2", 3_500)
    assert world.bill().total == eur(9_000)
    assert world.bill().credit == eur(1_000)
    assert world.bill(ONE).total == eur(10_000)


def test_who_pays_in_time_pays_less_the_discount() -> None:
    world = World()
    offers = Conditions(discounts=(Discount(NOW.date(), NOW.date(), eur(200), eur(0)),))
    issued(world.ledger, invoice("INV-1", conditions=offers))
    line = world.bill().lines[0]
    assert (line.pay, line.off) == (eur(9_800), eur(200))
    late = world.bill(at=NOW + timedelta(days=2)).lines[0]
    assert (late.pay, late.off) == (eur(10_000), None)


def test_what_is_on_its_way_is_shown_and_not_asked_for(world: World) -> None:
    world.agrees(in_flight())
    bill = world.bill()
    assert {line.number: line.waits for line in bill.lines} == {"INV-2": "", "INV-1": "in_flight"}
    assert bill.total == eur(2_500)


def test_what_did_not_arrive_in_time_is_asked_for_again(world: World) -> None:
    world.agrees(in_flight())
    assert world.bill(at=NOW + timedelta(days=15)).total == eur(12_500)


def test_what_is_being_collected_is_not_to_be_paid_by_hand(world: World) -> None:
    world.agrees(in_flight(cause=Cause.COLLECTING))
    assert world.bill(ONE).lines[0].waits == "collecting"
    assert not world.bill(ONE).online or world.bill(ONE).total == eur(0)


def test_what_a_bank_contests_may_be_paid_otherwise(world: World) -> None:
    world.agrees(in_flight(cause=Cause.CONTESTED))
    assert world.bill(ONE).total == eur(10_000)


@pytest.mark.parametrize(("contested", "asked", "waits"), [(3_000, 7_000, ""), (10_000, 0, "disputed")])
def test_what_is_disputed_is_not_asked_for(world: World, contested: int, asked: int, waits: str) -> None:
    world.agrees(dispute(contested))
    bill = world.bill(ONE)
    assert bill.total == eur(asked)
    assert bill.lines[0].waits == waits


def test_only_ways_for_the_currency_are_offered(world: World) -> None:
    assert [way.id for way in world.bill().online] == ["stripe/main"]
    assert world.bill().online[0].label == "card"


def test_one_invoice_is_transferred_by_its_reference_and_several_by_their_numbers(world: World) -> None:
    one, both = world.bill(ONE).transfer, world.bill().transfer
    assert one is not None
    assert both is not None
    assert one.reference.replace(" ", "") == reference_of("INV-1")
    assert one.code == "<svg>100.00</svg>"
    assert (both.reference, both.text) == ("", "INV-2 INV-1")


def test_without_a_bank_account_there_is_no_transfer(world: World) -> None:
    world.company.put(replace(world.company.get(), creditor=None))
    assert world.bill().transfer is None


def test_an_unknown_account_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.bill(PayTarget("C-9.EUR"))


# ---- paying online


def test_a_payer_is_sent_to_a_page_for_exactly_what_is_open(world: World) -> None:
    url = world.goes_online(ONE)
    order = world.pages.last
    assert url.endswith(order.key)
    assert (order.amount, order.invoice, order.account_id) == (eur(10_000), "INV-1", "C-1.EUR")
    assert order.expires_at == NOW + LASTS


def test_an_account_with_several_invoices_names_none(world: World) -> None:
    world.goes_online()
    assert world.pages.last.invoice is None
    assert world.pages.last.amount == eur(12_500)


def test_the_same_page_is_given_out_while_it_is_good(world: World) -> None:
    assert world.goes_online() == world.goes_online(at=NOW + timedelta(minutes=20))
    assert len(world.pages.orders) == 1


def test_two_clicks_at_once_make_one_page(world: World) -> None:
    first = world.goes_online()
    world.links.links.clear()  # the second request did not see what the first kept
    assert world.goes_online(at=NOW + timedelta(seconds=1)) == first


def test_a_page_that_has_ended_does_not_come_again(world: World) -> None:
    """As much is open once more within the hour: the processor would answer the same key with the page that is closed."""
    world.goes_online(ONE)
    world.pays("INV-1", 10_000)
    world.end("C-1.EUR", NOW + timedelta(minutes=5))
    issued(world.ledger, invoice("INV-3"))
    third = PayTarget("C-1.EUR", "INV-3")
    world.goes_online(third, at=NOW + timedelta(minutes=6))
    world.pays("INV-3", 10_000)
    world.end("C-1.EUR", NOW + timedelta(minutes=7))
    world.pays("INV-2", 2_500)
    issued(world.ledger, invoice("INV-4"))
    world.goes_online(at=NOW + timedelta(minutes=8))
    world.pays("INV-4", 10_000)
    world.end("C-1.EUR", NOW + timedelta(minutes=9))
    issued(world.ledger, invoice("INV-5"))
    url = world.goes_online(at=NOW + timedelta(minutes=10))
    assert not any(url.endswith(ended) for ended in world.pages.ended)
    assert world.pages.last.invoice == "INV-5"


def test_a_processor_without_credentials_does_not_keep_other_pages_open(world: World) -> None:
    gone = ProcessorAccount("adyen", "without-credentials", pays=True)
    world.company.put(replace(world.company.get(), processors=(*COMPANY.processors, gone)))
    world.links.keep(LiveLink(ALL, gone.id, "PL1", "https://x.example", eur(12_500), NOW + LASTS))
    world.goes_online()
    world.pays("INV-1", 10_000)
    assert world.end("C-1.EUR", NOW + timedelta(minutes=1)) == 2
    assert not world.links.of_account("C-1.EUR")


def test_a_page_for_another_amount_ends_before_there_is_a_new_one(world: World) -> None:
    world.goes_online()
    first = world.pages.last.key
    world.pays("INV-2", 2_500)
    world.goes_online(at=NOW + timedelta(minutes=1))
    assert world.pages.ended == [first]
    assert world.pages.last.amount == eur(10_000)
    assert [link.amount for link in world.links.of_account("C-1.EUR")] == [eur(10_000)]


def test_a_page_that_is_about_to_end_is_replaced(world: World) -> None:
    world.goes_online()
    world.goes_online(at=NOW + timedelta(minutes=50))
    assert len(world.pages.orders) == 2


def test_nothing_can_be_paid_when_nothing_is_open(world: World) -> None:
    world.pays("INV-1", 10_000)
    with pytest.raises(Conflict):
        world.goes_online(ONE)


def test_only_a_way_that_is_offered_can_be_taken(world: World) -> None:
    for way in ("mollie/main", "stripe/other", "", "../x"):
        with pytest.raises(InvalidInput, match="not a way"):
            world.online(Choice(ALL, way, "https://pay.acme.example/t"), NOW)


def test_a_processor_that_does_not_answer_leaves_nothing_behind(world: World) -> None:
    world.pages.silent = True
    with pytest.raises(DependencyFailed):
        world.goes_online()
    assert not world.links.of_account("C-1.EUR")


def test_a_processor_that_cannot_end_pages_does_not_keep_a_payer_from_paying(world: World) -> None:
    world.goes_online()
    world.pages.paid.add(world.pages.last.key)
    world.pays("INV-2", 2_500)
    world.goes_online(at=NOW + timedelta(minutes=1))
    assert world.pages.last.amount == eur(10_000)


def test_pages_end_when_the_money_came_otherwise(world: World) -> None:
    world.goes_online(ONE)
    world.goes_online()
    assert world.end("C-1.EUR", NOW) == 0
    world.pays("INV-1", 10_000)
    assert world.end("C-1.EUR", NOW + timedelta(minutes=1)) == 2
    assert sorted(world.pages.ended) == sorted(world.pages.orders)
    assert not world.links.of_account("C-1.EUR")
    assert world.end("C-1.EUR", NOW + timedelta(minutes=2)) == 0


def test_a_page_that_was_paid_on_needs_no_ending(world: World) -> None:
    world.goes_online(ONE)
    world.pages.paid.add(world.pages.last.key)
    world.pays("INV-1", 10_000)
    world.end("C-1.EUR", NOW + timedelta(minutes=1))
    assert not world.links.of_account("C-1.EUR")


def test_a_page_is_ended_later_when_the_processor_does_not_answer(world: World) -> None:
    world.goes_online(ONE)
    world.pays("INV-1", 10_000)
    world.pages.silent = True
    with pytest.raises(DependencyFailed):
        world.end("C-1.EUR", NOW + timedelta(minutes=1))
    world.pages.silent = False
    assert world.end("C-1.EUR", NOW + timedelta(minutes=2)) == 1


def test_a_page_whose_time_is_over_is_ended_where_the_processor_keeps_no_time(world: World) -> None:
    world.goes_online(ONE)
    assert world.end("C-1.EUR", NOW + timedelta(hours=2)) == 1
    assert not world.links.of_account("C-1.EUR")


# ---- the page


@pytest.mark.parametrize(
    ("locale", "heading"),
    [("en_GB", "€125.00 to pay"), ("de_DE", "125,00\xa0€ zu zahlen"), ("fr_FR", "to pay")],
)
def test_the_page_speaks_the_payers_language(locale: str, heading: str) -> None:
    world = World(locale=locale)
    issued(world.ledger, invoice("INV-1", minor=12_500))
    assert heading in render_bill(world.bill())


def test_the_page_has_no_script_and_escapes_what_people_wrote() -> None:
    world = World(replace(COMPANY, name="<script>x</script>"), name='"><img src=x onerror=alert(1)>')
    issued(world.ledger, invoice("INV-1"))
    page = render_bill(world.bill())
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


def test_the_page_of_what_is_settled_asks_for_nothing(world: World) -> None:
    world.pays("INV-1", 10_000)
    page = render_bill(world.bill(ONE))
    assert "Nothing to pay" in page
    assert "<form" not in page
    assert "IBAN" not in page


@pytest.mark.parametrize("notice", ["back", "failed", "changed"])
def test_the_page_tells_what_just_happened(world: World, notice: str) -> None:
    page = render_bill(replace(world.bill(), notice=notice))
    assert 'role="status"' in page


def test_a_link_that_leads_nowhere_says_so_in_the_browsers_language() -> None:
    assert "does not lead anywhere" in render_unknown("en-GB")
    assert "nirgendwohin" in render_unknown("de")
    assert "does not lead anywhere" in render_unknown("xx-nonsense")
