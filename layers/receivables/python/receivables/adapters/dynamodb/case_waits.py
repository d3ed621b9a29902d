"""How a case waits: its run, the wakes that it remembers, and the token of the workflow that waits for the next."""

from __future__ import annotations

from datetime import datetime

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.approvals import DynamoApprovals
from receivables.adapters.dynamodb.case_codec import case_from
from receivables.adapters.dynamodb.values import flag, instant, number, optional_text, text, text_at
from receivables.cases.case import Case
from receivables.core.errors import StaleRevision


class DynamoWaits(DynamoApprovals):
    """The part of the store of cases that changes no rev: wakes come while a step is worked out, and may not undo it."""

    def active(self, account_id: str) -> Case | None:
        item = self._table.get(keys.case_key(account_id))
        return case_from(item) if item else None

    def started(self, case: Case) -> None:
        self._table.write(
            self._table.update(
                keys.case_key(case.account_id),
                "SET started = :yes",
                {":yes": flag(value=True), ":id": text(case.id), ":run": number(case.run)},
                "id = :id AND run = :run",
            )
        )

    def rerun(self, case: Case) -> Case:
        found = self._table.write(
            self._table.update(
                keys.case_key(case.account_id),
                "SET run = :next, started = :no REMOVE #token",
                {
                    ":id": text(case.id),
                    ":run": number(case.run),
                    ":next": number(case.run + 1),
                    ":no": flag(value=False),
                },
                "id = :id AND run = :run",
                "token",
            )
        )
        stored = self.active(case.account_id) if found is None or found else None
        if stored is None or stored.id != case.id:
            raise StaleRevision(f"case {case.id!r} is closed")
        return stored

    def wake(self, account_id: str, case_id: str, at: datetime | None) -> str | None:
        # The clock only moves on, and DynamoDB has no maximum: it is set where that is later, and else left alone.
        values = {":id": text(case_id), ":one": number(1)}
        key = keys.case_key(account_id)
        if at is not None:
            found = self._table.change(
                self._table.update(
                    key,
                    "SET clock = :at ADD wake_count :one",
                    {**values, ":at": instant(at)},
                    "id = :id AND (attribute_not_exists(clock) OR clock < :at)",
                )
            )
            if found is not None:
                return optional_text(found, "token")
        found = self._table.change(self._table.update(key, "ADD wake_count :one", values, "id = :id"))
        return optional_text(found, "token") if found is not None else None

    def park(self, case: Case, token: str, seen: int) -> bool:
        found = self._table.write(
            self._table.update(
                keys.case_key(case.account_id),
                "SET #token = :token, parked_seen = :seen",
                {":token": text(token), ":seen": number(seen), ":id": text(case.id)},
                "id = :id AND wake_count = :seen",
                "token",
            )
        )
        return found is None or (text_at(found, "id") == case.id and text_at(found, "token") == token)
