"""What a payment is for, as a person says it: invoices by number, an account, or nothing yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from receivables.core.errors import InvalidInput
from receivables.core.ids import split_account_id
from receivables.core.money import Money
from receivables.ledger import InvoicePointer
from receivables.ledger.allocation import Named


@dataclass(frozen=True, slots=True)
class Share:
    """An invoice and how much of the money is for it (None: as much as is open). `field` is the path in the input."""

    number: str
    amount: Money | None = None
    field: str = "reference"

    @property
    def named(self) -> Named:
        return Named(self.number, self.amount)


@dataclass(frozen=True, slots=True)
class Targets:
    """What a payment is for. Neither: a person will say."""

    account_id: str | None = None
    shares: tuple[Share, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(share.number for share in self.shares)

    @property
    def named(self) -> tuple[Named, ...]:
        return tuple(share.named for share in self.shares)


def account_of(
    targets: Targets, amount: Money, pointer: Callable[[str], InvoicePointer | None]
) -> str | None:
    """The one account that all of it is on; None: nothing was said.

    A person is taken at their word: a number that leads nowhere is a slip, and not money of a stranger. Raises InvalidInput
    naming the field: no such invoice, another currency, another account, more named than there is.
    """
    account = targets.account_id
    if account is not None and split_account_id(account)[1] != amount.currency:
        raise InvalidInput("account_id", f"the payment is in {amount.currency}")
    for share in targets.shares:
        account = _account_of(share, amount, account, pointer(share.number))
    named = sum(share.amount.minor for share in targets.shares if share.amount)
    if named > amount.minor:
        raise InvalidInput("invoices", "the amounts named add up to more than the payment")
    return account


def _account_of(share: Share, amount: Money, account: str | None, found: InvoicePointer | None) -> str:
    if found is None:
        raise InvalidInput(share.field, f"invoice {share.number!r} does not exist")
    if found.amount.currency != amount.currency:
        field = "amount.currency" if share.field == "reference" else share.field
        raise InvalidInput(field, f"the invoice is in {found.amount.currency}")
    if account is not None and found.account_id != account:
        raise InvalidInput(share.field, f"{share.number!r} is not an invoice of account {account}")
    return found.account_id
