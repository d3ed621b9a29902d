"""Dated tables of reference rates, which interest can refer to."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from chalicelib.documents import Documents, NewDocument, VersionForm, VersionReply
from chalicelib.fields import Form, Percentage, Reply
from chalicelib.trees import SHOWN
from chalicelib.web import ADMINS, Answer, Call, Listing, ListQuery, Routes
from receivables.charges.rates import RateTable
from receivables.usecases.write_documents import WriteDocuments

routes = Routes(__name__)


class RateChangeForm(Form):
    """From this day on the rate is so many percent a year."""

    on: date
    percent: Percentage


class RateTableVersionForm(VersionForm):
    """A version of a rate table, as a whole: its changes in order of date, where they are published, and the day up to which
    that was looked up."""

    changes: list[RateChangeForm] = Field(min_length=1, max_length=5000)
    source: str = Field(min_length=1, max_length=1000)
    checked_until: date

    def table(self, table_id: str, version: int, today: date) -> RateTable:
        """Raises InvalidFields."""
        shown = self.model_dump(mode="json", exclude={"in_force_from"})
        in_force_from = (self.in_force_from or today).isoformat()
        return SHOWN.load(
            RateTable, shown | {"id": table_id, "version": version, "in_force_from": in_force_from}
        )


class RateTableForm(RateTableVersionForm, NewDocument):
    """A new rate table: its first version."""


class RateTableVersion(VersionReply):
    """One version of a rate table."""

    changes: list[RateChangeForm]
    source: str
    checked_until: date

    @classmethod
    def of(cls, table: RateTable) -> RateTableVersion:
        return cls.model_validate_json(SHOWN.dumps(RateTable, table))


class RateTableDocument(Reply):
    """A rate table: all versions, oldest first, and the number of the one in force today (null: none yet)."""

    id: str
    in_force: int | None
    versions: list[RateTableVersion]


_documents = Documents(RateTableVersion, RateTableDocument)


@routes.post(
    "/rates", allow=ADMINS, body=RateTableForm, reply=RateTableVersion, summary="Create a rate table"
)
def create_rate_table(call: Call, body: RateTableForm) -> Answer:
    table = body.table(body.id, 1, call.as_of.date())
    written = WriteDocuments(call.services.rates).create(table, call.caller.name, call.as_of)
    return Answer(RateTableVersion.of(written))


@routes.get("/rates", query=ListQuery, reply=Listing[RateTableDocument], summary="List rate tables")
def list_rate_tables(call: Call, query: ListQuery) -> Answer:
    return _documents.page(call, call.services.rates, query)


@routes.get("/rates/{table_id}", reply=RateTableDocument, summary="Read a rate table, all versions")
def read_rate_table(call: Call, table_id: str) -> Answer:
    return _documents.one(call, call.services.rates, table_id)


@routes.post(
    "/rates/{table_id}/versions",
    allow=ADMINS,
    body=RateTableVersionForm,
    reply=RateTableVersion,
    summary="Write the next version of a rate table",
)
def revise_rate_table(call: Call, table_id: str, body: RateTableVersionForm) -> Answer:
    written = WriteDocuments(call.services.rates).revise(
        table_id, lambda number: body.table(table_id, number, call.as_of.date()), call.caller.name, call.as_of
    )
    return Answer(RateTableVersion.of(written))
