"""The definition that API Gateway imports (OpenAPI 3.0.1 with its extensions).

Every route is in it by name, because Chalice routes on the resource that API Gateway matched; every route needs the
authorizer, because Chalice enforces none. Substitutions are CloudFormation's, resolved where the template includes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

_METHODS: Final = "GET,POST,PUT,PATCH,DELETE,OPTIONS"
_REQUEST_HEADERS: Final = "Authorization,Content-Type,Idempotency-Key,If-Match,X-As-Of"
_EXPOSED_HEADERS: Final = "ETag,Retry-After"


def gateway_definition(routes: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The definition for these paths and their methods, and for the webhooks."""
    paths = {path: _path(path, methods) for path, methods in sorted(routes.items())}
    return {
        "openapi": "3.0.1",
        "info": {"title": "Receivables", "version": "1"},
        "paths": {**paths, "/webhooks/{processor}/{endpoint}": _webhooks(), "/pay/{token}": _pay_page()},
        "components": {"securitySchemes": {"cognito": _cognito()}},
        # Webhooks are signed over their bytes: whatever comes must come through unchanged.
        "x-amazon-apigateway-binary-media-types": ["*/*"],
        "x-amazon-apigateway-gateway-responses": _gateway_responses(),
    }


def _path(path: str, methods: Sequence[str]) -> dict[str, Any]:
    operations: dict[str, Any] = {
        method.lower(): {
            "responses": {"default": {"description": "The answer, or a problem document"}},
            "security": [{"cognito": []}],
            "x-amazon-apigateway-integration": _lambda("ApiFunction"),
        }
        for method in methods
    }
    return {**_parameters(path), **operations, "options": _preflight()}


def _webhooks() -> dict[str, Any]:
    """Processors have no token: the signature over the body is what proves them. Some check the address by a GET."""
    operation = {
        "responses": {"default": {"description": "Stored, or a problem document"}},
        "security": [],
        "x-amazon-apigateway-integration": _lambda("ReceiveWebhookFunction"),
    }
    return {**_parameters("{processor}/{endpoint}"), "get": operation, "post": operation}


def _pay_page() -> dict[str, Any]:
    """Payers have no token but the one in their link, which is sealed."""
    operation = {
        "responses": {"default": {"description": "A page, or the way to one"}},
        "security": [],
        "x-amazon-apigateway-integration": _lambda("PayPageFunction"),
    }
    return {**_parameters("{token}"), "get": operation, "post": operation}


def _parameters(path: str) -> dict[str, Any]:
    names = re.findall(r"{(\w+)}", path)
    found = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    return {"parameters": found} if found else {}


def _lambda(function: str) -> dict[str, Any]:
    invocation = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"${{{function}.Arn}}/invocations"
    )
    return {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": {"Fn::Sub": invocation},
        "passthroughBehavior": "when_no_match",
    }


def _preflight() -> dict[str, Any]:
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": _REQUEST_HEADERS,
        "Access-Control-Expose-Headers": _EXPOSED_HEADERS,
        "Access-Control-Max-Age": "7200",
    }
    declared = {name: {"schema": {"type": "string"}} for name in headers}
    parameters = {f"method.response.header.{name}": f"'{value}'" for name, value in headers.items()}
    return {
        "responses": {"204": {"description": "What a browser may send", "headers": declared}},
        "security": [],
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "passthroughBehavior": "when_no_match",
            # Everything counts as binary here; a mock reads its request as text.
            "contentHandling": "CONVERT_TO_TEXT",
            "requestTemplates": {"application/json": '{"statusCode": 204}'},
            "responses": {"default": {"statusCode": "204", "responseParameters": parameters}},
        },
    }


def _cognito() -> dict[str, Any]:
    return {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": {
            "type": "cognito_user_pools",
            "providerARNs": [{"Fn::GetAtt": ["Identity", "Outputs.UserPoolArn"]}],
        },
    }


def _gateway_responses() -> dict[str, Any]:
    """What API Gateway refuses by itself has the form of every other refusal."""
    return {
        "DEFAULT_4XX": _refusal("refused", "The request was refused"),
        "DEFAULT_5XX": _refusal("internal", "Something went wrong here"),
        "UNAUTHORIZED": _refusal("unauthenticated", "The caller is not known", 401),
        # A route that does not exist is answered as if a token were missing.
        "MISSING_AUTHENTICATION_TOKEN": _refusal("no-such-route", "There is no such route", 404),
        "THROTTLED": _refusal("try-again", "There are too many requests", 429),
    }


def _refusal(slug: str, title: str, status: int | None = None) -> dict[str, Any]:
    document = {
        "type": f"urn:receivables:problem:{slug}",
        "title": title,
        "status": "$context.status" if status is None else status,
        "instance": "urn:receivables:request:$context.requestId",
    }
    template = json.dumps(document).replace('"$context.status"', "$context.status")
    answer: dict[str, Any] = {
        "responseParameters": {
            "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
            "gatewayresponse.header.Content-Type": "'application/problem+json'",
        },
        "responseTemplates": {"application/json": template},
    }
    return answer if status is None else {"statusCode": status, **answer}
