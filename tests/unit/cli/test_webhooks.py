from datetime import UTC, datetime

import pytest

from receivables.adapters.processors.registry import webhooks
from receivables.core.money import Money
from receivables.payments.endpoints import Endpoint, Secret
from receivables.payments.events import MoneyEvent
from receivables.payments.processors import Request, Webhooks
from receivables_cli.demo.story import Receipt
from receivables_cli.demo.webhooks import payment_path, webhook
from tests.fakes.webhooks import NoKeys

SECRET = "whsec_c2VjcmV0IG9mIHRoZSBlbmRwb2ludA=="
NOW = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
both = pytest.mark.parametrize("name", ["stripe", "standardwebhooks"])


def scheme(name: str) -> Webhooks:
    found = webhooks(name)
    assert found is not None
    return found


def interpreted(name: str, body: bytes) -> MoneyEvent:
    (event,) = scheme(name).interpret(body, {})
    assert isinstance(event, MoneyEvent)
    return event


@both
@pytest.mark.parametrize("amount", [Money(123_456, "EUR"), Money(123_456, "JPY")], ids=str)
def test_a_receipt_arrives_as_the_processor_would_send_it(name: str, amount: Money) -> None:
    receipt = Receipt("INV-1-1", name, amount, AT, "INV-1", "Ada")
    made = webhook(receipt, SECRET, NOW)
    request = Request(made.body, {header.lower(): value for header, value in made.headers.items()})
    assert scheme(name).verify(request, Endpoint((Secret(SECRET),)), NOW, NoKeys())
    event = interpreted(name, made.body)
    assert (event.amount, event.occurred, event.references.invoice) == (amount, AT, "INV-1")
    assert made.path == f"/webhooks/{name}/main"


def test_the_same_receipt_is_the_same_event() -> None:
    receipt = Receipt("INV-1-1", "stripe", Money(100, "EUR"), AT, None, "Ada")
    assert webhook(receipt, SECRET, NOW).body == webhook(receipt, SECRET, NOW).body


@both
def test_the_api_has_the_payment_under_the_processors_own_name_of_it(name: str) -> None:
    receipt = Receipt("INV-1-1", name, Money(100, "EUR"), AT, "INV-1", "Ada")
    event = interpreted(name, webhook(receipt, SECRET, NOW).body)
    assert payment_path(receipt) == f"/payments/{name}~2Fmain~2F{event.payment_id}"
