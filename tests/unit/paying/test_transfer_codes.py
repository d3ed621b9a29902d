"""The codes are read back by a reader of QR codes: what is drawn says what it should."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import segno
import zxingcpp

from receivables.adapters import qr_codes
from receivables.core.configuration import Creditor
from receivables.core.errors import InvalidInput
from receivables.core.money import Money
from receivables.payments.transfers import BankTransfer, CodeFormat, swiss_payload

ACME = Creditor("Acme GmbH", "DE89370400440532013000", bic="COBADEFFXXX")
MUELLER = Creditor(
    "Müller & Söhne AG", "CH5604835012345678009", "COBACHXX", "Bahnhofstrasse", "1a", "8001", "Zürich", "CH"
)
REFERENCE = "RF18539007547034"


def transfer(
    creditor: Creditor, minor: int, currency: str, reference: str | None = REFERENCE
) -> BankTransfer:
    return BankTransfer(creditor, Money(minor, currency), reference, "" if reference else "INV-1 INV-2")


def drawn(monkeypatch: pytest.MonkeyPatch, of: BankTransfer) -> str:
    """What a reader reads: of the very modules that the drawing was made from."""
    codes: list[Any] = []
    made = segno.QRCode.save

    def save(code: Any, *args: Any, **named: Any) -> None:
        codes.append(code)
        made(code, *args, **named)

    monkeypatch.setattr(segno.QRCode, "save", save)
    qr_codes.svg(of)
    scale, (width, _) = 4, codes[0].symbol_size(scale=1, border=4)
    rows = list(codes[0].matrix_iter(scale=scale, border=4))
    pixels = bytes(0 if dark else 255 for row in rows for dark in row)
    image = memoryview(pixels).cast("B", (width * scale, width * scale))
    (found,) = zxingcpp.read_barcodes(image)
    return str(found.text)


def test_a_transfer_in_euro_is_an_epc_code_with_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = drawn(monkeypatch, transfer(ACME, 12_345, "EUR")).split("\n")
    assert lines[:8] == ["BCD", "002", "1", "SCT", "COBADEFFXXX", "Acme GmbH", ACME.iban, "EUR123.45"]
    assert lines[8:] == ["", REFERENCE]


def test_without_a_reference_the_numbers_are_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = drawn(monkeypatch, transfer(ACME, 100, "EUR", None)).split("\n")
    assert lines[7:] == ["EUR1", "", "", "INV-1 INV-2"]


def test_a_transfer_to_switzerland_is_a_swiss_code(monkeypatch: pytest.MonkeyPatch) -> None:
    of = transfer(MUELLER, 199_995, "CHF")
    assert drawn(monkeypatch, of) == swiss_payload(of)


def test_the_swiss_payload_has_every_line_of_the_guidelines() -> None:
    lines = swiss_payload(transfer(MUELLER, 199_995, "CHF")).split("\n")
    assert len(lines) == 31
    assert lines[:4] == ["SPC", "0200", "1", MUELLER.iban]
    assert lines[4:11] == ["S", "Müller & Söhne AG", "Bahnhofstrasse", "1a", "8001", "Zürich", "CH"]
    assert lines[11:18] == [""] * 7
    assert lines[18:20] == ["1999.95", "CHF"]
    assert lines[20:27] == [""] * 7
    assert lines[27:] == ["SCOR", REFERENCE, "", "EPD"]


def test_a_swiss_payload_without_reference_says_so() -> None:
    assert swiss_payload(transfer(MUELLER, 100, "CHF", None)).split("\n")[27:] == [
        "NON",
        "",
        "INV-1 INV-2",
        "EPD",
    ]


@pytest.mark.parametrize(
    ("creditor", "currency", "expected"),
    [
        (ACME, "EUR", CodeFormat.EPC),
        (ACME, "CHF", None),
        (ACME, "USD", None),
        (MUELLER, "CHF", CodeFormat.SWISS),
        (MUELLER, "EUR", CodeFormat.SWISS),
        (MUELLER, "USD", None),
        (Creditor("Müller AG", "CH5604835012345678009"), "CHF", None),  # without an address
        (Creditor("Müller AG", "CH4431999123000889012", city="Bern", postal_code="3000", country="CH"), "CHF", None),
        (Creditor("Müller AG", "CH4431999123000889012", city="Bern", postal_code="3000", country="CH"), "EUR", CodeFormat.EPC),
    ],
)  # fmt: skip
def test_which_code_can_be_made(creditor: Creditor, currency: str, expected: CodeFormat | None) -> None:
    assert transfer(creditor, 12_345, currency).code_format is expected


def test_an_amount_that_no_code_can_say_is_left_to_typing() -> None:
    assert transfer(ACME, 100_000_000_000, "EUR").code_format is None


def test_what_has_no_code_is_refused_with_the_reason() -> None:
    with pytest.raises(InvalidInput, match="no code for transfers of USD"):
        qr_codes.svg(transfer(ACME, 100, "USD"))


def test_the_drawing_has_no_script_and_no_link() -> None:
    for of in (transfer(ACME, 1, "EUR"), transfer(MUELLER, 1, "CHF")):
        drawing = qr_codes.svg(of)
        assert re.fullmatch(r"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=.*</svg>", drawing, re.DOTALL)
        assert not re.search(r"script|href|url\(|on\w+=", drawing)


def test_the_swiss_code_bears_the_cross_in_its_middle() -> None:
    drawing = qr_codes.svg(transfer(MUELLER, 1, "CHF"))
    assert drawing.count("<g transform=") == 1
    assert "<g transform=" not in qr_codes.svg(transfer(ACME, 1, "EUR"))


@pytest.mark.parametrize("letter", ["A", "ß", "Ж", "漢", "😀"])
def test_a_long_name_and_many_numbers_still_make_a_code(letter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    creditor = Creditor(letter * 70, ACME.iban, bic="COBADEFFXXX")
    numbers = " ".join(f"INV-2026-{n:05}" for n in range(9))
    of = BankTransfer(creditor, Money(99_999_999_999, "EUR"), None, numbers)
    lines = drawn(monkeypatch, of).split("\n")
    assert lines[5]
    assert creditor.name.startswith(lines[5])
    assert lines[-1]
    assert numbers.split()[: len(lines[-1].split())] == lines[-1].split()


def test_a_name_alone_is_its_own_text(monkeypatch: pytest.MonkeyPatch) -> None:
    of = BankTransfer(Creditor("漢" * 70, ACME.iban), Money(1, "EUR"), None)
    lines = drawn(monkeypatch, of).split("\n")
    assert lines[5].startswith(lines[-1])


@pytest.mark.parametrize(("creditor", "currency"), [(ACME, "EUR"), (MUELLER, "CHF"), (MUELLER, "EUR")])
def test_more_than_the_standards_foresee_has_no_code(creditor: Creditor, currency: str) -> None:
    assert transfer(creditor, 10**11 - 1, currency).code_format is not None
    assert transfer(creditor, 10**11, currency).code_format is None


@pytest.mark.parametrize("name", ["Müller\nEPD", "Мюллер АГ", "漢字"])
def test_what_a_swiss_code_cannot_say_is_not_put_into_one(name: str) -> None:
    of = transfer(replace(MUELLER, name=name), 100, "CHF")
    assert of.code_format is None
