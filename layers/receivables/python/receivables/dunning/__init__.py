"""Dunning: which step an account has earned, what is to be done about it now, and when to look again."""
