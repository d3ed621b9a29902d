"""Which terms and which policy apply: the customer's own, else those of its segment, else the company's, else the built-in.

And how what applied once is found again: a version of terms is named on each invoice, a rate table in its terms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeAlias, TypeVar

from receivables.core.errors import NotFound
from receivables.core.versions import NOT_YET, Catalogue, Versioned, in_force
from receivables.dunning.policy import DEFAULT_POLICY

if TYPE_CHECKING:
    from receivables.charges.rates import RateTable
    from receivables.core.configuration import Company, CompanyStore, Segment
    from receivables.core.versions import VersionStore
    from receivables.customers import Customer
    from receivables.dunning.policy import Policy
    from receivables.terms import Terms

CACHE_SECONDS: Final = 60.0
"""How long a container may go on with what it read. A version is immutable and takes effect by its date, so a late
reader differs only in having missed a change made within this time."""

V = TypeVar("V", bound=Versioned)
T = TypeVar("T")


Chooser: TypeAlias = "Callable[[Customer | Segment | Company], str | None]"
"""What of the two - terms or policy - somebody has chosen."""


class ApplicableTerms(Protocol):
    """The terms that apply to a customer on a day, or those that are named for an invoice."""

    def for_customer(self, customer: Customer, on: date) -> Terms:
        """Customer's own, else the segment's, else the company's default, else DEFAULT_TERMS; the version in force."""

    def named(self, document_id: str, on: date) -> Terms:
        """The version in force on `on`. Raises NotFound."""

    def company(self) -> Company:
        """The company's settings."""


class Memory(Generic[T]):
    """Remembers what was read for `seconds` by a monotonic clock that is handed in; without a clock, never."""

    def __init__(self, monotonic: Callable[[], float] | None, seconds: float = CACHE_SECONDS) -> None:
        self._monotonic, self._seconds = monotonic, seconds
        self._kept: dict[str, tuple[float, T]] = {}

    def get(self, key: str, read: Callable[[], T]) -> T:
        if self._monotonic is None:
            return read()
        now = self._monotonic()
        kept = self._kept.get(key)
        if kept is not None and now - kept[0] < self._seconds:
            return kept[1]
        value = read()
        self._kept[key] = (now, value)
        return value


class Applicable(Generic[V]):
    """Resolves one kind of versioned document for a customer. Implements `dunning.ports.Policies` for policies."""

    def __init__(
        self,
        catalogue: Catalogue[V],
        company: CompanyStore,
        built_in: V,
        chosen: Chooser,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self._catalogue, self._company, self._built_in, self._chosen = catalogue, company, built_in, chosen
        self._documents: Memory[tuple[V, ...]] = Memory(monotonic)
        self._settings: Memory[Company] = Memory(monotonic)

    def for_customer(self, customer: Customer, on: date) -> V:
        """The version in force on `on` of the first in line that has one by then.

        Raises NotFound when a document is named that does not exist.
        """
        for document_id in self._line(customer):
            try:
                return self.named(document_id, on)
            except NotFound as error:
                if error.what != NOT_YET:
                    raise
        return self._built_in

    def named(self, document_id: str, on: date) -> V:
        """The version of a document that is in force on `on`. Raises NotFound for a document that does not exist, and
        for one of which nothing is in force yet."""
        versions = self._documents.get(document_id, lambda: self._catalogue.versions(document_id))
        return in_force(versions, on)

    def company(self) -> Company:
        """The company's settings."""
        return self._settings.get("company", self._company.get)

    def _line(self, customer: Customer) -> Iterator[str]:
        """The names of the documents that could apply, the first one first; read as far as they are asked for."""
        if own := self._chosen(customer):
            yield own
        company = self.company()
        segment = company.segments.get(customer.segment or "")
        if segment is not None and (theirs := self._chosen(segment)):
            yield theirs
        if default := self._chosen(company):
            yield default
        yield self._built_in.id


class TermsVersions:
    """Versions of terms by the names that invoices keep (`net-30/2`). Nothing written is ever changed, so each is read once."""

    def __init__(self, catalogue: Catalogue[Terms]) -> None:
        self._catalogue = catalogue
        self._known: dict[str, Terms] = {}

    def version(self, name: str) -> Terms:
        """Raises NotFound."""
        if name not in self._known:
            document_id = name.rpartition("/")[0]
            found = {f"{each.id}/{each.version}": each for each in self._catalogue.versions(document_id)}
            if name not in found:
                raise NotFound("terms version", name)
            self._known |= found
        return self._known[name]

    def of(self, names: Iterable[str]) -> dict[str, Terms]:
        """Several by their names. Raises NotFound."""
        return {name: self.version(name) for name in names}


class RateTables:
    """Rate tables as they are in force; with a monotonic clock, what was read is remembered for CACHE_SECONDS."""

    def __init__(self, catalogue: Catalogue[RateTable], monotonic: Callable[[], float] | None = None) -> None:
        self._catalogue = catalogue
        self._tables: Memory[tuple[RateTable, ...]] = Memory(monotonic)

    def table(self, table_id: str, on: date) -> RateTable:
        """The version in force on `on`. Raises NotFound."""
        return in_force(self._tables.get(table_id, lambda: self._catalogue.versions(table_id)), on)

    def of_terms(self, terms: Iterable[Terms], on: date) -> dict[str, RateTable]:
        """The tables that the interest of any of these terms refers to, by their ids. Raises NotFound."""
        return {table_id: self.table(table_id, on) for each in terms for table_id in tables_of(each)}


def tables_of(terms: Terms) -> frozenset[str]:
    """The ids of the rate tables that terms refer to."""
    from receivables.terms.late_charges import ReferenceRate

    interest = terms.late_charges.interest if terms.late_charges else None
    rate = interest.rate if interest else None
    return frozenset({rate.table}) if isinstance(rate, ReferenceRate) else frozenset()


# Terms and rate tables are loaded by those who use them: a worker of accounts without late charges needs neither.


def terms_catalogue(store: VersionStore[Terms]) -> Catalogue[Terms]:
    from receivables.terms import DEFAULT_TERMS

    return Catalogue(store, DEFAULT_TERMS, "terms")


def rates_catalogue(store: VersionStore[RateTable]) -> Catalogue[RateTable]:
    from receivables.charges.rates import builtin_rates

    return Catalogue(store, builtin_rates(), "rate table")


def policy_catalogue(store: VersionStore[Policy]) -> Catalogue[Policy]:
    return Catalogue(store, DEFAULT_POLICY, "policy")


def applicable_terms(
    store: VersionStore[Terms], company: CompanyStore, monotonic: Callable[[], float] | None = None
) -> Applicable[Terms]:
    """Terms by customer and day; with a monotonic clock, what was read is remembered for CACHE_SECONDS."""
    from receivables.terms import DEFAULT_TERMS

    return Applicable(terms_catalogue(store), company, DEFAULT_TERMS, lambda who: who.terms_id, monotonic)


def applicable_policies(
    store: VersionStore[Policy], company: CompanyStore, monotonic: Callable[[], float] | None = None
) -> Applicable[Policy]:
    """Policies by customer and day; with a monotonic clock, what was read is remembered for CACHE_SECONDS."""
    return Applicable(policy_catalogue(store), company, DEFAULT_POLICY, lambda who: who.policy_id, monotonic)
