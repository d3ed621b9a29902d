"""Working accounts on real tables: crashes, lost answers, two workers at once, and the number of requests."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from receivables.core.errors import DependencyFailed, StaleRevision, Throttled
from receivables.notices.notice import NoticeState
from receivables.usecases.courier import Tally
from tests.fakes.crash import Crash, Fuse, every_crash
from tests.fakes.lost_answers import LosesAnswers
from tests.integration.collection.conftest import at

pytestmark = pytest.mark.engine
BOTH: dict[str, Any] = {"phone": "+4915112345678", "sms_consent": True}


def lost() -> BaseException:
    error: BaseException = ReadTimeoutError(endpoint_url="https://dynamodb.example")
    return error


def check(owing: Any) -> None:
    """Nothing went out twice, and account, open items and notices agree."""
    notices = owing.notices
    by_id = {notice.id: notice for notice in notices}
    mailed = [by_id[email.tags["notice_id"]] for email in owing.emails.sent]
    steps = Counter((i.number, i.step_offset) for notice in mailed for i in notice.items if i.reached)
    assert all(times == 1 for times in steps.values()), steps
    found = owing.working_set
    assert found.account.balance.minor == sum(item.balance.minor for item in found.items)
    standing = [notice for notice in notices if notice.state is not NoticeState.RELEASED]
    reached = {i.number: i.step_offset for notice in standing for i in notice.items if i.reached}
    if found.case is None:
        assert {n: i for n, i in reached.items() if n in {x.number for x in found.open_items}} == dict(
            found.account.progress
        )


def test_a_consolidated_notice_costs_one_query_four_requests_and_one_mail(debtor: Any) -> None:
    fuse, owing = Fuse(), debtor(invoices=3)
    owing.worker(fuse)(owing.account_id, at(0), Tally())
    assert fuse.calls == ["query", "get_item", "transact_write_items", "get_item", "send", "update_item"]
    assert owing.emails.sent[0].text.count("Invoice D-") >= 3


def test_an_account_with_nothing_to_send_costs_one_query_and_two_requests(debtor: Any) -> None:
    fuse, owing = Fuse(), debtor()
    owing.worker(fuse)(owing.account_id, at(-20), Tally())
    assert fuse.calls == ["query", "get_item", "update_item"]
    again = Fuse()
    owing.worker(again)(owing.account_id, at(-20), Tally())
    assert again.calls == ["query", "get_item"]


@pytest.mark.parametrize("error", [Crash, lost], ids=["death", "lost answer"])
@pytest.mark.parametrize(("days", "known"), [(0, {}), (10, {"invoices": 2, **BOTH}), (30, {"invoices": 2})])
def test_a_crash_at_any_request_sends_nothing_twice_and_loses_nothing(
    debtor: Any, days: int, known: dict[str, Any], error: Any
) -> None:
    def work(owing: Any, fuse: Fuse | None = None) -> None:
        owing.worker(fuse)(owing.account_id, at(days), Tally())

    calm = debtor(**known)
    work(calm)
    for fuse in every_crash(lambda fuse: work(debtor(**known), fuse)):
        if error is lost and fuse.when == "before":
            continue  # what was not asked for cannot lose its answer
        fuse.error = error
        owing = debtor(**known)
        with suppress(Crash, ReadTimeoutError, DependencyFailed):
            work(owing, fuse)
        assert fuse.blown
        check(owing)
        with suppress(Throttled):
            work(owing)
        check(owing)
        assert list(owing.working_set.account.progress.values()) == list(
            calm.working_set.account.progress.values()
        )
        unknown = [notice for notice in owing.notices if notice.state is NoticeState.CLAIMED]
        assert len(owing.emails.sent) + len(unknown) >= len(calm.emails.sent)
        assert len(owing.workflow.executions) == len(calm.workflow.executions)


def kept_up(owing: Any) -> tuple[object, ...]:
    found = owing.working_set
    return (
        found.account.balance,
        found.account.unapplied,
        found.account.promises,
        sorted((item.kind, item.balance.minor) for item in found.items),
        sorted(entry.kind for entry in owing.ledger.entries(owing.account_id)),
        found.arrangements,
    )


@pytest.mark.parametrize("error", [Crash, lost], ids=["death", "lost answer"])
def test_a_crash_at_any_request_of_upkeep_posts_nothing_twice_and_loses_nothing(
    debtor: Any, error: Any
) -> None:
    def owing_charges() -> Any:
        owing = debtor()
        owing.owe_charges()
        return owing

    def work(owing: Any, fuse: Fuse | None = None) -> None:
        owing.worker(fuse)(owing.account_id, at(3), Tally())

    calm = owing_charges()
    work(calm)
    assert calm.working_set.account.promises.partly_kept == 1
    assert any(item.is_charge for item in calm.working_set.items)
    for fuse in every_crash(lambda fuse: work(owing_charges(), fuse)):
        if error is lost and fuse.when == "before":
            continue  # what was not asked for cannot lose its answer
        fuse.error = error
        owing = owing_charges()
        with suppress(Crash, ReadTimeoutError, DependencyFailed):
            work(owing, fuse)
        with suppress(Throttled):
            work(owing)
        assert kept_up(owing) == kept_up(calm), fuse.calls
        check(owing)


def test_answers_that_are_lost_and_asked_for_again_post_nothing_twice(debtor: Any) -> None:
    for remembers in (True, False):
        calm, owing = debtor(), debtor()
        for each, client in ((calm, None), (owing, LosesAnswers(owing.client, remembers=remembers))):
            each.owe_charges()
            each.worker(client=client)(each.account_id, at(3), Tally())
        assert kept_up(owing) == kept_up(calm)
        assert len(owing.emails.sent) == 1


def test_two_workers_that_keep_up_one_account_post_everything_once(debtor: Any) -> None:
    calm, owing, together = debtor(), debtor(), Barrier(3)
    for each in (calm, owing):
        each.owe_charges()
    calm.worker()(calm.account_id, at(3), Tally())

    def work() -> None:
        worker = owing.worker()
        together.wait(timeout=10)
        worker(owing.account_id, at(3), Tally())

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(work) for _ in range(3)]:
            with suppress(StaleRevision):  # the message goes back to the queue
                done.result()
    owing.worker()(owing.account_id, at(3), Tally())
    assert kept_up(owing) == kept_up(calm)
    assert len(owing.emails.sent) == 1


def test_two_workers_on_one_account_send_one_notice(debtor: Any) -> None:
    for _ in range(5):
        owing = debtor(invoices=2)
        together = Barrier(4)

        def work(owing: Any = owing, together: Barrier = together) -> None:
            worker = owing.worker()
            together.wait(timeout=10)
            worker(owing.account_id, at(0), Tally())

        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(work) for _ in range(4)]:
                done.result()
        assert len(owing.emails.sent) == 1
        check(owing)


def test_a_payment_and_a_reminder_at_the_same_moment_agree_on_who_was_first(debtor: Any) -> None:
    for _ in range(5):
        owing = debtor()
        together = Barrier(2)

        def work(owing: Any = owing, together: Barrier = together) -> None:
            worker = owing.worker()
            together.wait(timeout=10)
            worker(owing.account_id, at(0), Tally())

        def pay(owing: Any = owing, together: Barrier = together) -> None:
            together.wait(timeout=10)
            owing.pay()

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(work), pool.submit(pay)]:
                done.result()
        assert owing.working_set.open_items == ()
        assert owing.working_set.account.balance.minor == 0
        assert len(owing.notices) == len(owing.emails.sent)
        owing.worker()(owing.account_id, at(3), Tally())
        assert len(owing.notices) == len(owing.emails.sent)
        assert owing.working_set.account.next_action_at is None
