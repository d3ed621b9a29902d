"""Stripe: webhooks by snapshot events, Checkout Sessions as pay links, off-session payment intents under mandates."""
