"""Credit limits: where a customer stands, and leave to owe more for a time. The limit itself is in the customer's record."""

from __future__ import annotations

from pydantic import Field

from chalicelib.fields import Amount, Form, Instant, Note, Reply, When
from chalicelib.web import FINANCE, Answer, Call, Routes
from receivables.arrangements import CreditRelease
from receivables.arrangements.credit import CreditStanding
from receivables.core.amounts import Amounts
from receivables.core.errors import InvalidFields
from receivables.usecases.credit_limit import CustomerCredit, ReleaseOrder

routes = Routes(__name__)


class ReleaseForm(Form):
    """Up to how much may be owed, by currency, until when."""

    limit: list[Amount] = Field(min_length=1, max_length=20)
    until: When
    reason: Note

    def order(self) -> ReleaseOrder:
        """Raises InvalidFields."""
        amounts = [amount.money(f"limit.{i}") for i, amount in enumerate(self.limit)]
        try:
            limit = Amounts.of(*amounts)
        except InvalidFields as error:
            raise InvalidFields(type(each)("limit", each.message) for each in error.errors) from None
        return ReleaseOrder(limit, self.until, self.reason)


class ReleaseReply(Reply):
    """Leave to owe more: up to how much, until when, why, and by whom."""

    limit: list[Amount]
    until: Instant
    reason: str
    by: str
    granted_at: Instant

    @classmethod
    def of(cls, release: CreditRelease) -> ReleaseReply:
        return cls(
            limit=[Amount.of(amount) for amount in release.limit.each],
            until=release.until,
            reason=release.reason,
            by=release.by,
            granted_at=release.granted_at,
        )


class StandingReply(Reply):
    """Where the customer stands in one currency. `exposure` is what is owed, credit deducted; `limit` what may be owed now."""

    currency: str
    exposure: Amount
    limit: Amount | None
    available: Amount | None
    state: str

    @classmethod
    def of(cls, standing: CreditStanding) -> StandingReply:
        return cls(
            currency=standing.exposure.currency,
            exposure=Amount.of(standing.exposure),
            limit=Amount.of(standing.limit) if standing.limit is not None else None,
            available=Amount.of(standing.available) if standing.available is not None else None,
            state=standing.state.value,
        )


class CustomerCreditReply(Reply):
    """Where a customer stands, by currency, and the release that is on record."""

    customer_id: str
    standings: list[StandingReply]
    release: ReleaseReply | None

    @classmethod
    def of(cls, credit: CustomerCredit) -> CustomerCreditReply:
        release = credit.customer.credit_release
        return cls(
            customer_id=credit.customer.id,
            standings=[StandingReply.of(standing) for standing in credit.standings],
            release=ReleaseReply.of(release) if release else None,
        )


@routes.get(
    "/customers/{customer_id}/credit",
    reply=CustomerCreditReply,
    summary="Read what a customer owes and may owe",
)
def read_credit(call: Call, customer_id: str) -> Answer:
    return Answer(CustomerCreditReply.of(call.services.arrangements.credit.read(customer_id, call.as_of)))


@routes.put(
    "/customers/{customer_id}/credit-release",
    allow=FINANCE,
    body=ReleaseForm,
    reply=CustomerCreditReply,
    summary="Let a customer owe more than the credit limit, for a time",
)
def release_credit(call: Call, customer_id: str, body: ReleaseForm) -> Answer:
    credit = call.services.arrangements.credit
    found = credit.release(customer_id, body.order(), call.caller.name, call.as_of)
    return Answer(CustomerCreditReply.of(found))


@routes.delete(
    "/customers/{customer_id}/credit-release",
    allow=FINANCE,
    reply=CustomerCreditReply,
    summary="Take back leave to owe more",
)
def revoke_release(call: Call, customer_id: str) -> Answer:
    credit = call.services.arrangements.credit
    return Answer(CustomerCreditReply.of(credit.revoke(customer_id, call.caller.name, call.as_of)))
