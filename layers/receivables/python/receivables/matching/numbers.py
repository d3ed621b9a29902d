"""Numbers in texts: which of our numbers a text may mean, however it writes them.

A number falls into atoms, runs of letters or of digits: `INV-2026-0042` is INV, 2026, 0042. A text falls into atoms likewise,
whatever stands between them: spaces, dashes, line breaks within a number, nothing. What atoms in a row come to is looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MOST_ATOMS: Final = 6
"""Atoms in a row that may be one number."""
MOST_OF_TEXT: Final = 400
"""Atoms that are read of the texts of one line: what a bank carries is far less."""
FEW_DIGITS: Final = 5
"""A number told by no more digits than that, and nothing else, may as well be something else."""

_ATOM: Final = re.compile(r"[A-Z]+|[0-9]+")
_WORD: Final = frozenset(
    "INV INVOICE INVOICES INVNO RE RG RGNR RECHNUNG RECHNUNGEN RECHNUNGSNR RECHNUNGSNUMMER RNR RENR NR NO NUM NUMBER FAKTURA FAKTURY FAKTURANR "
    "FAK FACTURE FACTURA FATTURA FAC FACT FA FV FT FACTUUR LASKU BILL BELEG BELEGNR DOC".split()
)
"""Words for an invoice, which stand in place of the letters of our numbers."""
_OTHERS: Final = frozenset(
    "CUSTOMER CUSTOMERNO CUST KUNDE KUNDEN KUNDENNR KUNDENNUMMER KD KDNR KLIENT CLIENT ORDER PO AUFTRAG AUFTRAGSNR BESTELLUNG BESTELLNR BEST "
    "TEL TELEFON PHONE MOBIL FAX PLZ IBAN BIC SVWZ MREF CRED EREF KREF VAT UST USTID STNR STEUERNR CONTRACT VERTRAG VERTRAGSNR "
    "MITGLIED MEMBER POLICE POLICY DATE DATUM DATED VOM ACCOUNT ACCT KONTO KTO KTONR KONTONR KONTONUMMER KUNDENKONTO VERTRAGSKONTO DEBITOR "
    "DEBITORNR DEBITORENNR DEBTOR MANDAT MANDATE MANDATSREF TICKET PROJEKT PROJECT LIEFERSCHEIN ANGEBOT QUOTE OFFER AZ AKTENZEICHEN DOSSIER "
    "COMMANDE CONTRAT CONTRATTO CONTRATO ORDINE PEDIDO CLIENTE KLANT KLANTNR KLANTNUMMER ABO ABONNEMENT SUBSCRIPTION".split()
)
"""Words that say that the number behind them is something else."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A run of letters or digits; `gap` is what stands before it (empty: nothing)."""

    text: str
    gap: str = ""

    @property
    def is_digits(self) -> bool:
        return self.text[0].isdigit()


@dataclass(frozen=True, slots=True)
class Window:
    """Atoms in a row: where they begin and end, what they come to as they stand, and with the leading zeros of each run of
    digits left out (`loose`)."""

    start: int
    end: int
    text: str
    loose: str


def atoms_of(text: str) -> tuple[Atom, ...]:
    """The atoms of a text, in capitals."""
    found, end = [], 0
    upper = text.upper()
    for match in _ATOM.finditer(upper):
        found.append(Atom(match[0], upper[end : match.start()]))
        end = match.end()
        if len(found) == MOST_OF_TEXT:
            break
    return tuple(found)


def loose(number: str) -> str:
    """A number, its runs of digits without leading zeros, kept apart: `INV-2026-0042` is `INV.2026.42`."""
    return ".".join(_bare(atom.text) for atom in atoms_of(number))


def digits_of(number: str) -> str:
    """The digits of a number, as they stand."""
    return "".join(atom.text for atom in atoms_of(number) if atom.is_digits)


def loose_digits(number: str) -> str:
    """The digits of a number, run by run, without leading zeros."""
    return ".".join(_bare(atom.text) for atom in atoms_of(number) if atom.is_digits)


def windows(atoms: tuple[Atom, ...]) -> Iterator[Window]:
    """All atoms in a row that have a digit, the longest first from each place."""
    for start in range(len(atoms)):
        for end in range(min(len(atoms), start + MOST_ATOMS), start, -1):
            run = atoms[start:end]
            if any(atom.is_digits for atom in run):
                yield Window(
                    start, end, "".join(atom.text for atom in run), ".".join(_bare(atom.text) for atom in run)
                )


def said_before(atoms: tuple[Atom, ...], start: int) -> bool | None:
    """What the word before a number says of it: that it is an invoice (True), or something else (False); None: nothing."""
    if start == 0:
        return None
    before = atoms[start - 1]
    if before.is_digits:
        return False if _hangs_on(atoms[start]) and not _alike(before, atoms[start]) else None
    if before.text in _WORD:
        return _invoice_or_other(atoms, start - 1)
    if before.text in _OTHERS:
        return False
    return False if atoms[start].gap in {"", "-", "_", "/", "."} else None


def goes_on(atoms: tuple[Atom, ...], end: int) -> bool:
    """Whether what ends there is the beginning of something longer, such as the year in 2026-0042: at least as many digits hang on
    it; on few digits, by a space, too."""
    if end == len(atoms) or not atoms[end].is_digits:
        return False
    last, after = atoms[end - 1], atoms[end]
    hangs = _hangs_on(after) or (after.gap == " " and len(last.text) <= FEW_DIGITS)
    return hangs and len(after.text) >= len(last.text) and not _alike(last, after)


def _hangs_on(atom: Atom) -> bool:
    return atom.gap in {"", "-", "/", ".", "_"}


def _alike(one: Atom, other: Atom) -> bool:
    """Two numbers of one series, from one to the other."""
    return len(one.text) == len(other.text) > FEW_DIGITS


def _invoice_or_other(atoms: tuple[Atom, ...], at: int) -> bool:
    """ "Invoice no." is one; "customer no." is not."""
    return not (at and atoms[at].text in {"NR", "NO", "NUM", "NUMBER"} and atoms[at - 1].text in _OTHERS)


def nearly(text: str) -> Iterator[str]:
    """All texts of which this may be a slip: one character that should be a digit, one too many, one digit too few, or two
    neighbours swapped."""
    for at in range(len(text)):
        head, tail = text[:at], text[at + 1 :]
        yield head + tail
        yield from (head + digit + tail for digit in "0123456789" if digit != text[at])
        if tail and tail[0] != text[at]:
            yield head + tail[0] + text[at] + tail[1:]
    for at in range(len(text) + 1):
        yield from (text[:at] + digit + text[at:] for digit in "0123456789")


def _bare(text: str) -> str:
    return text.lstrip("0") or "0" if text[0].isdigit() else text
