"""Creditor's references: ours, which stand on documents and in QR codes, and those of the schemes that payers' banks carry.

Each has check digits: what was mistyped is no reference. What a reference says is a number of ours, reduced to letters and
digits (`RF`), or the digits of it (the national schemes, which carry nothing else).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

MOST_OF_RF: Final = 21
"""Characters that ISO 11649 leaves for the reference itself."""

_SEPARATORS: Final = re.compile(r"[^0-9A-Za-z]+")
_RF: Final = re.compile(r"(?<![0-9A-Za-z])RF[ \-]?\d[ \-]?\d(?:[ \-]?[0-9A-Za-z]){1,21}", re.IGNORECASE)
_OGM: Final = re.compile(r"[+*]{3}\s*(\d{3})\s*/\s*(\d{4})\s*/\s*(\d{5})\s*[+*]{3}")
_DIGITS: Final = re.compile(r"(?<![0-9A-Za-z])\d(?:[ ]?\d){2,26}(?![0-9A-Za-z])")

_SWISS: Final = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)
"""The row of carries of the recursive modulo 10 of the Swiss ESR and QR reference (SIX, Implementation Guidelines QR-bill, annex B)."""
_SWISS_LENGTH: Final = 27


@dataclass(frozen=True, slots=True)
class Reference:
    """A creditor's reference whose check digits are right: the scheme in words, and what it says without them (leading
    zeros dropped). `exact`: it says a whole number of ours; otherwise only its digits. `weak`: it has one check digit and any
    length, so that one number in ten is such a reference by accident."""

    scheme: str
    body: str
    exact: bool = False
    weak: bool = False


def normal(number: str) -> str:
    """A number reduced to capital letters and digits of ASCII: what is left when people retype it."""
    return _SEPARATORS.sub("", number).upper()


def reference_of(number: str) -> str | None:
    """The `RF` reference (ISO 11649) of a receivable's number, in its compact form; None: more than 21 letters and digits, which a
    reference has no room for. The number is found again by its normal form."""
    body = normal(number)
    if not 0 < len(body) <= MOST_OF_RF:
        return None
    return f"RF{98 - _mod97(body + 'RF00'):02d}{body}"


def printed(reference: str) -> str:
    """A reference in groups of four, as it is printed."""
    return " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))


def references_in(structured: str | None, texts: Iterable[str]) -> tuple[Reference, ...]:
    """What the structured reference says by any of the schemes, and what stands in the texts of those that cannot be mistaken
    for another number: `RF`, the Belgian form with its marks, and a whole Swiss QR reference. Each once, the structured first."""
    found = [*_structured(structured or ""), *(each for text in texts for each in _in_text(text))]
    return tuple(dict.fromkeys(found))


def _structured(text: str) -> Iterator[Reference]:
    yield from _in_text(text)
    digits = normal(text)
    if digits.isascii() and digits.isdigit():
        for scheme, valid, checks, weak in _SCHEMES:
            if valid(digits) and (body := digits[:-checks].lstrip("0")):
                yield Reference(scheme, body, weak=weak)


def _in_text(text: str) -> Iterator[Reference]:
    for match in _RF.finditer(text):
        yield from _creditor_reference(normal(match[0]))
    for match in _OGM.finditer(text):
        digits = "".join(match.groups())
        if _is_ogm(digits):
            yield Reference("Belgian reference", digits[:-2].lstrip("0"))
    for match in _DIGITS.finditer(text):
        digits = normal(match[0])
        if _is_swiss(digits):
            yield Reference("Swiss QR reference", digits[:-1].lstrip("0"))


def _creditor_reference(text: str) -> Iterator[Reference]:
    """In running text nothing tells where a reference with spaces ends: each that is right, the longest first. Where the whole
    is right, what is part of it is right by accident."""
    whole = _mod97(text[4:] + text[:4]) == 1
    for end in range(len(text), len(text) - 1 if whole else 4, -1):
        if _mod97(text[4:end] + text[:4]) == 1:
            yield Reference("creditor reference", text[4:end].lstrip("0") or "0", exact=True)


def _mod97(text: str) -> int:
    """ISO 7064 MOD 97-10 of letters (A is 10) and digits."""
    return int("".join(str(int(character, 36)) for character in text)) % 97


def _is_swiss(digits: str) -> bool:
    carry = 0
    for digit in digits:
        carry = _SWISS[(carry + int(digit)) % 10]
    return len(digits) == _SWISS_LENGTH and carry == 0 and bool(digits.strip("0"))


def _is_ogm(digits: str) -> bool:
    """Belgian OGM-VCS: ten digits and the rest of their division by 97, where 0 is written 97 (Febelfin)."""
    return len(digits) == 12 and (int(digits[:10]) % 97 or 97) == int(digits[10:])


def _is_viite(digits: str) -> bool:
    """Finnish reference: weights 7, 3, 1 from the right, up to the next ten; 4 to 20 digits (Finance Finland)."""
    summed = sum(int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(reversed(digits[:-1])))
    return 4 <= len(digits) <= 20 and -summed % 10 == int(digits[-1])


def _is_luhn(digits: str) -> bool:
    """The modulo 10 of the Norwegian KID and the Swedish OCR (Luhn); 2 to 25 digits."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return 4 <= len(digits) <= 25 and sum(each // 10 + each % 10 for each in doubled) % 10 == 0


def _is_kid11(digits: str) -> bool:
    """The modulo 11 of the Norwegian KID: weights 2 to 7 from the right (Bits)."""
    summed = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(digits[:-1])))
    return 4 <= len(digits) <= 25 and -summed % 11 == int(digits[-1])


_SCHEMES: Final[tuple[tuple[str, Callable[[str], bool], int, bool], ...]] = (
    ("Swiss QR reference", _is_swiss, 1, False),
    ("Belgian reference", _is_ogm, 2, False),
    ("Finnish reference", _is_viite, 1, True),
    ("Norwegian or Swedish reference", _is_luhn, 1, True),
    ("Norwegian reference", _is_kid11, 1, True),
)
"""Name, what tells it, how many check digits it has, and whether it is weak."""
