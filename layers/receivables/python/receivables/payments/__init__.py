"""Payments in: verified, stored, interpreted and applied exactly once."""
