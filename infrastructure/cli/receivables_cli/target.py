"""The stack that a command talks to: the one on this machine, or one that is deployed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from receivables_cli.api import Api
from receivables_cli.errors import CommandError

TOKEN_VARIABLE: Final = "RECEIVABLES_TOKEN"  # noqa: S105 - the variable's name


class Target(Protocol):
    """A stack, and how to reach it."""

    @property
    def outputs(self) -> Mapping[str, str]:
        """The stack's outputs by name."""

    def client(self, service: str) -> Any:
        """A boto3 client."""

    def api(self, person: str, as_of: datetime | None = None) -> Api:
        """The API as one of the people who may use it."""


class DeployedStack:
    """A stack in AWS, by name; credentials and region from the environment, the person's token from RECEIVABLES_TOKEN."""

    def __init__(self, name: str) -> None:
        import boto3

        self._session = boto3.session.Session()
        self._clients: dict[str, Any] = {}
        self.outputs: Mapping[str, str] = self._outputs(name)

    def _outputs(self, name: str) -> Mapping[str, str]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            (stack,) = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except (BotoCoreError, ClientError) as error:
            raise CommandError(f"cannot read the stack {name!r}: {error}") from error
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._session.client(service)
        return self._clients[service]

    def api(self, person: str, as_of: datetime | None = None) -> Api:  # noqa: ARG002 - the token says who
        token = os.environ.get(TOKEN_VARIABLE)
        if not token:
            raise CommandError(f"put the Cognito ID token of a user into {TOKEN_VARIABLE}")
        return Api(self.outputs["ApiUrl"], token, as_of)


class LocalStack:
    """The stack on this machine."""

    def __init__(self) -> None:
        from receivables_cli.local import engine
        from receivables_local.deploy import load
        from receivables_local.engine import EngineError

        self.engine = engine()
        try:
            self.stack = load(self.engine)
        except EngineError as error:
            raise CommandError(f"{error}: start it with `receivables local up`") from error
        self.outputs: Mapping[str, str] = self.stack.outputs

    def client(self, service: str) -> Any:
        return self.engine.client(service)

    def api(self, person: str, as_of: datetime | None = None) -> Api:
        return Api(self.stack.api_url, self.stack.tokens(person), as_of)


def target(stack: str | None) -> Target:
    """The deployed stack of that name, or without one the stack on this machine. Raises CommandError."""
    return DeployedStack(stack) if stack else LocalStack()
