"""Composes the waking of cases from the table's stream."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from receivables.adapters.dynamodb.cases import DynamoCases
from receivables.adapters.stepfunctions import StepFunctionsWorkflow
from receivables.runtime.clients import LazyClient, client
from receivables.runtime.settings import setting
from receivables.usecases.wake_case import WakeCase


@cache
def wake_case() -> WakeCase:
    """The use case with its adapters, made at the first record and kept."""
    cases = DynamoCases(client("dynamodb"), setting("RECEIVABLES_TABLE"))
    return WakeCase(cases, StepFunctionsWorkflow(LazyClient("stepfunctions"), ""))


def change(
    record: Mapping[str, Any],
) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """The attributes of a record's item before and after, without their type tags."""
    images = record["dynamodb"]
    return _plain(images.get("OldImage")), _plain(images.get("NewImage"))


def _plain(image: Mapping[str, Mapping[str, Any]] | None) -> Mapping[str, Any] | None:
    if not image:
        return None
    return {name: next(iter(value.values())) for name, value in image.items()}
