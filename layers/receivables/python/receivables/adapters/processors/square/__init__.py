"""Square: signed webhooks, payments, refunds, disputes, payouts, payment links."""
