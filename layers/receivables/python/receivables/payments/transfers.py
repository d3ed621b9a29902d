"""Bank transfers to us: to which account, how much, with which reference - in words, and as codes that banking apps read.

EPC QR code: European Payments Council, EPC069-12 version 2.1 (euro only). Swiss QR code: SIX, Swiss Implementation Guidelines
QR-bill version 2.3 (Swiss francs and euro, creditors with an account in Switzerland or Liechtenstein).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from receivables.core.configuration import Creditor
from receivables.core.money import Money

_SWISS_IBANS: Final = ("CH", "LI")
_SWISS_CURRENCIES: Final = frozenset({"CHF", "EUR"})
_QR_IIDS: Final = range(30_000, 32_000)
"""Numbers of institutions that stand in a QR-IBAN, which needs a QR reference instead of an ISO 11649 one."""

MOST: Final = Decimal("999999999.99")
"""Of both codes; the least is 0.01."""
MOST_TEXT: Final = 140
MOST_NAME: Final = 70
MOST_NAME_BYTES: Final = 150
MOST_EPC_BYTES: Final = 227
"""What the 331 bytes of an EPC code leave for name and text, beside the longest IBAN, BIC and amount."""
_SWISS_LETTERS: Final = re.compile("[ -~\u00a0-\u017f\u0218-\u021b\u20ac]*")
"""The characters that a Swiss QR code may have."""


class CodeFormat(StrEnum):
    """Which apps read it."""

    EPC = "epc"
    SWISS = "swiss_qr"


@dataclass(frozen=True, slots=True)
class BankTransfer:
    """How to pay by bank transfer. `reference` is a creditor reference (ISO 11649, `RF...`); without one the payer writes `text`."""

    creditor: Creditor
    amount: Money
    reference: str | None
    text: str = ""

    @property
    def code_format(self) -> CodeFormat | None:
        """The code that can be made of it; None: payers have to type."""
        if not Decimal("0.01") <= self.amount.decimal <= MOST:
            return None
        if self._swiss_account and self._swiss_address and self._swiss_letters:
            return CodeFormat.SWISS
        return CodeFormat.EPC if self.amount.currency == "EUR" else None

    @property
    def _swiss_account(self) -> bool:
        swiss = self.creditor.iban[:2] in _SWISS_IBANS and not self._qr_iban
        return swiss and self.amount.currency in _SWISS_CURRENCIES

    @property
    def _swiss_address(self) -> bool:
        of = self.creditor
        return bool(of.postal_code and of.city and of.country)

    @property
    def _swiss_letters(self) -> bool:
        of = self.creditor
        told = (of.name, of.street, of.building, of.postal_code, of.city, of.country, self.text)
        return all(_SWISS_LETTERS.fullmatch(each) for each in told)

    @property
    def _qr_iban(self) -> bool:
        institution = self.creditor.iban[4:9]
        return institution.isdigit() and int(institution) in _QR_IIDS


def epc_words(transfer: BankTransfer) -> tuple[str, str]:
    """Name and text of an EPC code, as much as it has room for: of the text whole words only, as part of a number is another number.
    The text is empty beside a reference."""
    name = _cut(transfer.creditor.name, MOST_NAME, MOST_NAME_BYTES)
    if transfer.reference:
        return name, ""
    room = MOST_EPC_BYTES - len(name.encode())
    words = transfer.text.split()
    while words and not _fits(" ".join(words), MOST_TEXT, room):
        words.pop()
    return name, " ".join(words) or _cut(name, MOST_NAME, room)


def _cut(text: str, most: int, most_bytes: int) -> str:
    cut = text[:most]
    while not _fits(cut, most, most_bytes):
        cut = cut[:-1]
    return cut


def _fits(text: str, most: int, most_bytes: int) -> bool:
    return len(text) <= most and len(text.encode()) <= most_bytes


def swiss_payload(transfer: BankTransfer) -> str:
    """The text of the Swiss QR code: 31 lines, structured addresses, no payer (it is filled in by the app), a creditor reference
    (SCOR) or none (NON), and the end mark EPD."""
    of = transfer.creditor
    kind = "SCOR" if transfer.reference else "NON"
    creditor = (
        "S",
        of.name[:MOST_NAME],
        of.street[:70],
        of.building[:16],
        of.postal_code[:16],
        of.city[:35],
        of.country,
    )
    nobody = ("",) * 7
    amount = f"{transfer.amount.decimal:.2f}"
    return "\n".join(
        (
            *("SPC", "0200", "1", of.iban),
            *creditor,
            *nobody,  # the ultimate creditor: reserved for future use
            *(amount, transfer.amount.currency),
            *nobody,  # the payer
            *(kind, transfer.reference or "", transfer.text[:MOST_TEXT], "EPD"),
        )
    )
