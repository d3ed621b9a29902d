"""PayPal: webhooks signed by a certificate, captures (v2) and sales (v1), orders as pay links."""
