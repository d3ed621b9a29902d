"""Composes the tasks of the case workflow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from receivables.core.clock import format_instant, parse_instant
from receivables.core.errors import InvalidInput
from receivables.notices.content import FormalNotice, Wording
from receivables.runtime.clients import LazyClient, client
from receivables.runtime.settings import setting
from receivables.usecases.advance_case import AdvanceCase, Assessment

Task = Mapping[str, Any]
Answer = dict[str, Any]


@cache
def advance_case() -> AdvanceCase:
    """The use case with its adapters, made at the first task and kept. What only some tasks need - mail, topics, the
    agency's folder - gets its client when it is first called."""
    from receivables.adapters.dynamodb.cases import DynamoCases
    from receivables.adapters.dynamodb.hot_directory import HotConfiguration, HotCustomers
    from receivables.adapters.dynamodb.ledger_reads import LedgerReads
    from receivables.adapters.dynamodb.notices import DynamoNotices
    from receivables.adapters.s3_agency import S3Agency
    from receivables.adapters.ses import SesEmails
    from receivables.adapters.sns_finance import SnsTopic
    from receivables.adapters.stepfunctions import StepFunctionsWorkflow
    from receivables.usecases.case_acts import CaseActs
    from receivables.usecases.case_file import CaseFiles
    from receivables.usecases.case_situation import Situations
    from receivables.usecases.formal_notice import FormalNotice as SendFormalNotice
    from receivables.usecases.send_notice import SendNotice

    dynamodb, table = client("dynamodb"), setting("RECEIVABLES_TABLE")
    customers = HotCustomers(dynamodb, setting("CUSTOMERS_TABLE"))
    configuration = HotConfiguration(dynamodb, setting("CONFIGURATION_TABLE"))
    ledger = LedgerReads(dynamodb, table)
    notices = DynamoNotices(dynamodb, table, setting("CUSTOMERS_TABLE"))
    emails = SesEmails(LazyClient("sesv2"), setting("SENDER"), setting("CONFIGURATION_SET"))
    # People may get a message twice rather than never; customers' texts by the same service may not be repeated.
    topics = LazyClient("sns", repeat=True)
    cases, console = DynamoCases(dynamodb, table), setting("CONSOLE_LINK_BASE")
    situations = Situations(cases, ledger, customers)
    acts = CaseActs(
        cases=cases,
        situations=situations,
        files=CaseFiles(ledger, configuration),
        formal=SendFormalNotice(
            notices,
            configuration,
            SendNotice(notices, configuration, emails),
            _render,
            _pay_link,
        ),
        finance=SnsTopic(topics, setting("FINANCE_TOPIC_ARN")),
        agency=S3Agency(LazyClient("s3"), setting("AGENCY_BUCKET")),
        console=console,
    )
    return AdvanceCase(
        cases=cases,
        situations=situations,
        acts=acts,
        operations=SnsTopic(topics, setting("OPERATIONS_TOPIC_ARN")),
        workflow=StepFunctionsWorkflow(LazyClient("stepfunctions"), ""),
        console=console,
    )


def _render(content: FormalNotice) -> Wording:
    # The templates' engine is only imported by the one task in a case that writes to the customer.
    from receivables.notices.rendering import render_formal

    return render_formal(content)


def _pay_link(account_id: str) -> str:
    from receivables.runtime.pay_links import pay_link

    return pay_link(account_id)


def carry_out(task: Task) -> Answer:
    """One task of the state machine, by its `op`. Raises InvalidInput naming what is missing or wrong."""
    operation = _OPERATIONS.get(_text(task, "op"))
    if operation is None:
        raise InvalidInput("op", f"must be one of {', '.join(_OPERATIONS)}")
    return operation(task)


def _assess(task: Task) -> Answer:
    case, as_of = _case(task), _as_of(task)
    return _shown(advance_case().assess(*case, as_of))


def _park(task: Task) -> Answer:
    case, token, seen = _case(task), _text(task, "token"), task.get("seen")
    if type(seen) is not int:
        raise InvalidInput("seen", "must be a whole number")
    return {"parked": advance_case().park(*case, token, seen)}


def _act(task: Task) -> Answer:
    case, as_of = _case(task), _as_of(task)
    return _shown(advance_case().act(*case, as_of))


def _close(task: Task) -> Answer:
    case, as_of = _case(task), _as_of(task)
    return _shown(advance_case().close(*case, as_of))


def _fail(task: Task) -> Answer:
    case, error = _case(task), _text(task, "error")
    return {"events": ["failed"] if advance_case().fail(*case, error) else []}


_OPERATIONS: Final[Mapping[str, Callable[[Task], Answer]]] = {
    "assess": _assess,
    "park": _park,
    "act": _act,
    "close": _close,
    "fail": _fail,
}


def _shown(found: Assessment) -> Answer:
    return {
        "next": found.next,
        "seen": found.seen,
        "as_of": format_instant(found.as_of),
        "reason": found.reason,
        "events": list(found.events),
    }


def _case(task: Task) -> tuple[str, str]:
    return _text(task, "case_id"), _text(task, "account_id")


def _as_of(task: Task) -> datetime:
    return parse_instant(_text(task, "as_of"), field="as_of")


def _text(task: Task, name: str) -> str:
    value = task.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidInput(name, "is required")
    return value
