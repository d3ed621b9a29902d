"""A page on which to pay, as it is ordered of every processor."""

from __future__ import annotations

from datetime import UTC, datetime

from receivables.core.money import Money
from receivables.payments.events import Payer
from receivables.payments.processors import LinkOrder

SINCE, UNTIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)
ORDER = LinkOrder(
    key="link-1",
    amount=Money(12_345, "EUR"),
    description="Consulting",
    return_url="https://pay.example.com/thanks",
    expires_at=datetime(2026, 3, 5, 12, 0, tzinfo=UTC),
    account_id="c1.EUR",
    invoice="INV-7",
    ordered_at=datetime(2026, 3, 5, 10, 0, tzinfo=UTC),
    payer=Payer(name="Example Ltd", email="pay@example.com"),
)
