"""One account and everything that works it, in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from receivables.arrangements import Arrangement, Extension, Hold, InterestFrom
from receivables.charges.rates import RateTable
from receivables.core.clock import zone
from receivables.core.configuration import Company
from receivables.customers import Channel
from receivables.dunning import DEFAULT_POLICY, Policy
from receivables.ledger import (
    Account,
    AccountChange,
    ArrangementChange,
    Invoice,
    ItemChange,
    OpenItem,
    Posting,
    PostOutcome,
    WorkingSet,
)
from receivables.ledger.adjusting import extend, write_off
from receivables.ledger.allocation import Named
from receivables.ledger.deeds import Deed
from receivables.ledger.receiving import receive
from receivables.notices.notice import Notice, NoticeState
from receivables.terms import DEFAULT_TERMS, Settlement, Terms
from receivables.usecases.applicable import (
    RateTables,
    TermsVersions,
    applicable_policies,
    applicable_terms,
    rates_catalogue,
    terms_catalogue,
)
from receivables.usecases.compose_notice import Addressing
from receivables.usecases.courier import Courier, Tally
from receivables.usecases.keep_up import KeepUp
from receivables.usecases.send_notice import SendNotice
from receivables.usecases.work_account import Outcome, WorkAccount
from receivables.usecases.work_case import CaseWork
from tests.builders import NOW, customer, invoice, issued, payment
from tests.fakes.cases_gateways import InMemoryWorkflow
from tests.fakes.crash import Fuse
from tests.fakes.directory import InMemoryCompany, InMemoryCustomers, InMemoryVersions
from tests.fakes.gateways import InMemoryEmails, InMemoryKillSwitch, InMemoryTexts
from tests.fakes.stores import MemoryStores

ACCOUNT = "C-1.EUR"
DUE = date(2026, 3, 2)
UTC_ZONE = zone("UTC")
COMPANY = Company(name="Acme Ltd", reply_to="help@acme.example")


def at(days: int, hour: int = 12) -> datetime:
    """So many days after the due date, at an hour when the day's step was earned."""
    return datetime(2026, 3, 2, hour, tzinfo=NOW.tzinfo) + timedelta(days=days)


class World:
    """Customer C-1 owes INV-1, due on DUE, and whatever else a test adds."""

    def __init__(
        self,
        *invoices: Invoice,
        policy: Policy = DEFAULT_POLICY,
        terms: Terms = DEFAULT_TERMS,
        **of_customer: Any,
    ) -> None:
        self.customers = InMemoryCustomers(customer(**of_customer))
        self.stores = MemoryStores(self.customers)
        self.emails, self.texts = InMemoryEmails(), InMemoryTexts()
        self.switch, self.workflow = InMemoryKillSwitch(), InMemoryWorkflow()
        self.policies = (
            InMemoryVersions(policy) if policy is not DEFAULT_POLICY else InMemoryVersions[Policy]()
        )
        self.terms = InMemoryVersions(terms) if terms is not DEFAULT_TERMS else InMemoryVersions[Terms]()
        self.rates = InMemoryVersions[RateTable]()
        self.waited = timedelta()
        self.company = InMemoryCompany(replace(COMPANY, policy_id=policy.id, terms_id=terms.id))
        issued(self.stores.ledger, *(invoices or (owed(),)))

    def worker(self, fuse: Fuse | None = None) -> WorkAccount:
        """The use case; with a fuse, all that would be a request to AWS goes through it."""
        wrap = (fuse or Fuse()).wrap
        notices = wrap(self.stores.notices)
        sender = SendNotice(notices, wrap(self.switch), wrap(self.emails), wrap(self.texts))
        ledger = wrap(self.stores.ledger)
        return WorkAccount(
            accounts=ledger,
            customers=wrap(self.customers),
            policies=applicable_policies(self.policies, self.company),
            agenda=wrap(self.stores.agenda),
            notices=notices,
            courier=Courier(notices, sender),
            cases=lambda: CaseWork(wrap(self.stores.cases), wrap(self.workflow)),
            upkeep=KeepUp(
                ledger,
                TermsVersions(terms_catalogue(self.terms)),
                RateTables(rates_catalogue(self.rates)),
                applicable_terms(self.terms, self.company),
                lambda as_of: as_of + self.waited,
            ),
            addressing=lambda: Addressing(self.company.get(), "https://pay.acme.example/{}".format),
        )

    def work(self, as_of: datetime, fuse: Fuse | None = None) -> tuple[Outcome, Tally]:
        tally = Tally()
        return self.worker(fuse)(ACCOUNT, as_of, tally), tally

    def pay(
        self, number: str = "INV-1", minor: int = 10_000, at: datetime = NOW, known: datetime | None = None
    ) -> None:
        """Money for an invoice, in effect at an instant and recorded then, unless it is known later only."""
        item = self.stores.ledger.open_item(ACCOUNT, number)
        came = payment(number, minor, effective_at=at, received_at=known or at)
        items = [item] if item else []
        named = [Named(number)] if item else []
        posting = receive(came, ACCOUNT, items, named=named, settlement=Settlement(), tz=UTC_ZONE)
        self.post(posting)

    def give_up(self, number: str, at: datetime) -> None:
        """What is open of an invoice is written off."""
        self.post(write_off(self.stores.ledger.invoice(number), Deed(f"w/{number}", "fay", at, at)))

    def hold(self, until: datetime, placed: datetime = NOW) -> None:
        hold = Hold("disputed", "fay", placed, until)
        self.post(Posting(ACCOUNT, account=AccountChange(hold=hold)))

    def agree(self, arrangement: Arrangement) -> None:
        """A promise, plan or dispute comes into being, or changes."""
        before = next((each for each in self.working_set.arrangements if each.id == arrangement.id), None)
        self.post(Posting(ACCOUNT, arrangements=(ArrangementChange(before, arrangement),)))

    def change(self, number: str = "INV-1", **changes: Any) -> None:
        """Something else changes of an open item: its hold, its extension."""
        before = self.item(number)
        after = replace(before, **changes, rev=before.rev + ("extension" in changes))
        self.post(Posting(ACCOUNT, items=(ItemChange(number, before, after),)))

    def extend(self, until: date, number: str = "INV-1") -> None:
        more = Extension(until, InterestFrom.NEW_DUE_DATE, "asked for it", "fay", NOW)
        self.post(extend(ACCOUNT, self.item(number), more, Deed("ext-1", "fay", NOW, NOW)))

    def post(self, posting: Posting) -> None:
        assert self.stores.ledger.post(posting) is PostOutcome.POSTED

    @property
    def working_set(self) -> WorkingSet:
        found = self.stores.ledger.working_set(ACCOUNT)
        assert found is not None
        return found

    def item(self, number: str = "INV-1") -> OpenItem:
        return next(item for item in self.working_set.items if item.number == number)

    @property
    def account(self) -> Account:
        return self.working_set.account

    @property
    def notices(self) -> list[Notice]:
        """Oldest first."""
        return list(reversed(self.stores.notices.last_notices(ACCOUNT, 1000)))

    def states(self) -> list[NoticeState]:
        return [notice.state for notice in self.notices]

    def sends(self) -> Counter[tuple[str, int]]:
        """How often each step of an invoice went out by e-mail."""
        by_id = {notice.id: notice for notice in self.notices}
        mailed = [by_id[email.tags["notice_id"]] for email in self.emails.sent]
        return Counter((item.number, item.step_offset) for n in mailed for item in n.items if item.reached)

    def check(self) -> None:
        """What must hold at any time: nothing sent twice, and the account agrees with its items and notices."""
        assert all(times == 1 for times in self.sends().values()), self.sends()
        working_set = self.working_set
        assert working_set.account.balance.minor == sum(item.balance.minor for item in working_set.items)
        reached: dict[str, int] = {}
        for notice in self.notices:
            for listed in notice.items:
                if listed.reached and notice.state is not NoticeState.RELEASED:
                    reached[listed.number] = max(reached.get(listed.number, -999), listed.step_offset)
        for item in working_set.open_items:
            if item.case_id is None:
                assert working_set.account.progress.get(item.number) == reached.get(item.number)
        texts = [n for n in self.notices if n.channel is Channel.SMS and n.state is not NoticeState.RELEASED]
        assert len(self.texts.sent) <= len(texts)


def owed(number: str = "INV-1", due: date = DUE, minor: int = 10_000) -> Invoice:
    return invoice(number, ACCOUNT, minor, issue_date=due - timedelta(days=30), due_date=due)


__all__ = ["ACCOUNT", "DUE", "World", "at", "owed"]
