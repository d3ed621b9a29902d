"""Bank statements: imported from files, shown with their lines; what a person has to decide about some of these."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.bank_forms import LineReply, from_base64
from chalicelib.fields import Amount, Form, Instant, Key, Note, Reply
from chalicelib.web import FINANCE, Answer, Call, Listing, ListQuery, Routes
from receivables.banking.attention import Attention, Decision
from receivables.banking.headers import KeptLine, StatementHeader, StatementJob, Tally
from receivables.banking.ports import MOST_BYTES
from receivables.banking.statement import Balance
from receivables.core.errors import InvalidInput
from receivables.usecases.decide_line import LineDecision

routes = Routes(__name__)


class StatementFileForm(Form):
    """A file of statements in any format (base64 of the file as it came), or - for one of more than about 4 MB - its `size` in bytes: then
    the answer has a link to send it to. `accept_differences`: use it though its entries do not add up to its balances."""

    content: Annotated[str, Field(min_length=1, max_length=9_000_000)] | None = None
    size: Annotated[int, Field(ge=1, le=MOST_BYTES)] | None = None
    accept_differences: bool = False


class TallyReply(Reply):
    """What became of lines: told for the first time or known already; totals whose payments had come, and payments whose total had. Of
    the new ones: payments for cash application, reversals, and those that wait for a person."""

    lines: int
    new: int
    known: int
    in_details: int
    in_totals: int
    payments: int
    reversals: int
    attention: int

    @classmethod
    def of(cls, tally: Tally) -> TallyReply:
        return cls(**{name: getattr(tally, name) for name in cls.model_fields})


class UploadLinkReply(Reply):
    """Where the file goes: PUT it to `url` with exactly these headers, before the link expires."""

    url: str
    headers: dict[str, str]
    expires_at: Instant


class StatementImportReply(Reply):
    """The import of a file: how far it is, or why the file was refused (then nothing of it was used)."""

    id: str
    bank_account: str
    state: str
    field: str
    reason: str
    format: str
    requested_by: str
    requested_at: Instant
    accept_differences: bool
    lines: int
    position: int
    statements: list[str]
    tally: TallyReply
    upload: UploadLinkReply | None = None

    @classmethod
    def of(cls, job: StatementJob, upload: UploadLinkReply | None = None) -> StatementImportReply:
        same = ("id", "field", "reason", "format", "requested_by", "requested_at", "accept_differences")
        return cls(
            **{name: getattr(job, name) for name in same},
            bank_account=job.account,
            state=job.state.value,
            lines=job.lines,
            position=job.position,
            statements=list(job.statements),
            tally=TallyReply.of(job.so_far),
            upload=upload,
        )


class BalanceReply(Reply):
    """What was on the account."""

    on: str
    amount: Amount

    @classmethod
    def of(cls, balance: Balance | None) -> BalanceReply | None:
        return None if balance is None else cls(on=balance.on.isoformat(), amount=Amount.of(balance.amount))


class StatementReply(Reply):
    """A statement that was imported. `notes` are what a person should know of it."""

    id: str
    bank_account: str
    format: str
    reference: str
    number: list[int]
    first_day: str
    last_day: str
    opening: BalanceReply | None
    closing: BalanceReply | None
    created_at: Instant | None
    imported_at: Instant
    import_id: str
    notes: list[str]
    tally: TallyReply

    @classmethod
    def of(cls, header: StatementHeader) -> StatementReply:
        return cls(
            id=header.id,
            bank_account=header.account,
            format=header.format,
            reference=header.reference,
            number=list(header.number),
            first_day=header.first_day.isoformat(),
            last_day=header.last_day.isoformat(),
            opening=BalanceReply.of(header.opening),
            closing=BalanceReply.of(header.closing),
            created_at=header.created_at,
            imported_at=header.imported_at,
            import_id=header.job,
            notes=list(header.notes),
            tally=TallyReply.of(header.tally),
        )


class StatementLineReply(LineReply):
    """A line of a statement. `fate`: `new`, `known` (another statement told it), `in_details` (a total whose payments had come),
    `in_total` (a payment whose total had come); `told_by` is the line that it had come with."""

    fate: str
    told_by: str | None


class AttentionReply(LineReply):
    """A line that a person has to look at, why, and what was decided."""

    why: str
    statement: str
    raised_at: Instant
    decision: str
    decided_by: str
    decided_at: Instant | None
    original: str | None
    note: str

    @classmethod
    def about(cls, attention: Attention) -> AttentionReply:
        reply: AttentionReply = cls.of(
            attention.line,
            why=attention.why.value,
            statement=attention.statement,
            raised_at=attention.raised_at,
            decision=attention.decision.value,
            decided_by=attention.by,
            decided_at=attention.decided_at,
            original=attention.original,
            note=attention.note,
        )
        return reply


class AttentionList(Reply):
    """What waits, the oldest first."""

    items: list[AttentionReply]


class LineDecisionForm(Form):
    """`payment`: it is one, as it stands. `reversal`: it takes back the payment of the line `original`. `nothing`: it concerns no customer."""

    decision: Literal["payment", "reversal", "nothing"]
    original: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    note: Note | None = None


class StatementQuery(ListQuery):
    """Of which bank account."""

    bank_account: Key


@routes.post(
    "/bank-accounts/{account_id}/statements",
    allow=FINANCE,
    body=StatementFileForm,
    reply=StatementImportReply,
    status=202,
    summary="Import a file of bank statements: camt.052, .053, .054, MT940, BAI2 or CSV",
)
def import_statement(call: Call, account_id: str, body: StatementFileForm) -> Answer:
    if (body.content is None) == (body.size is None):
        raise InvalidInput("content", "or size: say one of the two")
    request, by, at = call.services.banking.request_statement, call.caller.name, call.as_of
    if body.content is not None:
        content = from_base64(body.content, "content")
        job = request.start(account_id, content, by, at, accept_differences=body.accept_differences)
        return Answer(StatementImportReply.of(job))
    job, link = request.upload(account_id, body.size or 0, by, at, accept_differences=body.accept_differences)
    upload = UploadLinkReply(url=link.url, headers=dict(link.headers), expires_at=link.expires_at)
    return Answer(StatementImportReply.of(job, upload))


@routes.get(
    "/bank-accounts/{account_id}/imports",
    query=ListQuery,
    reply=Listing[StatementImportReply],
    summary="List imports of statements, also those that were refused",
)
def list_statement_imports(call: Call, account_id: str, query: ListQuery) -> Answer:
    found, position = call.services.banking.jobs.of_account(account_id, query.limit, call.start(query))
    items = [StatementImportReply.of(job) for job in found]
    return Answer(Listing[StatementImportReply](items=items, next=call.seal(query, position)))


@routes.get(
    "/bank-accounts/{account_id}/imports/{import_id}",
    reply=StatementImportReply,
    summary="Read an import of statements",
)
def read_statement_import(call: Call, account_id: str, import_id: str) -> Answer:
    return Answer(StatementImportReply.of(call.services.banking.jobs.get(account_id, import_id)))


@routes.get(
    "/bank-accounts/{account_id}/attention",
    reply=AttentionList,
    summary="List lines of statements that wait for a person",
)
def list_attention(call: Call, account_id: str) -> Answer:
    found = call.services.banking.attentions.waiting(account_id)
    return Answer(AttentionList(items=[AttentionReply.about(each) for each in found]))


@routes.post(
    "/bank-accounts/{account_id}/attention/{line_id}/decision",
    allow=FINANCE,
    body=LineDecisionForm,
    reply=AttentionReply,
    status=200,
    summary="Decide what a line of a statement is",
)
def decide_line(call: Call, account_id: str, line_id: str, body: LineDecisionForm) -> Answer:
    wanted = LineDecision(Decision(body.decision), body.note or "", body.original)
    decided = call.services.banking.decide_line.decide(
        account_id, line_id, wanted, call.caller.name, call.as_of
    )
    return Answer(AttentionReply.about(decided))


@routes.get(
    "/statements",
    query=StatementQuery,
    reply=Listing[StatementReply],
    summary="List the statements of a bank account",
)
def list_statements(call: Call, query: StatementQuery) -> Answer:
    store = call.services.banking.statements
    found, position = store.of_account(query.bank_account, query.limit, call.start(query))
    items = [StatementReply.of(header) for header in found]
    return Answer(Listing[StatementReply](items=items, next=call.seal(query, position)))


@routes.get("/statements/{statement_id}", reply=StatementReply, summary="Read a statement without its lines")
def read_bank_statement(call: Call, statement_id: str) -> Answer:
    return Answer(StatementReply.of(call.services.banking.statements.get(statement_id)))


@routes.get(
    "/statements/{statement_id}/lines",
    query=ListQuery,
    reply=Listing[StatementLineReply],
    summary="List the lines of a statement",
)
def list_statement_lines(call: Call, statement_id: str, query: ListQuery) -> Answer:
    """Lines are kept in pages; a page of the list ends where one of these ends, or at the limit."""
    store = call.services.banking.statements
    header = store.get(statement_id)
    page, skipped = call.start(query) or (0, 0)
    kept, following = store.lines(header.id, page)
    shown = kept[skipped : skipped + query.limit]
    rest = skipped + len(shown) < len(kept)
    position = [page, skipped + len(shown)] if rest else ([following, 0] if following is not None else None)
    items = [_line(each) for each in shown]
    return Answer(Listing[StatementLineReply](items=items, next=call.seal(query, position)))


def _line(kept: KeptLine) -> Any:
    return StatementLineReply.of(kept.line, fate=kept.fate.value, told_by=kept.of)
