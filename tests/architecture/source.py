"""The project's own source as the architecture tests look at it."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "layers" / "receivables" / "python" / "receivables"
EDGES = {"adapters", "core", "runtime"}
# Found, not listed: a new context is held to the rules from its first line.
DOMAIN = tuple(sorted({path.parent.name for path in PACKAGE.glob("*/__init__.py")} - EDGES))


def function_directories() -> list[Path]:
    return sorted(path.parent for path in (ROOT / "functions").glob("*/app.py"))


def modules(*contexts: str) -> list[Path]:
    """The modules of some parts of the package, by the name of the part."""
    return sorted(path for context in contexts for path in (PACKAGE / context).rglob("*.py"))


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(tree: ast.Module) -> set[str]:
    """The dotted names of all modules that a module imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or ".")
    return names


def called(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every call: (12, "datetime.now")."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def repository_files() -> list[Path]:
    """What is, or is about to be, in the repository; ignored files are not."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    paths = (ROOT / name.decode() for name in listing.split(b"\0") if name)
    return sorted(path for path in paths if path.is_file())
