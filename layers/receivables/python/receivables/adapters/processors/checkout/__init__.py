"""Checkout.com: signed webhooks, payments, refunds, disputes, payment links."""
