"""Disputes: only what is disputed rests; the answer and its credit note are one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from receivables.arrangements import Dispute, DisputeReason, DisputeState
from receivables.arrangements.disputing import Objection
from receivables.arrangements.evidence import EvidenceFile
from receivables.core.errors import Conflict, InvalidFields, NotFound
from receivables.core.money import Money
from receivables.ledger import AT_ONCE, EntryKind, LedgerName, PostOutcome
from receivables.ledger.crediting import credit_note
from receivables.ledger.deeds import Deed
from receivables.usecases.disputes import credit_note_number
from receivables.usecases.promises import PromiseOrder
from tests.builders import NOW, day, eur
from tests.unit.usecases.desk import ACCOUNT, Desk, part

OBJECTION = Objection(DisputeReason.DAMAGED, "Ada", "e-mail", "olga", day(14), amount=eur(3_000))
PDF = EvidenceFile("scratch.pdf", "application/pdf", 1_000)


def contest(desk: Desk, **said: Any) -> Dispute:
    return desk.disputes.contest("INV-1", replace(OBJECTION, **said), "finn", NOW)


def answer(desk: Desk, dispute: Dispute, credited: Money | None = None, *, in_full: bool = False) -> Dispute:
    return desk.disputes.answer(dispute.id, credited, "as measured", "fay", NOW, NOW, in_full=in_full)


def test_a_dispute_is_recorded_and_wakes_the_account() -> None:
    desk = Desk()
    desk.settle()
    dispute = contest(desk)
    assert desk.ledger.arrangement(dispute.id) == dispute
    assert (dispute.amount, dispute.owner, dispute.recorded_by) == (eur(3_000), "olga", "finn")
    assert desk.item("INV-1").balance == eur(10_000)
    assert desk.account.next_action_at == AT_ONCE
    [fact] = desk.facts("arrangement")
    assert (fact["event"], fact["reason"]) == ("raised", "damaged")


def test_what_is_open_and_not_disputed_yet_bounds_a_dispute() -> None:
    desk = Desk()
    desk.pay(2_000)
    contest(desk, amount=eur(5_000))
    with pytest.raises(InvalidFields) as caught:
        contest(desk, amount=eur(3_001))
    assert caught.value.errors[0].field == "amount.amount"
    assert contest(desk, amount=None).amount == eur(3_000)
    with pytest.raises(Conflict):
        contest(desk, amount=None)


def test_an_invoice_that_does_not_exist_or_is_paid_cannot_be_disputed() -> None:
    desk = Desk()
    with pytest.raises(NotFound):
        desk.disputes.contest("INV-9", OBJECTION, "finn", NOW)
    desk.pay(10_000)
    with pytest.raises(Conflict):
        contest(desk)


def test_a_disputed_invoice_can_be_promised_all_the_same() -> None:
    desk = Desk()
    contest(desk)
    promise = PromiseOrder((part(day(5), 10_000),), "Ada", "phone", ("INV-1",))
    assert desk.promises.take(ACCOUNT, promise, "finn", NOW).active


def test_credited_in_full_the_disputed_part_is_not_owed_any_more() -> None:
    desk = Desk()
    dispute = contest(desk)
    desk.settle()
    done = answer(desk, dispute, in_full=True)
    assert (done.state, done.credited, done.ended_by) == (DisputeState.CREDITED, eur(3_000), "fay")
    assert desk.item("INV-1").balance == eur(7_000)
    assert desk.account.balance == eur(12_000)
    assert desk.account.next_action_at == AT_ONCE
    [note] = [e for e in desk.ledger.entries(ACCOUNT) if e.kind is EntryKind.CREDIT_NOTE]
    assert note.moved(LedgerName.RECEIVABLE) == -3_000
    assert dispute.id in note.reason
    assert desk.ledger.keyed(f"credit_note/{credit_note_number(dispute.id)}") == note


def test_credited_in_part_the_rest_is_due_again() -> None:
    desk = Desk()
    done = answer(desk, contest(desk), eur(1_000))
    assert done.state is DisputeState.PARTLY_CREDITED
    assert desk.item("INV-1").balance == eur(9_000)
    assert desk.working_set.arrangements == ()


def test_rejected_nothing_is_credited() -> None:
    desk = Desk()
    done = answer(desk, contest(desk))
    assert (done.state, done.credited) == (DisputeState.REJECTED, None)
    assert desk.item("INV-1").balance == eur(10_000)


def test_a_dispute_is_answered_once() -> None:
    desk = Desk()
    dispute = contest(desk)
    answer(desk, dispute, in_full=True)
    later = NOW + timedelta(seconds=1)
    with pytest.raises(Conflict):
        desk.disputes.answer(dispute.id, None, "as measured", "fay", later, later, in_full=True)
    assert desk.item("INV-1").balance == eur(7_000)


def test_what_was_paid_of_a_disputed_part_becomes_credit_with_its_credit_note() -> None:
    desk = Desk()
    dispute = contest(desk)
    desk.pay(10_000)
    answer(desk, dispute, in_full=True)
    assert desk.account.unapplied == eur(3_000)


def test_more_than_was_disputed_is_not_credited() -> None:
    desk = Desk()
    dispute = contest(desk)
    with pytest.raises(InvalidFields) as caught:
        answer(desk, dispute, eur(3_001))
    assert caught.value.errors[0].field == "credited.amount"
    assert desk.ledger.arrangement(dispute.id) == dispute


def test_a_dispute_is_withdrawn_by_its_customer() -> None:
    desk = Desk()
    done = desk.cancel.cancel(contest(desk).id, "found the parcel", "fay", NOW)
    assert isinstance(done, Dispute)
    assert (done.state, done.resolution) == (DisputeState.WITHDRAWN, "found the parcel")


def test_a_promise_is_not_answered_as_if_it_were_a_dispute() -> None:
    desk = Desk()
    promise = PromiseOrder((part(day(5), 10_000),), "Ada", "phone", ("INV-1",))
    with pytest.raises(Conflict):
        desk.disputes.answer(
            desk.promises.take(ACCOUNT, promise, "finn", NOW).id, None, "no", "fay", NOW, NOW
        )


def test_evidence_is_recorded_with_a_link_to_send_it_and_later_one_to_read_it() -> None:
    desk = Desk()
    dispute = contest(desk)
    evidence, upload = desk.disputes.add_evidence(dispute.id, PDF, "finn", NOW)
    assert upload.url == f"put:{evidence.key}:1000"
    stored = desk.ledger.arrangement(dispute.id)
    assert isinstance(stored, Dispute)
    assert stored.evidence == (evidence,)
    assert desk.disputes.links(stored) == {evidence.key: f"get:{evidence.key}"}


def test_no_evidence_is_taken_for_what_has_ended() -> None:
    desk = Desk()
    dispute = contest(desk)
    answer(desk, dispute)
    with pytest.raises(Conflict):
        desk.disputes.add_evidence(dispute.id, PDF, "finn", NOW)


@pytest.mark.parametrize("end", ["answered", "cancelled"])
def test_an_end_whose_answer_was_lost_is_no_conflict_and_happens_once(end: str) -> None:
    desk = Desk()
    dispute = contest(desk)
    desk.ledger.lose_next_answer()
    if end == "answered":
        assert answer(desk, dispute).state is DisputeState.REJECTED
    else:
        desk.cancel.cancel(dispute.id, "found it", "fay", NOW)
    assert not desk.ledger.arrangement(dispute.id).active
    assert len(desk.facts("arrangement")) == 2


def test_evidence_whose_answer_was_lost_is_recorded_once() -> None:
    desk = Desk()
    dispute = contest(desk)
    desk.ledger.lose_next_answer()
    desk.disputes.add_evidence(dispute.id, PDF, "finn", NOW)
    stored = desk.ledger.arrangement(dispute.id)
    assert isinstance(stored, Dispute)
    assert len(stored.evidence) == 1


def test_what_was_credited_otherwise_meanwhile_is_not_credited_again() -> None:
    desk = Desk()
    dispute = contest(desk)
    note = credit_note(desk.ledger.invoice("INV-1"), Deed("CN-1", "test", NOW, NOW), amount=eur(9_000))
    assert desk.ledger.post(note) is PostOutcome.POSTED
    with pytest.raises(Conflict):
        answer(desk, dispute, in_full=True)
    assert desk.ledger.arrangement(dispute.id).active
    assert answer(desk, dispute, eur(1_000)).credited == eur(1_000)


@pytest.mark.parametrize(
    "mine", [{"credited": eur(1_000)}, {"in_full": True}, {}], ids=["part", "all", "none"]
)
def test_who_answers_a_dispute_that_was_answered_meanwhile_is_told(mine: dict[str, Any]) -> None:
    desk = Desk()
    dispute = contest(desk)
    desk.ledger.meanwhile(
        lambda: desk.disputes.answer(dispute.id, eur(500), "as weighed", "gus", NOW, NOW, in_full=False)
    )
    with pytest.raises(Conflict):
        answer(desk, dispute, **mine)
    assert desk.item("INV-1").balance == eur(9_500)


def test_a_credit_note_number_that_somebody_has_used_does_not_answer_the_dispute_in_silence() -> None:
    desk = Desk()
    dispute = contest(desk)
    number = credit_note_number(dispute.id)
    deed = Deed(number, "api/gus", NOW, NOW, "by hand")
    note = credit_note(desk.ledger.invoice("INV-1"), deed, amount=eur(100))
    assert desk.ledger.post(replace(note, key=f"credit_note/{number}")) is PostOutcome.POSTED
    with pytest.raises(Conflict, match=number):
        answer(desk, dispute, in_full=True)
