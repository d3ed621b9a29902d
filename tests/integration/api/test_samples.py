"""The sample events, as `sam local invoke` would send them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.api.harness import direct
from tests.integration.api.world import World

SAMPLES = Path(__file__).resolve().parents[3] / "events" / "api"
STATUS = {
    "read_policy": 200,
    "create_customer": 201,
    "create_terms": 201,
    "preview_terms": 200,
    "record_payment": 201,
    "record_payment_of_a_stranger": 400,
    "refund_unknown_payment": 404,
    "list_unclaimed_charges": 200,
    "read_trial_balance": 404,
    "list_overdue_decisions": 200,
    "promise_of_a_stranger": 404,
    "create_customer_wrong": 400,
    "create_customer_read_only": 403,
    "list_customers_without_token": 401,
}


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_a_sample_is_answered_as_its_name_says(world: World, path: Path) -> None:
    assert direct(json.loads(path.read_text(encoding="utf-8"))).status == STATUS[path.stem]
