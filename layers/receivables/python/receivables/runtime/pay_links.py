"""Pay links at run time: the key that seals them, and their address."""

from __future__ import annotations

import json
from functools import cache

from receivables.payments.pay_links import PayTarget, PayTokens, link
from receivables.runtime.clients import LazyClient
from receivables.runtime.settings import setting


def pay_link(account_id: str, invoice: str | None = None) -> str:
    """Where an account, or one invoice of it, is paid."""
    return link(setting("PAY_LINK_BASE"), pay_tokens().token(PayTarget(account_id, invoice)))


@cache
def pay_tokens() -> PayTokens:
    """Read when the first link is made or opened. The secret is a JSON document: `{"key": "…"}`, and while it is changed
    also `"previous"`, with which links that were sent before go on working."""
    from receivables.adapters.errors import calling

    with calling("secretsmanager"):
        answer = LazyClient("secretsmanager").get_secret_value(SecretId=setting("PAY_LINK_SECRET_ARN"))
    kept = json.loads(answer["SecretString"])
    return PayTokens([kept[name].encode() for name in ("key", "previous") if kept.get(name)])
