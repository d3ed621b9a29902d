"""A function parses, calls one use case, and replies; everything else is in the layers."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, called, function_directories, imported, parse, place

MOST_LINES = 60
THIRD_PARTY = {"aws_lambda_powertools"}
THIRD_PARTY_OF_THE_API = {*THIRD_PARTY, "chalice", "chalicelib", "pydantic", "pydantic_core"}
WALL_CLOCK = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time")

directories = pytest.mark.parametrize("directory", function_directories(), ids=lambda path: path.name)


def test_there_are_functions_to_look_at() -> None:
    assert function_directories()


@directories
def test_a_handler_fits_on_one_screen(directory: Path) -> None:
    lines = (directory / "app.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MOST_LINES


@directories
def test_a_function_has_a_handler(directory: Path) -> None:
    tree = parse(directory / "app.py")
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assigned = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert "handler" in defined | assigned


@directories
def test_a_function_imports_only_the_layers_and_powertools(directory: Path) -> None:
    allowed = THIRD_PARTY_OF_THE_API if directory.name == "api" else THIRD_PARTY
    for path in sorted(directory.rglob("*.py")):
        roots = {name.partition(".")[0] for name in imported(parse(path))}
        assert roots - sys.stdlib_module_names - allowed <= {"receivables"}, path.relative_to(ROOT)


@directories
def test_a_handler_leaves_the_domain_to_the_use_case(directory: Path) -> None:
    reached = {name for name in imported(parse(directory / "app.py")) if name.startswith("receivables.")}
    parts = {name.split(".")[1] for name in reached}
    assert parts <= {"runtime", "adapters", "core"}


@directories
def test_a_function_takes_its_time_from_the_event(directory: Path) -> None:
    found = [
        place(path, line)
        for path in sorted(directory.rglob("*.py"))
        for line, name in called(parse(path))
        if name.endswith(WALL_CLOCK)
    ]
    assert not found
