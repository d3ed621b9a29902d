"""The command line of operators: `receivables ...`."""
