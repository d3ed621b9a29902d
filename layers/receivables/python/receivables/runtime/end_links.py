"""Composes the ending of pages that ask for what is not open any more."""

from __future__ import annotations

from functools import cache

from receivables.runtime.paying import asked_for, live_links, page_maker
from receivables.usecases.pay_online import EndLinks


@cache
def end_links() -> EndLinks:
    """The use case with its adapters."""
    return EndLinks(asked_for(), live_links(), page_maker)
