"""Bank accounts, statements and the register of movements, in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from receivables.banking.account import BankAccount
from receivables.banking.attention import Attention, Decision
from receivables.banking.headers import KeptLine, StatementHeader, StatementJob
from receivables.banking.identity import Known
from receivables.banking.ports import StatementFile, UploadLink
from receivables.core.errors import AlreadyExists, NotFound, StaleRevision, TooLarge


class InMemoryBankAccounts:
    def __init__(self, *accounts: BankAccount) -> None:
        self.records = {account.id: replace(account, rev=account.rev or 1) for account in accounts}

    def get(self, account_id: str) -> BankAccount:
        if account_id not in self.records:
            raise NotFound("bank account", account_id)
        return self.records[account_id]

    def put(self, account: BankAccount) -> BankAccount:
        stored = self.records.get(account.id)
        if stored is not None and not account.rev:
            raise AlreadyExists("bank account", account.id)
        if account.rev and (stored is None or stored.rev != account.rev):
            raise StaleRevision(f"bank account {account.id!r} has changed since it was read")
        self.records[account.id] = replace(account, rev=account.rev + 1)
        return self.records[account.id]

    def all(self) -> Sequence[BankAccount]:
        return [self.records[key] for key in sorted(self.records)]


class InMemoryStatements:
    def __init__(self) -> None:
        self.headers: dict[str, StatementHeader] = {}
        self.pages: dict[str, dict[int, Sequence[KeptLine]]] = {}

    def keep_lines(self, statement_id: str, first: int, lines: Sequence[KeptLine]) -> None:
        self.pages.setdefault(statement_id, {})[first] = list(lines)

    def conclude(self, header: StatementHeader) -> None:
        self.headers[header.id] = header

    def get(self, statement_id: str) -> StatementHeader:
        if statement_id not in self.headers:
            raise NotFound("statement", statement_id)
        return self.headers[statement_id]

    def of_account(
        self, account_id: str, limit: int, position: str | None = None
    ) -> tuple[Sequence[StatementHeader], str | None]:
        own = sorted((h for h in self.headers.values() if h.account == account_id), key=_sorted, reverse=True)
        rest = [header for header in own if position is None or _sorted(header) < position]
        return rest[:limit], _sorted(rest[limit - 1]) if len(rest) > limit else None

    def ending_from(self, account_id: str, first: date, last: date) -> Sequence[StatementHeader]:
        own = (h for h in self.headers.values() if h.account == account_id and first <= h.last_day <= last)
        return sorted(own, key=_sorted)

    def lines(self, statement_id: str, position: int | None = None) -> tuple[Sequence[KeptLine], int | None]:
        pages = self.pages.get(statement_id, {})
        starts = [start for start in sorted(pages) if start >= (position or 0)]
        if not starts:
            return (), None
        return pages[starts[0]], starts[1] if len(starts) > 1 else None


def _sorted(header: StatementHeader) -> str:
    return "stm#" + header.id.partition(".")[2]


class InMemoryRegister:
    def __init__(self) -> None:
        self.movements: dict[tuple[str, str], Known] = {}

    def of_day(self, account_id: str, day: date) -> Sequence[Known]:
        return [
            k for (account, _), k in sorted(self.movements.items()) if account == account_id and k.day == day
        ]

    def get(self, account_id: str, line_id: str) -> Known:
        if (account_id, line_id) not in self.movements:
            raise NotFound("line", line_id)
        return self.movements[account_id, line_id]

    def add(self, account_id: str, movements: Sequence[Known]) -> None:
        for each in movements:
            self.movements[account_id, each.id] = each

    def by_reference(self, account_id: str, reference: str) -> Sequence[Known]:
        return [
            known
            for (account, _), known in sorted(self.movements.items())
            if account == account_id
            and known.minor > 0
            and not known.reversal
            and reference in {known.reference, known.end_to_end} - {""}
        ]


class InMemoryAttentions:
    def __init__(self) -> None:
        self.records: dict[tuple[str, str], Attention] = {}

    def raise_(self, attention: Attention) -> None:
        self.records.setdefault((attention.line.account, attention.line.id), attention)

    def get(self, account_id: str, line_id: str) -> Attention:
        if (account_id, line_id) not in self.records:
            raise NotFound("line", line_id)
        return self.records[account_id, line_id]

    def decide(self, decided: Attention) -> Attention:
        stored = self.get(decided.line.account, decided.line.id)
        if stored.decision is Decision.WAITING:
            self.records[decided.line.account, decided.line.id] = stored = decided
        return stored

    def waiting(self, account_id: str) -> Sequence[Attention]:
        own = (a for (account, _), a in self.records.items() if account == account_id)
        waiting = (each for each in own if each.decision is Decision.WAITING)
        return sorted(waiting, key=lambda each: (each.raised_at, each.line.id))


class InMemoryStatementJobs:
    def __init__(self) -> None:
        self.jobs: dict[tuple[str, str], StatementJob] = {}

    def get(self, account_id: str, job_id: str) -> StatementJob:
        if (account_id, job_id) not in self.jobs:
            raise NotFound("import", job_id)
        return self.jobs[account_id, job_id]

    def put(self, job: StatementJob) -> None:
        self.jobs[job.account, job.id] = job

    def of_account(
        self, account_id: str, limit: int, position: str | None = None
    ) -> tuple[Sequence[StatementJob], str | None]:
        ids = sorted((i for account, i in self.jobs if account == account_id), reverse=True)
        rest = [i for i in ids if position is None or f"job#{i}" < position]
        page = [self.jobs[account_id, i] for i in rest[:limit]]
        return page, f"job#{rest[limit - 1]}" if len(rest) > limit else None


class InMemoryLease:
    def __init__(self) -> None:
        self.held: dict[str, tuple[str, datetime]] = {}

    def take(self, account_id: str, owner: str, now: datetime, until: datetime) -> bool:
        holder = self.held.get(account_id)
        if holder is not None and holder[0] != owner and holder[1] >= now:
            return False
        self.held[account_id] = (owner, until)
        return True

    def give_back(self, account_id: str, owner: str) -> None:
        if self.held.get(account_id, ("",))[0] == owner:
            del self.held[account_id]


class InMemoryStatementFiles:
    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.metadata: dict[str, dict[str, str]] = {}

    def read(self, key: str, most: int) -> StatementFile:
        if key not in self.files:
            raise NotFound("file", key)
        content = self.files[key]
        if len(content) > most:
            raise TooLarge("the file is too large")
        return StatementFile(content, hashlib.sha256(content).hexdigest(), self.metadata.get(key, {}))

    def write(self, key: str, content: bytes) -> None:
        self.files[key] = content

    def to_put(self, key: str, size: int, at: datetime) -> UploadLink:
        headers = {"Content-Length": str(size)}
        return UploadLink(f"https://files.example/{key}", headers, at + timedelta(minutes=15))
