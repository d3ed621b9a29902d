"""Files that can be sent as evidence."""

from __future__ import annotations

import pytest

from receivables.arrangements.evidence import MOST_BYTES, EvidenceFile, make_evidence
from receivables.core.errors import InvalidFields
from tests.builders import NOW


def test_a_file_is_kept_under_its_dispute_whatever_its_name() -> None:
    file = EvidenceFile("Foto nº 1.JPEG", "image/jpeg", MOST_BYTES)
    found = make_evidence(file, dispute_id="dsp_1", evidence_id="evd_1", added_by="finn", added_at=NOW)
    assert (found.key, found.name) == ("evidence/dsp_1/evd_1", "Foto nº 1.JPEG")


@pytest.mark.parametrize(
    ("file", "wrong"),
    [
        (EvidenceFile("a.html", "text/html", 1), ["content_type"]),
        (EvidenceFile("a.svg", "image/svg+xml", 1), ["content_type"]),
        (EvidenceFile("a.pdf.html", "application/pdf", 1), ["name"]),
        (EvidenceFile("pdf", "image/png", 1), ["name"]),
        (EvidenceFile("../a.pdf", "application/pdf", 1), ["name"]),
        (EvidenceFile('a".pdf', "application/pdf", 1), ["name"]),
        (EvidenceFile("a\n.pdf", "application/pdf", 1), ["name"]),
        (EvidenceFile(f"{'a' * 147}.pdf", "application/pdf", 1), ["name"]),
        (EvidenceFile("a.pdf", "application/pdf", 0), ["size"]),
        (EvidenceFile("a.pdf", "application/pdf", MOST_BYTES + 1), ["size"]),
    ],
    ids=[
        "page",
        "picture with scripts",
        "double ending",
        "no ending",
        "path",
        "quote",
        "break",
        "long",
        "empty",
        "big",
    ],
)
def test_what_cannot_be_evidence_is_refused_by_its_field(file: EvidenceFile, wrong: list[str]) -> None:
    with pytest.raises(InvalidFields) as caught:
        make_evidence(file, dispute_id="dsp_1", evidence_id="evd_1", added_by="finn", added_at=NOW)
    assert [each.field for each in caught.value.errors] == wrong
