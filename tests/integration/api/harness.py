"""API Gateway as far as a handler sees it: routes of the generated definition, the authorizer, real proxy events.

It fails closed: a request without claims does not reach the handler where the definition asks for a token, and a route
that is not in the definition does not exist. `direct` calls the handler without all that, as nobody should be able to.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, unquote

from infrastructure.api.generate import documents
from tests.builders import NOW


@cache
def definition() -> dict[str, Any]:
    """The paths of the definition, as it is generated from the code; another test holds the file to the same."""
    (text,) = (text for path, text in documents().items() if path.name == "openapi.json")
    paths: dict[str, Any] = json.loads(text)["paths"]
    return paths


@dataclass(frozen=True, slots=True)
class Answer:
    """What the handler answered."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def fields(self) -> list[str]:
        """The fields that a problem document names."""
        return [error["field"] for error in self.body.get("errors", [])]


class Context:
    """Lambda's context, as much as is used."""

    aws_request_id = "req-1"
    function_name = "api"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:api"

    def get_remaining_time_in_millis(self) -> int:
        return 25_000


def claims(name: str, *groups: str) -> dict[str, str]:
    """The claims of an ID token as API Gateway hands them over: everything as text."""
    return {
        "sub": f"sub-of-{name}",
        "cognito:username": name,
        "cognito:groups": ",".join(groups),
        "token_use": "id",
    }


class Gateway:
    """Sends requests to the handler as somebody."""

    def __init__(self, name: str = "alice", *groups: str, at: datetime = NOW) -> None:
        self.claims: dict[str, str] | None = claims(name, *groups) if groups else None
        self.at = at
        self._paths = definition()

    def get(self, path: str, **more: Any) -> Answer:
        return self.send("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.send("POST", path, body, **more)

    def put(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.send("PUT", path, body, **more)

    def patch(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.send("PATCH", path, body, **more)

    def delete(self, path: str, **more: Any) -> Answer:
        return self.send("DELETE", path, **more)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Headers are named with underscores: `idempotency_key="k"`."""
        route, query = path.partition("?")[::2]
        resource, parameters = self._match(method, route)
        operation = self._paths[resource][method.lower()]
        if operation["security"] != [] and self.claims is None:
            return Answer(401, {}, {"message": "Unauthorized"})
        return direct(event(self, method, resource, parameters, query, body, headers))

    def _match(self, method: str, path: str) -> tuple[str, dict[str, str]]:
        # A literal segment wins over a parameter, as it does at API Gateway.
        for resource in sorted(self._paths, key=lambda each: each.count("{")):
            pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(resource))
            if found := re.fullmatch(pattern, path):
                assert method.lower() in self._paths[resource], f"{resource} has no {method}"
                return resource, found.groupdict()
        raise AssertionError(f"{method} {path} is not in the definition")


def event(
    gateway: Gateway,
    method: str,
    resource: str,
    parameters: Mapping[str, str],
    query: str = "",
    body: Any = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A proxy event (payload format 1.0) as a REST API with binary media types `*/*` makes it."""
    sent = {"Accept": "application/json", "Content-Type": "application/json"}
    sent |= {name.replace("_", "-").title(): value for name, value in (headers or {}).items()}
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    multi: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        multi.setdefault(name, []).append(value)
    path = re.sub(r"{(\w+)}", lambda match: parameters[match[1]], resource)
    return {
        "resource": resource,
        "path": unquote(path),
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {name: values[-1] for name, values in multi.items()} or None,
        "multiValueQueryStringParameters": multi or None,
        "pathParameters": dict(parameters) or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": method,
            "path": f"/v1{path}",
            "stage": "v1",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "requestTimeEpoch": int(gateway.at.timestamp() * 1000),
            "protocol": "HTTP/1.1",
            "identity": {"sourceIp": "203.0.113.7", "userAgent": "test"},
            **({"authorizer": {"claims": gateway.claims}} if gateway.claims is not None else {}),
        },
        "body": base64.b64encode(raw).decode() if raw else None,
        "isBase64Encoded": bool(raw),
    }


def direct(proxy_event: Mapping[str, Any]) -> Answer:
    """Call the handler, and hold its answer to the form that API Gateway asks for."""
    answered = import_module("functions.api.app").handler(proxy_event, Context())
    assert set(answered) <= {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
    assert isinstance(answered["body"], str)
    headers = {name.title(): value for name, value in answered["headers"].items()}
    answer = Answer(answered["statusCode"], headers, json.loads(answered["body"]))
    expected = "application/problem+json" if answer.status >= 400 else "application/json"
    assert headers["Content-Type"] == expected, answered
    if answer.status >= 400:
        assert {"type", "title", "status"} <= set(answer.body)
        assert answer.body["status"] == answer.status
    return answer
