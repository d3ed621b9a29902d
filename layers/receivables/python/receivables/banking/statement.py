"""A statement of a bank account and its lines, whatever the format it came in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from receivables.core.money import Money


@dataclass(frozen=True, slots=True)
class BankLine:
    """One movement on one of our bank accounts.

    `account` is our own id of the bank account. `id` is the line's identity, for ever: the same movement in another statement has the
    same (see `banking.identity`). `amount` is signed: positive came in. Dates are the bank's. `reversal`: the bank takes back an
    earlier movement. `structured` is a creditor's reference as it came, `remittance` the free text, part by part.
    `counterparty_account` is an IBAN or account number. `charges` is what the bank kept of it, `instructed` what was ordered in
    another currency. Lines of one batch booking share `batch`; a `total` is such a booking whose single payments the statement
    does not tell. `code` is the bank's own kind of movement.
    """

    account: str
    id: str
    booked_on: date
    amount: Money
    valued_on: date | None = None
    counterparty: str | None = None
    counterparty_account: str | None = None
    remittance: tuple[str, ...] = ()
    structured: str | None = None
    end_to_end: str | None = None
    mandate: str | None = None
    bank_reference: str | None = None
    reversal: bool = False
    charges: Money | None = None
    instructed: Money | None = None
    batch: str | None = None
    code: str | None = None
    total: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """What was on the account at the end (closing) or beginning (opening) of a day of the bank; signed."""

    on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Statement:
    """What a bank says of one account and period. `reference` is the bank's own id of the statement; balances are None where the
    format (camt.054, intraday reports, CSV) has none. `number` counts the statements of an account, part by part (statement,
    page); empty where the bank does not. `notes` are what a person should know of the reading: entries that are left out because they are
    only announced, batches whose details do not add up."""

    account: str
    reference: str
    format: str
    lines: tuple[BankLine, ...] = field(repr=False)
    opening: Balance | None = None
    closing: Balance | None = None
    created_at: datetime | None = None
    number: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
