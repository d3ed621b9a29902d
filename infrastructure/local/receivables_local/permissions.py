"""Which permissions of the deployed roles were used, and which never: least privilege, seen from the other side.

The engine refuses what a role lacks. What a role has and never needs is found here, after the whole system was run.
"""

import fnmatch
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from receivables_local.deploy import Stack

_BY_LAMBDA_ITSELF = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
}
"""What Lambda does with a function's role: reads its sources, writes its log. The engine does that without asking."""


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """What a function did, or tried to do."""

    function: str
    action: str
    resource: str
    allowed: bool


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """One action that a function's role may take, on any of some resources."""

    function: str
    action: str
    resources: tuple[str, ...]

    def covers(self, call: Call) -> bool:
        """Whether the call made use of it."""
        matches = any(fnmatch.fnmatchcase(call.resource, pattern) for pattern in self.resources)
        return matches and call.action == self.action


def unused(stack: Stack) -> list[Permission]:
    """The permissions of the functions' roles that no call has needed since the engine was started."""
    uses = used(stack)
    return sorted(
        permission
        for permission in granted(stack)
        if not any(use.function == permission.function and permission.covers(use) for use in uses)
    )


def used(stack: Stack) -> list[Call]:
    """The calls of functions that their roles allowed, each kind once."""
    return sorted(call for call in _calls(stack) if call.allowed)


def refused(stack: Stack) -> list[Call]:
    """The calls of functions that their roles did not allow."""
    return sorted(call for call in _calls(stack) if not call.allowed)


def granted(stack: Stack) -> Iterator[Permission]:
    """Every permission of the functions' roles, without those that only Lambda itself makes use of."""
    for function, name in stack.functions.items():
        configuration = stack.engine.client("lambda").get_function_configuration(FunctionName=name)
        for statement in _statements(stack, configuration["Role"].rsplit("/", 1)[-1]):
            resources = tuple(_listed(statement.get("Resource", "*")))
            for action in _listed(statement["Action"]):
                if action not in _BY_LAMBDA_ITSELF and "DeadLetters" not in resources[0]:
                    yield Permission(function, action, resources)


def _statements(stack: Stack, role: str) -> Iterator[dict[str, Any]]:
    iam = stack.engine.client("iam")
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        yield from (document if isinstance(document, dict) else json.loads(document))["Statement"]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _calls(stack: Stack) -> Iterator[Call]:
    functions = {name: function for function, name in stack.functions.items()}
    for line in stack.engine.permissions.read_text().splitlines():
        who, action, resource, allowed = json.loads(line)
        yield Call(functions[who.rsplit("/", 1)[-1]], action, resource, allowed)
