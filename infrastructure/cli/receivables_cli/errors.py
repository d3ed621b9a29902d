"""What goes wrong on the command line, in words for the person at it."""

from __future__ import annotations


class CommandError(Exception):
    """The command cannot do what it was asked; the message says why, and what would help."""
