"""What finance arranges with a customer, on every implementation of the stores: written, read back, ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from receivables.arrangements import DisputeReason, DisputeState, InterestFrom, PlanState, PromiseState
from receivables.arrangements.disputing import Objection
from receivables.arrangements.evidence import EvidenceFile
from receivables.arrangements.plan_making import Understanding
from receivables.arrangements.plan_schedule import EqualParts, PlanTerms
from receivables.arrangements.plan_standing import standing
from receivables.arrangements.promise_verdict import verdict
from receivables.core.amounts import Amounts
from receivables.core.configuration import Company
from receivables.dunning.policy import DEFAULT_POLICY, PromiseRules
from receivables.ledger import AT_ONCE, Account, PostOutcome
from receivables.usecases.applicable import applicable_policies
from receivables.usecases.arrangement_endings import end_plan, end_promise
from receivables.usecases.credit_limit import CreditLimits, ReleaseOrder
from receivables.usecases.disputes import Disputes
from receivables.usecases.extensions import ExtensionOrder, Extensions
from receivables.usecases.holds import HoldOrder, Holds
from receivables.usecases.overdue_decisions import Overdue, OverdueDecisions
from receivables.usecases.plans import AgreePlan, PlanOrder
from receivables.usecases.promises import PromiseOrder, TakePromise
from tests.builders import NOW, customer, day, eur, invoice, issued
from tests.contract.conftest import Stores
from tests.fakes.directory import InMemoryCompany, InMemoryVersions
from tests.fakes.evidence import InMemoryEvidence
from tests.unit.usecases.desk import part

ACCOUNT = "C-1.EUR"
POLICY = replace(DEFAULT_POLICY, id="house", promises=PromiseRules(resume_at="reminder-3"))


def opened(stores: Stores) -> None:
    stores.customers.create(customer(credit_limit=Amounts.of(eur(10_000)), rev=0))
    issued(stores.ledger, invoice("INV-1", due_date=day(10)), invoice("INV-2", minor=5_000, due_date=day(20)))


def account(stores: Stores) -> Account:
    found = stores.ledger.working_set(ACCOUNT)
    assert found is not None
    return found.account


def events(stores: Stores) -> list[str]:
    """The timeline without entries, oldest first."""
    facts = reversed(stores.ledger.timeline(ACCOUNT, 100).items)
    return [str(fact["event"]) for fact in facts if fact["kind"] in {"arrangement", "account_event"}]


def test_a_promise_lives_until_the_ledger_breaks_it(stores: Stores) -> None:
    opened(stores)
    policies = applicable_policies(InMemoryVersions(POLICY), InMemoryCompany(Company(policy_id="house")))
    take = TakePromise(stores.ledger, stores.customers, policies)
    order = PromiseOrder((part(day(3), 4_000), part(day(5), 6_000)), "Ada", "phone", ("INV-1",), "by phone")
    promise = take.take(ACCOUNT, order, "finn", NOW)
    working_set = stores.ledger.working_set(ACCOUNT)
    assert working_set is not None
    assert working_set.arrangements == (promise,)
    assert stores.ledger.arrangement(promise.id) == promise
    at = NOW + timedelta(days=6)
    found = verdict(promise, lambda _: eur(0), day(6))
    assert stores.ledger.post(end_promise(promise, found, working_set, at)) is PostOutcome.POSTED
    ended = stores.ledger.arrangement(promise.id)
    assert (ended.state, ended.ended_at, ended.active) == (PromiseState.BROKEN, at, False)
    assert account(stores).promises.broken == 1
    assert account(stores).raised == {"INV-1": 21}
    assert account(stores).next_action_at == AT_ONCE
    assert [each.id for each in stores.ledger.arrangements(ACCOUNT, 10).items] == [promise.id]
    assert events(stores) == ["made", "broken"]


def test_a_plan_brings_its_charges_and_ends_in_default(stores: Stores) -> None:
    opened(stores)
    plans = AgreePlan(stores.ledger, stores.customers)
    terms = PlanTerms(EqualParts(3, day(9)), part(day(1), 3_000), eur(600), Decimal("7.3"))
    agreed = plans.agree(ACCOUNT, PlanOrder(terms, Understanding("Ada", "phone")), "finn", NOW, NOW)
    working_set = stores.ledger.working_set(ACCOUNT)
    assert working_set is not None
    assert working_set.arrangements == (agreed.plan,)
    assert working_set.account.balance == agreed.outline.total
    for charge in agreed.charges:
        document, item = stores.ledger.invoice(charge.number)
        assert document == charge.document
        assert item == charge.change().after
    found = standing(agreed.plan, eur(0), day(2))
    at = NOW + timedelta(days=2)
    for posting in end_plan(agreed.plan, found, working_set, POLICY, (), at):
        assert stores.ledger.post(posting) is PostOutcome.POSTED
    assert stores.ledger.arrangement(agreed.plan.id).state is PlanState.DEFAULTED
    assert events(stores) == ["agreed", "defaulted"]


def test_a_dispute_is_supported_overdue_and_credited(stores: Stores) -> None:
    opened(stores)
    disputes = Disputes(stores.ledger, stores.customers, InMemoryEvidence)
    objection = Objection(DisputeReason.PRICE, "Ada", "e-mail", "olga", day(4), amount=eur(3_000))
    dispute = disputes.contest("INV-1", objection, "finn", NOW)
    file = EvidenceFile("offer.pdf", "application/pdf", 10)
    evidence, _ = disputes.add_evidence(dispute.id, file, "finn", NOW + timedelta(minutes=1))
    [late] = OverdueDecisions(stores.ledger).all(NOW + timedelta(days=5))
    assert (late.kind, late.id, late.amount, late.owner) == (
        Overdue.DISPUTE,
        dispute.id,
        eur(3_000),
        "olga",
    )
    at = NOW + timedelta(minutes=2)
    done = disputes.answer(dispute.id, eur(1_000), "as agreed", "fay", at, at)
    assert (done.state, done.credited, done.evidence) == (
        DisputeState.PARTLY_CREDITED,
        eur(1_000),
        (evidence,),
    )
    assert account(stores).balance == eur(14_000)
    assert list(OverdueDecisions(stores.ledger).all(NOW + timedelta(days=5))) == []
    assert events(stores) == ["raised", "changed", "partly_credited"]


def test_holds_extensions_and_releases_are_kept_and_taken_back(stores: Stores) -> None:
    opened(stores)
    holds, order = Holds(stores.ledger, stores.customers), HoldOrder("flood", NOW + timedelta(days=5), "olga")
    held = holds.account(ACCOUNT, order, "finn", NOW).hold
    assert held is not None
    assert held.owner == "olga"
    assert holds.invoice("INV-1", order, "finn", NOW, NOW).hold == held
    assert holds.customer("C-1", order, "finn", NOW).hold == held
    assert stores.customers.get("C-1").hold == held
    assert holds.account(ACCOUNT, None, "finn", NOW).hold is None
    assert holds.invoice("INV-1", None, "finn", NOW, NOW).hold is None
    assert holds.customer("C-1", None, "finn", NOW).hold is None
    extensions = Extensions(stores.ledger, stores.customers)
    more = ExtensionOrder(day(30), InterestFrom.ORIGINAL_DUE_DATE, "asked")
    extended = extensions.grant("INV-2", more, "finn", NOW, NOW)
    assert extended.extension is not None
    assert extended.extension.due_date == day(30)
    assert extensions.take_back("INV-2", "finn", NOW, NOW).extension is None
    credit = CreditLimits(stores.ledger, stores.customers)
    release = ReleaseOrder(Amounts.of(eur(20_000)), NOW + timedelta(days=5), "big order")
    [released] = credit.release("C-1", release, "finn", NOW).standings
    assert (released.exposure, released.state.value) == (eur(15_000), "released")
    [restored] = credit.revoke("C-1", "finn", NOW).standings
    assert restored.state.value == "exceeded"
    assert len(events(stores)) == 10
