"""Field 86 of MT940: what the bank says of a movement, in one of three structures.

Subfields after a code of three digits: the agreement of German banks on MT940 (subfields 00 booking text, 20-29 and 60-63
remittance, 30 bank, 31 account, 32-33 name; SEPA words such as `EREF+` within the remittance). Code words between slashes: the SWIFT
MT940 structured 86 of Dutch banks (`/EREF/`, `/REMI/`, `/CNTP/account/bank/name/...`, `/NAME/`, `/IBAN/`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from receivables.adapters.statements.limits import parts, words
from receivables.core.errors import InvalidFields
from receivables.core.money import Money

_SUBFIELDS: Final = re.compile(r"(\d{3})([?>@<~#])(?=\d{2})")
_SEPA: Final = re.compile(
    r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|COAM|OAMT|PURP|MDAT|SQTP|ORCR|ORMR|DDAT)[+:]"
)
_SLASHES: Final = re.compile(
    r"/(EREF|MARF|CSID|CNTP|REMI|IBAN|BIC|NAME|TRTP|TYPE|PURP|ULTC|ULTD|ULTB|RTRN|PREF|ORDP|BENM|ADDR|ID|ISDT|KREF|NRTX|OCMT|CHGS|"
    r"EXCH|SVCL|BUSP|INIT|IREF|TR|BO1|CREF|SWOD|SWOC|OAMT|COAM)/"
)
_MONEY: Final = re.compile(r"([A-Z]{3})?\s*(\d{1,15}(?:,\d{0,4})?)\s*([A-Z]{3})?")
_FULL: Final = 27
"""Characters of a remittance subfield: one that is full goes on in the next without a blank."""
_RETURNS: Final = frozenset({"108", "109", "159"})
"""Codes of German banks for returned direct debits (108, 109) and returned transfers (159)."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was understood. `structure`: it had one. `charges` and `ordered` are amounts as they stand there."""

    remittance: tuple[str, ...] = ()
    name: str | None = None
    account: str | None = None
    structured: str | None = None
    end_to_end: str | None = None
    mandate: str | None = None
    code: str | None = None
    returned: bool = False
    structure: bool = False
    charges: str | None = None
    ordered: str | None = None

    def money(self, text: str | None, currency: str) -> Money | None:
        """An amount that is told in the currency of the account; None for any other. It moves nothing by itself."""
        found = _money(text)
        return found if found is not None and found.currency == currency and found.minor > 0 else None

    def foreign(self, text: str | None, currency: str) -> Money | None:
        """An amount in another currency."""
        found = _money(text)
        return found if found is not None and found.currency != currency else None


def said_in(details: str | None) -> Said:
    """What a field 86 tells."""
    if not details or not details.strip():
        return Said()
    joined = details.replace("\n", "")
    if match := _SUBFIELDS.match(joined):
        return _in_subfields(match[1], joined[match.end() :].split(match[2]))
    if _SLASHES.match(joined):
        return _in_slashes(joined)
    return Said(remittance=parts([_flowing(details.split("\n"), 65)]))


def _in_subfields(code: str, subfields: Sequence[str]) -> Said:
    told: dict[str, list[str]] = {}
    for each in subfields:
        told.setdefault(each[:2], []).append(each[2:])
    numbers = [f"{n}" for n in (*range(20, 30), *range(60, 64))]
    text = _flowing([chunk for n in numbers for chunk in told.get(n, ())], _FULL)
    sepa, rest = _coded(text, _SEPA)
    name = words("".join(chunk for n in ("32", "33") for chunk in told.get(n, ())))
    return Said(
        remittance=parts([rest, sepa.get("SVWZ")] if sepa else [text]),
        name=words(sepa.get("ABWA")) or name,
        account=_compact(sepa.get("IBAN") or "".join(told.get("31", ()))),
        end_to_end=_compact(sepa.get("EREF")),
        mandate=_compact(sepa.get("MREF")),
        code=code,
        returned=code in _RETURNS,
        structure=True,
        charges=sepa.get("COAM"),
        ordered=sepa.get("OAMT"),
    )


def _in_slashes(text: str) -> Said:
    told, rest = _coded(text, _SLASHES)
    other = told.get("CNTP", "").split("/")
    account = told.get("IBAN") or other[0]
    name = told.get("NAME") or (other[2] if len(other) > 2 else None)
    structured, remittance = _remitted(told.get("REMI", ""))
    return Said(
        remittance=parts([remittance, rest]),
        name=words((name or "").strip("/")),
        account=_compact(account.strip("/")),
        structured=structured,
        end_to_end=_compact(told.get("EREF", "").strip("/")),
        mandate=_compact(told.get("MARF", "").strip("/")),
        code=words((told.get("TRTP") or told.get("TYPE") or "").strip("/")),
        returned="RTRN" in told,
        structure=True,
        charges=told.get("CHGS", "").strip("/") or None,
        ordered=(told.get("OCMT") or told.get("OAMT") or "").strip("/") or None,
    )


def _remitted(text: str) -> tuple[str | None, str | None]:
    """`USTD//text`, `STRD/CUR/reference`, `STRD/ISO/reference`, or just text."""
    kind, _, rest = text.partition("/")
    if kind == "STRD":
        return words(
            rest.rpartition("/")[2] if not rest.endswith("/") else rest.strip("/").rpartition("/")[2]
        ), None
    return None, words((rest if kind in ("USTD", "UNST") else text).strip("/"))


def _coded(text: str, pattern: re.Pattern[str]) -> tuple[dict[str, str], str]:
    """The text after each code word (the first of each counts), and what stands before all of them."""
    found = list(pattern.finditer(text))
    if not found:
        return {}, text
    ends = [match.start() for match in found[1:]] + [len(text)]
    told: dict[str, str] = {}
    for match, end in zip(found, ends, strict=True):
        told.setdefault(match[1], text[match.end() : end].strip())
    return told, text[: found[0].start()].strip()


def _flowing(chunks: Sequence[str], full: int) -> str:
    """Chunks of text put together: after one that is not full there was a blank."""
    return "".join(chunk if len(chunk) >= full else f"{chunk} " for chunk in chunks).strip()


def _compact(text: str | None) -> str | None:
    return words("".join((text or "").split()))


def _money(text: str | None) -> Money | None:
    match = _MONEY.match((text or "").strip())
    currency = match and (match[1] or match[3])
    if match is None or not currency:
        return None
    try:
        return Money.parse(match[2].rstrip(",").replace(",", "."), currency)
    except InvalidFields:
        return None
