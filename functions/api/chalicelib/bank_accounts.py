"""Our accounts at banks, and how the files of each bank are read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.bank_forms import KeepMappingForm, LineReply, MappingForm, SampleForm
from chalicelib.fields import Amount, Form, Key, Reply, Text
from chalicelib.web import ADMINS, FINANCE, Answer, Call, Routes
from receivables.banking.account import BankAccount
from receivables.banking.balances import Gap
from receivables.usecases.bank_accounts import Preview

routes = Routes(__name__)


class BankAccountForm(Form):
    """An account of ours: the bank knows it by its IBAN, or by its number where it has none."""

    name: Text
    currency: str = Field(pattern=r"^[A-Z]{3}$", examples=["EUR"])
    iban: Annotated[str, Field(max_length=50)] | None = None
    number: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    timezone: str = Field(
        default="UTC", max_length=60, description="IANA; where the bank's days begin and end"
    )
    await_details: bool = Field(
        default=False,
        description="Batches in one amount wait for their single payments, which come in another file (camt.054)",
    )

    def account(self, account_id: str, rev: int) -> BankAccount:
        return BankAccount(account_id, **self.model_dump(include=set(BankAccountForm.model_fields)), rev=rev)


class NewBankAccountForm(BankAccountForm):
    """A new account of ours; `id` names it here, in keys of payments and in the folder into which files are dropped."""

    id: Key


class ChangedBankAccountForm(BankAccountForm):
    """What is kept of it from now on, and which revision was seen (or If-Match)."""

    rev: int | None = Field(default=None, ge=0)


class GapReply(Reply):
    """A statement that does not begin where another one ended: one is missing in between."""

    statement: str
    opening: Amount
    on: str
    expected: Amount
    since: str

    @classmethod
    def of(cls, gap: Gap) -> GapReply:
        return cls(
            statement=gap.statement,
            opening=Amount.of(gap.opening),
            on=gap.on.isoformat(),
            expected=Amount.of(gap.expected),
            since=gap.since.isoformat(),
        )


class BankAccountReply(Reply):
    """An account of ours at a bank."""

    id: str
    name: str
    currency: str
    iban: str | None
    number: str | None
    timezone: str
    await_details: bool
    mapping: MappingForm | None
    rev: int

    @classmethod
    def of(cls, account: BankAccount) -> BankAccountReply:
        plain = {name: getattr(account, name) for name in cls.model_fields if name != "mapping"}
        return cls(mapping=MappingForm.of(account.mapping) if account.mapping else None, **plain)


class BankAccountDetails(BankAccountReply):
    """An account of ours, and where its statements do not follow one another."""

    gaps: list[GapReply]


class BankAccountList(Reply):
    """All of them."""

    items: list[BankAccountReply]


class PreviewReply(Reply):
    """How the sample reads: the mapping that can be saved, its first lines, and what its balances and lines differ by."""

    mapping: MappingForm
    lines: list[LineReply]
    count: int
    came_in: Amount
    went_out: Amount
    missing: Amount | None
    notes: list[str]

    @classmethod
    def of(cls, preview: Preview) -> PreviewReply:
        return cls(
            mapping=MappingForm.of(preview.mapping),
            lines=[LineReply.of(line) for line in preview.lines],
            count=preview.count,
            came_in=Amount.of(preview.came_in),
            went_out=Amount.of(preview.went_out),
            missing=Amount.of(preview.missing) if preview.missing else None,
            notes=list(preview.notes),
        )


@routes.post(
    "/bank-accounts",
    allow=ADMINS,
    body=NewBankAccountForm,
    reply=BankAccountReply,
    summary="Set up one of our bank accounts",
)
def create_bank_account(call: Call, body: NewBankAccountForm) -> Answer:
    return _answer(call.services.banking.keep_accounts.keep(body.account(body.id, rev=0)))


@routes.get("/bank-accounts", reply=BankAccountList, summary="List our bank accounts")
def list_bank_accounts(call: Call) -> Answer:
    found = call.services.banking.accounts.all()
    return Answer(BankAccountList(items=[BankAccountReply.of(account) for account in found]))


@routes.get(
    "/bank-accounts/{account_id}",
    reply=BankAccountDetails,
    summary="Read a bank account, and whether a statement of it is missing",
)
def read_bank_account(call: Call, account_id: str) -> Answer:
    account = call.services.banking.accounts.get(account_id)
    gaps = call.services.banking.keep_accounts.gaps(account_id)
    plain = dict(BankAccountReply.of(account))
    return Answer(
        BankAccountDetails(**plain, gaps=[GapReply.of(gap) for gap in gaps]), headers=_etag(account)
    )


@routes.put(
    "/bank-accounts/{account_id}",
    allow=ADMINS,
    body=ChangedBankAccountForm,
    reply=BankAccountReply,
    summary="Change a bank account",
)
def change_bank_account(call: Call, account_id: str, body: ChangedBankAccountForm) -> Answer:
    account = body.account(account_id, call.revision(body.rev))
    return _answer(call.services.banking.keep_accounts.keep(account))


@routes.post(
    "/bank-accounts/{account_id}/mapping-preview",
    allow=FINANCE,
    body=SampleForm,
    reply=PreviewReply,
    status=200,
    once=False,
    summary="Find out from a sample how a bank's CSV is to be read; nothing is saved",
)
def preview_mapping(call: Call, account_id: str, body: SampleForm) -> Answer:
    preview = call.services.banking.keep_accounts.preview(account_id, body.sample(), body.told())
    return Answer(PreviewReply.of(preview))


@routes.put(
    "/bank-accounts/{account_id}/mapping",
    allow=ADMINS,
    body=KeepMappingForm,
    reply=BankAccountReply,
    summary="Save how the CSV files of a bank account are read",
)
def save_mapping(call: Call, account_id: str, body: KeepMappingForm) -> Answer:
    rev = call.revision(body.rev)
    return _answer(call.services.banking.keep_accounts.save_mapping(account_id, body.mapping(), rev))


def _answer(account: BankAccount) -> Answer:
    return Answer(BankAccountReply.of(account), headers=_etag(account))


def _etag(account: BankAccount) -> dict[str, str]:
    return {"ETag": f'"{account.rev}"'}
