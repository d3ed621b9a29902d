"""Which terms and which policy apply: the customer's own, else the company's default, else the built-in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final, Generic, Protocol, TypeVar

from receivables.core.configuration import Company, CompanyStore
from receivables.core.errors import NotFound
from receivables.core.versions import Catalogue, Versioned, VersionStore, in_force
from receivables.customers import Customer
from receivables.dunning.policy import DEFAULT_POLICY, Policy
from receivables.terms import DEFAULT_TERMS, Terms

CACHE_SECONDS: Final = 60.0
"""How long a container may go on with what it read. A version is immutable and takes effect by its date, so a late
reader differs only in having missed a change made within this time."""

V = TypeVar("V", bound=Versioned)
T = TypeVar("T")


class ApplicableTerms(Protocol):
    """The terms that apply to a customer on a day."""

    def for_customer(self, customer: Customer, on: date) -> Terms:
        """Customer's own, else the company's default, else DEFAULT_TERMS; the version in force on `on`."""


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
        chosen: Callable[[Customer | Company], str | None],
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self._catalogue, self._company, self._built_in, self._chosen = catalogue, company, built_in, chosen
        self._documents: Memory[tuple[V, ...]] = Memory(monotonic)
        self._settings: Memory[Company] = Memory(monotonic)

    def for_customer(self, customer: Customer, on: date) -> V:
        """The version in force on `on` of the first of the three that has one by then.

        Raises NotFound when the customer or the company names a document that does not exist.
        """
        own = self._in_force(self._chosen(customer), on)
        if own is not None:
            return own
        default = self._in_force(self._chosen(self._settings.get("company", self._company.get)), on)
        return default if default is not None else self._in_force(self._built_in.id, on) or self._built_in

    def _in_force(self, document_id: str | None, on: date) -> V | None:
        if document_id is None:
            return None
        versions = self._documents.get(document_id, lambda: self._catalogue.versions(document_id))
        try:
            return in_force(versions, on)
        except NotFound:
            return None


def terms_catalogue(store: VersionStore[Terms]) -> Catalogue[Terms]:
    return Catalogue(store, DEFAULT_TERMS, "terms")


def policy_catalogue(store: VersionStore[Policy]) -> Catalogue[Policy]:
    return Catalogue(store, DEFAULT_POLICY, "policy")


def applicable_terms(
    store: VersionStore[Terms], company: CompanyStore, monotonic: Callable[[], float] | None = None
) -> Applicable[Terms]:
    """Terms by customer and day; with a monotonic clock, what was read is remembered for CACHE_SECONDS."""
    return Applicable(terms_catalogue(store), company, DEFAULT_TERMS, lambda who: who.terms_id, monotonic)


def applicable_policies(
    store: VersionStore[Policy], company: CompanyStore, monotonic: Callable[[], float] | None = None
) -> Applicable[Policy]:
    """Policies by customer and day; with a monotonic clock, what was read is remembered for CACHE_SECONDS."""
    return Applicable(policy_catalogue(store), company, DEFAULT_POLICY, lambda who: who.policy_id, monotonic)
