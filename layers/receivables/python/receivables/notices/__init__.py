"""Notices: one message on one channel; how it is worded, and what became of it."""
