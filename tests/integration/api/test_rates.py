"""Rate tables and packs of late charges through the API."""

from __future__ import annotations

import pytest

from receivables.charges.packs import packs
from receivables.charges.rates import builtin_rates
from tests.integration.api.harness import Gateway
from tests.integration.api.world import World

TABLE = {
    "name": "House rate",
    "in_force_from": "2026-01-01",
    "changes": [{"on": "2026-01-01", "percent": "3.750"}, {"on": "2026-02-05", "percent": "-0.5"}],
    "source": "https://bank.example/rates",
    "checked_until": "2026-03-01",
}


def test_a_table_is_written_version_by_version(world: World, admin: Gateway, reader: Gateway) -> None:
    written = admin.post("/rates", TABLE | {"id": "house"})
    assert (written.status, written.body) == (201, TABLE | {"id": "house", "version": 1})
    later = TABLE | {"changes": TABLE["changes"][:1], "in_force_from": "2026-04-01"}
    assert admin.post("/rates/house/versions", later).body["version"] == 2
    document = reader.get("/rates/house").body
    assert (document["in_force"], [each["version"] for each in document["versions"]]) == (1, [1, 2])


def test_the_tables_that_come_with_the_product_can_be_read_and_continued(
    world: World, admin: Gateway, reader: Gateway
) -> None:
    listed = reader.get("/rates").body["items"]
    assert [table["id"] for table in listed] == [table.id for table in builtin_rates()]
    for table in listed:
        (version,) = table["versions"]
        assert version["source"].strip()
        assert version["checked_until"] >= version["changes"][-1]["on"]
        assert admin.post("/rates", version_of(version) | {"id": table["id"]}).status == 409
        continued = admin.post(f"/rates/{table['id']}/versions", version_of(version))
        assert (continued.status, continued.body["changes"]) == (201, version["changes"])


def version_of(shown: dict) -> dict:
    return {name: value for name, value in shown.items() if name not in {"id", "version"}}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"source": None}, "source"),
        ({"source": " "}, "source"),
        ({"checked_until": "2026-02-01"}, "checked_until"),
        ({"checked_until": None}, "checked_until"),
        ({"changes": []}, "changes"),
        ({"changes": TABLE["changes"][::-1]}, "changes.1.on"),
        ({"changes": [{"on": "2026-01-01", "percent": 3.75}]}, "changes.0.percent"),
        ({"changes": [{"on": "2026-01-01", "percent": "1e1"}]}, "changes.0.percent"),
        ({"changes": [{"on": "yesterday", "percent": "1"}]}, "changes.0.on"),
    ],
)
def test_a_table_that_is_wrong_is_refused_by_field(
    world: World, admin: Gateway, change: dict, field: str
) -> None:
    answer = admin.post("/rates", TABLE | {"id": "house"} | change)
    assert (answer.status, answer.fields) == (400, [field])
    assert admin.get("/rates/house").status == 404


def test_only_admins_write_tables(world: World, finance: Gateway) -> None:
    assert finance.post("/rates", TABLE | {"id": "house"}).status == 403


def test_packs_say_what_law_they_follow_and_where_to_read_it(world: World, reader: Gateway) -> None:
    listed = reader.get("/charge-packs").body["items"]
    assert [each["id"] for each in listed] == [each.id for each in packs()]
    for each in listed:
        assert each["law"]
        assert each["sources"]
        assert "checked" in each
        assert reader.get(f"/charge-packs/{each['id']}").body == each
    assert reader.get("/charge-packs/nowhere").status == 404


def test_terms_take_the_rules_of_a_pack_and_say_so(world: World, admin: Gateway) -> None:
    for number, chosen in enumerate(packs()):
        written = admin.post(
            "/terms", {"id": f"by-{number}", "name": "By a pack", "late_charges": {"pack": chosen.id}}
        )
        assert written.status == 201, written.body
        rules = written.body["late_charges"]
        assert rules["pack"] == chosen.id
        shown = admin.get(f"/charge-packs/{chosen.id}").body["late_charges"]
        assert {**rules, "pack": None} == {**shown, "pack": None}


def test_what_is_said_beside_a_pack_differs_from_it(world: World, admin: Gateway) -> None:
    chosen = {
        "pack": "eu-2011-7",
        "grace_days": 4,
        "claiming": "by_decision",
        "accrual": "at_payment",
    }
    rules = admin.post("/terms", {"id": "own", "name": "Own", "late_charges": chosen}).body["late_charges"]
    assert (rules["grace_days"], rules["claiming"], rules["pack"]) == (4, "by_decision", "eu-2011-7")
    assert rules["interest"]["accrual"] == "at_payment"
    shown = admin.get("/charge-packs/eu-2011-7").body["late_charges"]
    assert rules["fees"] == shown["fees"]
    assert rules["interest"]["rate"] == shown["interest"]["rate"]


def test_a_region_bounds_the_rate_of_its_pack(world: World, admin: Gateway) -> None:
    (pack,) = (each for each in packs() if each.caps)
    assert pack.caps is not None
    region, cap = next((name, cap) for name, cap in pack.caps.items() if cap.annual_percent is not None)
    chosen = {"pack": pack.id, "region": region}
    rules = admin.post("/terms", {"id": "own", "name": "Own", "late_charges": chosen}).body["late_charges"]
    assert rules["interest"]["legal_maximum"] == f"{cap.annual_percent:f}"


def test_a_region_that_a_pack_does_not_know_is_refused(world: World, admin: Gateway) -> None:
    chosen = {"pack": "eu-2011-7", "region": "XX"}
    answer = admin.post("/terms", {"id": "own", "name": "Own", "late_charges": chosen})
    assert (answer.status, answer.fields) == (400, ["late_charges.region"])
