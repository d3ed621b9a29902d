"""GoCardless: batches of events that name what has changed, payments under mandates, billing requests as pay links."""
