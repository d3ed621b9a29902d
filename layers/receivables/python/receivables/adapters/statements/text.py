"""Bytes as text, and what kind of statement a text is: told by the content, never by the name of the file."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from receivables.core.errors import InvalidInput

_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_DECLARED: Final = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_XML_ENCODINGS: Final = {
    name: codec
    for names, codec in (
        ("utf-8 utf8 us-ascii ascii", "utf-8"),
        ("iso-8859-1 latin1 latin-1", "latin-1"),
        ("iso-8859-15 latin-9", "iso-8859-15"),
        ("windows-1252 cp1252", "cp1252"),
    )
    for name in names.split()
}
_NOT_TEXT: Final = (
    (b"%PDF", "is a PDF: ask the bank for camt.053, MT940, BAI2 or CSV"),
    (b"PK\x03\x04", "is a ZIP archive or a spreadsheet: unpack it, or save it as CSV"),
    (b"\x1f\x8b", "is compressed with gzip: unpack it"),
    (b"\xd0\xcf\x11\xe0", "is a spreadsheet: save it as CSV"),
)
_MT940: Final = re.compile(r"(?m)^(?:\{1:|:20:|:25:|:60[FM]:)")
_BAI2: Final = re.compile(r"\s*0?1,[^,\n]*,[^,\n]*,\d{6},")


class FileFormat(StrEnum):
    """What a file is."""

    CAMT = "camt"
    MT940 = "mt940"
    BAI2 = "bai2"
    CSV = "csv"


def decoded(content: bytes) -> str:
    """The text of a file: by its byte order mark, its XML declaration, or what the bytes can be. Raises InvalidInput (field `file`)."""
    _require_text(content)
    for mark, codec in _BOMS:
        if content.startswith(mark):
            return _as(content[len(mark) :], codec)
    if b"\x00" in content[:4]:
        return _as(content, "utf-16-be" if content[:1] == b"\x00" else "utf-16-le")
    if declared := _DECLARED.match(content[:300]):
        return _as(content, _xml_codec(declared[1].decode("ascii")))
    try:
        return _clean(content.decode("utf-8"))
    except UnicodeDecodeError:
        return _clean(content.decode("cp1252", errors="replace"))


def _require_text(content: bytes) -> None:
    if not content.strip():
        raise InvalidInput("file", "is empty")
    for beginning, problem in _NOT_TEXT:
        if content.startswith(beginning):
            raise InvalidInput("file", problem)


def _xml_codec(name: str) -> str:
    try:
        return _XML_ENCODINGS[name.lower()]
    except KeyError:
        raise InvalidInput(
            "file", f"is in the encoding {name}, which is not read: save it in UTF-8"
        ) from None


def _as(content: bytes, codec: str) -> str:
    try:
        return _clean(content.decode(codec))
    except UnicodeDecodeError:
        raise InvalidInput("file", f"is not the {codec.upper()} text that it says it is") from None


def _clean(text: str) -> str:
    if "\x00" in text:
        raise InvalidInput("file", "holds null characters: it is not text, or was damaged on its way")
    return text


def without_declaration(text: str) -> str:
    """XML without its declaration, whose encoding is not that of the text any more."""
    return _DECLARATION.sub("", text, count=1)


def format_of(text: str) -> FileFormat:
    """What kind of statement the text is."""
    beginning = text[:8192].lstrip()
    if beginning.startswith("<"):
        return FileFormat.CAMT
    if _BAI2.match(beginning):
        return FileFormat.BAI2
    if _MT940.search(beginning):
        return FileFormat.MT940
    return FileFormat.CSV
