"""An entry of a camt message as lines: one, or one for each payment of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from receivables.adapters.statements.limits import day_of, parts, positive, words
from receivables.adapters.statements.xml_stream import Node
from receivables.banking.account import BankAccount
from receivables.banking.identity import normal_reference
from receivables.banking.statement import BankLine
from receivables.core.errors import InvalidFields, InvalidInput
from receivables.core.money import Money

_INCOMING: Final = {"CRDT": True, "DBIT": False}
_DATE_ONLY: Final = 16
"""Characters of a date with a zone, which is no instant: it stays the day that it is."""
_AMOUNTS: Final = (
    ("Amt",),
    ("AmtDtls", "TxAmt", "Amt"),
    ("AmtDtls", "CntrValAmt", "Amt"),
    ("AmtDtls", "InstdAmt", "Amt"),
)


def day_at(node: Node | None, path: str, timezone: str) -> date:
    """The day of a date, or of an instant as clocks at the bank show it. Raises InvalidInput."""
    told = node and (node.text("Dt") or node.text("DtTm"))
    if not told:
        raise InvalidInput(path, "is missing")
    try:
        return _day(told, timezone)
    except InvalidInput as error:
        raise InvalidInput(path, error.message) from None


@lru_cache(maxsize=512)
def _day(told: str, timezone: str) -> date:
    try:
        moment = datetime.fromisoformat(told)
        local = moment.astimezone(ZoneInfo(timezone)) if moment.tzinfo and len(told) > _DATE_ONLY else moment
    except ValueError:
        raise InvalidInput("", "is not a date such as 2026-03-01") from None
    except OverflowError:
        raise InvalidInput("", "is out of range") from None
    return day_of(local.year, local.month, local.day, "")


@dataclass(frozen=True, slots=True)
class _Booked:
    """What an entry says of all its payments."""

    amount: Money
    incoming: bool
    reversal: bool
    booked_on: date
    valued_on: date | None
    reference: str | None
    code: str | None


class Entries:
    """Reads the entries of statements of one account."""

    def __init__(self, account: BankAccount) -> None:
        self._account = account

    def read(self, entry: Node, path: str) -> tuple[list[BankLine], list[str]]:
        """Its lines, and what a person should know. Raises InvalidInput naming the element."""
        booked = self._booked(entry, path)
        details = entry.all("NtryDtls", "TxDtls")
        announced = _announced(entry)
        if len(details) == 1 and announced in (None, 1):
            return [self._single(entry, details[0], booked, path)], []
        if not details:
            line = self._single(entry, None, booked, path)
            return [_total(line, entry) if announced not in (None, 1) else line], []
        lines, problem = self._batch(entry, details, booked, announced, path)
        if problem:
            whole = _total(self._single(entry, None, booked, path), entry)
            return [whole], [f"{path} is taken as one line: {problem}"]
        return lines, []

    def _booked(self, entry: Node, path: str) -> _Booked:
        incoming = _side(entry, path)
        amount = self._own_amount(entry.find("Amt"), f"{path}.Amt")
        booking, value = entry.find("BookgDt"), entry.find("ValDt")
        zone = self._account.timezone
        return _Booked(
            amount=amount if incoming else -amount,
            incoming=incoming,
            reversal=entry.text("RvslInd") in ("true", "1"),
            booked_on=day_at(booking if booking is not None else value, f"{path}.BookgDt", zone),
            valued_on=day_at(value, f"{path}.ValDt", zone) if value is not None else None,
            reference=_reference(entry.text("AcctSvcrRef")),
            code=_code(entry),
        )

    def _own_amount(self, node: Node | None, path: str) -> Money:
        """An amount in the currency of the account."""
        currency = node.attribute("Ccy") if node is not None else ""
        if node is None or not currency:
            raise InvalidInput(path, "is missing, or has no currency")
        if currency != self._account.currency:
            raise InvalidInput("currency", f"{path} is in another currency than {self._account.currency}")
        return positive(node.text() or "", currency, path)

    def _single(self, entry: Node, detail: Node | None, booked: _Booked, path: str) -> BankLine:
        """The whole entry as one line; of a single payment the entry's own reference counts, which every message has."""
        own = _reference(detail.text("Refs", "AcctSvcrRef")) if detail is not None else None
        return self._line(entry, detail, booked, booked.amount, booked.reference or own, path)

    def _batch(
        self, entry: Node, details: Sequence[Node], booked: _Booked, announced: int | None, path: str
    ) -> tuple[list[BankLine], str]:
        """The payments of a batch - or why it has to be taken as one."""
        if announced not in (None, len(details)):
            return [], f"it has {announced} payments and tells {len(details)} of them"
        amounts = [
            self._detail_amount(each, booked, f"{path}.TxDtls.{i}") for i, each in enumerate(details, 1)
        ]
        if any(amount is None for amount in amounts):
            return [], f"not all of its {len(details)} payments tell their amount in {self._account.currency}"
        if sum(amount.minor for amount in amounts if amount) != booked.amount.minor:
            return [], f"the amounts of its {len(details)} payments do not add up to it"
        name = _batch_name(entry) or f"#{path}"
        lines = []
        for i, (detail, amount) in enumerate(zip(details, amounts, strict=True), start=1):
            own = _reference(detail.text("Refs", "AcctSvcrRef"))
            reference = own if own != booked.reference else None
            where = f"{path}.TxDtls.{i}"
            lines.append(self._line(entry, detail, booked, amount or booked.amount, reference, where, name))
        return lines, ""

    def _detail_amount(self, detail: Node, booked: _Booked, path: str) -> Money | None:
        """What the account moved by; None when it is told in other currencies only."""
        side = detail.text("CdtDbtInd")
        incoming = _INCOMING.get(side, booked.incoming) if side else booked.incoming
        for place in _AMOUNTS:
            node = detail.find(*place)
            if node is not None and node.attribute("Ccy") == self._account.currency:
                amount = positive(node.text() or "", self._account.currency, ".".join((path, *place)))
                return amount if incoming else -amount
        return None

    def _line(
        self,
        entry: Node,
        detail: Node | None,
        booked: _Booked,
        amount: Money,
        reference: str | None,
        path: str,
        batch: str | None = None,
    ) -> BankLine:
        told = detail if detail is not None else entry
        name, account = _counterparty(told, amount.minor >= 0, booked.reversal)
        structured, remittance = _remittance(told, entry if batch is None else None)
        returned = detail is not None and detail.find("RtrInf") is not None
        return BankLine(
            account=self._account.id,
            id="",
            booked_on=booked.booked_on,
            amount=amount,
            valued_on=booked.valued_on,
            counterparty=name,
            counterparty_account=account,
            remittance=remittance,
            structured=structured,
            end_to_end=_reference(told.text("Refs", "EndToEndId")),
            mandate=_reference(told.text("Refs", "MndtId")),
            bank_reference=reference,
            reversal=booked.reversal or returned,
            charges=self._charges(told, entry if batch is None else told, path),
            instructed=self._instructed(told),
            batch=batch,
            code=booked.code,
        )

    def _charges(self, told: Node, entry: Node, path: str) -> Money | None:
        """What the bank kept of the amount, in the currency of the account. Charges that are booked by themselves are no part of it."""
        places = [told] if told.element is entry.element else [told, entry]
        for place in places:
            found = place.all("Chrgs", "Rcrd") or [each for each in place.all("Chrgs") if each.find("Amt")]
            kept = Money.zero(self._account.currency)
            for each in found:
                node = each.find("Amt")
                if (
                    node is None
                    or node.attribute("Ccy") != kept.currency
                    or each.text("ChrgInclInd") in ("false", "0")
                ):
                    continue
                amount = positive(node.text() or "", kept.currency, f"{path}.Chrgs")
                kept = kept - amount if each.text("CdtDbtInd") == "CRDT" else kept + amount
            if kept.minor > 0:
                return kept
        return None

    def _instructed(self, told: Node) -> Money | None:
        """What was ordered in another currency."""
        for place in (("AmtDtls", "InstdAmt", "Amt"), ("Amt",), ("AmtDtls", "TxAmt", "Amt")):
            node = told.find(*place)
            if node is not None and node.attribute("Ccy") not in ("", self._account.currency):
                try:
                    return positive(node.text() or "", node.attribute("Ccy"), "InstdAmt")
                except InvalidFields:
                    # It moves nothing: a currency that is none, or decimals that it has not, are no reason to refuse the entry.
                    return None
        return None


def _side(entry: Node, path: str) -> bool:
    side = entry.text("CdtDbtInd")
    if side not in _INCOMING:
        raise InvalidInput(f"{path}.CdtDbtInd", "must be CRDT or DBIT")
    return _INCOMING[side]


def _announced(entry: Node) -> int | None:
    """How many payments the entry says that it books; 0: several, but not how many. None: it is no batch."""
    batch = entry.find("NtryDtls", "Btch")
    if batch is None:
        return None
    told = batch.text("NbOfTxs") or ""
    return int(told) if told.isascii() and told.isdigit() and len(told) <= 15 else 0


def _total(line: BankLine, entry: Node) -> BankLine:
    return replace(line, total=True, batch=_batch_name(entry))


def _batch_name(entry: Node) -> str | None:
    """What the bank calls a booking of several payments, in every message that tells of it. Not `NtryRef`: Swiss banks put the account
    there that was paid to."""
    places = (("AcctSvcrRef",), ("NtryDtls", "Btch", "PmtInfId"), ("NtryDtls", "Btch", "MsgId"))
    return next((name for place in places if (name := _reference(entry.text(*place)))), None)


def _code(entry: Node) -> str | None:
    domain, own = entry.find("BkTxCd", "Domn"), entry.text("BkTxCd", "Prtry", "Cd")
    if domain is None:
        return words(own)
    told = (domain.text("Cd"), domain.text("Fmly", "Cd"), domain.text("Fmly", "SubFmlyCd"))
    return words("/".join(each for each in told if each))


def _counterparty(told: Node, incoming: bool, reversal: bool) -> tuple[str | None, str | None]:
    """Name and account of who is on the other side. In a reversal the parties stand as in what is reversed."""
    parties = told.find("RltdPties")
    if parties is None:
        return None, None
    roles = ("Dbtr", "Cdtr") if incoming != reversal else ("Cdtr", "Dbtr")
    name = next((n for n in (_name(parties, role) for role in (roles[0], f"Ultmt{roles[0]}")) if n), None)
    account = parties.find(f"{roles[0]}Acct")
    number = account and (account.text("Id", "IBAN") or account.text("Id", "Othr", "Id"))
    return name, words("".join((number or "").split()))


def _name(parties: Node, role: str) -> str | None:
    return words(parties.text(role, "Nm") or parties.text(role, "Pty", "Nm"))


def _remittance(told: Node, entry: Node | None) -> tuple[str | None, tuple[str, ...]]:
    """The creditor's reference, and all other words: free text, numbers of documents, further references; what the bank says of
    the entry only where nothing else is said."""
    structured, texts = [], [node.text() for node in told.all("RmtInf", "Ustrd")]
    for node in told.all("RmtInf", "Strd"):
        structured.append(words(node.text("CdtrRefInf", "Ref")))
        texts.extend(each.text("Nb") for each in node.all("RfrdDocInf"))
        texts.extend(each.text() for each in node.all("AddtlRmtInf"))
    references = [each for each in structured if each]
    texts.extend(references[1:])
    if not references and not any(texts):
        texts.extend((told.text("AddtlTxInf"), entry.text("AddtlNtryInf") if entry is not None else None))
    return references[0] if references else None, parts(texts)


def _reference(text: str | None) -> str | None:
    """A reference, unless it only says that there is none."""
    return words(text) if normal_reference(text) else None
