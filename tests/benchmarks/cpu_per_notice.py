"""What CPU does a consolidated notice take, and in which of its phases?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from receivables.runtime.clients import client
from receivables.runtime.work_account import Tally, work_account
from receivables.usecases import work_account as module
from receivables.usecases.courier import Courier
from receivables.usecases.send_notice import SendNotice
from receivables.usecases.work_account import WorkAccount
from tests.benchmarks.cpu import cpu_of
from tests.benchmarks.report import Row, Section, budgeted
from tests.benchmarks.world import AS_OF, World

PER_NOTICE_MS: Final = 4
PER_INVOICE_MS: Final = 1.2
_BATCH: Final = 12
_ROUNDS: Final = 5

Phases = dict[str, float]


def measure(world: World, yardstick: float, tell: Callable[[str], None]) -> Section:
    """Per notice and per dunned invoice, for accounts of 1 and of 4 invoices."""
    rows: list[Row] = []
    for invoices in (1, 4):
        tell(f"CPU per notice of {invoices}: making the accounts")
        whole, phases, botocore = _measured(world, invoices, tell)
        of = "1 invoice" if invoices == 1 else f"{invoices} invoices"
        rows.append(
            budgeted(f"{of}: per notice", whole, PER_NOTICE_MS, yardstick, _by_phase(phases, botocore))
        )
        if invoices > 1:
            rows.append(budgeted(f"{of}: per invoice", whole / invoices, PER_INVOICE_MS, yardstick))
    return Section("CPU of a consolidated notice, work_account as composed for its function", rows)


def _measured(world: World, invoices: int, tell: Callable[[str], None]) -> tuple[float, Phases, float]:
    accounts = iter(world.accounts(_BATCH * (_ROUNDS + 3), invoices))
    _work(work_account(), [next(accounts) for _ in range(_BATCH)])
    takes = []
    for turn in range(_ROUNDS):
        tell(f"CPU per notice of {invoices}: round {turn + 1} of {_ROUNDS}")
        batch = [next(accounts) for _ in range(_BATCH)]
        takes.append(cpu_of(lambda batch=batch: _work(work_account(), batch)) / _BATCH)  # type: ignore[misc]
    # Apart from the rounds above, because looking at every phase costs some itself.
    with _timed(work_account()) as (use_case, phases):
        _work(use_case, [next(accounts) for _ in range(_BATCH)])
    with _inside_botocore() as spent:
        whole = cpu_of(lambda: _work(work_account(), list(accounts)))
    shares = {name: ms / _BATCH for name, ms in phases.items()}
    return min(takes), shares, spent["botocore"] / whole


def _work(use_case: WorkAccount, accounts: list[str]) -> None:
    tally = Tally()
    for account in accounts:
        use_case(account, AS_OF, tally)
    if tally["Sent"] != len(accounts):
        raise AssertionError(f"{len(accounts)} notices were expected to be sent: {dict(tally)}")


def _by_phase(phases: Phases, botocore: float) -> str:
    parts = ", ".join(f"{name} {ms:.2f}" for name, ms in phases.items())
    return f"Of it: {parts}; {botocore:.0%} of all in botocore's requests"


@contextmanager
def _inside_botocore() -> Iterator[Phases]:
    """CPU that passes while a client's call is made, from its arguments to its answer."""
    spent: Phases = {"botocore": 0.0}

    def timed(call: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*arguments: Any) -> Any:
            started = time.process_time()
            try:
                return call(*arguments)
            finally:
                spent["botocore"] += (time.process_time() - started) * 1000

        return measured

    clients = [client(service) for service in ("dynamodb", "sesv2")]
    for each in clients:
        each._make_api_call = timed(each._make_api_call)
    try:
        yield spent
    finally:
        for each in clients:
            del each._make_api_call


@contextmanager
def _timed(use_case: WorkAccount) -> Iterator[tuple[WorkAccount, Phases]]:
    """The same use case, with a stop watch at each of its phases."""
    phases: Phases = {}

    def timed(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*arguments: Any, **named: Any) -> Any:
            started = time.process_time()
            try:
                return call(*arguments, **named)
            finally:
                phases[name] = phases.get(name, 0.0) + (time.process_time() - started) * 1000

        return measured

    sender = use_case.courier.sender
    notices = _With(use_case.notices, claim=timed("claim", use_case.notices.claim))
    marking = _With(use_case.courier.notices, sent=timed("mark", use_case.courier.notices.sent))
    switch = _With(sender._kill_switch, engaged=timed("kill switch", sender._kill_switch.engaged))
    email = _With(sender._email, send=timed("send", sender._email.send))
    names = vars(module)
    before = {name: names[name] for name in ("decide", "compose")}
    names.update(decide=timed("decide", before["decide"]), compose=timed("render", before["compose"]))
    try:
        yield (
            replace(
                use_case,
                accounts=_With(use_case.accounts, working_set=timed("read", use_case.accounts.working_set)),
                customers=_With(use_case.customers, get=timed("read", use_case.customers.get)),
                notices=notices,
                courier=Courier(marking, SendNotice(marking, switch, email, sender._sms)),
            ),
            phases,
        )
    finally:
        names.update(before)


class _With:
    """A port with some of its methods replaced."""

    def __init__(self, port: Any, **methods: Callable[..., Any]) -> None:
        self._port = port
        vars(self).update(methods)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)
