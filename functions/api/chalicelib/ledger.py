"""The ledger itself: unapplied credit and its use, entries and their reversal, trial balances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from chalicelib.credit_forms import CreditReply
from chalicelib.fields import Amount, Form, Instant, Note, Reply, When
from chalicelib.money_moves import EntryReply, MoveId, booked, move_id
from chalicelib.payment_forms import MOST_NAMED, ShareForm, shares
from chalicelib.web import FINANCE, Answer, Call, Listing, Routes
from receivables.core.ids import split_account_id
from receivables.ledger import LedgerName
from receivables.usecases.check_books import CheckState
from receivables.usecases.corrections import ReversalOrder
from receivables.usecases.credits import ApplicationOrder

routes = Routes(__name__)

Identifier = Annotated[str, Field(min_length=1, max_length=80)]


class ApplicationForm(Form):
    """Set unapplied credit against what is open: the invoices named, else in the configured order."""

    id: MoveId | None = None
    credit_id: Identifier | None = Field(
        default=None, description="Without one: all credits, the oldest first"
    )
    invoices: list[ShareForm] = Field(default=[], max_length=MOST_NAMED)


class AppliedReply(Reply):
    """The entries that were made, and what is left."""

    entries: list[EntryReply]
    credits: list[CreditReply]
    unapplied: Amount


class ReversalForm(Form):
    """Undo one entry, by another: `entry_id` and `recorded_at` name it."""

    entry_id: Identifier
    recorded_at: When
    reason: Note


class TrialBalanceReply(Reply):
    """Debits less credits of every named ledger account. They sum to zero."""

    currency: str
    ledgers: dict[str, Amount]
    sum: Amount

    @classmethod
    def of(cls, currency: str, sums: Mapping[LedgerName, int]) -> TrialBalanceReply:
        return cls(
            currency=currency,
            ledgers={name.value: Amount.minor(sums[name], currency) for name in sorted(sums)},
            sum=Amount.minor(sum(sums.values()), currency),
        )


class AccountTrialBalanceReply(TrialBalanceReply):
    """The trial balance of one account, worked out from all of its entries, and what does not agree with it."""

    account_id: str
    entries: int
    differences: list[str]


class FindingReply(Reply):
    """An account whose books differ, and how."""

    account_id: str
    difference: str


class CheckReply(Reply):
    """What the last nightly check found: the trial balance of all accounts, and those that differ (some of `differing`)."""

    began_at: Instant
    finished_at: Instant | None
    accounts: int
    entries: int
    differing: int
    findings: list[FindingReply]
    balances: list[TrialBalanceReply]

    @classmethod
    def of(cls, state: CheckState) -> CheckReply:
        return cls(
            began_at=state.began_at,
            finished_at=state.finished_at,
            accounts=state.checked,
            differing=state.differing,
            findings=[FindingReply(account_id=f.account_id, difference=f.difference) for f in state.findings],
            entries=state.balance.entries,
            balances=[TrialBalanceReply.of(each, sums) for each, sums in sorted(state.balance.sums.items())],
        )


@routes.get(
    "/accounts/{account_id}/credits", reply=Listing[CreditReply], summary="List an account's unapplied credit"
)
def list_credits(call: Call, account_id: str) -> Answer:
    found = call.services.money.apply_credits.of(account_id)
    return Answer(Listing[CreditReply](items=[CreditReply.of(credit) for credit in found], next=None))


@routes.post(
    "/accounts/{account_id}/credit-applications",
    allow=FINANCE,
    body=ApplicationForm,
    reply=AppliedReply,
    summary="Set unapplied credit against what is open",
)
def apply_credit(call: Call, account_id: str, body: ApplicationForm) -> Answer:
    _, currency = split_account_id(account_id)
    order = ApplicationOrder(
        account_id, move_id(call, body.id), body.credit_id, shares(body.invoices, currency)
    )
    done = call.services.money.apply_credits.apply(order, call.caller.name, call.as_of, call.recorded_at)
    left = call.services.money.apply_credits.of(account_id)
    reply = AppliedReply(
        entries=[EntryReply.of(each.entry) for each in done],
        credits=[CreditReply.of(credit) for credit in left],
        unapplied=Amount.minor(sum(credit.balance.minor for credit in left), currency),
    )
    return Answer(reply, None if any(each.new for each in done) else 200)


@routes.post(
    "/accounts/{account_id}/reversals",
    allow=FINANCE,
    body=ReversalForm,
    reply=EntryReply,
    summary="Correct an entry by reversing it",
)
def reverse_entry(call: Call, account_id: str, body: ReversalForm) -> Answer:
    order = ReversalOrder(account_id, body.entry_id, body.recorded_at, body.reason)
    return booked(call.services.money.reverse_entry.reverse(order, call.caller.name, call.recorded_at))


@routes.get(
    "/accounts/{account_id}/trial-balance",
    reply=AccountTrialBalanceReply,
    summary="Work out an account's trial balance from its entries",
)
def read_account_trial_balance(call: Call, account_id: str) -> Answer:
    found = call.services.money.try_balance.of_account(account_id)
    _, currency = split_account_id(account_id)
    balance = TrialBalanceReply.of(currency, found.sums)
    reply = AccountTrialBalanceReply(
        **dict(balance), account_id=account_id, entries=found.entries, differences=list(found.differences)
    )
    return Answer(reply)


@routes.get("/trial-balance", reply=CheckReply, summary="Read the trial balance of the last nightly check")
def read_trial_balance(call: Call) -> Answer:
    return Answer(CheckReply.of(call.services.money.try_balance.of_all()))
