"""Trees of frozen dataclasses as plain values (ready for JSON), and back: one codec, which storage and API use alike.

A dataclass is an object of its fields; where it is one of several it has its name as `kind` (`NetDays` is `net_days`).
Dates, instants, times and decimals are text. How a type is written and read is worked out once, from its annotations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from receivables.core.amounts import Amounts
from receivables.core.clock import format_instant
from receivables.core.money import Money

T = TypeVar("T")
Plain = Any
Turn = Callable[[Any], Any]

KIND: Final = "kind"
_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Form:
    """How the values of one type are written and read."""

    write: Turn
    read: Turn


def kind_of(type_: type) -> str:
    """What a dataclass is called where it is one of several: `NetDays` is `net_days`."""
    return _WORD.sub("_", type_.__name__).lower()


class Trees:
    """A way to write trees. `forms` adds or replaces those of single types; `called` names the dataclasses of a union.
    Fields at their defaults are left out, unless all are to be shown (`whole`).

    Writing raises TypeError where a value is not what the annotations say, so that no float is ever written. Reading
    raises ValueError, TypeError or LookupError for what is not the form of such a tree, and what the dataclasses refuse.
    """

    def __init__(
        self,
        forms: Mapping[Any, Form] | None = None,
        *,
        called: Callable[[type], str] = kind_of,
        whole: bool = False,
    ) -> None:
        self._forms: dict[Any, Form] = SCALARS | (dict(forms) if forms else {})
        self._called, self._whole = called, whole

    def dump(self, type_: type[T], value: T) -> Plain:
        """A tree of that type in its plain form."""
        return self._form(type_).write(value)

    def load(self, type_: type[T], plain: Plain) -> T:
        """The tree of that type in a plain form."""
        value: T = self._form(type_).read(plain)
        return value

    def dumps(self, type_: type[T], value: T) -> str:
        """A tree of that type as JSON text: the same text for the same tree."""
        return json.dumps(self.dump(type_, value), separators=(",", ":"), sort_keys=True, ensure_ascii=False)

    def loads(self, type_: type[T], text: str) -> T:
        """The tree of that type in a JSON text."""
        return self.load(type_, json.loads(text))

    def _form(self, type_: Any) -> Form:
        if type_ not in self._forms:
            self._forms[type_] = self._made(type_)
        return self._forms[type_]

    def _made(self, type_: Any) -> Form:
        origin, of = get_origin(type_), get_args(type_)
        if origin in (Union, UnionType):
            return self._one_of(of)
        if origin in (tuple, frozenset):
            return _many(origin, self._form(of[0]))
        if origin is not None and issubclass(origin, Mapping):
            return _mapping(self._form(of[0]), self._form(of[1]))
        if isinstance(type_, type) and issubclass(type_, Enum):
            return Form(lambda value: exactly(type_, value).value, type_)
        if is_dataclass(type_):
            return self._dataclass(type_)
        raise TypeError(f"{type_} has no plain form")

    def _dataclass(self, type_: Any) -> Form:
        hints = get_type_hints(type_)
        forms = {f.name: (self._form(hints[f.name]), _default(f)) for f in fields(type_)}

        def write(value: Any) -> Plain:
            exactly(type_, value)
            values = {name: getattr(value, name) for name in forms}
            return {
                name: forms[name][0].write(each)
                for name, each in values.items()
                if self._whole or each != forms[name][1]
            }

        def read(plain: Plain) -> Any:
            return type_(**{name: forms[name][0].read(each) for name, each in plain.items()})

        return Form(write, read)

    def _one_of(self, types: tuple[Any, ...]) -> Form:
        variants = [type_ for type_ in types if type_ is not type(None)]
        some = self._form(variants[0]) if len(variants) == 1 else self._variants(variants)
        if len(variants) == len(types):
            return some
        return Form(
            lambda value: None if value is None else some.write(value),
            lambda plain: None if plain is None else some.read(plain),
        )

    def _variants(self, types: list[Any]) -> Form:
        by_kind = {self._called(type_): self._form(type_) for type_ in types}

        def write(value: Any) -> Plain:
            kind = self._called(type(value))
            if kind not in by_kind:
                raise TypeError(f"{type(value).__name__} is none of {', '.join(by_kind)}")
            return {KIND: kind, **by_kind[kind].write(value)}

        def read(plain: Plain) -> Any:
            return by_kind[plain[KIND]].read({name: each for name, each in plain.items() if name != KIND})

        return Form(write, read)


def _many(origin: Any, each: Form) -> Form:
    def write(values: Any) -> Plain:
        ordered = sorted(exactly(origin, values)) if origin is frozenset else exactly(origin, values)
        return [each.write(value) for value in ordered]

    return Form(write, lambda plain: origin(each.read(value) for value in plain))


def _mapping(key: Form, value: Form) -> Form:
    return Form(
        lambda values: {key.write(name): value.write(each) for name, each in values.items()},
        lambda plain: {key.read(name): value.read(each) for name, each in plain.items()},
    )


def _default(field: Field[Any]) -> Any:
    """What is left out; MISSING is equal to nothing, so that a field without default is always written."""
    return field.default if field.default_factory is MISSING else field.default_factory()


def exactly(type_: Any, value: Any) -> Any:
    """The value. Raises TypeError when it is not of that very type: no bool for an int, no datetime for a date."""
    if type(value) is not type_:
        raise TypeError(f"{type_.__name__} belongs here, not {type(value).__name__}")
    return value


def scalar(type_: Any, write: Turn = lambda value: value, read: Turn | None = None) -> Form:
    """The form of a type that is written as one value."""
    return Form(lambda value: write(exactly(type_, value)), read or (lambda plain: exactly(type_, plain)))


SCALARS: Final[dict[Any, Form]] = {
    str: scalar(str),
    int: scalar(int),
    bool: scalar(bool),
    Decimal: scalar(Decimal, lambda value: f"{value:f}", lambda plain: Decimal(exactly(str, plain))),
    date: scalar(date, date.isoformat, date.fromisoformat),
    datetime: scalar(datetime, format_instant, datetime.fromisoformat),
    time: scalar(time, time.isoformat, time.fromisoformat),
    Money: scalar(Money, lambda value: [value.minor, value.currency], lambda plain: Money(*plain)),
    Amounts: scalar(
        Amounts,
        lambda value: {amount.currency: amount.minor for amount in value.each},
        lambda plain: Amounts(tuple(Money(minor, currency) for currency, minor in plain.items())),
    ),
}

# How trees are stored: without what is at its default, amounts as minor units by currency. What was written must be readable
# for ever: a field that is added with a default needs nothing here, a class of a union is never renamed.
_STORED: Final = Trees()

dump, load = _STORED.dump, _STORED.load
dumps, loads = _STORED.dumps, _STORED.loads
