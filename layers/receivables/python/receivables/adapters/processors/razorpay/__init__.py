"""Razorpay: signed webhooks, payments, refunds, disputes, settlements, payment links."""
