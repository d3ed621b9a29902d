"""Policies, the company and the kill switch through the API."""

from __future__ import annotations

import pytest

from tests.builders import customer as somebody
from tests.builders import invoice, issued
from tests.integration.api.harness import Gateway
from tests.integration.api.world import World

STEPS = [
    {"key": "due", "offset_days": 0, "tone": "due"},
    {"key": "late", "offset_days": 5, "channels": ["email", "sms"]},
    {"key": "case", "offset_days": 20, "action": "escalate"},
]
CREDITOR = {"name": "Blum AG", "iban": "DE89370400440532013000"}
STRIPE = {"processor": "stripe", "endpoint": "main"}
OTHERS = {"processor": "standardwebhooks", "endpoint": "shop"}
POLICY = {
    "name": "Gentle",
    "steps": STEPS,
    "send_at": "10:30:00",
    "send_on": [1, 3],
    "in_force_from": "2026-01-01",
}


def test_the_standard_policy_can_be_read_though_nobody_wrote_it(world: World, reader: Gateway) -> None:
    document = reader.get("/policies/standard").body
    assert document["in_force"] == 1
    steps = document["versions"][0]["steps"]
    assert [step["offset_days"] for step in steps] == [-7, 0, 3, 10, 21, 30]
    assert steps[-1]["action"] == "escalate"


def test_what_is_read_of_a_policy_can_be_written_as_its_next_version(world: World, admin: Gateway) -> None:
    version = admin.get("/policies/standard").body["versions"][0]
    draft = {name: value for name, value in version.items() if name not in {"id", "version"}}
    draft["steps"][2]["offset_days"] = 4
    written = admin.post("/policies/standard/versions", draft | {"in_force_from": "2026-03-02"})
    assert (written.status, written.body["version"]) == (201, 2)
    document = admin.get("/policies/standard").body
    assert (document["in_force"], len(document["versions"])) == (2, 2)
    assert admin.post("/policies", POLICY | {"id": "standard"}).status == 409


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"steps": []}, ["steps"]),
        ({"steps": [STEPS[1], STEPS[0]]}, ["steps.1.offset_days"]),
        ({"steps": [STEPS[2], STEPS[0] | {"offset_days": 30}]}, ["steps.0.action"]),
        ({"steps": [STEPS[0], STEPS[1] | {"key": "due"}]}, ["steps.1.key"]),
        ({"steps": [STEPS[0] | {"channels": []}]}, ["steps.0.channels"]),
        ({"steps": [STEPS[0] | {"channels": ["pigeon"]}]}, ["steps.0.channels.0"]),
        ({"send_on": [0]}, ["send_on.0"]),
        ({"send_on": []}, ["send_on"]),
        ({"send_at": "25:00:00"}, ["send_at"]),
        ({"playbook": {"agency_days": 0}}, ["playbook.agency_days"]),
    ],
)
def test_a_policy_that_is_wrong_is_refused_by_field(
    world: World, admin: Gateway, change: dict, fields: list[str]
) -> None:
    answer = admin.post("/policies", POLICY | {"id": "gentle"} | change)
    assert (answer.status, answer.fields) == (400, fields)
    assert admin.get("/policies/gentle").status == 404


def test_a_preview_of_a_policy_tells_day_by_day_and_writes_nothing(world: World, reader: Gateway) -> None:
    question = {
        "document": POLICY,
        "invoices": [
            {
                "number": "A",
                "amount": {"amount": "10.00", "currency": "EUR"},
                "issue_date": "2026-03-02",
                "due_date": "2026-03-09",
            },
            {
                "number": "B",
                "amount": {"amount": "20.00", "currency": "EUR"},
                "issue_date": "2026-03-02",
                "due_date": "2026-03-11",
            },
        ],
        "timezone": "Europe/Berlin",
        "from": "2026-03-02",
        "until": "2026-05-01",
    }
    answer = reader.post("/policies/preview", question)
    assert answer.status == 200
    told = [
        (each["on"], each["step"], [line["number"] for line in each["invoices"]])
        for each in answer.body["happenings"]
    ]
    assert told == [
        ("2026-03-09", "due", ["A"]),
        ("2026-03-11", "due", ["A", "B"]),
        ("2026-03-16", "late", ["A", "B"]),
        ("2026-03-30", "case", ["A"]),
        ("2026-04-01", "case", ["B"]),
    ]
    first, third = answer.body["happenings"][0], answer.body["happenings"][2]
    assert first["at"] == "2026-03-09T09:30:00.000000Z"
    assert (third["channels"], third["unreachable"]) == (["email"], {"sms": "no consent"})
    assert third["total"] == {"amount": "30.00", "currency": "EUR"}
    assert "step 2 of 3 (late" in third["reasons"][0]


def test_a_preview_upon_an_account_goes_on_from_where_it_stands(world: World, reader: Gateway) -> None:
    world.customers.create(somebody())
    issued(world.ledger, invoice())
    question = {"id": "standard", "account_id": "C-1.EUR", "from": "2026-03-24", "until": "2026-04-06"}
    told = reader.post("/policies/preview", question).body
    assert (told["policy"], told["version"]) == ("standard", 1)
    assert [each["step"] for each in told["happenings"]] == ["friendly", "due", "reminder-1"]
    assert world.account().progress == {}


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"until": "2026-03-01"}, ["until"]),
        ({"until": "2036-03-01"}, ["until"]),
        ({"from": "9999-12-01", "until": "9999-12-31"}, ["from", "until"]),
        ({"account_id": "C-9.EUR", "invoices": None}, ["account_id"]),
        ({"invoices": None}, ["body"]),
        ({"timezone": "Mars"}, ["timezone"]),
        ({"document": POLICY, "id": None, "steps": []}, ["steps"]),
        (
            {"document": POLICY | {"steps": [STEPS[1], STEPS[0]]}, "id": None},
            ["document.steps.1.offset_days"],
        ),
    ],
)
def test_a_question_about_a_policy_that_is_wrong_is_refused(
    world: World, reader: Gateway, change: dict, fields: list[str]
) -> None:
    line = {
        "number": "A",
        "amount": {"amount": "10", "currency": "EUR"},
        "issue_date": "2026-03-02",
        "due_date": "2026-03-09",
    }
    question = {"id": "standard", "invoices": [line], "from": "2026-03-02", "until": "2026-05-01"} | change
    answer = reader.post("/policies/preview", question)
    assert (answer.status, answer.fields) == (400, fields)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": {"amount": "0", "currency": "EUR"}}, "invoices.0.amount.amount"),
        ({"amount": {"amount": "1.234", "currency": "EUR"}}, "invoices.0.amount.amount"),
        ({"due_date": "2026-03-01"}, "invoices.0.due_date"),
        ({"due_date": "9999-12-31"}, "invoices.0.due_date"),
    ],
)
def test_an_imagined_invoice_that_is_wrong_is_refused_by_its_place(
    world: World, reader: Gateway, change: dict, field: str
) -> None:
    line = {
        "number": "A",
        "amount": {"amount": "10", "currency": "EUR"},
        "issue_date": "2026-03-02",
        "due_date": "2026-03-09",
    }
    question = {"id": "standard", "invoices": [line | change], "from": "2026-03-02", "until": "2026-05-01"}
    assert reader.post("/policies/preview", question).fields == [field]


def test_the_company_is_set_as_a_whole_and_by_revision(world: World, admin: Gateway, reader: Gateway) -> None:
    assert reader.get("/company").body["rev"] == 0
    admin.post("/terms", {"id": "net-14", "name": "Net 14"})
    settings = {
        "name": "Blum AG",
        "terms_id": "net-14",
        "policy_id": "standard",
        "reply_to": "billing@example.com",
        "segments": {"retail": {"terms_id": "net-14"}, "wholesale": {"policy_id": "standard"}},
        "closed_days": [
            {"on": "2026-12-24", "reason": "holidays"},
            {"on": "2026-12-31", "reason": "stocktaking"},
        ],
    }
    written = admin.put("/company", settings | {"rev": 0})
    assert (written.status, written.body["rev"]) == (200, 1)
    assert reader.get("/company").body == written.body
    assert written.body["segments"]["retail"] == {"terms_id": "net-14", "policy_id": None}
    assert written.body["closed_days"] == settings["closed_days"]
    assert admin.put("/company", settings | {"rev": 0}).status == 412
    assert admin.put("/company", settings, if_match='"1"').status == 200


def test_the_company_says_how_it_is_paid(world: World, admin: Gateway, reader: Gateway) -> None:
    assert reader.get("/company").body["creditor"] is None
    assert reader.get("/company").body["cash"] == {"auto_apply": 90}
    address = {
        "street": "Hauptgasse",
        "building": "7a",
        "postal_code": "3011",
        "city": "Bern",
        "country": "CH",
    }
    creditor = {"name": "Blum AG", "iban": "CH44 3199 9123 0008 8901 2", "bic": "pofichbexxx"} | address
    cards = {"livemode": True, "label": "Cards", "pays": True, "currencies": ["EUR"], "reconciled": True}
    written = admin.put(
        "/company",
        {
            "rev": 0,
            "name": "Blum AG",
            "creditor": creditor,
            "cash": {"auto_apply": 101},
            "processors": [STRIPE | cards, OTHERS | {"livemode": False}],
        },
    )
    assert written.status == 200
    assert written.body["creditor"] == creditor | {"iban": "CH4431999123000889012", "bic": "POFICHBEXXX"}
    assert written.body["cash"] == {"auto_apply": 101}
    assert written.body["processors"] == [
        STRIPE | cards,
        OTHERS | {"livemode": False, "label": None, "pays": False, "currencies": [], "reconciled": False},
    ]
    assert reader.get("/company").body == written.body


def test_a_company_cannot_name_terms_that_do_not_exist(world: World, admin: Gateway) -> None:
    answer = admin.put("/company", {"rev": 0, "name": "Blum", "terms_id": "x", "policy_id": "y"})
    assert answer.fields == ["terms_id", "policy_id"]


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"segments": {"retail": {"terms_id": "x"}}}, "segments.retail.terms_id"),
        ({"segments": {"retail": {"policy_id": "x"}}}, "segments.retail.policy_id"),
        ({"segments": {"retail": {"colour": "x"}}}, "segments.retail.colour"),
        ({"closed_days": [{"on": "2026-02-30", "reason": "x"}]}, "closed_days.0.on"),
        ({"closed_days": [{"on": "2026-02-03"}]}, "closed_days.0.reason"),
        ({"closed_days": [{"on": "2026-02-03", "reason": "x"}] * 2}, "closed_days.1.on"),
        ({"creditor": {"name": "Blum"}}, "creditor.iban"),
        ({"creditor": CREDITOR | {"iban": "DE89370400440532013001"}}, "creditor.iban"),
        ({"creditor": CREDITOR | {"bic": "COBA"}}, "creditor.bic"),
        ({"creditor": CREDITOR | {"country": "Germany"}}, "creditor.country"),
        ({"creditor": CREDITOR | {"name": "x" * 71}}, "creditor.name"),
        ({"cash": {"auto_apply": 49}}, "cash.auto_apply"),
        ({"cash": {"auto_apply": 102}}, "cash.auto_apply"),
        ({"cash": {"auto_apply": "90"}}, "cash.auto_apply"),
        ({"processors": [{"processor": "piggybank", "endpoint": "main"}]}, "processors.0.processor"),
        ({"processors": [STRIPE | {"endpoint": "../main"}]}, "processors.0.endpoint"),
        ({"processors": [STRIPE | {"currencies": ["XXY"]}]}, "processors.0.currencies.0"),
        ({"processors": [STRIPE, STRIPE | {"label": "again"}]}, "processors.1.endpoint"),
        ({"processors": [OTHERS | {"pays": True}]}, "processors.0.pays"),
        ({"processors": [STRIPE, OTHERS | {"reconciled": True}]}, "processors.1.reconciled"),
    ],
)
def test_settings_that_are_wrong_are_refused_by_field(
    world: World, admin: Gateway, settings: dict, field: str
) -> None:
    answer = admin.put("/company", {"rev": 0, "name": "Blum"} | settings)
    assert (answer.status, answer.fields) == (400, [field])
    assert world.company.get().rev == 0


def test_the_kill_switch_says_who_moved_it_and_why(world: World, admin: Gateway, reader: Gateway) -> None:
    assert reader.get("/kill-switch").body == {"engaged": False, "reason": "", "by": None, "at": None}
    admin.put("/kill-switch", {"engaged": True, "reason": "wrong amounts"})
    assert world.switch.engaged()
    assert reader.get("/kill-switch").body == {
        "engaged": True,
        "reason": "wrong amounts",
        "by": "ada",
        "at": "2026-03-02T08:00:00.000000Z",
    }
    assert admin.put("/kill-switch", {"engaged": False}).fields == ["reason"]
