"""The two documents say what the code does."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from infrastructure.api.generate import HERE, outdated

api = import_module("functions.api.app")
gateway: dict[str, Any] = json.loads((HERE / "openapi.json").read_text(encoding="utf-8"))
public: dict[str, Any] = json.loads((HERE / "public.json").read_text(encoding="utf-8"))
routes = [(path, method) for path, methods in api.app.routes.items() for method in methods]
WEBHOOK, PAY = "/webhooks/{processor}/{endpoint}", "/pay/{token}"
PUBLIC = {WEBHOOK: "ReceiveWebhookFunction", PAY: "PayPageFunction"}


def test_the_documents_are_as_the_code_makes_them() -> None:
    assert list(outdated()) == [], "run: make api"


def test_both_documents_are_valid() -> None:
    OpenAPIV30SpecValidator(gateway).validate()
    OpenAPIV31SpecValidator(public).validate()


@pytest.mark.parametrize(("path", "method"), routes)
def test_every_route_of_the_app_is_in_both_documents(path: str, method: str) -> None:
    assert method.lower() in gateway["paths"][path]
    assert method.lower() in public["paths"][path]


@pytest.mark.parametrize(("path", "method"), routes)
def test_every_route_of_the_app_needs_a_token_and_leads_to_its_function(path: str, method: str) -> None:
    operation = gateway["paths"][path][method.lower()]
    assert operation["security"] == [{"cognito": []}]
    assert "${ApiFunction.Arn}" in operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]


def test_nothing_is_in_the_definition_that_the_app_does_not_have() -> None:
    defined = {
        (path, method.upper())
        for path, operations in gateway["paths"].items()
        for method in operations
        if method not in {"options", "parameters"}
    }
    assert defined == {*routes, *((path, method) for path in PUBLIC for method in ("GET", "POST"))}


def test_only_processors_payers_and_preflights_go_without_a_token() -> None:
    without = {
        (path, method)
        for path, operations in gateway["paths"].items()
        for method, operation in operations.items()
        if method != "parameters" and not operation["security"]
    }
    assert {path for path, method in without if method != "options"} == set(PUBLIC)
    for path, function in PUBLIC.items():
        for method in ("get", "post"):
            assert f"${{{function}.Arn}}" in str(gateway["paths"][path][method])


def test_every_route_answers_a_preflight_from_the_definition_alone() -> None:
    for path in api.app.routes:
        integration = gateway["paths"][path]["options"]["x-amazon-apigateway-integration"]
        assert integration["type"] == "mock"


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [endpoint.name for resource in api.RESOURCES for endpoint in resource.routes.endpoints]
    assert len(names) == len(set(names)) == len(routes)


def test_bodies_come_as_bytes_by_the_definition_only() -> None:
    assert gateway["x-amazon-apigateway-binary-media-types"] == ["*/*"]
    assert "*/*" not in api.app.api.binary_types
