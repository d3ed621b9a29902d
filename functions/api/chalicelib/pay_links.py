"""Pay links: where a payer pays an account or one invoice, and how by bank transfer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import Field

from chalicelib.fields import Amount, Reply
from chalicelib.web import Answer, Call, Routes
from receivables.core.errors import NotFound
from receivables.matching.references import reference_of
from receivables.payments.pay_links import PayTarget, link
from receivables.payments.transfers import BankTransfer
from receivables.usecases.pay_page import Asked, transfer_of

routes = Routes(__name__)


class TransferCodeReply(Reply):
    """A code that banking apps read: an EPC QR code or a Swiss QR code, drawn as SVG."""

    format: str
    svg: str


class TransferReply(Reply):
    """How to pay by bank transfer."""

    name: str
    iban: str
    bic: str | None
    reference: str | None = Field(description="Creditor reference (ISO 11649)")
    text: str = Field(description="What to write where there is no reference")
    code: TransferCodeReply | None


class PayLinkReply(Reply):
    """A pay link, and what it asks for at this moment."""

    url: str
    amount: Amount = Field(description="What is open and asked for now; the page asks for what is open then")
    invoices: list[str]
    online: list[str] = Field(description="Processors' accounts by which it can be paid")
    transfer: TransferReply | None


@routes.get("/accounts/{account_id}/pay-link", reply=PayLinkReply, summary="Where an account is paid")
def read_account_pay_link(call: Call, account_id: str) -> Answer:
    return _reply(call, PayTarget(account_id))


@routes.get("/invoices/{number}/pay-link", reply=PayLinkReply, summary="Where an invoice is paid")
def read_invoice_pay_link(call: Call, number: str) -> Answer:
    pointer = call.services.ledger.pointer(number)
    if pointer is None:
        raise NotFound("invoice", number)
    return _reply(call, PayTarget(pointer.account_id, pointer.number))


def _reply(call: Call, target: PayTarget) -> Answer:
    asked = call.services.asked_for(target, call.as_of)
    return Answer(
        PayLinkReply(
            url=link(_base(call), call.services.pay_tokens.token(target)),
            amount=Amount.of(asked.amount),
            invoices=list(asked.numbers),
            online=[way.id for way in asked.online],
            transfer=_transfer(call, asked),
        )
    )


def _transfer(call: Call, asked: Asked) -> TransferReply | None:
    transfer = transfer_of(asked, reference_of)
    if transfer is None:
        return None
    to = transfer.creditor
    return TransferReply(
        name=to.name,
        iban=to.iban,
        bic=to.bic,
        reference=transfer.reference,
        text=transfer.text,
        code=_code(call.services.draw_code, transfer),
    )


def _code(draw: Callable[[BankTransfer], str], transfer: BankTransfer) -> TransferCodeReply | None:
    made = transfer.code_format
    return TransferCodeReply(format=made.value, svg=draw(transfer)) if made else None


def _base(call: Call) -> str:
    """Where the pages are: a domain of our own, or beside this route."""
    context: Any = call.event["requestContext"]
    return call.services.pay_link_base or f"https://{context['domainName']}/{context['stage']}/pay"
