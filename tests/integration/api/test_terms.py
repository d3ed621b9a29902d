"""Payment terms through the API: the whole document, its versions, and what it would make of an invoice."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.builders import NOW, customer
from tests.integration.api.harness import Gateway
from tests.integration.api.world import World

NET_14 = {"id": "net-14", "name": "Net 14", "due": {"kind": "net_days", "days": 14}}
WHOLE = {
    "id": "whole",
    "name": "Everything",
    "in_force_from": "2026-01-01",
    "due": {"kind": "end_of_month_plus_days", "days": 15},
    "instalments": [
        {
            "name": "deposit",
            "share": {"kind": "fixed_amount", "amount": [{"amount": "10.00", "currency": "EUR"}]},
            "due": {"kind": "on_receipt"},
        },
        {
            "name": "",
            "share": {"kind": "percent_of_remainder", "percent": "50"},
            "due": {"kind": "days_of_month", "days": 5, "on": [15, 31]},
        },
        {"name": "", "share": {"kind": "remainder"}, "due": {"kind": "fixed_dates", "dates": ["2026-06-30"]}},
    ],
    "calendar": {
        "adjustment": "following",
        "holidays": ["DE-BY"],
        "workdays": [1, 2, 3, 4, 5],
        "company_days": True,
    },
    "discount": {
        "tiers": [{"within": {"kind": "net_days", "days": 2}, "percent": "2.5", "amount": None}],
        "base": "net_of_tax",
        "tax": "reduced",
        "shares": True,
        "tolerance_days": 1,
        "tolerance": [{"amount": "0.05", "currency": "EUR"}],
    },
    "late_charges": {
        "fees": [
            {
                "key": "reminder",
                "flat": None,
                "percent": None,
                "bands": [
                    {
                        "up_to": [{"amount": "1000.00", "currency": "EUR"}],
                        "fee": [{"amount": "40.00", "currency": "EUR"}],
                    },
                    {"up_to": None, "fee": [{"amount": "70.00", "currency": "EUR"}]},
                ],
                "per": "account",
                "after_days": 3,
                "minimum": [],
                "cap": [],
            }
        ],
        "interest": {
            "key": "interest",
            "rate": {"kind": "fixed", "annual_percent": "9.50"},
            "day_count": "actual/360",
            "compounding": "monthly",
            "inclusion": "after_due_before_payment",
            "accrual": "at_payment",
            "minimum": [{"amount": "1.00", "currency": "EUR"}],
            "cap_per_invoice": [],
            "cap_percent": "20",
            "cap_per_year": [],
            "legal_maximum": "12",
        },
        "grace_days": 5,
        "grace_is_free": True,
        "claiming": "by_decision",
        "business_only": True,
        "pack": None,
    },
    "settlement": {
        "order": "smallest",
        "charges": "before_principal",
        "credit": "on_request",
        "credit_notes": "proportional",
        "rounding": [{"amount": "0.02", "currency": "EUR"}],
    },
}
QUESTION = {"issue_date": "2026-03-02", "amount": {"amount": "100.01", "currency": "EUR"}}


def changed(document: dict, path: str, value: object) -> dict:
    """The document with something else in one place."""
    copy: dict[str, Any] = deepcopy(document)
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    place: Any = copy
    for step in way:
        place = place[step]
    place[last] = value
    return copy


def test_all_that_terms_can_say_is_kept_and_shown_as_it_was_said(
    world: World, admin: Gateway, reader: Gateway
) -> None:
    written = admin.post("/terms", WHOLE)
    assert written.status == 201, written.body
    assert written.body == WHOLE | {"version": 1}
    assert reader.get("/terms/whole").body["versions"] == [written.body]


def test_what_is_read_can_be_written_as_the_next_version(world: World, admin: Gateway) -> None:
    admin.post("/terms", WHOLE)
    read = admin.get("/terms/whole").body["versions"][0]
    draft = {name: value for name, value in read.items() if name not in {"id", "version"}}
    assert admin.post("/terms/whole/versions", draft).body == read | {"version": 2}


def test_terms_are_written_version_by_version(world: World, admin: Gateway, reader: Gateway) -> None:
    first = admin.post("/terms", NET_14 | {"in_force_from": "2026-01-01"})
    assert (first.status, first.body["version"]) == (201, 1)
    later = {"name": "Net 10", "due": {"kind": "net_days", "days": 10}, "in_force_from": "2026-06-01"}
    assert admin.post("/terms/net-14/versions", later).body["version"] == 2
    document = reader.get("/terms/net-14").body
    assert [version["due"]["days"] for version in document["versions"]] == [14, 10]
    assert document["in_force"] == 1


def test_a_version_is_in_force_from_today_and_due_in_30_days_unless_said_otherwise(
    world: World, admin: Gateway
) -> None:
    created = admin.post("/terms", {"id": "plain", "name": "Plain"}).body
    assert created["in_force_from"] == NOW.date().isoformat()
    assert created["due"] == {"kind": "net_days", "days": 30}
    assert (created["instalments"], created["discount"], created["late_charges"]) == ([], None, None)


def test_an_id_of_terms_is_taken_once(world: World, admin: Gateway) -> None:
    admin.post("/terms", NET_14)
    assert admin.post("/terms", NET_14).status == 409
    assert admin.post("/terms", NET_14 | {"id": "net-30"}).status == 409


def test_a_version_of_unknown_terms_is_not_found(world: World, admin: Gateway) -> None:
    assert admin.post("/terms/net-9/versions", {"name": "X"}).status == 404


def test_the_list_begins_with_what_is_built_in(world: World, admin: Gateway, reader: Gateway) -> None:
    for number in range(3):
        admin.post("/terms", NET_14 | {"id": f"net-1{number}"})
    seen, query = [], "limit=2"
    while query:
        page = reader.get(f"/terms?{query}").body
        seen += [terms["id"] for terms in page["items"]]
        query = page["next"] and f"limit=2&next={page['next']}"
    assert seen == ["net-30", "net-10", "net-11", "net-12"]


WRONG = [
    ("name", "", "name"),
    ("due.days", "15", "due.days"),
    ("due.days", 1.5, "due.days"),
    ("due.days", -1, "due.days"),
    ("due.months", 1, "due.months"),
    ("due.kind", "someday", "due.kind"),
    ("due", {}, "due.kind"),
    ("due", 30, "due"),
    ("instalments.0.share.amount.0.amount", "1.234", "instalments.0.share.amount.0.amount"),
    ("instalments.0.share.amount.0.currency", "EEE", "instalments.0.share.amount.0.currency"),
    (
        "instalments.0.share.amount",
        [{"amount": "1", "currency": "EUR"}, {"amount": "2", "currency": "EUR"}],
        "instalments.0.share.amount.1.currency",
    ),
    ("instalments.1.share.percent", 50, "instalments.1.share.percent"),
    ("instalments.1.share.percent", "1e2", "instalments.1.share.percent"),
    ("instalments.1.share.kind", "half", "instalments.1.share.kind"),
    ("instalments.1.due.on", [32], "instalments.1.due.on"),
    ("instalments.2.due.dates.0", "someday", "instalments.2.due.dates.0"),
    ("instalments.2.share", {"kind": "percent_of_total", "percent": "60"}, "instalments.2.share"),
    ("calendar.holidays.0", "XX-99", "calendar.holidays.0"),
    ("calendar.adjustment", "upwards", "calendar.adjustment"),
    ("calendar.workdays", [8], "calendar.workdays"),
    ("discount.tiers.0.percent", "101", "discount.tiers.0.percent"),
    ("discount.tiers.0.within.kind", "soon", "discount.tiers.0.within.kind"),
    ("discount.tolerance_days", -1, "discount.tolerance_days"),
    ("late_charges.grace_days", -1, "late_charges.grace_days"),
    ("late_charges.fees.0.percent", "5", "late_charges.fees.0"),
    ("late_charges.interest.rate.annual_percent", "-1", "late_charges.interest.rate.annual_percent"),
    ("late_charges.interest.rate", {"kind": "free"}, "late_charges.interest.rate.kind"),
    (
        "late_charges.interest.rate",
        {"kind": "reference", "table": "nowhere", "margin": "8"},
        "late_charges.interest.rate.table",
    ),
    ("late_charges.interest.day_count", "31/365", "late_charges.interest.day_count"),
    ("late_charges.region", "CA", "late_charges.region"),
    ("late_charges.accrual", "monthly", "late_charges.accrual"),
    ("late_charges", {"pack": "nowhere"}, "late_charges.pack"),
    ("settlement.rounding.0.amount", "-1", "settlement.rounding"),
    ("settlement.order", "random", "settlement.order"),
]


@pytest.mark.parametrize(("path", "value", "field"), WRONG)
def test_terms_that_are_wrong_are_refused_by_the_path_that_was_sent(
    world: World, admin: Gateway, reader: Gateway, path: str, value: object, field: str
) -> None:
    document = changed(WHOLE, path, value)
    answer = admin.post("/terms", document)
    assert answer.status == 400, answer.body
    assert answer.fields[0].startswith(field)
    draft = {name: each for name, each in document.items() if name != "id"}
    asked = reader.post("/terms/preview", QUESTION | {"document": draft})
    assert asked.status == 400
    assert asked.fields[0].startswith(f"document.{field}")
    assert reader.get("/terms").body["items"][1:] == []


@pytest.mark.parametrize(
    ("field", "value"), [("id", "preview"), ("id", None), ("in_force_from", "today"), ("net_days", 14)]
)
def test_a_new_document_that_is_wrong_is_refused_by_field(
    world: World, admin: Gateway, field: str, value: object
) -> None:
    answer = admin.post("/terms", NET_14 | {field: value})
    assert (answer.status, answer.fields) == (400, [field])


def test_a_preview_tells_parts_and_discounts_with_their_reasons_and_writes_nothing(
    world: World, reader: Gateway
) -> None:
    draft = {name: each for name, each in WHOLE.items() if name != "id"}
    question = QUESTION | {"document": draft, "tax": {"amount": "19.01", "currency": "EUR"}}
    answer = reader.post("/terms/preview", question)
    assert answer.status == 200, answer.body
    parts = [(part["due_date"], part["amount"]["amount"]) for part in answer.body["instalments"]]
    # The 15th is a Sunday, so the second part is due on the 16th.
    assert parts == [("2026-03-02", "10.00"), ("2026-03-16", "45.00"), ("2026-06-30", "45.01")] or parts == [
        ("2026-03-02", "10.00"),
        ("2026-03-16", "45.01"),
        ("2026-06-30", "45.00"),
    ]
    assert answer.body["due_date"] == "2026-06-30"
    assert all(part["reasoning"] and part["working"] for part in answer.body["instalments"])
    (discount,) = answer.body["discounts"]
    assert (discount["until"], discount["forgiven_until"]) == ("2026-03-04", "2026-03-05")
    assert discount["shares"]
    assert discount["tolerance"] == {"amount": "0.05", "currency": "EUR"}
    assert answer.body["wording"]
    assert answer.body["terms_id"] is None
    assert len(reader.get("/terms").body["items"]) == 1


def test_a_preview_of_terms_that_exist_is_of_the_version_in_force(
    world: World, admin: Gateway, reader: Gateway
) -> None:
    admin.post("/terms", NET_14 | {"in_force_from": "2026-01-01"})
    admin.post("/terms/net-14/versions", {"name": "Later", "in_force_from": "2026-04-01"})
    told = reader.post("/terms/preview", QUESTION | {"id": "net-14"}).body
    assert (told["terms_version"], told["due_date"]) == (1, "2026-03-16")
    told = reader.post("/terms/preview", QUESTION | {"id": "net-14", "version": 2}).body
    assert (told["terms_version"], told["due_date"]) == (2, "2026-04-01")


def test_a_preview_for_a_customer_is_by_the_terms_that_apply(
    world: World, admin: Gateway, reader: Gateway
) -> None:
    admin.post("/terms", NET_14 | {"in_force_from": "2026-01-01"})
    world.customers.create(customer("C-1", terms_id="net-14"))
    told = reader.post("/terms/preview", QUESTION | {"customer_id": "C-1"}).body
    assert (told["terms_id"], told["due_date"]) == ("net-14", "2026-03-16")
    assert reader.post("/terms/preview", QUESTION | {"customer_id": "C-9"}).status == 404


def test_a_preview_takes_a_due_date_and_a_negative_amount(world: World, reader: Gateway) -> None:
    told = reader.post("/terms/preview", QUESTION | {"id": "net-30", "due_date": "2026-03-09"}).body
    assert told["due_date"] == "2026-03-09"
    negative = {"amount": {"amount": "-100.01", "currency": "EUR"}}
    told = reader.post("/terms/preview", QUESTION | {"id": "net-30"} | negative).body
    assert [part["amount"]["amount"] for part in told["instalments"]] == ["-100.01"]


@pytest.mark.parametrize(
    ("question", "status", "fields"),
    [
        ({}, 400, ["body"]),
        ({"id": "net-30", "document": {"name": "X"}}, 400, ["body"]),
        ({"customer_id": "C-1", "version": 1}, 400, ["body"]),
        ({"id": "net-9"}, 404, []),
        ({"id": "net-30", "version": 2}, 404, []),
        ({"id": "net-30", "issue_date": "9999-12-31"}, 400, ["issue_date"]),
        ({"id": "net-30", "due_date": "2026-03-01"}, 400, ["due_date"]),
        ({"id": "net-30", "amount": {"amount": "1.234", "currency": "EUR"}}, 400, ["amount.amount"]),
        ({"id": "net-30", "amount": {"amount": "1", "currency": "EEE"}}, 400, ["amount.currency"]),
        ({"id": "net-30", "amount": {"amount": 1.5, "currency": "EUR"}}, 400, ["amount.amount"]),
        ({"id": "net-30", "tax": {"amount": "1.234", "currency": "EUR"}}, 400, ["tax.amount"]),
        ({"id": "net-30", "tax": {"amount": "200", "currency": "EUR"}}, 400, ["tax"]),
        ({"id": "net-30", "tax": {"amount": "1", "currency": "USD"}}, 400, ["tax"]),
        (
            {
                "document": {"name": "X", "due": {"kind": "fixed_dates", "dates": ["2026-01-01"]}},
            },
            400,
            ["document.due.dates"],
        ),
    ],
)
def test_a_question_that_is_wrong_is_refused(
    world: World, reader: Gateway, question: dict, status: int, fields: list[str]
) -> None:
    answer = reader.post("/terms/preview", QUESTION | question)
    assert (answer.status, answer.fields) == (status, fields)
