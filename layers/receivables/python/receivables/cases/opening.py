"""How a case begins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from receivables.cases.case import Case
from receivables.core.ids import derived_id
from receivables.dunning.policy import Policy
from receivables.ledger import Account

SYSTEM: Final = "system"
"""Who opens a case when the policy's last step is reached; nobody of finance, so anybody there may approve."""


def new_case(
    account: Account, invoices: Iterable[str], policy: Policy, at: datetime, opened_by: str = SYSTEM
) -> Case:
    """The case of an account for these invoices, opened at `at` (UTC) under the policy's playbook.

    Its id is derived from the account as it was read (id and rev): opening it twice is opening the same case.
    """
    return Case(
        id=derived_id("case", account.id, str(account.rev)),
        account_id=account.id,
        customer_id=account.customer_id,
        invoices=tuple(sorted(set(invoices))),
        opened_by=opened_by,
        opened_at=at,
        playbook=policy.playbook,
        policy=f"{policy.id}/{policy.version}",
        clock=at,
    )
