"""Packages whose names are loaded when they are first used (PEP 562).

A function that starts cold pays for every module it loads, and for every dataclass half a millisecond. Most functions use a
few names of a large package; so such a package tells where its names are, and imports none of them itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def on_demand(package: str, names: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package: `names` has, by module, the names that are to be had from it, with blanks between
    them. Hidden from the type checker (`if not TYPE_CHECKING`), which would take any name for one of them."""
    homes = {name: module for module, each in names.items() for name in each.split()}

    def load(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{homes[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return load
