"""Names of payers and customers, compared as people would: whatever the umlauts, the script, the legal form and the order."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import Final

_WORDS: Final = re.compile(r"[a-z0-9]+")
_DOTTED: Final = re.compile(r"\b((?:[a-z]\.){2,}[a-z]?)")

_LEGAL: Final = frozenset(
    "ab ag aps as asa bv bvba cie co company corp corporation doo ek eg ev gbr gesellschaft gmbh inc incorporated kft kg "
    "kgaa limited limitada llc llp lp ltd ltda mbh nv oao ohg ooo ou oy oyj partg plc pty sa sarl sas sc se sl sp spa spol "
    "sro srl ug und and et zoo z oo".split()
)
"""Forms of companies, and "and": left out on either side, they tell nobody apart."""
_AND: Final = frozenset("und and et spol zoo z oo co cie".split())
_SHORT: Final = {
    "corporation": "corp", "incorporated": "inc", "limited": "ltd", "limitada": "ltda", "oyj": "oy", "partg": "gbr",
    "bvba": "bv", "asa": "as", "company": "co", "gesellschaft": "gmbh", "mbh": "gmbh", "sarl": "srl",
}  # fmt: skip
_TITLES: Final = frozenset("dr frau herr herrn mme monsieur mr mrs ms prof".split())

_LETTERS: Final = str.maketrans(
    {
        "ß": "ss", "æ": "a", "ø": "o", "œ": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
        # Cyrillic, as banks write it (ISO 9 without marks, with the usual digraphs).
        "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "ie", "ж": "zh", "з": "z",
        "и": "i", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
        "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "",
        "ы": "y", "ь": "", "э": "e", "ю": "iu", "я": "ia",
        # Greek (ISO 843, without marks).
        "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
        "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f",
        "χ": "ch", "ψ": "ps", "ω": "o",
    }
)  # fmt: skip
_DIGRAPHS: Final = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("oy", "ou"))
"""German umlauts are written with an e, or lose their dots, and Greek ου is written in two ways: so they are made alike, on both
sides."""
_GREEK: Final = _DIGRAPHS[-1:]
_WITH_E: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "ø": "oe", "œ": "oe"})


class Alike(StrEnum):
    """How two names compare."""

    SAME = "same"
    SIMILAR = "similar"
    """One is part of the other, or they share most of their words."""
    DIFFERENT = "different"
    NOT_COMPARABLE = "not_comparable"
    """One is empty, or in a script that is not read here."""


@lru_cache(maxsize=65_536)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name that tell it apart, folded, in their order; none when nothing of it can be read. Umlauts in all
    their spellings are alike, and so are some other names (Bauer, Baur): `compare` tells those apart."""
    return _telling(_folded(name), _DIGRAPHS)


def key_of(name: str) -> str:
    """A name whatever the order of its words; empty when nothing of it can be read."""
    return " ".join(sorted(words_of(name)))


def written_key_of(name: str) -> str:
    """As `key_of`, of names that are spelled alike only, with an e for the dots of an umlaut."""
    return " ".join(sorted(_telling(_folded(_with_e(name)), _GREEK)))


@lru_cache(maxsize=65_536)
def _spelled(name: str) -> frozenset[str]:
    """How a name may be spelled where there are no umlauts: with an e for the dots, or without them."""
    return frozenset(
        "".join(sorted("".join(_telling(_folded(each), _GREEK)))) for each in (_with_e(name), name)
    )


def _with_e(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold()).translate(_WITH_E)


def _folded(name: str) -> str:
    folded = unicodedata.normalize("NFC", name.casefold()).translate(_LETTERS)
    folded = "".join(
        each for each in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(each)
    )
    folded = folded.translate(_LETTERS)
    return _DOTTED.sub(lambda match: match[0].replace(".", ""), folded)


def _telling(folded: str, digraphs: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    for two, one in digraphs:
        folded = folded.replace(two, one)
    words = _WORDS.findall(folded)
    telling = tuple(word for word in words if word not in _LEGAL and word not in _TITLES)
    return telling or tuple(words)


def compare(one: str | None, other: str | None) -> Alike:
    """How two names compare."""
    mine, theirs = words_of(one or ""), words_of(other or "")
    if not mine or not theirs:
        return Alike.NOT_COMPARABLE
    if sorted(mine) == sorted(theirs) or "".join(mine) == "".join(theirs):
        return Alike.SAME if _is_same(one or "", other or "") else Alike.SIMILAR
    shared = _shared(mine, theirs)
    fewer = min(len(mine), len(theirs))
    if sum(map(len, shared)) < 5:
        return Alike.DIFFERENT
    if len(shared) == fewer and (fewer > 1 or len(shared[0]) > 5):
        return Alike.SIMILAR
    return Alike.SIMILAR if len(shared) >= 2 and 3 * len(shared) >= 2 * fewer else Alike.DIFFERENT


def _is_same(one: str, other: str) -> bool:
    """Of two names with the same words: not if they are only folded alike, or are of companies of different forms."""
    forms = _forms(one), _forms(other)
    return bool(_spelled(one) & _spelled(other)) and not (all(forms) and forms[0].isdisjoint(forms[1]))


@lru_cache(maxsize=65_536)
def _forms(name: str) -> frozenset[str]:
    """The legal forms that a name tells."""
    return frozenset(
        _SHORT.get(word, word) for word in _WORDS.findall(_folded(name)) if word in _LEGAL - _AND
    )


def _shared(mine: tuple[str, ...], theirs: tuple[str, ...]) -> list[str]:
    """Words of mine that are among theirs: as they are, cut off by a bank, or with one letter wrong."""
    left, shared = list(theirs), []
    for word in mine:
        match = next((each for each in left if _close(word, each)), None)
        if match is not None:
            left.remove(match)
            shared.append(word)
    return shared


def _close(one: str, other: str) -> bool:
    if one == other:
        return True
    if min(len(one), len(other)) < 5 or one.isdigit() or other.isdigit():
        return False
    return one.startswith(other) or other.startswith(one) or one_apart(one, other)


def one_apart(one: str, other: str) -> bool:
    """Whether one character is wrong, missing or too many, or two neighbours are swapped."""
    if one == other:
        return False
    if len(one) > len(other):
        one, other = other, one
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(other) - len(one) == 1:
        return one[start:] == other[start + 1 :]
    if len(other) != len(one):
        return False
    if one[start + 1 :] == other[start + 1 :]:
        return True
    return one[start : start + 2] == other[start : start + 2][::-1] and one[start + 2 :] == other[start + 2 :]
