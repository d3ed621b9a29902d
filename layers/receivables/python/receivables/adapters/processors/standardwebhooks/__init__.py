"""Standard Webhooks with this product's own neutral payload: the way in for any other source."""
