"""Bank statements: what the bank says came and went, line by line."""
