"""Paystack: signed webhooks, transactions, refunds, disputes, settlements, payment pages."""
