"""QR codes of bank transfers as SVG, drawn by segno (pure Python, 77 KB, no dependencies)."""

from __future__ import annotations

import io
from typing import Any, Final

from receivables.core.errors import InvalidInput
from receivables.payments.transfers import BankTransfer, CodeFormat, epc_words, swiss_payload

_QUIET: Final = 4
_SWISS_MODULES: Final = 46
"""The Swiss code is printed 46 mm wide, the cross on it 7 mm."""
_SWISS_CROSS: Final = 7


def svg(transfer: BankTransfer) -> str:
    """The code of a transfer, to be put into a page: no script, no link, scaled by its container. Raises InvalidInput when no code
    can be made of it."""
    if transfer.code_format is CodeFormat.EPC:
        return _drawn(_epc(transfer))
    if transfer.code_format is CodeFormat.SWISS:
        import segno

        # Error correction M and byte mode are the standard's; the cross hides less than M gives back.
        code = segno.make_qr(swiss_payload(transfer), error="m", boost_error=False, encoding="utf-8")
        return _with_cross(_drawn(code), code.symbol_size(border=_QUIET)[0])
    raise InvalidInput(
        "currency", f"there is no code for transfers of {transfer.amount.currency} to this account"
    )


def _epc(transfer: BankTransfer) -> Any:
    from segno import helpers

    of, (name, text) = transfer.creditor, epc_words(transfer)
    return helpers.make_epc_qr(
        name=name,
        iban=of.iban,
        amount=transfer.amount.decimal,
        bic=of.bic,
        reference=transfer.reference,
        text=text or None,
        encoding="utf-8",
    )


def _drawn(code: Any) -> str:
    out = io.BytesIO()
    code.save(
        out, kind="svg", border=_QUIET, xmldecl=False, omitsize=True, light="#fff", nl=False, svgclass=None
    )
    return out.getvalue().decode()


def _with_cross(drawing: str, size: float) -> str:
    """The Swiss cross in the middle, on black with a white rim, by the guidelines' proportions."""
    side = (size - 2 * _QUIET) * _SWISS_CROSS / _SWISS_MODULES
    scale, corner = side / 32, (size - side) / 2
    cross = (
        f'<g transform="translate({corner:.3f} {corner:.3f}) scale({scale:.5f})">'
        '<path fill="#fff" d="M0 0h32v32H0z"/><path d="M2 2h28v28H2z"/>'
        '<path fill="#fff" d="M13 6h6v7h7v6h-7v7h-6v-7H6v-6h7z"/></g>'
    )
    return drawing.replace("</svg>", f"{cross}</svg>")
