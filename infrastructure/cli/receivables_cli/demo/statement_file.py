"""A statement of our bank as the file that banks send: ISO 20022 camt.053."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from xml.sax.saxutils import escape

from receivables.core.money import Money, total
from receivables.matching.references import reference_of
from receivables_cli.demo.money_in import evening
from receivables_cli.demo.story import Statement, Transfer

OUR_IBAN: Final = "DE89370400440532013000"
_NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def camt(statement: Statement) -> bytes:
    """The file. The same statement makes the same bytes."""
    days = [line.on for line in statement.transfers]
    currency = statement.opening.currency
    closing = total((statement.opening, *(line.amount for line in statement.transfers)), currency)
    entries = "".join(_entry(line) for line in statement.transfers)
    opened = min(days) - timedelta(days=1)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{_NAMESPACE}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>{statement.reference}</MsgId><CreDtTm>{evening(max(days)):%Y-%m-%dT%H:%M:%SZ}</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{statement.reference}</Id><CreDtTm>{evening(max(days)):%Y-%m-%dT%H:%M:%SZ}</CreDtTm>"
        f"<Acct><Id><IBAN>{OUR_IBAN}</IBAN></Id><Ccy>{currency}</Ccy></Acct>"
        f"{_balance('OPBD', statement.opening, opened.isoformat())}{_balance('CLBD', closing, max(days).isoformat())}"
        f"{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _balance(code: str, amount: Money, on: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(amount)}<CdtDbtInd>CRDT</CdtDbtInd>"
        f"<Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _entry(line: Transfer) -> str:
    reference = reference_of(line.reference) if line.reference else None
    text = f"<Ustrd>{escape(line.text)}</Ustrd>" if line.text else ""
    formal = f"<Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd>" if reference else ""
    account = f"<DbtrAcct><Id><IBAN>{line.iban}</IBAN></Id></DbtrAcct>" if line.iban else ""
    payer = f"<Dbtr><Pty><Nm>{escape(line.payer)}</Nm></Pty></Dbtr>{account}"
    return (
        f"<Ntry>{_amount(line.amount)}<CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{line.on}</Dt></BookgDt><ValDt><Dt>{line.on}</Dt></ValDt>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls><RltdPties>{payer}</RltdPties><RmtInf>{text}{formal}</RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def _amount(amount: Money) -> str:
    return f'<Amt Ccy="{amount.currency}">{amount.decimal:f}</Amt>'
