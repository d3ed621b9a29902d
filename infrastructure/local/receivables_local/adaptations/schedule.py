"""Adaptation of EventBridge Scheduler."""

# ruff: noqa: SLF001

from datetime import UTC, datetime
from typing import Any

_SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"


def hand_over_the_scheduled_time() -> None:
    """AWS puts the scheduled time in the place of `<aws.scheduler.scheduled-time>` in a target's input. The engine
    hands over the words themselves."""
    from ministack.services import eventbridge

    invoke = eventbridge._invoke_target

    def invoke_with_time(target: dict[str, Any], event: dict[str, Any], *rest: Any) -> None:
        if event.get("Source") == "aws.scheduler" and _SCHEDULED_TIME in (target.get("Input") or ""):
            moment = datetime.fromtimestamp(event["Time"], tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            target = {**target, "Input": target["Input"].replace(_SCHEDULED_TIME, moment)}
        invoke(target, event, *rest)

    eventbridge._invoke_target = invoke_with_time
