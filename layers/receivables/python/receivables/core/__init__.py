"""What every context stands on: money, calendar, clock, identifiers and errors. Standard library only."""
