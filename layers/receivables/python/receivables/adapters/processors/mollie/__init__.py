"""Mollie: webhooks signed (next-gen) and unsigned (classic), payments, refunds, chargebacks, settlements, payment links."""
