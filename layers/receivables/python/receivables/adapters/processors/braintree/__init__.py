"""Braintree: webhooks as a signed form around XML, transactions, disputes and disbursements."""
