"""Reopening: a receivable that was paid is owed again, and is dunned from where it stood: no reminder comes a second time.

Progress is forgotten once a receivable is paid. Which reminders it had is told by the notices in the account's timeline.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Protocol

from receivables.core.clock import format_instant
from receivables.ledger import Page, Posting

_PAGE: Final = 100
MOST_FACTS: Final = 2_000
"""So many facts are looked through, the newest first. Of what is older the step counts as not had: the next reminder that is
earned by date is sent."""

_NOT_SENT: Final = frozenset({"released"})


class Timeline(Protocol):
    """What happened on an account."""

    def timeline(
        self, account_id: str, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[Mapping[str, Any]]:
        """Everything that happened, newest first, as plain facts."""


def reopened(ledger: Timeline, posting: Posting) -> Posting:
    """The posting, which also restores the steps that receivables had had before they were paid."""
    opened = {
        change.number: change.document.issued_at
        for change in posting.items
        if change.opens and change.document is not None and change.document_rev is not None
    }
    restored = _had(ledger, posting.account_id, opened) if opened else {}
    if not restored:
        return posting
    return replace(posting, account=replace(posting.account, restored=restored))


def _had(ledger: Timeline, account_id: str, opened: Mapping[str, datetime]) -> dict[str, int]:
    since = format_instant(min(opened.values()))
    steps: dict[str, int] = {}
    for fact in _facts(ledger, account_id):
        if fact["at"] < since:
            break
        if fact["kind"] != "notice" or fact["state"] in _NOT_SENT:
            continue
        for item in fact["items"]:
            key = item["number"]
            if item["reached"] and key.partition("#")[0] in opened:
                steps[key] = max(item["step_offset"], steps.get(key, item["step_offset"]))
    return steps


def _facts(ledger: Timeline, account_id: str) -> Iterator[Mapping[str, Any]]:
    position, seen = None, 0
    while seen < MOST_FACTS:
        page = ledger.timeline(account_id, _PAGE, position)
        yield from page.items
        seen, position = seen + len(page.items), page.position
        if position is None:
            return
