"""What stays unpaid: cases, approvals, suspension, hand-over, and the payment that ends it all."""

import pytest

from receivables_cli.api import ApiProblem
from receivables_cli.demo.rest import wait_until
from tests.e2e.world import BusListener, World, at, eventually

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def bus(world: World) -> BusListener:
    return BusListener(world)


def pending(world: World, customer: str) -> dict:
    """The approval that waits for this customer."""
    waiting = world.api("finance").listed("/approvals")
    return next(each for each in waiting if each["account_id"] == f"{customer}.EUR")


def overdue(world: World) -> tuple[str, str]:
    """A customer with an invoice of 100.00 that was due on 2 March 2026."""
    customer = world.customer(at("2026-02-02", "06:00"))
    return customer, world.invoice(customer, "2026-02-02", "2026-03-02")


def test_a_case_goes_from_its_opening_to_the_agency_and_a_payment_closes_it(
    world: World, bus: BusListener
) -> None:
    customer, number = overdue(world)
    world.tick(at("2026-04-01"))
    case = world.account(customer)["case"]
    assert (case["stage"], case["invoices"]) == ("notified", [number])
    assert any(mail.tags.get("notice_id") for mail in world.mails(customer))

    world.days("2026-04-11", "2026-04-13")
    asked = pending(world, customer)
    assert asked["action"] == "suspend_service"
    decide(world, asked["id"], "approve", "2026-04-14")
    assert world.account(customer)["case"]["stage"] == "suspended"
    assert eventually(lambda: bus.hear("service.suspended", f"{customer}.EUR"), "the suspension's event")

    world.days("2026-04-28", "2026-04-30")
    asked = pending(world, customer)
    assert asked["action"] == "place_with_agency"
    decide(world, asked["id"], "approve", "2026-05-01")
    assert world.account(customer)["case"]["stage"] == "placed"
    files = world.client("s3").list_objects_v2(Bucket=world.stack.outputs["AgencyBucketName"])["Contents"]
    assert any(case["id"] in file["Key"] for file in files)

    world.pay(world.receipt(number, at("2026-05-02", "12:00")))
    wait_until(lambda: world.account(customer)["case"] is None, "the paid case")
    closed = world.api("read-only").get(f"/cases/{case['id']}")
    assert (closed["stage"], closed["outcome"]) == ("closed", "paid")


def decide(world: World, approval_id: str, decision: str, day: str, person: str = "finance") -> None:
    world.api(person, at(day, "10:00")).post(
        f"/approvals/{approval_id}/decision", {"decision": decision, "reason": "a test"}
    )
    wait_until(lambda: world.watch.is_delivered(approval_id), "the decision")
    world.settle()


def test_a_decision_is_made_once_by_somebody_else_and_never_by_reading(world: World) -> None:
    customer, _ = overdue(world)
    world.tick(at("2026-03-12"))
    finance, other = world.api("finance", at("2026-03-13")), world.api("finance-2", at("2026-04-14", "10:00"))
    opened = finance.post("/cases", {"account_id": f"{customer}.EUR"})
    world.settle()
    world.days("2026-03-23", "2026-03-25")
    asked = pending(world, customer)
    path = f"/approvals/{asked['id']}"
    assert world.api("read-only").get(path)["state"] == "pending"
    with pytest.raises(ApiProblem) as by_the_requester:
        finance.post(f"{path}/decision", {"decision": "approve", "reason": "mine"})
    assert by_the_requester.value.status in (403, 409)
    with pytest.raises(ApiProblem) as by_a_reader:
        world.api("read-only").post(f"{path}/decision", {"decision": "approve", "reason": "curious"})
    assert by_a_reader.value.status == 403
    assert world.api("read-only").get(path)["state"] == "pending"
    decide(world, asked["id"], "reject", "2026-03-26", "finance-2")
    assert world.api("read-only").get(f"/cases/{opened['id']}")["stage"] == "in_review"
    with pytest.raises(ApiProblem) as again:
        other.post(f"{path}/decision", {"decision": "approve", "reason": "changed my mind"})
    assert again.value.status == 409


def test_a_payment_withdraws_what_waits_for_a_person(world: World) -> None:
    customer, number = overdue(world)
    world.tick(at("2026-04-01"))
    world.days("2026-04-11", "2026-04-13")
    asked = pending(world, customer)
    world.pay(world.receipt(number, at("2026-04-13", "20:00")))
    wait_until(lambda: world.account(customer)["case"] is None, "the paid case")
    assert world.api("read-only").get(f"/approvals/{asked['id']}")["state"] == "withdrawn"
    with pytest.raises(ApiProblem) as late:
        world.api("finance").post(f"/approvals/{asked['id']}/decision", {"decision": "approve"})
    assert late.value.status == 409
