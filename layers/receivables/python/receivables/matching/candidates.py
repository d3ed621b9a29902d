"""What matching comes to: candidates with their reasons, and the decision that the best of them allows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from receivables.core.money import Money

MOST_PROPOSED = 3
"""Candidates that a person is shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """Money that came and names nobody, as far as matching needs to know it. `on` is the day it moved (UTC). `account` is the
    payer's IBAN or account number; `charges` what banks kept on its way (minor units); `reference` the invoice that was named."""

    key: str
    amount: Money
    on: date
    payer: str | None = None
    account: str | None = None
    texts: tuple[str, ...] = ()
    structured: str | None = None
    reference: str | None = None
    charges: int = 0


class Told(StrEnum):
    """How a receivable is named by what came with the money, the surest first."""

    STRUCTURED = "structured"
    """By a reference with check digits."""
    NUMBER = "number"
    """By its number as it is, but for separators and leading zeros."""
    DIGITS = "digits"
    """By the digits of its number, without the letters, or with a word for "invoice" in place of them."""
    SHORT = "short"
    """By so few digits that they may mean something else."""
    TYPO = "typo"
    """By its number with one character wrong, missing, too many, or two swapped."""
    NOTHING = "nothing"


class Fit(StrEnum):
    """What the amount says, the surest first."""

    EXACT = "exact"
    DISCOUNT = "discount"
    """Exact, after a discount that was still on offer."""
    CHARGES = "charges"
    """Exact, before the charges that the bank says it kept."""
    CREDIT = "credit"
    """Exact, after credit of the account."""
    LATE_DISCOUNT = "late_discount"
    FEE = "fee"
    """A little less, as if a bank had kept a fee."""
    TOLERANCE = "tolerance"
    PART = "part"
    OVER = "over"


class PayerSays(StrEnum):
    """What is known of the payer, as to an account."""

    KNOWN = "known"
    """Has paid for it before, more than once, from this bank account."""
    NAMED = "named"
    """Bears the customer's name, or a name that paid for it before."""
    LIKELY = "likely"
    """Has paid for it once, or bears a name like the customer's."""
    UNKNOWN = "unknown"
    DIFFERS = "differs"
    """Has another name than the customer, but is nobody we know."""
    OTHER = "other"
    """Is known to pay for another customer, or bears another customer's name."""


@dataclass(frozen=True, slots=True)
class Part:
    """A receivable of a candidate; `amount` None: as much as is open of it and its charges."""

    number: str
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What money may be for: receivables of one account, or (none) the account itself. `confidence` is in percent; `reasons` say in
    words what speaks for it and against. `owed` is what was open of its receivables when it was found; `credit` is what is to be
    taken of the account's credit (minor units)."""

    account_id: str
    parts: tuple[Part, ...]
    confidence: int
    reasons: tuple[str, ...] = ()
    fit: Fit = Fit.PART
    told: Told = Told.NOTHING
    owed: tuple[int, ...] = field(default=(), compare=False)
    credit: int = 0

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(part.number for part in self.parts)


@dataclass(frozen=True, slots=True)
class Apply:
    """Sure enough to be done without a person; `rest` are the next best."""

    candidate: Candidate
    rest: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Propose:
    """A person decides: the best, three at most."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing is found that speaks for anybody; `reasons` say what was found that cannot be used."""

    reasons: tuple[str, ...] = ()


Decision: TypeAlias = Apply | Propose | Unknown
