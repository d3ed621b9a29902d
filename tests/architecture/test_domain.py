"""The domain is a function of its arguments: no clock, no chance, no environment, no float."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.architecture.source import DOMAIN, PACKAGE, called, imported, modules, parse, place

IMPURE_CALLS = (
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.sleep",
    "uuid1",
    "uuid4",
    "os.getenv",
    "os.urandom",
    "environ.get",
)
IMPURE_MODULES = {"random", "secrets", "socket", "subprocess", "threading"}
# The one place of chance: fresh identifiers, made for a moment that is given.
WITH_CHANCE = {PACKAGE / "core" / "ids.py"}
OF_THE_EDGES = {"aws_lambda_powertools", "boto3", "botocore", "chalice", "pydantic", "pynamodb"}

pure_modules = pytest.mark.parametrize(
    "path", modules("core", *DOMAIN), ids=lambda path: str(path.relative_to(PACKAGE))
)


@pure_modules
def test_the_domain_reads_no_clock_and_makes_no_chance(path: Path) -> None:
    tree = parse(path)
    found = [place(path, line) for line, name in called(tree) if is_impure(name)]
    assert not found
    assert path in WITH_CHANCE or not imported(tree) & IMPURE_MODULES


@pure_modules
def test_the_domain_knows_neither_aws_nor_frameworks(path: Path) -> None:
    assert not {name.partition(".")[0] for name in imported(parse(path))} & OF_THE_EDGES


def is_impure(call: str) -> bool:
    return any(call == name or call.endswith(f".{name}") for name in IMPURE_CALLS)


@pytest.mark.parametrize(
    "path",
    modules("core", *(name for name in DOMAIN if name != "usecases")),
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_no_float_touches_the_domain(path: Path) -> None:
    found = [ast.unparse(node) for node in ast.walk(parse(path)) if is_float(node)]
    assert not found


@pytest.mark.parametrize(
    "path", modules("adapters", "usecases"), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_around_the_domain_nothing_is_turned_into_a_float(path: Path) -> None:
    found = [place(path, line) for line, name in called(parse(path)) if name == "float"]
    assert not found


def is_float(node: ast.AST) -> bool:
    """A float constant, a call of float, or float as a type; `isinstance(x, float)` refuses one, and is welcome."""
    match node:
        case ast.Constant(value=float()):
            return True
        case ast.Call(func=ast.Name(id="float")):
            return True
        case ast.arg(annotation=ast.Name(id="float")) | ast.AnnAssign(annotation=ast.Name(id="float")):
            return True
        case ast.FunctionDef(returns=ast.Name(id="float")):
            return True
    return False


@pytest.mark.parametrize("path", modules("core"), ids=lambda path: path.name)
def test_the_core_needs_nothing_but_the_standard_library(path: Path) -> None:
    outside = {
        name
        for name in imported(parse(path))
        if name.partition(".")[0] not in sys.stdlib_module_names and not name.startswith("receivables.core")
    }
    assert not outside


@pytest.mark.parametrize(
    "path", modules("adapters", *DOMAIN), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_business_code_never_asks_for_the_present_moment(path: Path) -> None:
    found = [
        place(path, line) for line, name in called(parse(path)) if name.endswith(("datetime.now", ".utcnow"))
    ]
    assert not found
