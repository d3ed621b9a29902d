"""A process that dies at a chosen call, before it is made or after it was answered.

for fuse in every_crash(lambda fuse: run_the_use_case(fuse.wrap(dynamodb), fuse.wrap(ses))):
    ...  # a fresh world each time; run once with the fuse, again without, and look at what is there
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

When = Literal["before", "after"]


class Crash(BaseException):
    """The process died. Not an Exception: nothing in the code under test can catch it and tidy up."""


@dataclass
class Fuse:
    """Counts the calls of everything it wraps and blows at the `at`-th one; 0 never blows.

    `error` makes what is raised: Crash, or for a lost response (`when="after"`) a timeout of botocore.
    """

    at: int = 0
    when: When = "before"
    error: Callable[[], BaseException] = Crash
    calls: list[str] = field(default_factory=list)

    @property
    def blown(self) -> bool:
        return 0 < self.at <= len(self.calls)

    def wrap(self, target: Any) -> Any:
        """The target (a botocore client, a gateway, a store) with every method call counted."""
        return _Wired(target, self)

    def through(self, name: str, call: Callable[[], Any]) -> Any:
        """Make a call, unless it is the one to die at."""
        self.calls.append(name)
        here = len(self.calls) == self.at
        if here and self.when == "before":
            raise self.error()
        answer = call()
        if here:
            raise self.error()
        return answer


class _Wired:
    def __init__(self, target: Any, fuse: Fuse) -> None:
        self._target, self._fuse = target, fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if name.startswith("_") or not callable(found) or isinstance(found, type):
            return found
        return lambda *args, **kwargs: self._fuse.through(name, lambda: found(*args, **kwargs))


def every_crash(run: Callable[[Fuse], object]) -> Iterator[Fuse]:
    """A fuse for each call that `run` makes when nothing happens, once before and once after it.

    `run` is called once here, with a fuse that never blows, to count; it must build a fresh world itself.
    """
    counting = Fuse()
    run(counting)
    if not counting.calls:
        raise AssertionError("nothing went through the fuse: is everything wrapped?")
    for number in range(1, len(counting.calls) + 1):
        yield Fuse(number, "before")
        yield Fuse(number, "after")
