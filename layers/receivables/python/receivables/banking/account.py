"""Our own accounts at banks, and how the statements of each are read."""

from __future__ import annotations

from dataclasses import dataclass

from receivables.banking.mapping import CsvMapping


@dataclass(frozen=True, slots=True)
class BankAccount:
    """One of our accounts. `id` is our own name for it; the bank knows it by its `iban` or, where there is none, by its `number`
    (one of the two must be there: a statement of another account is refused by it). All its money is in `currency`.

    `timezone` (IANA) is where the bank's days begin and end. `mapping` explains its CSV files. With `await_details` a batch that is booked
    in one amount is not taken as a payment: its single payments come in another file (camt.054), or a person decides.
    """

    id: str
    name: str
    currency: str
    iban: str | None = None
    number: str | None = None
    timezone: str = "UTC"
    mapping: CsvMapping | None = None
    await_details: bool = False
    rev: int = 0

    def is_named(self, told: str) -> bool:
        """Whether a statement that names its account so is of this one: its IBAN or number, with or without spaces, leading zeros, the
        currency after it, or as bank code and account number (`10020030/1234567`)."""
        plain = _plain(told)
        forms = {plain, plain.removesuffix(self.currency)}
        if self.iban and (self.iban in forms or any(_in_iban(part, self.iban) for part in _split(told))):
            return True
        own = _plain(self.number or "").lstrip("0")
        return bool(own) and own in {form.lstrip("0") for form in forms}


def _plain(text: str) -> str:
    return "".join(c for c in text.upper() if c.isalnum())


def _split(told: str) -> list[tuple[str, str]]:
    """The ways in which it may be a bank code and an account number: separated by a slash."""
    bank, slash, number = told.partition("/")
    if not slash:
        return []
    digits = "".join(c for c in number if c.isdigit())
    return [(_plain(bank), digits)] if digits else []


def _in_iban(part: tuple[str, str], iban: str) -> bool:
    """Country and check digits are the first four characters of an IBAN; bank and number fill the rest."""
    bank, number = part
    rest = iban[4:]
    return bool(bank) and rest == bank + number.zfill(len(rest) - len(bank))
