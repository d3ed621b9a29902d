"""Composes what the API does with money: each use case is made when a request first needs it, and kept."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from receivables.runtime.clients import client
from receivables.runtime.settings import setting

if TYPE_CHECKING:
    from receivables.matching.ports import HabitStore, ProposalStore
    from receivables.runtime.api import Services
    from receivables.usecases.account_statement import Statements
    from receivables.usecases.chargebacks import ChargeBack
    from receivables.usecases.charges import DecideCharge, ReadCharges
    from receivables.usecases.check_books import CheckLog, OneOfTheBooks
    from receivables.usecases.cheques import Cheques
    from receivables.usecases.corrections import ReverseEntry
    from receivables.usecases.credit_notes import IssueCreditNote
    from receivables.usecases.credits import ApplyCredits
    from receivables.usecases.proposals import Proposals
    from receivables.usecases.record_payment import PlacePayment, RecordPayment
    from receivables.usecases.refunds import RefundPayment
    from receivables.usecases.settling import Settling
    from receivables.usecases.short_payments import DecideShortPayment
    from receivables.usecases.transfers import TransferPayment
    from receivables.usecases.trial_balance import TryBalance
    from receivables.usecases.write_offs import WriteOff


class Money:
    """What the API does with money, on the stores of its services."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def books(self) -> OneOfTheBooks:
        from receivables.adapters.dynamodb.books import DynamoBooks

        return DynamoBooks(client("dynamodb"), setting("RECEIVABLES_TABLE"))

    @cached_property
    def check_log(self) -> CheckLog:
        from receivables.adapters.dynamodb.check_log import DynamoCheckLog

        return DynamoCheckLog(client("dynamodb"), setting("RECEIVABLES_TABLE"))

    @cached_property
    def settling(self) -> Settling:
        from receivables.usecases.settling import Settling

        return Settling(self._services.customers, self._services.applicable_terms)

    @cached_property
    def record_payment(self) -> RecordPayment:
        from receivables.usecases.record_payment import RecordPayment

        return RecordPayment(self._services.ledger, self.settling)

    @cached_property
    def place_payment(self) -> PlacePayment:
        from receivables.usecases.record_payment import PlacePayment

        return PlacePayment(self._services.ledger, self.settling)

    @cached_property
    def proposal_store(self) -> ProposalStore:
        from receivables.adapters.dynamodb.matching import DynamoProposals

        return DynamoProposals(client("dynamodb"), setting("RECEIVABLES_TABLE"))

    @cached_property
    def habits(self) -> HabitStore:
        from receivables.adapters.dynamodb.matching import DynamoHabits

        return DynamoHabits(client("dynamodb"), setting("RECEIVABLES_TABLE"))

    @cached_property
    def proposals(self) -> Proposals:
        from receivables.usecases.place_match import PlaceMatch
        from receivables.usecases.proposals import Proposals

        ledger = self._services.ledger
        placing = PlaceMatch(ledger, self.settling)
        return Proposals(ledger, placing, self.place_payment, self.proposal_store, self.habits)

    @cached_property
    def cheques(self) -> Cheques:
        from receivables.usecases.cheques import Cheques

        return Cheques(self._services.ledger, self._services.inbox)

    @cached_property
    def refund_payment(self) -> RefundPayment:
        from receivables.usecases.refunds import RefundPayment

        return RefundPayment(self._services.ledger)

    @cached_property
    def charge_back(self) -> ChargeBack:
        from receivables.usecases.chargebacks import ChargeBack

        return ChargeBack(self._services.ledger, self.settling)

    @cached_property
    def transfer_payment(self) -> TransferPayment:
        from receivables.usecases.transfers import TransferPayment

        return TransferPayment(self._services.ledger, self.settling)

    @cached_property
    def apply_credits(self) -> ApplyCredits:
        from receivables.usecases.credits import ApplyCredits

        return ApplyCredits(self._services.ledger, self.settling)

    @cached_property
    def issue_credit_note(self) -> IssueCreditNote:
        from receivables.usecases.credit_notes import IssueCreditNote

        return IssueCreditNote(self._services.ledger, self.settling)

    @cached_property
    def write_off(self) -> WriteOff:
        from receivables.usecases.write_offs import WriteOff

        return WriteOff(self._services.ledger)

    @cached_property
    def read_charges(self) -> ReadCharges:
        from receivables.usecases.charges import ReadCharges

        return ReadCharges(self._services.ledger)

    @cached_property
    def decide_charge(self) -> DecideCharge:
        from receivables.usecases.charges import DecideCharge

        return DecideCharge(self._services.ledger)

    @cached_property
    def decide_short_payment(self) -> DecideShortPayment:
        from receivables.usecases.short_payments import DecideShortPayment

        return DecideShortPayment(self._services.ledger)

    @cached_property
    def reverse_entry(self) -> ReverseEntry:
        from receivables.usecases.corrections import ReverseEntry

        return ReverseEntry(self._services.ledger, self.settling)

    @cached_property
    def try_balance(self) -> TryBalance:
        from receivables.usecases.trial_balance import TryBalance

        return TryBalance(self.books, self.check_log)

    @cached_property
    def statements(self) -> Statements:
        from receivables.usecases.account_statement import Statements

        return Statements(self._services.ledger, self._services.customers)
