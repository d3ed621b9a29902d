"""Files as banks send them, generated: every format and version, with as much in them as a test is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from receivables.banking.account import BankAccount

IBAN = "DE02120300000000202051"
MAIN = BankAccount("main", "House bank", "EUR", iban=IBAN, timezone="Europe/Berlin", rev=1)
DAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Move:
    """A movement: `amount` is signed, as text. `parts`: it books several payments."""

    amount: str
    text: str = ""
    name: str = ""
    account: str = ""
    ref: str = ""
    e2e: str = ""
    day: date = DAY
    value: date | None = None
    status: str = "BOOK"
    reversal: bool = False
    returned: bool = False
    structured: str = ""
    charges: str = ""
    instructed: tuple[str, str] | None = None
    parts: Sequence[Move] = field(default=())
    announced: int | None = None
    batch: str = ""
    currency: str = "EUR"

    @property
    def size(self) -> str:
        return self.amount.lstrip("-")

    @property
    def came(self) -> bool:
        return not self.amount.startswith("-")


def sum_of(moves: Iterable[Move]) -> Decimal:
    return sum((Decimal(move.amount) for move in moves if move.status == "BOOK"), Decimal(0))


def camt(
    *moves: Move,
    family: str = "053",
    version: str = "08",
    opening: str | None = "1000.00",
    closing: str | None = None,
    iban: str = IBAN,
    reference: str = "STM-1",
    number: str = "",
    currency: str = "EUR",
    extra: str = "",
    namespace: str | None = None,
) -> bytes:
    """A camt document with one statement."""
    return document(
        statement(
            *moves,
            family=family,
            version=version,
            opening=opening,
            closing=closing,
            iban=iban,
            reference=reference,
            number=number,
            currency=currency,
            extra=extra,
        ),
        family=family,
        version=version,
        namespace=namespace,
    )


_MESSAGES = {
    "052": ("BkToCstmrAcctRpt", "Rpt"),
    "053": ("BkToCstmrStmt", "Stmt"),
    "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}


def document(
    *statements: str, family: str = "053", version: str = "08", namespace: str | None = None, prefix: str = ""
) -> bytes:
    """A document around statements."""
    message, _ = _MESSAGES[family]
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.{family}.001.{version}" if namespace is None else namespace
    xmlns = f' xmlns="{space}"' if space else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prefix}<Document{xmlns}><{message}><GrpHdr><MsgId>M1</MsgId></GrpHdr>'
        f"{''.join(statements)}</{message}></Document>"
    ).encode()


def statement(
    *moves: Move,
    family: str = "053",
    version: str = "08",
    opening: str | None = "1000.00",
    closing: str | None = None,
    iban: str = IBAN,
    reference: str = "STM-1",
    number: str = "",
    currency: str = "EUR",
    extra: str = "",
) -> str:
    """One statement of a camt document; its closing balance is right unless it is said otherwise."""
    _, container = _MESSAGES[family]
    if opening is not None and closing is None:
        closing = str(Decimal(opening) + sum_of(moves))
    days = [move.day for move in moves] or [DAY]
    balances = ""
    if family == "053" and opening is not None:
        balances = _balance("OPBD", opening, min(days), currency) + _balance(
            "CLBD", closing or "0", max(days), currency
        )
    counted = f"<ElctrncSeqNb>{number}</ElctrncSeqNb>" if number else ""
    entries = "".join(_entry(move, version) for move in moves)
    return (
        f"<{container}><Id>{reference}</Id>{counted}<CreDtTm>{max(days)}T18:00:00+01:00</CreDtTm>"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>{currency}</Ccy></Acct>{balances}{extra}{entries}</{container}>"
    )


def _balance(code: str, amount: str, on: date, currency: str) -> str:
    side = "DBIT" if amount.startswith("-") else "CRDT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>{amount.lstrip('-')}</Amt>"
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _entry(move: Move, version: str) -> str:
    status = f"<Sts><Cd>{move.status}</Cd></Sts>" if version >= "08" else f"<Sts>{move.status}</Sts>"
    reference = f"<AcctSvcrRef>{move.ref}</AcctSvcrRef>" if move.ref else ""
    batch = ""
    if move.announced is not None or move.batch:
        name = f"<PmtInfId>{move.batch}</PmtInfId>" if move.batch else ""
        count = f"<NbOfTxs>{move.announced}</NbOfTxs>" if move.announced is not None else ""
        batch = f"<Btch>{name}{count}</Btch>"
    if move.parts:
        details = "".join(_details(part, version, amount=True) for part in move.parts)
    else:
        details = _details(move, version, amount=False) if move.announced is None and _says(move) else ""
    around = f"<NtryDtls>{batch}{details}</NtryDtls>" if batch or details else ""
    return (
        f"<Ntry><Amt Ccy='{move.currency}'>{move.size}</Amt><CdtDbtInd>{'CRDT' if move.came else 'DBIT'}</CdtDbtInd>"
        f"{'<RvslInd>true</RvslInd>' if move.reversal else ''}{status}<BookgDt><Dt>{move.day}</Dt></BookgDt>"
        f"<ValDt><Dt>{move.value or move.day}</Dt></ValDt>{reference}"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"{_charges(move, version) if move.parts else ''}{around}</Ntry>"
    )


def _says(move: Move) -> bool:
    return any(
        (move.text, move.name, move.e2e, move.structured, move.charges, move.instructed, move.returned)
    )


def _charges(move: Move, version: str) -> str:
    if not move.charges:
        return ""
    inner = f"<Amt Ccy='EUR'>{move.charges}</Amt><CdtDbtInd>DBIT</CdtDbtInd><ChrgInclInd>true</ChrgInclInd>"
    return f"<Chrgs><Rcrd>{inner}</Rcrd></Chrgs>" if version >= "04" else f"<Chrgs>{inner}</Chrgs>"


def _details(move: Move, version: str, *, amount: bool) -> str:
    refs = "".join(
        f"<{tag}>{escape(value)}</{tag}>"
        for tag, value in (("AcctSvcrRef", move.ref if amount else ""), ("EndToEndId", move.e2e))
        if value
    )
    own = f"<Amt Ccy='{move.currency}'>{move.size}</Amt>"
    money = ""
    if amount:
        side = f"<CdtDbtInd>{'CRDT' if move.came else 'DBIT'}</CdtDbtInd>"
        money = f"{own}{side}" if version >= "04" else f"<AmtDtls><TxAmt>{own}</TxAmt></AmtDtls>"
    if move.instructed:
        foreign = f"<InstdAmt><Amt Ccy='{move.instructed[1]}'>{move.instructed[0]}</Amt></InstdAmt>"
        money += f"<AmtDtls>{foreign}</AmtDtls>"
    name = f"<Nm>{escape(move.name)}</Nm>" if move.name else ""
    party = f"<Pty>{name}</Pty>" if version >= "08" and name else name
    role = "Dbtr" if move.came != move.reversal else "Cdtr"
    number = f"<{role}Acct><Id><IBAN>{move.account}</IBAN></Id></{role}Acct>" if move.account else ""
    parties = f"<RltdPties><{role}>{party}</{role}>{number}</RltdPties>" if name or number else ""
    free = f"<Ustrd>{escape(move.text)}</Ustrd>" if move.text else ""
    formal = f"<Strd><CdtrRefInf><Ref>{move.structured}</Ref></CdtrRefInf></Strd>" if move.structured else ""
    remittance = f"<RmtInf>{free}{formal}</RmtInf>" if free or formal else ""
    returned = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if move.returned else ""
    return f"<TxDtls>{f'<Refs>{refs}</Refs>' if refs else ''}{money}{_charges(move, version)}{parties}{remittance}{returned}</TxDtls>"


def comma(amount: str) -> str:
    return amount.lstrip("-").replace(".", ",") if "." in amount else f"{amount.lstrip('-')},"


def mt940(
    *moves: Move,
    opening: str = "1000.00",
    closing: str | None = None,
    account: str = IBAN,
    number: str = "1/1",
    reference: str = "STARTUMS",
    currency: str = "EUR",
) -> bytes:
    """One MT940 message in the structure of German banks."""
    closing = closing or str(Decimal(opening) + sum_of(moves))
    first, last = min((m.day for m in moves), default=DAY), max((m.day for m in moves), default=DAY)
    rows = [
        f":20:{reference}",
        f":25:{account}",
        f":28C:{number}",
        f":60F:{_mark(opening)}{first:%y%m%d}{currency}{comma(opening)}",
    ]
    for move in moves:
        mark = f"R{'D' if move.came else 'C'}" if move.reversal else ("C" if move.came else "D")
        reference = f"//{move.ref}" if move.ref else ""
        rows.append(
            f":61:{(move.value or move.day):%y%m%d}{move.day:%m%d}{mark}{comma(move.amount)}NTRFNONREF{reference}"
        )
        text = "".join(f"{key}+{value}" for key, value in (("EREF", move.e2e), ("SVWZ", move.text)) if value)
        chunks = [text[i : i + 27] for i in range(0, len(text), 27)]
        remitted = "".join(f"?{20 + i}{chunk}" for i, chunk in enumerate(chunks[:10]))
        rows.append(
            f":86:{'109' if move.returned else '166'}?00GUTSCHRIFT{remitted}?31{move.account}?32{move.name}"
        )
    rows += [f":62F:{_mark(closing)}{last:%y%m%d}{currency}{comma(closing)}", "-"]
    return "\r\n".join(rows).encode("latin-1")


def _mark(amount: str) -> str:
    return "D" if amount.startswith("-") else "C"


def bai2(
    *moves: tuple[str, int, str], account: str = "987654321", currency: str = "USD", opening: int = 100_000
) -> bytes:
    """A BAI2 file of one account: movements as (type code, minor units, rest of the record)."""
    came = sum(minor for code, minor, _ in moves if code[0] in "123")
    went = sum(minor for code, minor, _ in moves if code[0] in "456")
    closing = opening + came - went
    rows = [
        "01,122099999,123456789,260302,0200,1,80,1,2/",
        "02,031001234,122099999,1,260302,2359,USD,2/",
        f"03,{account},{currency},010,{opening},,,015,{closing},,/",
    ]
    rows += [f"16,{code},{minor},{rest}" for code, minor, rest in moves]
    total = opening + closing + came + went
    rows += [
        f"49,{total},{len(moves) + 2}/",
        f"98,{total},1,{len(moves) + 4}/",
        f"99,{total},1,{len(moves) + 6}/",
    ]
    return "\r\n".join(rows).encode()
