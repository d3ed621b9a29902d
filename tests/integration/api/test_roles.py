"""Who may do what: every route with every role, and nothing without one."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest

from tests.integration.api.harness import Gateway, claims, direct, event
from tests.integration.api.world import World

api = import_module("functions.api.app")
endpoints = [endpoint for resource in api.RESOURCES for endpoint in resource.routes.endpoints]

ADMINS_ONLY = {
    "create_terms", "revise_terms", "create_policy", "revise_policy", "replace_company", "move_kill_switch",
    "create_rate_table", "revise_rate_table", "create_bank_account", "change_bank_account", "save_mapping",
}  # fmt: skip
WRITES_NOTHING = {"preview_terms", "preview_of_policy", "preview_plan", "preview_late_charges"}


def may(role: str, endpoint: Any) -> bool:
    """The rule in words: reading is for everybody, what applies to everybody is for admins, the rest is finance."""
    name, method = endpoint.name, endpoint.method
    if method == "GET" or name in WRITES_NOTHING:
        return role in {"admin", "finance", "read-only"}
    if name in ADMINS_ONLY:
        return role == "admin"
    return role in {"admin", "finance"}


@pytest.mark.parametrize("role", ["admin", "finance", "read-only", "intern", ""])
@pytest.mark.parametrize("endpoint", endpoints, ids=lambda endpoint: endpoint.name)
def test_a_route_lets_in_its_roles_and_nobody_else(world: World, endpoint: Any, role: str) -> None:
    gateway = Gateway("somebody", role)
    status = direct(_request(gateway, endpoint)).status
    if may(role, endpoint):
        assert status not in {401, 403, 500}
    else:
        assert status == 403


@pytest.mark.parametrize("endpoint", endpoints, ids=lambda endpoint: endpoint.name)
@pytest.mark.parametrize(
    "authorizer",
    [None, {}, {"claims": None}, {"claims": "admin"}, {"claims": {"cognito:groups": "admin"}}],
    ids=["none", "empty", "no claims", "text", "nobody"],
)
def test_the_app_itself_lets_nobody_in_without_verified_claims(
    world: World, endpoint: Any, authorizer: object
) -> None:
    request = _request(Gateway("somebody", "admin"), endpoint)
    if authorizer is None:
        del request["requestContext"]["authorizer"]
    else:
        request["requestContext"]["authorizer"] = authorizer
    assert direct(request).status == 401


@pytest.mark.parametrize(
    "groups",
    ["admin", "finance,admin", "[admin finance]", ["admin"]],
    ids=["one", "commas", "brackets", "list"],
)
def test_groups_are_read_in_every_form_in_which_gateways_write_them(world: World, groups: object) -> None:
    gateway = Gateway("ada", "admin")
    gateway.claims = {**claims("ada"), "cognito:groups": groups}  # type: ignore[dict-item]
    assert gateway.put("/kill-switch", {"engaged": True, "reason": "test"}).status == 200


@pytest.mark.parametrize("groups", ["administrators", "not-admin", "admin2", 7, None, {"admin": True}])
def test_a_group_counts_only_by_its_whole_name(world: World, groups: object) -> None:
    gateway = Gateway("eve", "admin")
    gateway.claims = {**claims("eve"), "cognito:groups": groups}  # type: ignore[dict-item]
    assert gateway.get("/company").status == 403


def _request(gateway: Gateway, endpoint: Any) -> dict[str, Any]:
    path, method = endpoint.path, endpoint.method
    parameters = dict.fromkeys(re.findall(r"{(\w+)}", path), "x")
    body = b"" if method in {"GET", "DELETE"} else {}
    return event(gateway, method, path, parameters, "", body)
