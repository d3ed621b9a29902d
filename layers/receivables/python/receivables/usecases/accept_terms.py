"""Terms as a document that a customer accepts: rendered, kept by its hash, and on record who accepted it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from receivables.core.errors import InvalidInput, NotFound
from receivables.core.ids import derived_id
from receivables.core.versions import Catalogue
from receivables.terms import Terms
from receivables.terms.acceptance import Acceptance, Acceptances, DocumentShelf
from receivables.usecases.issue_invoice import Directory

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class TermsDocument:
    """One version of terms as HTML, and the SHA-256 of its bytes in hexadecimal."""

    html: str
    sha256: str


@dataclass(frozen=True, slots=True)
class AcceptanceOrder:
    """What somebody says about an acceptance; without `accepted_at` it is happening now."""

    customer_id: str
    accepted_by: str
    accepted_from: str
    channel: str = ""
    accepted_at: datetime | None = None


class AcceptTerms:
    """Shows versions of terms, and records who accepted them. `render` makes the same text of the same version."""

    def __init__(
        self,
        terms: Catalogue[Terms],
        customers: Directory,
        acceptances: Acceptances,
        shelf: DocumentShelf,
        render: Callable[[Terms], str],
    ) -> None:
        self._terms, self._customers = terms, customers
        self._acceptances, self._shelf, self._render = acceptances, shelf, render

    def document(self, terms_id: str, version: int) -> TermsDocument:
        """What would be accepted. Raises NotFound."""
        html = self._render(self._terms.version(terms_id, version))
        return TermsDocument(html, hashlib.sha256(html.encode()).hexdigest())

    def accept(
        self, terms_id: str, version: int, order: AcceptanceOrder, by: str, at: datetime
    ) -> Acceptance:
        """The acceptance on record. The document is kept before it is recorded that it was accepted, so that no record
        lacks its document. One person accepts a version for a customer once: a repetition changes nothing.

        Raises NotFound, InvalidInput (`customer_id`, `accepted_at`).
        """
        document = self.document(terms_id, version)
        if order.accepted_at is not None and order.accepted_at > at:
            raise InvalidInput("accepted_at", "must not lie in the future")
        try:
            customer_id = self._customers.get(order.customer_id).id
        except NotFound as error:
            raise InvalidInput("customer_id", str(error)) from None
        kept = self._shelf.put(document.html.encode(), HTML)
        return self._acceptances.add(
            Acceptance(
                id=derived_id("acc", customer_id, terms_id, str(version), order.accepted_by),
                customer_id=customer_id,
                terms_id=terms_id,
                version=version,
                accepted_by=order.accepted_by,
                accepted_from=order.accepted_from,
                accepted_at=order.accepted_at or at,
                document=kept,
                recorded_by=by,
                recorded_at=at,
                channel=order.channel,
            )
        )

    def of_customer(self, customer_id: str) -> Sequence[Acceptance]:
        """All acceptances of a customer, the first one first. Raises NotFound."""
        return self._acceptances.of_customer(self._customers.get(customer_id).id)

    def kept(self, sha256: str) -> TermsDocument:
        """A document as it was accepted. Raises NotFound."""
        return TermsDocument(self._shelf.get(sha256).decode(), sha256)
