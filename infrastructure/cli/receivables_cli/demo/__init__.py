"""The demonstration: a ledger collected day by day by the deployed template on the embedded AWS."""
