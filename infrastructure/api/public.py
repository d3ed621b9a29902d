"""The document that people and client generators read (OpenAPI 3.1), from the forms and replies of the routes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chalicelib.web import JSON, Endpoint

_REF: Final = "#/components/schemas/{model}"
_PROBLEM: Final = {
    "type": "object",
    "description": "RFC 9457. `errors` names each field that is wrong, by its path.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:receivables:problem:invalid-input"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
_DESCRIPTION: Final = """\
Amounts are decimals as text (`{"amount": "1234.50", "currency": "EUR"}`), never numbers. Instants are RFC 3339 in UTC.
Lists are pages: hand `next` in again for the page that follows. A POST with an `Idempotency-Key` that is sent again gets
the first answer again. A change says which revision it means, by `rev` or `If-Match`; 412 means that it has changed.
Keys that may hold slashes are written in paths with `~` for the percent sign: `stripe/main/pi_1` is `stripe~2Fmain~2Fpi_1`.
"""
_WEBHOOK: Final = {
    "operationId": "receive_webhook",
    "tags": ["webhooks"],
    "summary": "Hand in a signed webhook of a payment processor",
    "description": "Proved by its signature, not by a token. 2xx: it is kept. 5xx: send it again.",
    "security": [],
    "requestBody": {"required": True, "content": {"application/json": {"schema": {}}}},
    "responses": {
        "200": {"description": "Stored, or known already"},
        "default": {"$ref": "#/components/responses/problem"},
    },
}


def public_document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """All routes with their forms, replies and roles."""
    models = _models(endpoints)
    ordered: list[Any] = sorted(models, key=_order)
    keys, definitions = models_json_schema(ordered, ref_template=_REF)
    paths: dict[str, Any] = {}
    for endpoint in sorted(endpoints, key=lambda each: (each.path, each.method)):
        operations = paths.setdefault(endpoint.path, _path_parameters(endpoint.path))
        operations[endpoint.method.lower()] = _operation(endpoint, keys)
    webhook = "/webhooks/{processor}/{endpoint}"
    paths[webhook] = {**_path_parameters(webhook), "post": _WEBHOOK}
    problem = {
        "description": "A problem",
        "content": {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Receivables", "version": "1", "description": _DESCRIPTION},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "An ID token of the user pool",
                }
            },
            "responses": {"problem": problem},
            "schemas": {**definitions.get("$defs", {}), "Problem": _PROBLEM},
        },
    }


def _models(endpoints: Sequence[Endpoint]) -> set[tuple[type[BaseModel], Any]]:
    bodies = {(endpoint.body, "validation") for endpoint in endpoints if endpoint.body}
    return bodies | {(endpoint.reply, "serialization") for endpoint in endpoints}


def _order(model: tuple[Any, Any]) -> tuple[str, str]:
    return model[0].__name__, model[1]


def _path_parameters(path: str) -> dict[str, Any]:
    names = re.findall(r"{(\w+)}", path)
    found = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    return {"parameters": found} if found else {}


def _operation(endpoint: Endpoint, keys: Any) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "tags": [endpoint.path.split("/")[1]],
        "summary": endpoint.summary,
        "description": f"Roles: {', '.join(sorted(endpoint.allow))}.",
    }
    if parameters := [*_query_parameters(endpoint), *_headers(endpoint)]:
        operation["parameters"] = parameters
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": keys[endpoint.body, "validation"]}},
        }
    elif endpoint.raw is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {endpoint.raw: {"schema": {"type": "string"}}},
        }
    operation["responses"] = {
        str(endpoint.status): {
            "description": _first_line(endpoint.reply),
            "content": {JSON: {"schema": keys[endpoint.reply, "serialization"]}},
        },
        "default": {"$ref": "#/components/responses/problem"},
    }
    return operation


def _query_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    if endpoint.query is None:
        return []
    schema = endpoint.query.model_json_schema()
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": what}
        for name, what in schema["properties"].items()
    ]


def _headers(endpoint: Endpoint) -> list[dict[str, Any]]:
    names = []
    if endpoint.once:
        names.append(("Idempotency-Key", "Makes a repeat of this request get the first answer again"))
    if endpoint.body is not None and "rev" in endpoint.body.model_fields:
        names.append(("If-Match", "The entity tag of the revision that is meant, in place of `rev`"))
    return [
        {"name": name, "in": "header", "required": False, "description": why, "schema": {"type": "string"}}
        for name, why in names
    ]


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().split("\n")[0]
