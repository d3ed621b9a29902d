"""Finding: every candidate that a line gives a reason for."""

from __future__ import annotations

from receivables.matching.candidates import Candidate
from receivables.matching.drafts import Drafts
from receivables.matching.guessing import Guessing
from receivables.matching.naming import Naming


def candidates(drafts: Drafts) -> list[Candidate]:
    """All there are, the best of each placement, the surest first."""
    Naming(drafts).draft()
    Guessing(drafts).draft()
    best: dict[tuple[str, frozenset[str]], Candidate] = {}
    for each in drafts.found:
        place = (each.account_id, frozenset(each.numbers))
        if place not in best or each.confidence > best[place].confidence:
            best[place] = each
    return sorted(best.values(), key=lambda each: (-each.confidence, each.account_id, each.numbers))
