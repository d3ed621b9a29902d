"""Adaptations of what needs which permission."""

# ruff: noqa: SLF001

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
        action = extract(*args, **kwargs)
        return _BATCHES.get(action, action) if action else action

    iam_actions.extract_iam_action = extract_single


def count_loopback_as_encrypted() -> None:
    """The buckets refuse connections without TLS. The engine serves plain HTTP, to this machine only."""
    from ministack import app

    pin = app.pin_request_origin

    def pin_encrypted(source_ip: str, secure_transport: bool) -> None:
        pin(source_ip, secure_transport or source_ip == "127.0.0.1")

    app.pin_request_origin = pin_encrypted
