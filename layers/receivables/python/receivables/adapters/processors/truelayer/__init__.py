"""TrueLayer: webhooks as detached JWS, payments by open banking, hosted payment pages."""
