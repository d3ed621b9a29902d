"""Proposals as callers see them, and what they answer."""

from __future__ import annotations

from pydantic import Field

from chalicelib.fields import Amount, Form, Instant, Reply, When
from chalicelib.money_moves import DatedMoveForm, EntryReply, entry_fields
from chalicelib.payment_forms import PaymentReply, PlacementForm, payment_fields
from receivables.ledger import Entry, PaymentRecord
from receivables.matching.candidates import MOST_PROPOSED, Candidate
from receivables.matching.ports import Proposal


class ConfirmationForm(Form):
    """Which of the candidates it is, as they were shown."""

    candidate: int = Field(default=1, ge=1, le=MOST_PROPOSED, description="1: the first, which is the best")
    at: When = Field(description="The `at` of the proposal that was read")


class CorrectionForm(PlacementForm):
    """Where a payment belongs that is on an account already."""

    placed_on: str = Field(max_length=80, description="The account that it was seen on")


class ReturnForm(DatedMoveForm):
    """Money in suspense has gone back to the payer."""

    amount: Amount | None = Field(default=None, description="Without one: all that waits")


class PartReply(Reply):
    """A receivable that it would pay, and how much of it."""

    number: str
    amount: Amount | None = Field(description="None: as much as is open of it and of its charges")


class CandidateReply(Reply):
    """What money may be for. Without invoices it would be credit of the account."""

    account_id: str
    invoices: list[PartReply]
    confidence: int = Field(description="Percent")
    fit: str = Field(description="What the amount says: exact, discount, fee, part, over and others")
    told: str = Field(description="How it is named: structured, number, digits, short, typo or nothing")
    reasons: list[str]

    @classmethod
    def of(cls, candidate: Candidate) -> CandidateReply:
        return cls(
            account_id=candidate.account_id,
            invoices=[
                PartReply(number=part.number, amount=Amount.of(part.amount) if part.amount else None)
                for part in candidate.parts
            ],
            confidence=candidate.confidence,
            fit=candidate.fit.value,
            told=candidate.told.value,
            reasons=list(candidate.reasons),
        )


class ProposalReply(Reply):
    """What matching made of a payment, the best candidates first, and what became of it."""

    at: Instant
    standing: str = Field(description="proposed, applied, confirmed, corrected, returned or arrived")
    by: str | None
    candidates: list[CandidateReply]
    notes: list[str] = Field(description="What was found that cannot be used")

    @classmethod
    def of(cls, proposal: Proposal) -> ProposalReply:
        return cls(
            at=proposal.at,
            standing=proposal.standing.value,
            by=proposal.by,
            candidates=[CandidateReply.of(each) for each in proposal.candidates],
            notes=list(proposal.notes),
        )


class SuspendedReply(PaymentReply):
    """A payment in suspense, and what is proposed for it."""

    waiting: Amount = Field(description="What of it waits in suspense")
    texts: list[str] = Field(description="What came with it")
    proposal: ProposalReply | None = Field(description="None: it was not looked at yet")

    @classmethod
    def beside(cls, record: PaymentRecord, proposal: Proposal | None) -> SuspendedReply:
        told = record.payment.remittance
        return cls(
            **payment_fields(record),
            waiting=Amount.of(record.waiting),
            texts=list(told.texts) if told else [],
            proposal=ProposalReply.of(proposal) if proposal else None,
        )


class ReturnReply(EntryReply):
    """The entry by which money left suspense, and the payment after it."""

    payment_after: PaymentReply

    @classmethod
    def beside(cls, entry: Entry, record: PaymentRecord) -> ReturnReply:
        return cls(**entry_fields(entry), payment_after=PaymentReply.of(record))
