"""Who calls, and what they may do. API Gateway's authorizer has verified the token; nothing here trusts anything else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from receivables.core.errors import Forbidden, Unauthenticated


class Role(StrEnum):
    """A group of the user pool."""

    ADMIN = "admin"
    FINANCE = "finance"
    READ_ONLY = "read-only"


ADMINS: Final = frozenset({Role.ADMIN})
"""May change what applies to everybody: terms, policies, the company, the kill switch."""
FINANCE: Final = frozenset({Role.ADMIN, Role.FINANCE})
"""May change customers, invoices, payments, cases; decides approvals."""
EVERYBODY: Final = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Caller:
    """A person, by the name that is recorded with what they do."""

    name: str
    roles: frozenset[Role]

    def must_be(self, allowed: frozenset[Role]) -> None:
        """Raises Forbidden unless the caller has one of the roles."""
        if not self.roles & allowed:
            raise Forbidden(f"this needs the role {' or '.join(sorted(allowed))}")


def caller_of(event: Mapping[str, Any]) -> Caller:
    """The caller that the authorizer found. Raises Unauthenticated without claims or name."""
    authorizer = event["requestContext"].get("authorizer") or {}
    claims = authorizer.get("claims") if isinstance(authorizer, Mapping) else None
    if not isinstance(claims, Mapping):
        raise Unauthenticated("no verified claims")
    name = claims.get("cognito:username") or claims.get("username") or claims.get("sub")
    if not isinstance(name, str) or not name:
        raise Unauthenticated("the token names nobody")
    return Caller(name, _roles(claims.get("cognito:groups")))


def _roles(groups: Any) -> frozenset[Role]:
    """API Gateway writes the groups of a REST request as text: `admin,finance`; others as a list or `[admin finance]`."""
    names = re.split(r"[\s,\[\]]+", groups) if isinstance(groups, str) else groups
    if not isinstance(names, (list, tuple)):
        return frozenset()
    return frozenset(role for role in Role if role.value in names)
