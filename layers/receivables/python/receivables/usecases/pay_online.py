"""Paying online: a payer is sent to a page of a processor that asks for what is open at that moment, and no page outlives its amount."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from receivables.core.clock import format_instant
from receivables.core.configuration import ProcessorAccount
from receivables.core.errors import Conflict, DependencyFailed, InvalidInput, NotFound
from receivables.core.ids import derived_id
from receivables.payments.events import Payer
from receivables.payments.pay_links import LinkStore, LiveLink, PayTarget
from receivables.payments.processors import LinkMaker, LinkOrder
from receivables.usecases.pay_page import Asked, AskedFor

LASTS: Final = timedelta(hours=1)
"""How long a processor's page can be paid on."""
TIME_TO_PAY: Final = timedelta(minutes=15)
"""A page that ends sooner is not given out again."""

_MOST_DESCRIPTION: Final = 120

LinkMakers = Callable[[ProcessorAccount], LinkMaker]
"""The processor's API of an account. Raises NotFound when it has no credentials, or makes no pages."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A payer's choice: what to pay, with which processor's account (`stripe/main`), and where to come back to afterwards."""

    target: PayTarget
    processor: str
    return_url: str


class PayOnline:
    """Finds or makes the page on which a payer pays."""

    def __init__(self, asked_for: AskedFor, links: LinkStore, makers: LinkMakers) -> None:
        self._asked_for, self._links, self._makers = asked_for, links, makers

    def __call__(self, choice: Choice, as_of: datetime) -> str:
        """The address to go to. Raises NotFound, InvalidInput (`with`: not a way to pay this), Conflict (nothing is to be paid) and
        DependencyFailed."""
        asked = self._asked_for(choice.target, as_of)
        account = next((way for way in asked.online if way.id == choice.processor), None)
        if account is None:
            raise InvalidInput("with", "is not a way to pay this")
        if not asked.amount:
            raise Conflict("nothing is to be paid")
        maker = self._makers(account)
        earlier = self._earlier(choice)
        if (
            earlier is not None
            and earlier.amount == asked.amount
            and as_of + TIME_TO_PAY < earlier.expires_at
        ):
            return earlier.url
        if earlier is not None:
            # First it ends, then there is another: never two on which the same can be paid.
            _expire(maker, earlier)
        made = maker.create_link(_order(asked, choice, as_of, earlier))
        self._links.keep(
            LiveLink(choice.target, choice.processor, made.id, made.url, asked.amount, made.expires_at)
        )
        return made.url

    def _earlier(self, choice: Choice) -> LiveLink | None:
        links = self._links.of_account(choice.target.account_id)
        return next((x for x in links if (x.target, x.processor) == (choice.target, choice.processor)), None)


class EndLinks:
    """Ends processors' pages that ask for what is not open any more: somebody paid, or the amount changed."""

    def __init__(self, asked_for: AskedFor, links: LinkStore, makers: LinkMakers) -> None:
        self._asked_for, self._links, self._makers = asked_for, links, makers

    def __call__(self, account_id: str, as_of: datetime) -> int:
        """How many were ended. Harmless when repeated; raises DependencyFailed when a processor does not answer, after those of
        the others were ended."""
        ended, failures = 0, list[DependencyFailed]()
        for link in self._links.of_account(account_id):
            asked = self._asked_for(link.target, as_of)
            if link.expires_at > as_of and asked.amount == link.amount:
                continue
            try:
                self._end(link, asked)
            except DependencyFailed as error:
                failures.append(error)
            else:
                ended += 1
        if failures:
            raise failures[0]
        return ended

    def _end(self, link: LiveLink, asked: Asked) -> None:
        # Its time being over ends it only where the processor keeps time: Square does not.
        account = next((each for each in asked.company.processors if each.id == link.processor), None)
        if account is not None:
            # Without credentials nobody here can end it.
            with suppress(NotFound):
                _expire(self._makers(account), link)
        self._links.forget(link)


def _expire(maker: LinkMaker, link: LiveLink) -> None:
    """Where it cannot be ended - it was paid on, or the processor has no way to - what it may still bring is credit of the
    account."""
    with suppress(Conflict, NotFound):
        maker.expire_link(link.id)


def _order(asked: Asked, choice: Choice, as_of: datetime, earlier: LiveLink | None) -> LinkOrder:
    invoices = sorted({line.concerns or line.number for line in asked.lines if not line.waits})
    invoice = choice.target.invoice or (invoices[0] if len(invoices) == 1 else None)
    # Two clicks at once make one page: the key tells what is asked, after which page, in which minute. All of an order has to be
    # the same under the same key; and a page that has ended must not come again when as much is open once more.
    minute = as_of.replace(second=0, microsecond=0)
    key = derived_id(
        "lnk",
        choice.target.account_id,
        choice.target.invoice or "",
        choice.processor,
        str(asked.amount.minor),
        " ".join(invoices),
        earlier.id if earlier else "",
        format_instant(minute),
    )
    return LinkOrder(
        key=key,
        amount=asked.amount,
        # In no language: a name and numbers.
        description=f"{asked.company.name}: {' '.join(invoices)}"[:_MOST_DESCRIPTION],
        return_url=choice.return_url,
        expires_at=minute + LASTS,
        account_id=choice.target.account_id,
        invoice=invoice,
        payer=Payer(name=asked.customer.name, email=asked.customer.email),
        locale=asked.customer.locale.replace("_", "-"),
        ordered_at=minute,
    )
