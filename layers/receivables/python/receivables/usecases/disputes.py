"""Disputes: raised over an open receivable, supported by evidence, answered by finance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from receivables.arrangements import Arrangement, Dispute, Evidence
from receivables.arrangements.disputing import Objection, disputed, raise_dispute, resolve, with_evidence
from receivables.arrangements.evidence import EvidenceFile, EvidenceLinks, Upload, make_evidence
from receivables.core.clock import local_date
from receivables.core.errors import Conflict, InvalidInput, NotFound
from receivables.core.ids import derived_id, new_id, split_account_id
from receivables.core.money import Money
from receivables.ledger import ArrangementChange, ItemKind, LedgerStore, Posting, WorkingSet
from receivables.ledger.adjusting import waive
from receivables.ledger.crediting import credit_note
from receivables.ledger.deeds import Deed
from receivables.usecases.arrangement_endings import changed
from receivables.usecases.booking import post_again, working_set_of
from receivables.usecases.cancel_arrangement import ended_by_this
from receivables.usecases.readers import CustomerReader


def credit_note_number(dispute_id: str) -> str:
    """The number of the credit note that a dispute ends with, for ever: `CN-` and 13 characters."""
    return f"CN-{derived_id('credit-note', dispute_id)[-13:]}"


class Disputes:
    """Raises and resolves them."""

    def __init__(
        self, ledger: LedgerStore, customers: CustomerReader, links: Callable[[], EvidenceLinks]
    ) -> None:
        self._ledger, self._customers, self._links = ledger, customers, links

    def contest(self, number: str, objection: Objection, by: str, at: datetime) -> Dispute:
        """The dispute as recorded. Only what is disputed rests; the account is woken.

        Raises NotFound (no such receivable), InvalidFields, and Conflict when nothing is open that could be disputed.
        """
        pointer = self._ledger.pointer(number)
        if pointer is None:
            raise NotFound("invoice", number)
        dispute_id, raised = new_id("dsp", at), []

        def build() -> Posting:
            working_set = working_set_of(self._ledger, pointer.account_id)
            dispute = self._contested(working_set, number, objection, dispute_id, by, at)
            raised.append(dispute)
            change = ArrangementChange(None, dispute)
            return Posting(pointer.account_id, arrangements=(change,), account_rev=working_set.account.rev)

        post_again(self._ledger, build)
        return raised[-1]

    def answer(
        self,
        dispute_id: str,
        credited: Money | None,
        resolution: str,
        by: str,
        at: datetime,
        recorded_at: datetime,
        *,
        in_full: bool = False,
    ) -> Dispute:
        """The dispute with finance's answer: a credit note `in_full`, over a part (`credited`), or a rejection (neither).
        The credit note - of a late charge, its waiver - is booked in the same transaction; what it exceeds the balance by
        becomes credit.

        Raises NotFound, InvalidFields (`credited...`) and Conflict when it has ended already, or the invoice was credited
        otherwise meanwhile.
        """

        def build() -> Posting:
            before = self._dispute(dispute_id)
            if ended_by_this(before, by, at, resolution):
                return Posting(before.account_id)
            amount = before.amount if in_full else credited
            after = resolve(before, amount, resolution, by, at)
            change = changed(before, after)
            if amount is None:
                return Posting(before.account_id, arrangements=(change,))
            reason = f"dispute {before.id}: {resolution}"
            deed = Deed(credit_note_number(before.id), f"api/{by}", at, recorded_at, reason)
            noted = self._credit(before, deed, amount)
            return replace(noted, arrangements=(*noted.arrangements, change), key=f"credit_note/{deed.key}")

        post_again(self._ledger, build)
        answered = self._dispute(dispute_id)
        if answered.active:
            raise Conflict(f"the number {credit_note_number(dispute_id)} is that of another credit note")
        if not ended_by_this(answered, by, at, resolution):
            raise Conflict(f"dispute {dispute_id} is {answered.state.value} already")
        return answered

    def add_evidence(
        self, dispute_id: str, file: EvidenceFile, by: str, at: datetime
    ) -> tuple[Evidence, Upload]:
        """The record of a file, and how the file itself is to be sent. Raises NotFound, InvalidFields (`name`,
        `content_type`, `size`) and Conflict when the dispute has ended or has too many."""
        evidence = make_evidence(
            file, dispute_id=dispute_id, evidence_id=new_id("evd", at), added_by=by, added_at=at
        )

        def build() -> Posting:
            before = self._dispute(dispute_id)
            if any(
                each.key == evidence.key for each in before.evidence
            ):  # the answer to an earlier attempt was lost
                return Posting(before.account_id)
            return Posting(
                before.account_id, arrangements=(changed(before, with_evidence(before, evidence)),)
            )

        post_again(self._ledger, build)
        return evidence, self._links().to_put(evidence, file.size, at)

    def links(self, arrangement: Arrangement) -> dict[str, str]:
        """Links to the evidence of a dispute, by key; none for other arrangements."""
        if not isinstance(arrangement, Dispute) or not arrangement.evidence:
            return {}
        links = self._links()
        return {each.key: links.to_get(each) for each in arrangement.evidence}

    def _contested(
        self,
        working_set: WorkingSet,
        number: str,
        objection: Objection,
        dispute_id: str,
        by: str,
        at: datetime,
    ) -> Dispute:
        item = next((each for each in working_set.open_items if each.number == number), None)
        if item is None:
            raise Conflict(f"{number} is not open")
        customer = self._customers.get(working_set.account.customer_id)
        return raise_dispute(
            objection,
            item.balance,
            disputed(number, working_set.arrangements),
            id=dispute_id,
            account_id=working_set.account.id,
            invoice=number,
            recorded_by=by,
            raised_at=at,
            today=local_date(at, customer.tz),
        )

    def _credit(self, dispute: Dispute, deed: Deed, amount: Money) -> Posting:
        document, item = self._ledger.invoice(dispute.invoice)
        if document.kind is not ItemKind.INVOICE:
            return waive((document, item), deed, amount=amount)
        customer_id, _ = split_account_id(dispute.account_id)
        tz = self._customers.get(customer_id).tz
        try:
            return credit_note((document, item), deed, amount=amount, tz=tz)
        except InvalidInput as error:
            raise Conflict(f"{dispute.invoice} cannot be credited by {amount}: it {error.message}") from None

    def _dispute(self, dispute_id: str) -> Dispute:
        found = self._ledger.arrangement(dispute_id)
        if not isinstance(found, Dispute):
            raise Conflict(f"{dispute_id} is a {found.kind.value}, not a dispute")
        return found
