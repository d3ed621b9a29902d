"""Composes what the API does about payment processors: mandates, payouts, reconciliation; made when first needed, and kept."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from receivables.runtime.clients import client
from receivables.runtime.settings import setting

if TYPE_CHECKING:
    from receivables.customers.ports import MandateHolders
    from receivables.ledger.ports import PayoutStore
    from receivables.payments.reconciliations import Reconciliations
    from receivables.runtime.api import Stores
    from receivables.usecases.differences import AcknowledgeDifference
    from receivables.usecases.mandates import KeepMandate
    from receivables.usecases.reconcile import RequestRun


class ProcessorDesk:
    """Use cases and stores about payment processors."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    @cached_property
    def mandates(self) -> MandateHolders:
        from receivables.adapters.dynamodb.configuration import ConfigurationTable, DynamoMandates

        return DynamoMandates(ConfigurationTable(setting("CONFIGURATION_TABLE"), client("dynamodb")))

    @cached_property
    def payouts(self) -> PayoutStore:
        from receivables.adapters.dynamodb.ledger import DynamoLedger

        return DynamoLedger(client("dynamodb"), setting("RECEIVABLES_TABLE"), setting("INBOX_TABLE"))

    @cached_property
    def reconciliations(self) -> Reconciliations:
        from receivables.adapters.dynamodb.reconciliations import DynamoReconciliations

        return DynamoReconciliations(client("dynamodb"), setting("RECEIVABLES_TABLE"))

    @cached_property
    def keep_mandate(self) -> KeepMandate:
        from receivables.adapters.processors import registry
        from receivables.usecases.mandates import KeepMandate

        of = self._stores
        return KeepMandate(of.customers, self.mandates, of.ledger, of.company, registry)

    @cached_property
    def request_run(self) -> RequestRun:
        from receivables.usecases.reconcile import RequestRun

        return RequestRun(self._stores.company, self.reconciliations)

    @cached_property
    def acknowledge(self) -> AcknowledgeDifference:
        from receivables.usecases.differences import AcknowledgeDifference

        return AcknowledgeDifference(self.reconciliations)
