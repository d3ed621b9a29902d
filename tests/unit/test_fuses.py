"""The fuse that lets a process die at a chosen call."""

from __future__ import annotations

import pytest

from tests.fakes.crash import Crash, Fuse, every_crash


class Shop:
    def __init__(self) -> None:
        self.sold: list[str] = []

    def sell(self, what: str) -> str:
        self.sold.append(what)
        return f"sold {what}"


def test_every_call_is_died_at_once_before_and_once_after_it() -> None:
    def run(fuse: Fuse) -> Shop:
        shop = Shop()
        wired = fuse.wrap(shop)
        assert wired.sell("a") == "sold a"
        try:
            wired.sell("b")
        except Crash:
            shop.sold.append("died")
        return shop

    fates = []
    for fuse in every_crash(run):
        try:
            fates.append((fuse.at, fuse.when, run(fuse).sold))
        except Crash:
            fates.append((fuse.at, fuse.when, ["dead"]))
        assert fuse.blown
    assert fates == [
        (1, "before", ["dead"]),
        (1, "after", ["dead"]),
        (2, "before", ["a", "died"]),
        (2, "after", ["a", "b", "died"]),
    ]


def test_a_crash_is_not_caught_by_code_that_tidies_up_after_errors() -> None:
    def careful(fuse: Fuse) -> None:
        try:
            fuse.wrap(Shop()).sell("a")
        except Exception:  # noqa: BLE001
            pytest.fail("caught")

    with pytest.raises(Crash):
        careful(Fuse(1))


def test_a_lost_answer_is_an_error_after_the_call() -> None:
    shop = Shop()
    with pytest.raises(TimeoutError):
        Fuse(1, "after", TimeoutError).wrap(shop).sell("a")
    assert shop.sold == ["a"]


def test_a_world_whose_calls_bypass_the_fuse_is_noticed() -> None:
    with pytest.raises(AssertionError):
        list(every_crash(lambda fuse: Shop().sell("a")))


def test_what_is_not_a_call_is_handed_on() -> None:
    fuse = Fuse()
    wired = fuse.wrap(Shop())
    assert wired.sold == []
    assert fuse.calls == []
