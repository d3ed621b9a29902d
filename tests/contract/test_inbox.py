"""The inbox keeps every verified webhook as it came, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from receivables.core.errors import NotFound
from receivables.payments.inbox import Form, InboxMessage, InboxState
from tests.builders import NOW, message
from tests.contract.conftest import Stores

SOON = NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    "body", [b'{"id": "evt_1"}', b"", b"\xff\xfe\x00 not UTF-8", "zahlen: 12 €".encode()]
)
def test_a_message_is_kept_byte_by_byte(stores: Stores, body: bytes) -> None:
    kept = message(body=body, livemode=False, headers={"stripe-signature": "t=1,v1=ab", "x": ""})
    assert stores.inbox.store(kept)
    assert stores.inbox.get(kept.id) == kept


@pytest.mark.parametrize("size", [350 * 1024, 350 * 1024 + 1, 700 * 1024 + 7, 1024 * 1024])
def test_a_large_body_is_kept_whole(stores: Stores, size: int) -> None:
    kept = message(body=(bytes(range(256)) * (size // 256 + 1))[:size])
    assert stores.inbox.store(kept)
    assert stores.inbox.get(kept.id) == kept
    assert not stores.inbox.store(replace(kept, body=kept.body[::-1]))
    assert not stores.inbox.store(replace(kept, body=b"small"))
    assert stores.inbox.get(kept.id) == kept
    assert list(stores.inbox.unprocessed(SOON, 9)) == [kept]
    stores.inbox.settle(kept.id, InboxState.PARKED, "why")
    assert stores.inbox.parked(9)[0].body == kept.body


def test_a_large_body_does_not_replace_a_small_one(stores: Stores) -> None:
    assert stores.inbox.store(message(body=b"small"))
    assert not stores.inbox.store(message(body=b"x" * 500_000))
    assert stores.inbox.get(message().id).body == b"small"


@pytest.mark.parametrize("form", list(Form))
def test_what_kind_of_body_it_is_is_kept(stores: Stores, form: Form) -> None:
    kept = message(form=form)
    stores.inbox.store(kept)
    assert stores.inbox.get(kept.id).form is form


def test_a_repeat_is_harmless_and_said_to_be_one(stores: Stores) -> None:
    assert stores.inbox.store(message())
    assert not stores.inbox.store(message(body=b"other", received_at=SOON))
    assert stores.inbox.get(message().id) == message()


def test_the_same_event_id_of_another_endpoint_is_another_message(stores: Stores) -> None:
    assert stores.inbox.store(message())
    other = message(endpoint="shop")
    assert stores.inbox.store(replace(other, id="stripe#shop#evt_1"))


def test_an_unknown_message_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFound):
        stores.inbox.get("stripe#main#evt_1")
    with pytest.raises(NotFound):
        stores.inbox.settle("stripe#main#evt_1", InboxState.IGNORED)
    with pytest.raises(NotFound):
        stores.inbox.redrive("stripe#main#evt_1")


@pytest.mark.parametrize("state", [InboxState.PROCESSED, InboxState.IGNORED, InboxState.PARKED])
def test_a_message_is_settled_once(stores: Stores, state: InboxState) -> None:
    stores.inbox.store(message())
    stores.inbox.settle(message().id, state, "because")
    stores.inbox.settle(message().id, InboxState.PROCESSED, "again")
    settled = stores.inbox.get(message().id)
    assert (settled.state, settled.reason) == (state, "because")
    assert list(stores.inbox.unprocessed(SOON, 9)) == []


def test_messages_that_wait_are_found_oldest_first(stores: Stores) -> None:
    for age in (1, 3, 2):
        stores.inbox.store(message(f"evt_{age}", received_at=NOW - timedelta(hours=age)))
    stores.inbox.settle("stripe#main#evt_3", InboxState.PROCESSED)
    assert [m.event_id for m in stores.inbox.unprocessed(NOW, 9)] == ["evt_2", "evt_1"]
    assert [m.event_id for m in stores.inbox.unprocessed(NOW, 1)] == ["evt_2"]
    assert [m.event_id for m in stores.inbox.unprocessed(NOW - timedelta(hours=1), 9)] == ["evt_2"]


def test_parked_messages_are_in_front_of_a_person(stores: Stores) -> None:
    for age in (1, 2):
        stores.inbox.store(message(f"evt_{age}", received_at=NOW - timedelta(hours=age)))
        stores.inbox.settle(f"stripe#main#evt_{age}", InboxState.PARKED, "unknown currency")
    assert [m.event_id for m in stores.inbox.parked(9)] == ["evt_2", "evt_1"]
    assert stores.inbox.parked(1)[0].reason == "unknown currency"


def test_a_parked_message_can_be_handed_out_again(stores: Stores) -> None:
    stores.inbox.store(message())
    stores.inbox.settle(message().id, InboxState.PARKED, "unknown currency")
    stores.inbox.redrive(message().id)
    again = stores.inbox.get(message().id)
    assert (again.state, again.attempts, again.reason) == (InboxState.RECEIVED, 1, "")
    assert list(stores.inbox.parked(9)) == []
    assert [m.id for m in stores.inbox.unprocessed(SOON, 9)] == [message().id]


def test_a_message_whose_handing_out_was_lost_is_handed_out_again(stores: Stores) -> None:
    stores.inbox.store(message())
    stores.inbox.redrive(message().id)
    again = stores.inbox.get(message().id)
    assert (again.state, again.attempts) == (InboxState.RECEIVED, 1)


def test_a_processed_message_is_not_handed_out_again(stores: Stores) -> None:
    stores.inbox.store(message())
    stores.inbox.settle(message().id, InboxState.PROCESSED)
    stores.inbox.redrive(message().id)
    again = stores.inbox.get(message().id)
    assert (again.state, again.attempts) == (InboxState.PROCESSED, 0)


def test_everything_is_walked_page_by_page_whatever_became_of_it(stores: Stores) -> None:
    kept = {f"walked_{n}": message(f"walked_{n}", body=b"x" * size) for n, size in enumerate((1, 400_000, 3))}
    for each in kept.values():
        stores.inbox.store(each)
    stores.inbox.settle(kept["walked_2"].id, InboxState.PROCESSED)
    found: dict[str, InboxMessage] = {}
    position = None
    while True:
        page = stores.inbox.everything(position)
        found |= {each.event_id: each for each in page.items}
        position = page.position
        if position is None:
            break
    assert {name: each.body for name, each in found.items() if name in kept} == {
        name: each.body for name, each in kept.items()
    }
    assert found["walked_2"].state is InboxState.PROCESSED
