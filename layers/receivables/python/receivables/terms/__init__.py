"""Payment terms: immutable versions, in force from a date; they turn an invoice date into a due date."""

from receivables.terms.terms import DEFAULT_TERMS, Terms, TermsPreview, preview

__all__ = ["DEFAULT_TERMS", "Terms", "TermsPreview", "preview"]
