"""What is heard of a payment, and what that does: on its way, come, gone back, contested; each case by itself."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from receivables.arrangements import Cause, InFlight, InFlightState
from receivables.core.errors import Conflict, DependencyFailed, NotFound, Throttled
from receivables.ledger import EntryKind, LedgerName, PaymentState, PaymentStub
from receivables.payments.events import EventType, Fetch, MoneyEvent, Payer, References
from receivables.payments.inbox import InboxState
from receivables.usecases.apply_payment import Outcome
from receivables.usecases.chargebacks import ChargebackOrder
from receivables.usecases.refunds import RefundOrder, RefundPayment
from tests.builders import eur
from tests.fakes.webhooks import NOW
from tests.unit.payments.lives import (
    BEGIN,
    came,
    disputed,
    event,
    failed,
    lost,
    pending,
    refund_failed,
    refunded,
    refunded_in_all,
    reversed_,
    won,
)
from tests.unit.payments.world import ACCOUNT, World, told

KEY = "stripe/main/pi_1"
SOON = NOW - timedelta(days=1)


def hear(world: World, *events: MoneyEvent) -> list[Outcome]:
    return [world.deliver(told(each)) for each in events]


def owed(world: World, number: str = "INV-1") -> int:
    item = world.open_item(number)
    return item.balance.minor if item else 0


def flights(world: World) -> list[InFlight]:
    return [each for each in world.stores.shelf.arrangements.values() if isinstance(each, InFlight)]


def recent(maker: Any, *args: Any, **members: Any) -> MoneyEvent:
    """An event of yesterday: it is not too old to be waited for."""
    made: MoneyEvent = maker(*args, occurred=members.pop("occurred", SOON), **members)
    return made


class TestOnItsWay:
    def test_a_payment_on_its_way_books_nothing_and_is_waited_for(self) -> None:
        world = World()
        assert hear(world, recent(pending, invoice="INV-1")) == [Outcome.NOTED]
        assert owed(world) == 10_000
        assert not world.summary().payments
        (flight,) = flights(world)
        assert (flight.cause, flight.payment, flight.account_id) == (Cause.PENDING, KEY, ACCOUNT)
        assert [covered.number for covered in flight.covers] == ["INV-1"]
        assert flight.until > NOW + timedelta(days=10)

    def test_when_it_comes_it_is_booked_and_waited_for_no_longer(self) -> None:
        world = World()
        hear(world, recent(pending, invoice="INV-1"))
        assert hear(world, recent(came, occurred=NOW)) == [Outcome.APPLIED]
        assert owed(world) == 0
        assert [flight.state for flight in flights(world)] == [InFlightState.SETTLED]
        world.check()

    def test_when_it_fails_it_is_waited_for_no_longer_and_the_account_is_woken(self) -> None:
        world = World()
        hear(world, recent(pending, invoice="INV-1"))
        world.stores.shelf.changed(ACCOUNT, next_action_at=NOW)
        hear(world, recent(failed, 1, occurred=NOW, failure_code="no_account"))
        (flight,) = flights(world)
        assert (flight.state, flight.ending) == (InFlightState.FAILED, "it failed: no_account")
        assert world.stores.shelf.accounts[ACCOUNT].next_action_at != NOW

    def test_while_it_will_be_tried_again_it_is_still_waited_for(self) -> None:
        world = World()
        hear(world, recent(pending, invoice="INV-1"), recent(failed, 1, occurred=NOW, will_retry=True))
        assert [flight.state for flight in flights(world)] == [InFlightState.OPEN]

    def test_a_word_that_is_too_old_is_not_waited_for(self) -> None:
        world = World()
        hear(world, pending(0, invoice="INV-1"))
        assert not flights(world)

    def test_a_stale_word_after_the_money_came_changes_nothing(self) -> None:
        world = World()
        hear(world, recent(came, invoice="INV-1"))
        before = world.summary()
        assert hear(world, recent(pending, occurred=SOON - timedelta(hours=1))) == [Outcome.NOTED]
        assert hear(world, recent(failed, 1, occurred=SOON - timedelta(minutes=1))) == [Outcome.NOTED]
        assert world.summary() == before
        assert not flights(world)

    def test_for_an_account_as_a_whole_all_that_is_open_rests(self) -> None:
        world = World()
        hear(world, recent(pending, references=References(account=ACCOUNT)))
        assert [covered.number for covered in flights(world)[0].covers] == ["INV-1", "INV-2"]

    def test_of_a_payment_of_nobody_knows_whom_nothing_rests(self) -> None:
        world = World()
        assert hear(world, recent(pending)) == [Outcome.NOTED]
        assert not flights(world)
        assert isinstance(world.stores.ledger.known_payment(KEY), PaymentStub)


class TestComing:
    def test_money_for_an_account_as_a_whole_is_its_credit(self) -> None:
        world = World()
        assert hear(world, came(0, references=References(account=ACCOUNT))) == [Outcome.UNAPPLIED]
        assert world.unapplied() == 10_000

    @pytest.mark.parametrize("account", ["C-404.EUR", "C-1.USD", "suspense.EUR", "clearing.EUR", "nonsense"])
    def test_an_account_that_is_not_the_payers_is_no_reference(self, account: str) -> None:
        world = World()
        assert hear(world, came(0, references=References(account=account))) == [Outcome.SUSPENDED]

    def test_money_of_a_processor_is_held_by_it_and_money_on_our_account_is_ours(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"))
        world.deliver(told(came(0, payment="line-1", invoice="INV-2", minor=5_000), processor="bank"))
        totals = world.summary().totals
        assert (totals[LedgerName.CLEARING], totals[LedgerName.CASH]) == (10_000, 5_000)

    def test_money_in_suspense_keeps_what_may_tell_whose_it_is(self) -> None:
        world = World()
        references = References("INV-404", "RF18539007547034", ("inv 1", "thanks"), "E2E")
        payer = Payer("Ada", "ada@example.com", "DE02120300000000202051", "cus_1")
        fee = {"fee": eur(150)}
        line = came(0, payment="L1", references=references, payer=payer, **fee)
        world.deliver(told(line, processor="bank"))
        kept = world.stores.ledger.payment("bank/main/L1").payment
        assert (kept.reference, kept.payer) == ("INV-404", "Ada")
        assert kept.remittance is not None
        assert kept.remittance.texts == ("inv 1", "thanks")
        assert (kept.remittance.structured, kept.remittance.account) == (references.structured, payer.account)
        assert (kept.remittance.end_to_end, kept.remittance.charges) == ("E2E", 150)

    def test_an_applied_payment_keeps_nothing_of_the_kind(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1", payer=Payer("Ada", account="DE02")))
        assert world.stores.ledger.payment(KEY).payment.remittance is None

    @pytest.mark.parametrize(("currency", "minor"), [("JPY", 12_345), ("BHD", 12_345), ("EUR", 12_345)])
    def test_minor_units_are_booked_as_they_are(self, currency: str, minor: int) -> None:
        world = World()
        hear(world, came(0, minor=minor, currency=currency))
        (record,) = world.stores.ledger.suspense(10).items
        assert (record.payment.amount.minor, record.payment.amount.currency) == (minor, currency)

    def test_it_comes_again_after_it_had_gone_as_a_payment_of_its_own(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"), failed(2), came(4))
        assert owed(world) == 0
        first, again = (world.stores.ledger.payment(key) for key in (KEY, f"{KEY}~2"))
        assert (first.charged_back, again.allocated[0].minor) == (10_000, 10_000)
        assert hear(world, came(4.001)) == [Outcome.DUPLICATE]
        world.check()

    def test_without_an_amount_it_is_in_front_of_a_person(self) -> None:
        world = World()
        assert hear(world, came(0, minor=None)) == [Outcome.PARKED]


class TestGoingBack:
    def test_a_late_failure_opens_the_invoice_again(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"))
        assert hear(world, failed(6, failure_code="insufficient_funds")) == [Outcome.RETURNED]
        assert owed(world) == 10_000
        record = world.stores.ledger.payment(KEY)
        assert (record.charged_back, record.allocated) == (10_000, ())
        (entry,) = [e for e in world.entries() if e.kind is EntryKind.CHARGEBACK]
        assert entry.effective_at == BEGIN + timedelta(days=6)
        world.check()

    def test_a_reversal_in_part_takes_that_part_and_no_more(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"), reversed_(3, 4_000, subject_id="L9"), came(3.5))
        assert owed(world) == 4_000
        assert hear(world, reversed_(3, 4_000, subject_id="L9", event_id="again")) == [Outcome.DUPLICATE]
        hear(world, reversed_(8, None))
        assert owed(world) == 10_000
        world.check()

    def test_partial_refunds_out_of_order_and_a_refund_before_its_payment(self) -> None:
        world = World()
        assert hear(world, refunded(2, 2_000, "re_2")) == [Outcome.NOTED]
        assert isinstance(world.stores.ledger.known_payment(KEY), PaymentStub)
        hear(world, came(0, invoice="INV-1"), refunded(1, 3_000, "re_1"))
        record = world.stores.ledger.payment(KEY)
        assert (record.refunded, owed(world)) == (5_000, 5_000)
        world.check()

    def test_a_refund_that_does_not_arrive_pays_again_what_it_had_paid(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"), refunded(1, 3_000))
        assert hear(world, refund_failed(5, None)) == [Outcome.RESTORED]
        assert (owed(world), world.stores.ledger.payment(KEY).refunded) == (0, 0)
        world.check()

    def test_a_refund_that_never_went_books_nothing(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"), event(EventType.REFUND_PENDING, 1, 3_000, subject_id="re_1"))
        assert hear(world, refund_failed(2, 3_000)) == [Outcome.NOTED]
        assert owed(world) == 0

    def test_more_than_there_is_is_never_refunded(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"), disputed(1, 8_000), refunded(2, 5_000))
        record = world.stores.ledger.payment(KEY)
        assert (record.charged_back, record.refunded) == (8_000, 2_000)
        hear(world, won(3))
        assert world.stores.ledger.payment(KEY).refunded == 5_000
        world.check()

    def test_a_refund_of_money_in_suspense_goes_out_of_suspense(self) -> None:
        world = World()
        hear(world, came(0), refunded(1, 4_000))
        assert world.summary().suspense == 6_000
        world.check()
        assert hear(world, refunded(2, 6_000, "re_2")) == [Outcome.RETURNED]
        assert world.summary().suspense == 0
        assert world.stores.ledger.payment(KEY).state is PaymentState.RETURNED
        world.check()

    def test_what_is_left_in_suspense_is_placed_when_the_invoice_is_named(self) -> None:
        world = World()
        hear(world, came(0), refunded(1, 4_000))
        assert hear(world, came(0.1, invoice="INV-1")) == [Outcome.PLACED]
        assert (owed(world), world.summary().suspense) == (4_000, 0)
        world.check()

    def test_a_refund_in_another_currency_is_in_front_of_a_person(self) -> None:
        world = World()
        assert hear(world, came(0, invoice="INV-1"), refunded(1, 3_000, currency="USD"))[1] is Outcome.PARKED
        assert owed(world) == 0

    def test_money_in_another_currency_than_its_refund_was_told_in_is_in_front_of_a_person(self) -> None:
        world = World()
        told_ = hear(world, refunded(1, 3_000, currency="USD"), came(0, invoice="INV-1"))
        assert told_ == [Outcome.NOTED, Outcome.PARKED]
        assert "USD" in world.stores.inbox.parked(1)[0].reason

    def test_a_refund_that_a_person_has_recorded_counts_once(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"))
        order = RefundOrder(KEY, "re_1", eur(3_000), paid=False, effective_at=NOW, reason="goodwill")
        desk = RefundPayment(world.stores.ledger)
        desk.refund(order, "finn", NOW)
        assert hear(world, refunded(1, 3_000), refunded_in_all(1, 3_000)) == [Outcome.NOTED, Outcome.NOTED]
        assert world.stores.ledger.payment(KEY).refunded == 3_000
        assert desk.read(f"{KEY}/re_1").paid_at is not None
        assert world.summary().totals.get(LedgerName.REFUNDS_PAYABLE, 0) == 0

    def test_a_total_counts_a_refund_of_a_person_too(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"))
        order = RefundOrder(KEY, "own-1", eur(3_000), paid=True, effective_at=NOW, reason="goodwill")
        RefundPayment(world.stores.ledger).refund(order, "finn", NOW)
        hear(world, refunded_in_all(1, 4_000))
        assert world.stores.ledger.payment(KEY).refunded == 4_000


class TestContested:
    def test_a_dispute_takes_the_money_and_what_it_paid_rests(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"))
        hear(world, recent(disputed, 80, 10_000))
        assert owed(world) == 10_000
        (flight,) = flights(world)
        assert (flight.cause, flight.active) == (Cause.CONTESTED, True)
        assert [covered.number for covered in flight.covers] == ["INV-1"]
        world.check()

    def test_collection_rests_before_anything_is_owed_again(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"), recent(disputed, 80, 10_000))
        facts = sorted(world.stores.shelf.timeline[ACCOUNT])
        held = next(place for place in facts if "#arrangement#" in place)
        taken = next(
            p
            for p, e in world.stores.shelf.timeline[ACCOUNT].items()
            if getattr(e, "kind", None) is EntryKind.CHARGEBACK
        )
        assert held <= taken

    def test_an_inquiry_takes_nothing(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"), recent(disputed, 80, None))
        assert owed(world) == 0
        assert [flight.cause for flight in flights(world)] == [Cause.CONTESTED]
        hear(world, recent(won, 81, occurred=NOW))
        assert [flight.state for flight in flights(world)] == [InFlightState.SETTLED]

    def test_won_it_pays_again_and_opened_again_it_is_taken_again(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"), disputed(1, 10_000), won(2))
        assert owed(world) == 0
        hear(world, disputed(3, 10_000))
        assert owed(world) == 10_000
        kinds = [e.kind for e in world.entries() if e.kind.value.startswith("chargeback")]
        assert kinds.count(EntryKind.CHARGEBACK) == 2
        assert world.stores.ledger.keyed(f"chargeback/{KEY}/dp_1~2") is not None
        world.check()

    def test_won_in_part_only_that_part_pays_again_in_any_order(self) -> None:
        life = [came(0, invoice="INV-1"), disputed(1, 6_000), won(5, 2_000), lost(4)]
        for order in permutations(life):
            world = World()
            hear(world, *order, *order)
            assert owed(world) == 4_000, [each.event_id for each in order]
            world.check()

    def test_what_is_won_in_part_and_asked_for_again_is_taken_again(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"), disputed(1, 6_000), won(3, 2_000), disputed(4, 2_000))
        assert owed(world) == 6_000
        hear(world, won(8, 2_000))
        assert owed(world) == 4_000
        world.check()

    def test_lost_it_is_collected_again(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"), recent(disputed, 80, 10_000), recent(lost, 81, occurred=NOW))
        assert owed(world) == 10_000
        assert [flight.state for flight in flights(world)] == [InFlightState.FAILED]

    def test_lost_with_an_amount_takes_what_the_inquiry_had_not(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"), disputed(1, None), lost(9, 10_000))
        assert owed(world) == 10_000

    def test_won_with_an_amount_gives_back_no_more_than_was_taken(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"), disputed(1, None), won(9, 10_000))
        assert (owed(world), world.unapplied()) == (0, 0)

    def test_a_chargeback_that_a_person_has_recorded_counts_once(self) -> None:
        from receivables.usecases.chargebacks import ChargeBack

        world = World()
        hear(world, came(0, invoice="INV-1"))
        charging: Any = ChargeBack(world.stores.ledger, None)  # type: ignore[arg-type]
        charging.charge_back(ChargebackOrder(KEY, "dp_1", None, NOW, "bank"), "finn", NOW)
        hear(world, disputed(1, 10_000), won(2))
        record = world.stores.ledger.payment(KEY)
        assert (record.charged_back, owed(world)) == (0, 0)
        world.check()


class TestBatches:
    def test_one_poison_event_of_250_is_in_front_of_a_person_and_249_are_applied(self) -> None:
        world = World()
        events = [came(0, payment=f"pi_{n}", minor=10) for n in range(250)]
        events[77] = came(0, payment="pi_77", minor=None)
        batch = told(*events, message_id="batch")
        assert world.deliver(batch) is Outcome.SEVERAL
        assert len(world.summary().payments) == 249
        (parked,) = world.stores.inbox.parked(10)
        assert (parked.event_id, parked.state) == (events[77].event_id, InboxState.PARKED)
        assert "how much" in parked.reason
        assert world.message(batch.id).reason == "250 events, 1 parked"
        assert world.message(batch.id).state is InboxState.PROCESSED

    def test_the_parked_one_can_be_handed_out_again_by_itself(self) -> None:
        world = World()
        world.deliver(told(came(0, livemode=False), came(0, payment="pi_2"), message_id="batch"))
        (parked,) = world.stores.inbox.parked(10)
        assert parked.reason == "a rehearsal at an endpoint for real money"
        world.stores.inbox.redrive(parked.id)
        assert world.apply(world.message(parked.id)) is Outcome.PARKED
        assert len(world.summary().payments) == 1

    def test_the_same_batch_again_parks_and_books_nothing_more(self) -> None:
        world = World()
        events = [came(0, payment="pi_1"), came(0, payment="pi_2", minor=None)]
        world.deliver(told(*events, message_id="batch"))
        before = world.summary()
        world.deliver(told(*events, message_id="retried"))
        assert world.summary() == before
        assert len(world.stores.inbox.parked(10)) == 1

    def test_what_fails_for_now_does_not_keep_the_others_from_being_applied(self) -> None:
        world = World()
        fetched = event(EventType.PAYMENT_PENDING, payment="pi_0", fetch=Fetch("payment", "pi_0"))
        world.asked.answers["pi_0"] = Throttled("later")
        batch = told(fetched, came(0, payment="pi_1"), came(0, payment="pi_2"), message_id="batch")
        assert world.deliver(batch) is Outcome.WAITING
        assert len(world.summary().payments) == 2
        assert world.message(batch.id).state is InboxState.RECEIVED
        world.asked.answers["pi_0"] = [came(0, payment="pi_0")]
        assert world.apply(batch) is Outcome.SEVERAL
        assert len(world.summary().payments) == 3


class TestAsking:
    HINT = event(EventType.PAYMENT_PENDING, 0, None, payment="tr_1", fetch=Fetch("payment", "tr_1"))

    def test_what_only_hints_is_asked_for_and_applied(self) -> None:
        world = World()
        paid = came(0, payment="tr_1", invoice="INV-1")
        world.asked.answers["tr_1"] = [paid, refunded(1, 1_000, payment="tr_1")]
        assert world.deliver(told(self.HINT, message_id="tr_1@1")) is Outcome.SEVERAL
        assert owed(world) == 1_000
        assert world.asked.needs == [Fetch("payment", "tr_1")]

    def test_an_id_that_the_processor_does_not_know_is_in_front_of_a_person(self) -> None:
        world = World()
        assert world.deliver(told(self.HINT, message_id="tr_1@1")) is Outcome.PARKED
        assert world.message("stripe#main#tr_1@1").reason == "the processor does not know this payment"

    @pytest.mark.parametrize("error", [DependencyFailed("down"), Throttled("later")])
    def test_while_it_cannot_be_asked_the_message_waits(self, error: Exception) -> None:
        world = World()
        world.asked.answers["tr_1"] = error
        assert world.deliver(told(self.HINT, message_id="tr_1@1")) is Outcome.WAITING
        assert world.message("stripe#main#tr_1@1").state is InboxState.RECEIVED

    def test_without_credentials_it_waits_for_them(self) -> None:
        world = World()

        def none(processor: str, endpoint: str) -> Any:
            raise NotFound("credentials", "stripe/main")

        world.apply._hear._apis = none
        assert world.deliver(told(self.HINT, message_id="tr_1@1")) is Outcome.WAITING
        sent = event(EventType.PAYOUT, 0, 5_000, subject_id="po_1", fetch=Fetch("payout", "po_1"))
        assert world.deliver(told(sent, message_id="po_1")) is Outcome.BOOKED, "only its fees are missing"

    def test_a_refusal_for_good_is_in_front_of_a_person(self) -> None:
        world = World()
        world.asked.answers["tr_1"] = Conflict("no such permission")
        assert world.deliver(told(self.HINT, message_id="tr_1@1")) is Outcome.PARKED

    def test_an_answer_of_the_other_mode_is_in_front_of_a_person(self) -> None:
        world = World()
        world.asked.answers["tr_1"] = [came(0, payment="tr_1", livemode=False)]
        assert world.deliver(told(self.HINT, message_id="tr_1@1")) is Outcome.PARKED
        assert not world.summary().payments


class TestElsewhere:
    def test_a_mandate_that_was_cancelled_is_ended(self) -> None:
        world = World()
        ended = event(
            EventType.MANDATE_CANCELLED, 0, None, payment="x", subject_id="MD1", failure_code="closed"
        )
        assert hear(world, ended) == [Outcome.BOOKED]
        assert world.mandates.told == [("stripe", "main", "MD1", "closed")]

    def test_a_payout_is_booked_once(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1"))
        sent = event(EventType.PAYOUT, 2, 9_800, payment="x", subject_id="po_1", fee=eur(200))
        assert hear(world, sent) == [Outcome.BOOKED]
        world.deliver(told(sent, message_id="again"))
        totals = world.summary().totals
        assert totals[LedgerName.IN_TRANSIT] == 9_800
        assert LedgerName.CLEARING not in totals

    def test_the_endpoint_alone_says_whose_payment_it_is(self) -> None:
        world = World()
        hear(world, came(0, invoice="INV-1", account="acct_of_another"))
        assert list(world.summary().payments) == [KEY]
