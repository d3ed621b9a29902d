"""What a policy would do: every notice and escalation, day by day, with its reasons. Writes nothing."""

from __future__ import annotations

from datetime import date

from pydantic import Field, model_validator

from chalicelib.customers import Timezone
from chalicelib.fields import Amount, Day, Form, Instant, Key, Number, Reply, under
from chalicelib.policy_forms import PolicyVersionForm
from chalicelib.web import EVERYBODY, Answer, Call, Routes
from receivables.core.errors import InvalidFields, InvalidInput
from receivables.core.versions import in_force
from receivables.customers import Customer
from receivables.dunning.decision import OpenCase
from receivables.dunning.policy import Policy
from receivables.ledger import OpenItem, WorkingSet
from receivables.usecases.preview_policy import Happening, imagined_account, preview_policy

routes = Routes(__name__)


class PreviewInvoice(Form):
    """An invoice that is only thought of."""

    number: Number
    amount: Amount
    issue_date: Day
    due_date: Day


class PolicyQuestion(Form):
    """A policy that exists (`id`, and a `version` if not the one in force on the first day) or one that is only thought
    of (`document`), upon an account as it stands (`account_id`) or upon `invoices` of a customer in `timezone`."""

    id: Key | None = None
    version: int | None = Field(default=None, ge=1)
    document: PolicyVersionForm | None = None
    account_id: str | None = Field(default=None, max_length=80)
    invoices: list[PreviewInvoice] | None = Field(default=None, min_length=1, max_length=50)
    timezone: Timezone = "UTC"
    sms_consent: bool = False
    start: Day = Field(alias="from")
    until: Day

    @model_validator(mode="after")
    def _one_of_each(self) -> PolicyQuestion:
        if (self.id is None) == (self.document is None):
            raise ValueError("say either id or document")
        if (self.account_id is None) == (self.invoices is None):
            raise ValueError("say either account_id or invoices")
        return self


class PreviewLine(Reply):
    """An invoice in a notice, or one that is escalated; `listing` says why it is there."""

    number: str
    balance: Amount | None
    due_date: date | None
    days_overdue: int | None
    listing: str
    step: str


class PreviewHappening(Reply):
    """One thing that would happen. `channels` would be used; `unreachable` ones not, with the reason."""

    at: Instant
    on: date
    action: str
    step: str
    tone: str | None
    channels: list[str]
    unreachable: dict[str, str]
    total: Amount | None
    invoices: list[PreviewLine]
    reasons: list[str]

    @classmethod
    def of(cls, happening: Happening) -> PreviewHappening:
        action = happening.action
        common = {
            "at": happening.at,
            "on": happening.on,
            "channels": list(happening.channels),
            "unreachable": dict(happening.unreachable),
            "reasons": list(happening.reasons),
        }
        if isinstance(action, OpenCase):
            lines = [
                PreviewLine(
                    number=number,
                    balance=None,
                    due_date=None,
                    days_overdue=None,
                    listing="escalated",
                    step=action.step_key,
                )
                for number in action.invoices
            ]
            return cls(
                action="escalate", step=action.step_key, tone=None, total=None, invoices=lines, **common
            )
        lines = [
            PreviewLine(
                number=line.number,
                balance=Amount.of(line.balance),
                due_date=line.due_date,
                days_overdue=line.days_overdue,
                listing=line.listing.value,
                step=line.step_key,
            )
            for line in action.lines
        ]
        return cls(
            action="notice",
            step=action.step.key,
            tone=action.tone.value,
            total=Amount.of(action.total),
            invoices=lines,
            **common,
        )


class PolicyAnswer(Reply):
    """All that would happen in that time if nothing were paid, in order."""

    policy: str
    version: int | None = Field(description="null: a policy that is only thought of")
    happenings: list[PreviewHappening]


@routes.post(
    "/policies/preview",
    allow=EVERYBODY,
    body=PolicyQuestion,
    reply=PolicyAnswer,
    status=200,
    once=False,
    summary="What would a policy do? Writes nothing",
)
def preview_of_policy(call: Call, body: PolicyQuestion) -> Answer:
    policy = _meant(call, body)
    customer, account = _upon(call, body)
    found = preview_policy(policy, customer, account, body.start, body.until)
    return Answer(
        PolicyAnswer(
            policy=body.id or "preview",
            version=policy.version if body.id else None,
            happenings=[PreviewHappening.of(happening) for happening in found],
        )
    )


def _meant(call: Call, body: PolicyQuestion) -> Policy:
    if body.document is not None:
        try:
            return body.document.policy("preview", 1, body.start)
        except InvalidFields as error:
            raise under("document", error) from None
    policy_id = body.id or ""
    if body.version is not None:
        return call.services.policies.version(policy_id, body.version)
    return in_force(call.services.policies.versions(policy_id), body.start)


def _upon(call: Call, body: PolicyQuestion) -> tuple[Customer, WorkingSet]:
    if body.account_id is not None:
        account = call.services.ledger.working_set(body.account_id)
        if account is None:
            raise InvalidInput("account_id", f"account {body.account_id!r} does not exist")
        return call.services.customers.get(account.account.customer_id), account
    # Somebody who can be reached on every channel, so that the policy shows and not the address book.
    customer = Customer(
        "preview",
        "Preview",
        "preview@example.com",
        "+15550100",
        timezone=body.timezone,
        sms_consent=body.sms_consent,
    )
    items = [_item(invoice, f"invoices.{i}") for i, invoice in enumerate(body.invoices or ())]
    if len({item.number for item in items}) < len(items):
        raise InvalidInput("invoices", "name an invoice twice")
    return customer, imagined_account(customer, items)


def _item(invoice: PreviewInvoice, field: str) -> OpenItem:
    money = invoice.amount.money(f"{field}.amount")
    if money.minor <= 0:
        raise InvalidInput(f"{field}.amount.amount", "must be more than zero")
    if invoice.due_date < invoice.issue_date:
        raise InvalidInput(f"{field}.due_date", "is before the issue date")
    return OpenItem(invoice.number, money, money, invoice.issue_date, invoice.due_date)
