from datetime import UTC, datetime

import pytest

from receivables.adapters.processors.standardwebhooks import StandardWebhooks
from receivables.adapters.processors.stripe import Stripe
from receivables.core.money import Money
from receivables.payments.endpoints import Secret
from receivables.payments.events import PaymentEvent, Processor
from receivables_cli.demo.story import Receipt
from receivables_cli.demo.webhooks import payment_path, webhook

SECRET = "whsec_c2VjcmV0IG9mIHRoZSBlbmRwb2ludA=="
NOW = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("processor", [Stripe(), StandardWebhooks()], ids=lambda p: p.name)
@pytest.mark.parametrize("amount", [Money(123_456, "EUR"), Money(123_456, "JPY")], ids=str)
def test_a_receipt_arrives_as_the_processor_would_send_it(processor: Processor, amount: Money) -> None:
    receipt = Receipt("INV-1-1", processor.name, amount, AT, "INV-1", "Ada")
    made = webhook(receipt, SECRET, NOW)
    headers = {name.lower(): value for name, value in made.headers.items()}
    assert processor.verify(headers, made.body, [Secret(SECRET)], NOW)
    event = processor.interpret(made.body)
    assert isinstance(event, PaymentEvent)
    assert (event.amount, event.occurred, event.reference) == (amount, AT, "INV-1")
    assert made.path == f"/webhooks/{processor.name}/main"


def test_the_same_receipt_is_the_same_event() -> None:
    receipt = Receipt("INV-1-1", "stripe", Money(100, "EUR"), AT, None, "Ada")
    assert webhook(receipt, SECRET, NOW).body == webhook(receipt, SECRET, NOW).body


@pytest.mark.parametrize("processor", [Stripe(), StandardWebhooks()], ids=lambda p: p.name)
def test_the_api_has_the_payment_under_the_processors_own_name_of_it(processor: Processor) -> None:
    receipt = Receipt("INV-1-1", processor.name, Money(100, "EUR"), AT, "INV-1", "Ada")
    event = processor.interpret(webhook(receipt, SECRET, NOW).body)
    assert isinstance(event, PaymentEvent)
    assert payment_path(receipt) == f"/payments/{processor.name}~2Fmain~2F{event.payment_id}"
