"""What a person makes of money that waits: confirms a proposal, places it otherwise, gives it back. What is learned of the payer
follows the person."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from receivables.core.errors import Conflict, InvalidInput, StaleRevision
from receivables.core.money import Money
from receivables.ledger import EntryKind, LedgerStore, PaymentRecord, PaymentState, Posting
from receivables.ledger.deeds import Deed
from receivables.ledger.suspense import return_suspense, unplace
from receivables.matching.candidates import Candidate
from receivables.matching.payers import forgotten, learned, payer_keys
from receivables.matching.ports import HabitStore, Proposal, ProposalStore, Standing
from receivables.usecases.booking import MOST_TRIES, Booked, book
from receivables.usecases.matching_facts import line_of
from receivables.usecases.payment_targets import Targets, account_of
from receivables.usecases.place_match import PlaceMatch, Placing
from receivables.usecases.record_payment import PlacePayment, is_placed_so
from receivables.usecases.reopening import reopened
from receivables.usecases.settling import in_currency, money_of

_WAITS: Final = "does not wait in suspense any more"


@dataclass(frozen=True, slots=True)
class ReturnOrder:
    """Money in suspense that has gone back to the payer: how much (None: all that waits), when (UTC), and why. `id` is unique for
    the payment, for ever."""

    payment: str
    id: str
    amount: Money | None
    effective_at: datetime
    reason: str


class Proposals:
    """Decides on payments in suspense for a person."""

    def __init__(
        self,
        ledger: LedgerStore,
        placing: PlaceMatch,
        place_payment: PlacePayment,
        proposals: ProposalStore,
        habits: HabitStore,
    ) -> None:
        self._ledger, self._placing, self._place_payment = ledger, placing, place_payment
        self._proposals, self._habits = proposals, habits

    def read(self, key: str) -> tuple[PaymentRecord, Proposal | None]:
        """The payment and what matching made of it. Raises NotFound."""
        return self._ledger.payment(key), self._proposals.get(key)

    def confirm(self, key: str, choice: int, seen: datetime, by: str, recorded_at: datetime) -> PaymentRecord:
        """Place it as the candidate at that place (1: the best) says. `seen` is the proposal's own time: what the person has not seen
        is not confirmed. The same again is harmless. Raises NotFound, InvalidInput (`candidate`) and Conflict in words."""
        record, proposal = self.read(key)
        if proposal is None:
            raise Conflict(f"nothing is proposed for payment {key!r}")
        if proposal.standing is Standing.CONFIRMED and record.account_id == proposal.candidates[0].account_id:
            return record
        self._require_waiting(record, proposal)
        if proposal.at != seen:
            raise Conflict("the proposal is another one by now: read it again")
        if not 1 <= choice <= len(proposal.candidates):
            raise InvalidInput("candidate", f"must be 1 to {len(proposal.candidates)}")
        chosen = proposal.candidates[choice - 1]
        self._placed(key, chosen, by, recorded_at)
        others = tuple(each for each in proposal.candidates if each is not chosen)
        self._conclude(replace(proposal, candidates=(chosen, *others)), Standing.CONFIRMED, by, recorded_at)
        self._follow(record, chosen.account_id, proposal.candidates[0].account_id)
        return self._ledger.payment(key)

    def place(self, key: str, targets: Targets, by: str, recorded_at: datetime) -> PaymentRecord:
        """Place what waits as the person says: invoices, parts of several, or an account alone (credit). All of one payment is on
        one account. Raises what `PlacePayment` raises."""
        record, proposal = self.read(key)
        proposal = proposal or Proposal(key, (), recorded_at)
        return self._placed_by(record, targets, proposal, by, recorded_at)

    def correct(self, key: str, targets: Targets, was: str, by: str, recorded_at: datetime) -> PaymentRecord:
        """Place otherwise what is on an account already: other invoices of it, or another account. `was` is the account that the
        person saw it on. It waits in suspense again between, and what is learned of the payer is forgotten. The same again is
        harmless. Raises what `PlacePayment` raises, and Conflict in words when it is elsewhere by now, or money of it is."""
        record, proposal = self.read(key)
        if is_placed_so(record, targets):
            return record
        proposal = proposal or Proposal(key, (), recorded_at)
        if record.state is not PaymentState.SUSPENSE:
            if record.account_id != was:
                raise Conflict(
                    f"payment {key!r} is on {record.account_id or 'no account'} by now: read it again"
                )
            self._take_back(record, targets, proposal, by, recorded_at)
        return self._placed_by(record, targets, proposal, by, recorded_at)

    def _placed_by(
        self, record: PaymentRecord, targets: Targets, proposal: Proposal, by: str, recorded_at: datetime
    ) -> PaymentRecord:
        key = record.payment.key
        waited = self._ledger.payment(key).state is PaymentState.SUSPENSE
        after = self._place_payment.place(key, targets, by, recorded_at)
        if waited and after.account_id:
            self._conclude(proposal, Standing.CORRECTED, by, recorded_at)
            was = record.account_id or next((each.account_id for each in proposal.candidates), None)
            self._follow(record, after.account_id, was)
        return after

    def _take_back(
        self, record: PaymentRecord, targets: Targets, proposal: Proposal, by: str, recorded_at: datetime
    ) -> None:
        """Into suspense, where matching leaves it to the person from now on. That it can be placed as wanted is seen to before."""
        account = account_of(targets, record.payment.amount, self._ledger.pointer)
        if account is None or self._ledger.working_set(account) is None:
            raise InvalidInput("account_id", f"account {account!r} does not exist")
        key = record.payment.key
        self._conclude(proposal, Standing.CORRECTED, by, recorded_at)
        deed = Deed(f"{key}/{record.rev}", f"api/{by}", record.payment.effective_at, recorded_at)

        def build() -> Posting:
            return reopened(self._ledger, unplace(*money_of(self._ledger, key), deed))

        book(self._ledger, f"unplace/{key}/{record.rev}", build)

    def give_back(self, order: ReturnOrder, by: str, recorded_at: datetime) -> tuple[Booked, PaymentRecord]:
        """Record that money which waits has gone back to the payer. Raises NotFound, InvalidInput (`amount`) and Conflict."""
        deed = Deed(order.id, f"api/{by}", order.effective_at, recorded_at, order.reason)

        def build() -> Posting:
            record = self._ledger.payment(order.payment)
            amount = in_currency(order.amount, record.payment.amount.currency)
            return return_suspense(record, deed, amount=amount)

        booked = book(self._ledger, f"refund/{order.payment}/{order.id}", build)
        booked.same(EntryKind.REFUND, order.amount, order.payment)
        record, proposal = self.read(order.payment)
        if record.state is PaymentState.RETURNED:
            proposal = proposal or Proposal(order.payment, (), recorded_at)
            self._conclude(proposal, Standing.RETURNED, by, recorded_at)
        return booked, record

    def _placed(self, key: str, candidate: Candidate, by: str, recorded_at: datetime) -> None:
        placing, _ = self._placing.place(key, candidate, f"api/{by}", recorded_at)
        if placing is Placing.GONE:
            raise Conflict(f"payment {key!r} {_WAITS}")
        if placing is Placing.CHANGED:
            raise Conflict(
                "what is open has changed since this was proposed: wait for the next proposal, or place it yourself"
            )

    def _require_waiting(self, record: PaymentRecord, proposal: Proposal) -> None:
        if record.state is PaymentState.SUSPENSE:
            return
        how = f": {proposal.standing.value} by {proposal.by or 'somebody'}" if proposal.by else ""
        raise Conflict(f"payment {record.payment.key!r} {_WAITS}{how}")

    def _conclude(self, proposal: Proposal, standing: Standing, by: str, at: datetime) -> None:
        self._proposals.put(replace(proposal, standing=standing, by=by, at=at))

    def _follow(self, record: PaymentRecord, account_id: str, thought: str | None) -> None:
        """Remember for whom the payer pays, and forget the account that was thought to be the one, if a person chose another."""
        wrong = thought if thought != account_id else None
        for payer in payer_keys(line_of(record)):
            for _ in range(MOST_TRIES):
                with suppress(StaleRevision):
                    self._change_habit(payer, account_id, wrong)
                    break

    def _change_habit(self, payer: str, account_id: str, wrong: str | None) -> None:
        stored = self._habits.of([payer]).get(payer)
        habit = learned(stored, payer, account_id, by_person=True)
        habit = (wrong and forgotten(habit, wrong)) or habit
        if habit is not None:
            self._habits.put(habit)
