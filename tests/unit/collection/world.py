"""One account and everything that works it, in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from receivables.core.configuration import Company
from receivables.customers import Channel
from receivables.dunning import DEFAULT_POLICY, Policy
from receivables.ledger import Account, Hold, Invoice, post_payment
from receivables.notices.notice import Notice, NoticeState
from receivables.usecases.applicable import applicable_policies
from receivables.usecases.compose_notice import Addressing
from receivables.usecases.courier import Courier, Tally
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
COMPANY = Company(name="Acme Ltd", reply_to="help@acme.example")


def at(days: int, hour: int = 12) -> datetime:
    """So many days after the due date, at an hour when the day's step was earned."""
    return datetime(2026, 3, 2, hour, tzinfo=NOW.tzinfo) + timedelta(days=days)


class World:
    """Customer C-1 owes INV-1, due on DUE, and whatever else a test adds."""

    def __init__(self, *invoices: Invoice, policy: Policy = DEFAULT_POLICY, **of_customer: Any) -> None:
        self.customers = InMemoryCustomers(customer(**of_customer))
        self.stores = MemoryStores(self.customers)
        self.emails, self.texts = InMemoryEmails(), InMemoryTexts()
        self.switch, self.workflow = InMemoryKillSwitch(), InMemoryWorkflow()
        self.policies = (
            InMemoryVersions(policy) if policy is not DEFAULT_POLICY else InMemoryVersions[Policy]()
        )
        self.company = InMemoryCompany(replace(COMPANY, policy_id=policy.id))
        issued(self.stores.ledger, *(invoices or (owed(),)))

    def worker(self, fuse: Fuse | None = None) -> WorkAccount:
        """The use case; with a fuse, all that would be a request to AWS goes through it."""
        wrap = (fuse or Fuse()).wrap
        notices = wrap(self.stores.notices)
        sender = SendNotice(notices, wrap(self.switch), wrap(self.emails), wrap(self.texts))
        return WorkAccount(
            accounts=wrap(self.stores.ledger),
            customers=wrap(self.customers),
            policies=applicable_policies(self.policies, self.company),
            agenda=wrap(self.stores.agenda),
            notices=notices,
            courier=Courier(notices, sender),
            cases=CaseWork(wrap(self.stores.cases), wrap(self.workflow)),
            addressing=lambda: Addressing(self.company.get(), "https://pay.acme.example"),
        )

    def work(self, as_of: datetime, fuse: Fuse | None = None) -> tuple[Outcome, Tally]:
        tally = Tally()
        return self.worker(fuse)(ACCOUNT, as_of, tally), tally

    def pay(self, number: str = "INV-1", minor: int = 10_000) -> None:
        item = self.stores.ledger.open_item(ACCOUNT, number)
        self.stores.ledger.post(post_payment(payment(number, minor), ACCOUNT, item))

    def hold(self, until: datetime, placed: datetime = NOW) -> None:
        self.stores.ledger.hold(ACCOUNT, Hold("disputed", "fay", placed, until), placed, "fay")

    @property
    def account(self) -> Account:
        found = self.stores.ledger.working_set(ACCOUNT)
        assert found is not None
        return found.account

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
        working_set = self.stores.ledger.working_set(ACCOUNT)
        assert working_set is not None
        assert working_set.account.balance == working_set.open_balance
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
