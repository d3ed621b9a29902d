"""Adaptations of what needs which permission."""

# ruff: noqa: SLF001

import json
import os
from typing import Any

_BATCHES = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def authorise_batches_as_single_messages() -> None:
    """On AWS there is no permission for a batch of SQS: `sqs:SendMessage` covers both. The engine asks for an action
    that IAM does not know."""
    from ministack.core import iam_actions

    extract = iam_actions.extract_iam_action

    def extract_single(*args: Any, **kwargs: Any) -> str | None:
        action: str | None = extract(*args, **kwargs)
        return _BATCHES.get(action, action) if action else action

    iam_actions.extract_iam_action = extract_single


def count_loopback_as_encrypted() -> None:
    """The buckets refuse connections without TLS. The engine serves plain HTTP, to this machine only."""
    from ministack import app

    pin = app.pin_request_origin

    def pin_encrypted(source_ip: str, secure_transport: bool) -> None:
        pin(source_ip, secure_transport or source_ip == "127.0.0.1")

    app.pin_request_origin = pin_encrypted


def note_what_is_used() -> None:
    """No adaptation: notes each permission that a function's role used or lacked, for the tests of the roles."""
    from ministack.core import iam_evaluator
    from ministack.services import sts

    enforce = iam_evaluator.enforce
    noted: set[tuple[str, str, str, bool]] = set()

    def enforce_and_note(key: str, action: str, service: str, region: str, *rest: Any, **named: Any) -> Any:
        refusal = enforce(key, action, service, region, *rest, **named)
        who = str(sts._sessions.get(key, {}).get("Arn", ""))
        resource = str(named.get("resource_arn", rest[0] if rest else "*"))
        use = (who, action, resource, refusal is None)
        if ":assumed-role/" in who and use not in noted:
            noted.add(use)
            with open(os.environ["RECEIVABLES_PERMISSIONS"], "a", encoding="utf-8") as file:  # noqa: PTH123
                file.write(json.dumps(use) + "\n")
        return refusal

    iam_evaluator.enforce = enforce_and_note
