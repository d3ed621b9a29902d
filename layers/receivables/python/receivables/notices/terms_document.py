"""Terms as an HTML document: the same bytes for the same version, so that their hash says what was accepted."""

from __future__ import annotations

from receivables.notices.rendering import html_template
from receivables.terms import Terms
from receivables.terms.wording import wording


def render_terms(terms: Terms) -> str:
    """One version of terms in English. Nothing else goes in: no date of printing, no name of the company."""
    return html_template("terms.html").render(terms=terms, paragraphs=wording(terms))
