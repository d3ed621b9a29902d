"""Composes what the API does about arrangements: each use case is made when a request first needs it, and kept."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from receivables.runtime.clients import client
from receivables.runtime.settings import setting

if TYPE_CHECKING:
    from receivables.arrangements.evidence import EvidenceLinks
    from receivables.customers.ports import Customers
    from receivables.dunning.ports import Policies
    from receivables.ledger import LedgerStore
    from receivables.usecases.cancel_arrangement import CancelArrangement
    from receivables.usecases.credit_limit import CreditLimits
    from receivables.usecases.disputes import Disputes
    from receivables.usecases.extensions import Extensions
    from receivables.usecases.holds import Holds
    from receivables.usecases.overdue_decisions import OverdueDecisions
    from receivables.usecases.plans import AgreePlan
    from receivables.usecases.promises import TakePromise


class Arrangements:
    """Use cases of promises, plans, disputes, holds, extensions and credit limits."""

    def __init__(self, ledger: LedgerStore, customers: Customers, policies: Policies) -> None:
        self._ledger, self._customers, self._policies = ledger, customers, policies

    @cached_property
    def evidence(self) -> EvidenceLinks:
        from receivables.adapters.evidence import S3Evidence

        return S3Evidence(client("s3"), setting("EVIDENCE_BUCKET"))

    @cached_property
    def promises(self) -> TakePromise:
        from receivables.usecases.promises import TakePromise

        return TakePromise(self._ledger, self._customers, self._policies)

    @cached_property
    def plans(self) -> AgreePlan:
        from receivables.usecases.plans import AgreePlan

        return AgreePlan(self._ledger, self._customers)

    @cached_property
    def disputes(self) -> Disputes:
        from receivables.usecases.disputes import Disputes

        return Disputes(self._ledger, self._customers, lambda: self.evidence)

    @cached_property
    def cancel(self) -> CancelArrangement:
        from receivables.usecases.cancel_arrangement import CancelArrangement

        return CancelArrangement(self._ledger)

    @cached_property
    def holds(self) -> Holds:
        from receivables.usecases.holds import Holds

        return Holds(self._ledger, self._customers)

    @cached_property
    def extensions(self) -> Extensions:
        from receivables.usecases.extensions import Extensions

        return Extensions(self._ledger, self._customers)

    @cached_property
    def credit(self) -> CreditLimits:
        from receivables.usecases.credit_limit import CreditLimits

        return CreditLimits(self._ledger, self._customers)

    @cached_property
    def overdue(self) -> OverdueDecisions:
        from receivables.usecases.overdue_decisions import OverdueDecisions

        return OverdueDecisions(self._ledger)
