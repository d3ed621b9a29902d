"""Customers who open their pay link: they see what is open and how to pay it, and pay on the processor's page if they like."""

from __future__ import annotations

from datetime import datetime

from receivables_cli.api import Api
from receivables_cli.demo.stand_in import StandIn
from receivables_cli.demo.story import Message, Visit
from receivables_cli.errors import CommandError


class Payers:
    """Opens links as a browser does. `stand_in` is the processor on whose page they pay."""

    def __init__(self, api: Api, stand_in: StandIn) -> None:
        self._api, self._stand_in = api, stand_in

    def visit(self, visit: Visit, at: datetime) -> list[Message]:
        """Open the link, and pay there if that is what the customer does; what the processor then tells. Raises CommandError when the
        page does not show what is owed, or leads nowhere."""
        api = self._api.at(at)
        told = api.get(f"/invoices/{visit.invoice}/pay-link")
        page = api.page(told["url"])
        _require(
            page.status == 200 and visit.invoice in page.text, visit, "the page does not name the invoice"
        )
        if visit.online is None:
            transfer = told["transfer"]
            shown = "".join(page.text.split())
            _require(transfer and transfer["iban"] in shown, visit, "the page has no bank transfer")
            _require(transfer["reference"] in shown, visit, "the page has no reference")
            return []
        _require(visit.online in told["online"], visit, f"it cannot be paid by {visit.online}")
        on = api.page(told["url"], {"with": visit.online})
        _require(
            on.location is not None and on.location.startswith(self._stand_in.url), visit, "no page to pay on"
        )
        return [Message("stripe", at, told) for told in self._stand_in.pay(on.location or "", at)]


def _require(holds: object, visit: Visit, why: str) -> None:
    if not holds:
        raise CommandError(f"the pay link of {visit.invoice}: {why}")
