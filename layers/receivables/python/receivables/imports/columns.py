"""Columns are found by their names: case, spaces and punctuation do not matter, common other names are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from receivables.core.errors import InvalidInput
from receivables.imports.job import ImportKind

INVOICE_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "number": tuple(
        "invoicenumber invoiceno invoiceid invoice number documentnumber documentno document".split()
    ),
    "customer_id": tuple(
        "customerid customernumber customerno customercode custnumber clientid customer client accountid account".split()
    ),
    "issue_date": tuple(
        "invoicedate issuedate issuedon issued dateissued documentdate documentcreatedate date".split()
    ),
    "due_date": tuple("duedate due dateofdue dueon payby dueindate".split()),
    "amount": tuple(
        "invoiceamount amount totalamount totalopenamount grossamount gross total amountdue value".split()
    ),
    "tax": tuple("taxamount vatamount salestax tax".split()),
    "currency": tuple("currency currencycode invoicecurrency ccy".split()),
    "description": tuple("description memo subject details".split()),
}
CUSTOMER_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": tuple(
        "customerid customernumber customerno customercode clientid id account accountid customer".split()
    ),
    "name": tuple("name customername companyname company fullname clientname".split()),
    "email": tuple("email emailaddress mail contactemail".split()),
    "phone": tuple("phone phonenumber mobile mobilephone telephone tel".split()),
    "locale": tuple("locale language lang".split()),
    "timezone": tuple("timezone tz".split()),
    "country": tuple("country countrycode".split()),
    "sms_consent": tuple("smsconsent smsoptin consentsms".split()),
    "terms_id": tuple("termsid terms paymentterms".split()),
    "policy_id": tuple("policyid policy dunningpolicy".split()),
}
_REQUIRED: Final = {
    ImportKind.INVOICES: ("number", "customer_id", "issue_date", "amount"),
    ImportKind.CUSTOMERS: ("id", "name"),
}


def find_columns(header: Sequence[str], wanted: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Position of each wanted column that the header has. Where several could be meant, the earlier name in `wanted`
    is taken; a column is never used for two things. Raises InvalidInput (field `file`) when a name occurs twice."""
    names = [plain(name) for name in header]
    positions = {name: i for i, name in enumerate(names)}
    found: dict[str, int] = {}
    for field, synonyms in wanted.items():
        name = next((s for s in synonyms if s in positions and positions[s] not in found.values()), None)
        if name is None:
            continue
        if Counter(names)[name] > 1:
            raise InvalidInput("file", f"has the column {header[positions[name]]!r} more than once")
        found[field] = positions[name]
    return found


def recognise(header: Sequence[str]) -> tuple[ImportKind, dict[str, int]]:
    """What the file holds, and where its fields are. A file with amounts or invoice numbers is one of invoices.

    Raises InvalidInput (field `file`) naming the columns that are missing.
    """
    invoices = find_columns(header, INVOICE_COLUMNS)
    if "amount" in invoices or ("number" in invoices and "issue_date" in invoices):
        kind, columns = ImportKind.INVOICES, invoices
    else:
        kind, columns = ImportKind.CUSTOMERS, find_columns(header, CUSTOMER_COLUMNS)
    if missing := [field for field in _REQUIRED[kind] if field not in columns]:
        raise InvalidInput("file", f"looks like {kind.value} but has no column for {', '.join(missing)}")
    return kind, columns


def plain(name: str) -> str:
    """A column's name without case, spaces and punctuation."""
    return "".join(c for c in name.casefold() if c.isalnum())
