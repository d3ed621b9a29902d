"""The documents of receivables, as they were issued: invoices, and late charges for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from receivables.core.money import Money
from receivables.ledger.items import ItemKind
from receivables.terms import PLAIN, Conditions

if TYPE_CHECKING:
    from receivables.ledger.moves import Accrued, Move
    from receivables.ledger.workings import ChargeDetail
    from receivables.terms import Instalment


class InvoiceStatus(StrEnum):
    """What became of a receivable."""

    OPEN = "open"
    CLOSED = "closed"
    WRITTEN_OFF = "written_off"


@dataclass(frozen=True, slots=True)
class Invoice:
    """The document as issued, with the terms version that gave its conditions. Dates are the customer's local dates.

    `due_date` is the last of its instalments' if it has some. `tax` is the part of `amount` that is sales tax. A charge has
    `concerns`, the number of its invoice, and `charge`, its working. A closed document keeps `moves`, `accrued`,
    `schedule` and the rev (`item_rev`) of its open item, so that it can be opened again. `written_off` is what was given up of it and not
    recovered since, in minor units.
    """

    number: str
    account_id: str
    amount: Money
    issue_date: date
    due_date: date
    issued_at: datetime
    terms_id: str | None = None
    terms_version: int | None = None
    description: str = ""
    status: InvoiceStatus = InvoiceStatus.OPEN
    closed_at: datetime | None = None
    rev: int = 0
    kind: ItemKind = ItemKind.INVOICE
    tax: Money | None = None
    conditions: Conditions = PLAIN
    concerns: str | None = None
    charge: ChargeDetail | None = None
    moves: tuple[Move, ...] = ()
    accrued: tuple[Accrued, ...] = ()
    schedule: tuple[Instalment, ...] = ()
    written_off: int = 0
    item_rev: int = 0

    @property
    def terms(self) -> str | None:
        """The version of the terms, as `net-30/2`."""
        return f"{self.terms_id}/{self.terms_version}" if self.terms_id else None
