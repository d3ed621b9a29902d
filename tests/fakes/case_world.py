"""A world with one account in arrears, its case, and a workflow that is driven by hand as the state machine would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from receivables.cases.case import Approval, ApprovalState, Case
from receivables.cases.opening import SYSTEM, new_case
from receivables.cases.ports import Message
from receivables.customers import Customer
from receivables.dunning.policy import DEFAULT_POLICY
from receivables.notices.rendering import render_formal
from receivables.usecases.advance_case import AdvanceCase, Assessment
from receivables.usecases.case_acts import CaseActs
from receivables.usecases.case_file import CaseFiles
from receivables.usecases.case_situation import Situations
from receivables.usecases.cases import DecideApproval
from receivables.usecases.formal_notice import FormalNotice
from receivables.usecases.send_notice import SendNotice
from receivables.usecases.wake_case import wake
from tests.builders import customer, day, invoice, issued, payment
from tests.contract.postings import paying
from tests.fakes.cases_gateways import InMemoryAgency, InMemoryTopic, InMemoryWorkflow
from tests.fakes.crash import Fuse
from tests.fakes.directory import InMemoryCompany, InMemoryCustomers, InMemorySwitch
from tests.fakes.gateways import InMemoryEmails
from tests.fakes.stores import MemoryStores

ACCOUNT = "C-1.EUR"
OPENED = datetime(2026, 5, 1, 8, tzinfo=UTC)
"""Thirty days and more after the invoices I-1 and I-2 of the world were due."""


class World:
    """Two overdue invoices of 100.00 and 250.00, in a case that has just been opened."""

    def __init__(self, who: Customer | None = None, opened_by: str = SYSTEM) -> None:
        self.customers = InMemoryCustomers(who or customer())
        self.stores = MemoryStores(customers=self.customers)
        self.company, self.switch = InMemoryCompany(), InMemorySwitch()
        self.workflow, self.mail, self.agency = InMemoryWorkflow(), InMemoryEmails(), InMemoryAgency()
        self.finance, self.operations = InMemoryTopic(), InMemoryTopic()
        self.tokens = 0
        due = {"due_date": day(30), "issue_date": day(0)}
        issued(self.stores.ledger, invoice("I-1", ACCOUNT, 10_000, **due))
        issued(self.stores.ledger, invoice("I-2", ACCOUNT, 25_000, **due))
        self.open_case(opened_by)
        self.advance = self.wired(Fuse())

    def open_case(self, opened_by: str) -> None:
        account = self.stores.shelf.accounts[ACCOUNT]
        case = new_case(account, ["I-2", "I-1"], DEFAULT_POLICY, OPENED, opened_by)
        self.stores.cases.open(case, rev=account.rev, progress={"I-1": 6, "I-2": 6}, next_action_at=OPENED)
        self.case_id = case.id

    def wired(self, fuse: Fuse) -> AdvanceCase:
        """The use case over this world, with every call of the outside through the fuse."""
        w: Any = fuse.wrap
        notices = w(self.stores.notices)
        cases = w(self.stores.cases)
        situations = Situations(cases, w(self.stores.ledger), w(self.customers))
        acts = CaseActs(
            cases=cases,
            situations=situations,
            files=CaseFiles(w(self.stores.ledger), w(self.company)),
            formal=FormalNotice(
                notices,
                w(self.switch),
                SendNotice(notices, w(self.switch), w(self.mail)),
                render_formal,
                "https://pay.example/{}".format,
            ),
            finance=w(self.finance),
            agency=w(self.agency),
            console="https://console.example",
        )
        return AdvanceCase(
            cases=cases,
            situations=situations,
            acts=acts,
            operations=w(self.operations),
            workflow=w(self.workflow),
            console="https://console.example",
        )

    @property
    def case(self) -> Case:
        return self.stores.cases.get(self.case_id)

    @property
    def approval(self) -> Approval:
        assert self.case.approval_id is not None
        return self.stores.cases.approval(self.case.approval_id)

    def assess(self, as_of: datetime = OPENED) -> Assessment:
        return self.advance.assess(self.case_id, ACCOUNT, as_of)

    def run(self) -> str:
        """Turn by turn, until it waits for its token (`parked`) or ends (`ended`)."""
        found = self.assess()
        for _ in range(20):
            if found.next == "end":
                return "ended"
            if found.next == "act":
                found = self.advance.act(self.case_id, ACCOUNT, found.as_of)
            elif found.next == "close":
                found = self.advance.close(self.case_id, ACCOUNT, found.as_of)
            elif self.park(found):
                return "parked"
            else:
                found = self.assess()
        raise AssertionError(f"it never comes to rest: {self.events}")

    def park(self, found: Assessment) -> bool:
        """Park on a new token; False when it was sent at once."""
        self.tokens += 1
        token = f"token-{self.tokens}"
        self.advance.park(self.case_id, ACCOUNT, token, found.seen)
        return token not in self.workflow.resumed

    def wake(self, at: datetime | None = None) -> bool:
        return wake(self.stores.cases, self.workflow, ACCOUNT, self.case_id, at)

    def on(self, at: datetime) -> str:
        """Its date comes, and it runs until it rests."""
        self.wake(at)
        return self.run()

    def after(self, days: int) -> str:
        return self.on((self.case.clock or OPENED) + timedelta(days=days))

    def decide(self, *, approve: bool, by: str = "ann", at: datetime | None = None) -> Approval:
        decide = DecideApproval(self.stores.cases, self.stores.ledger, self.workflow)
        moment = at or self.case.clock or OPENED
        return decide.decide(self.approval.id, approve=approve, by=by, reason="because", at=moment)

    def pay(self, number: str, minor: int | None = None, at: datetime = OPENED) -> None:
        """A payment, without the wake that the table's stream brings a little later."""
        item = self.stores.ledger.open_item(ACCOUNT, number)
        assert item is not None
        amount = item.balance.minor if minor is None else minor
        came = payment(number, amount, effective_at=at, received_at=at)
        self.stores.ledger.post(paying(came, ACCOUNT, item))

    def pay_all(self, at: datetime = OPENED) -> None:
        self.pay("I-1", at=at)
        self.pay("I-2", at=at)

    @property
    def events(self) -> list[str]:
        """What happened to the case, oldest first."""
        facts = self.stores.ledger.timeline(ACCOUNT, 1_000).items
        return [fact["event"] for fact in reversed(facts) if fact["kind"] == "case_event"]

    @property
    def told(self) -> list[Message]:
        """Messages to finance, repeats left out."""
        return list({message.id: message for message in self.finance.messages}.values())

    @property
    def pending(self) -> list[Approval]:
        return [a for a in self.stores.shelf.approvals.values() if a.state is ApprovalState.PENDING]
