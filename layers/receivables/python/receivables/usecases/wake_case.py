"""Waking a case: remember the wake, then send the token if its workflow waits. Every path that wakes goes this way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from receivables.cases.case import Approval
from receivables.cases.ports import CaseStore, Workflow


def wake(
    cases: CaseStore, workflow: Workflow, account_id: str, case_id: str, at: datetime | None = None
) -> bool:
    """Wake a case; True when its workflow waited. A closed case, and a repeat, are harmless.

    `at` moves the case's clock on; a payment needs none: closing is not a question of time.
    """
    token = cases.wake(account_id, case_id, at)
    if token is None:
        return False
    workflow.resume(token)
    return True


def deliver(cases: CaseStore, workflow: Workflow, approval: Approval) -> None:
    """Wake the case of a decided approval, and only then note that it was delivered."""
    wake(cases, workflow, approval.account_id, approval.case_id, approval.decided_at)
    cases.delivered(approval)


_WAKING: Final = ("balance", "hold", "extension")
"""What of an open item matters to its case: what is paid, and how long it rests."""

_ACTIVE: Final = "0#"
"""Where arrangements are while they are active; when they end they leave it."""


class WakeCase:
    """Wakes cases from what happened in the table: on one of its invoices, with an arrangement, or a decision."""

    def __init__(self, cases: CaseStore, workflow: Workflow) -> None:
        self._cases, self._workflow = cases, workflow

    def changed(self, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> bool:
        """Handle one change of an item (its attributes before and after); False when it wakes nobody."""
        item = new or old or {}
        if item.get("kind") == "arrangement":
            return self._arranged(item)
        if old is not None and old.get("kind") == "open_item":
            return self._moved(old, new)
        if new is not None and new.get("kind") == "approval":
            return self._decided(new)
        return False

    def _moved(self, old: Mapping[str, Any], new: Mapping[str, Any] | None) -> bool:
        case_id = old.get("case_id")
        if case_id is None or (new is not None and all(old.get(n) == new.get(n) for n in _WAKING)):
            return False
        return wake(self._cases, self._workflow, _account_of(old), str(case_id))

    def _arranged(self, item: Mapping[str, Any]) -> bool:
        """A promise, plan or dispute came, changed or ended: the account's case, if it has one, looks what it means."""
        if not str(item["sk"]).startswith(_ACTIVE):
            return False
        case = self._cases.active(_account_of(item))
        return case is not None and wake(self._cases, self._workflow, case.account_id, case.id)

    def _decided(self, new: Mapping[str, Any]) -> bool:
        if new.get("decided_at") is None or new.get("delivered"):
            return False
        approval = self._cases.approval(str(new["pk"]).removeprefix("V#"))
        if approval.decided_at is None or approval.delivered:
            return False
        deliver(self._cases, self._workflow, approval)
        return True


def _account_of(item: Mapping[str, Any]) -> str:
    return str(item["pk"]).removeprefix("A#")
