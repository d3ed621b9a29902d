"""A CSV mapping by example: what a sample of a bank's file tells of how such files are to be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from receivables.adapters.statements.csv_file import MOST_ABOVE, _records, plain, rows
from receivables.banking.mapping import DELIMITERS, Columns, CsvMapping, DateOrder, checked
from receivables.core.errors import InvalidInput

_NAMES: Final[Mapping[str, str]] = {
    "booked_on": "bookingdate buchungstag buchungsdatum buchung bookedon postingdate posteddate postdate transactiondate date datum "
    "dateoperation dateopération datecomptable fecha fechaoperación fechaoperacion datacontabile data kirjauspäivä completeddate boekdatum",
    "valued_on": "valuedate valuta valutadatum wertstellung wertstellungstag datevaleur datedevaleur fechavalor datavaluta valuedon rentedatum "
    "arvopäivä",
    "amount": "amount betrag umsatz umsatzineur betrageur montant importe importo bedrag summe betragineur määrä transactionamount betragineuro",
    "credit": "credit creditamount gutschrift haben paidin moneyin crédit abono deposit deposits entrate bij gutschriftinchf",
    "debit": "debit debitamount lastschrift soll belastung paidout moneyout débit cargo withdrawal withdrawals uscite af belastunginchf",
    "side": "sollhaben debitcredit creditdebit sh afbij dccode crdr drcr creditdebitindicator sollhabenkennzeichen",
    "currency": "currency währung waehrung devise divisa moneda valutacode munt ccy currencycode muntsoort",
    "counterparty": "counterparty counterpartyname name namezahlungsbeteiligter beguenstigterzahlungspflichtiger begünstigterzahlungspflichtiger "
    "auftraggeberbegünstigter auftraggeberempfänger zahlungspflichtiger payer payername auftraggeber naamtegenpartij tegenpartij partnername "
    "ordinante nomcontrepartie naamtegenpartij",
    "counterparty_account": "counterpartyaccount counterpartyiban ibanzahlungsbeteiligter kontonummeriban iban kontonummer accountnumber "
    "tegenrekening tegenrekeningiban payeriban partneriban ibanbbantegenpartij",
    "structured": "structuredreference creditorreference structuredcommunication qrreferenz referenznummer viite gestructureerdemededeling",
    "end_to_end": "endtoendid endtoendreference endtoend kundenreferenzendtoend kundenreferenz endtoendreferenz customerreference",
    "mandate": "mandateid mandatsreferenz mandatereference",
    "bank_reference": "bankreference transactionid transactionreference bankreferenz transaktionsnr transaktionsid volgnr accountservicerreference "
    "entryreference fitid arkistointitunnus",
    "charges": "charges fee fees gebühr gebühren entgelt frais comisión",
    "code": "transactiontype type buchungstext geschäftsvorfallcode gvc mutatiesoort code",
    "balance": "balance saldo saldonachbuchung kontostand solde runningbalance saldodisponible saldonamutatie",
}
_REMITTANCE: Final = (
    "verwendungszweck remittance remittanceinformation remittanceinfo description details paymentreference paymentdetails memo narrative "
    "libellé libelle concepto descrizione causale omschrijving mededelingen omschrijving1 omschrijving2 omschrijving3 buchungsdetails "
    "avisierungstext transactiondescription reference viesti reason purpose communication mededeling"
).split()
_CELL_DATE: Final = re.compile(r"(\d{1,4})[.\-/ ](\d{1,2})[.\-/ ](\d{1,4})(?:[T ].*)?|(\d{8})")
_SAMPLED: Final = 200


def mapping_by_example(text: str, told: Mapping[str, Any] | None = None) -> CsvMapping:
    """How a bank's CSV is to be read, told by a sample of it. `told` is what is known already, by the names of the fields of
    `CsvMapping` and, under `columns`, of `Columns`; the rest is found out from the header and the values.

    Raises InvalidInput naming what the sample does not tell.
    """
    known = dict(told or {})
    columns = {name: value for name, value in dict(known.pop("columns", None) or {}).items() if value}
    delimiter = str(known.get("delimiter") or _delimiter(text))
    header = _header(text, delimiter, columns)
    found = Columns(**_columns(header, columns))
    mapping = replace(
        CsvMapping(found, delimiter), **{name: value for name, value in known.items() if value is not None}
    )
    sample = [row for _, row in zip(range(_SAMPLED), rows(text, mapping), strict=False)]
    if not sample:
        raise InvalidInput("sample", "has no row under the names of the columns: show at least one movement")
    cells = [row.cells for row in sample]
    if known.get("dates") is None:
        mapping = replace(
            mapping, dates=_date_order([each.get(plain(found.booked_on), "") for each in cells])
        )
    if known.get("decimal") is None:
        names = [plain(name) for name in (found.amount, found.credit, found.debit) if name]
        mapping = replace(mapping, decimal=_decimal([each.get(name, "") for each in cells for name in names]))
    return checked(mapping)


def _delimiter(text: str) -> str:
    """The one that makes most columns in most lines."""
    lines = [line for line in text.splitlines()[: MOST_ABOVE + 40] if line.strip()]
    return max(DELIMITERS, key=lambda each: sum(line.count(each) for line in lines))


def _header(text: str, delimiter: str, columns: Mapping[str, Any]) -> Sequence[str]:
    """The row that names most of the columns that are looked for."""
    wanted = {
        plain(each)
        for value in columns.values()
        for each in (value if isinstance(value, tuple) else (value,))
    }
    known = wanted | {name for names in _NAMES.values() for name in names.split()} | set(_REMITTANCE)
    best: Sequence[str] = ()
    most = 1
    for number, cells in enumerate(_records(text, delimiter)):
        hits = sum(plain(cell) in known for cell in cells)
        if hits > most:
            best, most = cells, hits
        if number >= MOST_ABOVE:
            break
    if not best:
        raise InvalidInput(
            "sample", "has no row that names its columns: say the names of at least date and amount"
        )
    return best


def _columns(header: Sequence[str], told: Mapping[str, Any]) -> dict[str, Any]:
    """The column of each field: as it was told, else by its usual names; none is used twice."""
    names = {plain(cell): cell.strip() for cell in reversed(header) if cell.strip()}
    found = dict(told)
    used = {plain(value) for value in told.values() if isinstance(value, str)}
    for field, usual in _NAMES.items():
        if field in found or (field in ("credit", "debit") and "amount" in found):
            continue
        name = next((name for name in usual.split() if name in names and name not in used), None)
        if name is not None:
            found[field] = names[name]
            used.add(name)
    if "amount" in found and "amount" not in told:
        found = {
            field: value
            for field, value in found.items()
            if field not in ("credit", "debit") or field in told
        }
    if "booked_on" not in found:
        raise InvalidInput(
            "columns.booked_on",
            "is not told by the names in the header: say which column has the booking date",
        )
    if "amount" not in found and not ("credit" in found or "debit" in found):
        raise InvalidInput(
            "columns.amount", "is not told by the names in the header: say which column has the amount"
        )
    if "remittance" not in found:
        found["remittance"] = tuple(
            names[name] for name in dict.fromkeys(map(plain, header)) if _is_text(name) and name not in used
        )
    return found


def _is_text(name: str) -> bool:
    return name in _REMITTANCE or name.rstrip("0123456789") in _REMITTANCE


def _date_order(cells: Sequence[str]) -> DateOrder:
    """Told by all dates together: a number above 12 is a day. Raises InvalidInput (field `dates`) where they leave a doubt."""
    matches = [match for cell in cells if (match := _CELL_DATE.fullmatch(cell.strip()))]
    possible = {order for order in DateOrder if matches and all(_fits(match, order) for match in matches)}
    if len(possible) > 1 and any("." in match[0] for match in matches):
        possible &= {DateOrder.DAY_FIRST, DateOrder.YEAR_FIRST}
    if DateOrder.YEAR_FIRST in possible:
        possible = {DateOrder.YEAR_FIRST}
    if len(possible) != 1:
        raise InvalidInput("dates", "could have the day or the month first: say ymd, dmy or mdy")
    return possible.pop()


def _fits(match: re.Match[str], order: DateOrder) -> bool:
    if match[4]:
        digits = match[4]
        told = (
            (digits[:4], digits[4:6], digits[6:])
            if order is DateOrder.YEAR_FIRST
            else (digits[:2], digits[2:4], digits[4:])
        )
    else:
        told = (match[1], match[2], match[3])
    places = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}[order.value]
    year, month, day = (told[place] for place in places)
    whole = len(year) == 4 or (len(year) == 2 and order is not DateOrder.YEAR_FIRST)
    return (
        whole
        and 1 <= int(month) <= 12
        and 1 <= int(day) <= 31
        and (len(year) < 4 or 1970 <= int(year) <= 2199)
    )


def _decimal(cells: Sequence[str]) -> str:
    """The last separator of an amount is that of its decimals, unless three digits follow it. Raises InvalidInput (field
    `decimal`) where no amount tells."""
    told = set()
    for cell in cells:
        last = max(cell.rfind(","), cell.rfind("."))
        digits = "".join(c for c in cell[last + 1 :] if c.isdigit())
        both = "," in cell and "." in cell
        if last >= 0 and (both or len(digits) != 3):
            told.add(cell[last])
    if len(told) > 1:
        raise InvalidInput(
            "decimal", "contradict each other: some amounts have a comma before their decimals, some a point"
        )
    if not told and any("," in cell or "." in cell for cell in cells):
        raise InvalidInput("decimal", "could be a comma or a point: say which one")
    return told.pop() if told else ","
