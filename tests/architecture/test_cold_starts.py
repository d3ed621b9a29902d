"""A function that starts cold loads what it needs: packages load their names on demand, and the hot functions few of them."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys

import pytest

from receivables.core.on_demand import on_demand
from tests.architecture.source import PACKAGE, ROOT, parse

ON_DEMAND = ("arrangements", "charges", "customers", "dunning", "ledger", "terms")
MONEY_MOVES = ("charges", "ledger.entries", "ledger.payments", "ledger.posting", "ledger.invoices")
RULES = ("terms.terms", "terms.late_charges", "terms.schedule", "charges.rates")
AGREEMENTS = ("arrangements.dispute", "arrangements.plan", "arrangements.promise")
NOT_LOADED = {
    "receive_webhook": (
        *("arrangements", "customers", "dunning", "ledger", "notices", "terms"),
        *("adapters.http", "adapters.published_keys", "adapters.processors"),
    ),
    "nominate": ("arrangements.", "cases", "customers.", "dunning.policy", "ledger.", "notices", "terms."),
    "record_delivery": (*MONEY_MOVES, *RULES, *AGREEMENTS, "cases", "dunning.policy", "ledger.items"),
    "work_account": (
        *MONEY_MOVES,
        *RULES,
        *AGREEMENTS,
        "cases",
        "adapters.dynamodb.ledger",
        "adapters.stepfunctions",
    ),
}
_TOLD = "import sys, app; print(*(name for name in sys.modules if name.startswith('receivables.')))"

packages = pytest.mark.parametrize("package", ON_DEMAND)


@packages
def test_a_package_loads_every_name_that_it_tells(package: str) -> None:
    loaded = importlib.import_module(f"receivables.{package}")
    assert all(getattr(loaded, name) is not None for name in loaded.__all__)


@packages
def test_a_package_tells_the_type_checker_the_same_names_of_the_same_modules(package: str) -> None:
    tree = parse(PACKAGE / package / "__init__.py")
    checked = {
        node.module.rpartition(".")[2]: {alias.name for alias in node.names}
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module
        and node.module.startswith(f"receivables.{package}.")
    }
    (names,) = (
        ast.literal_eval(node.args[1])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "on_demand"
    )
    assert {module: set(each.split()) for module, each in names.items()} == checked
    listed = importlib.import_module(f"receivables.{package}").__all__
    assert set(listed) == set().union(*checked.values())


@packages
def test_no_name_of_a_package_is_that_of_a_module(package: str) -> None:
    # Once the module is loaded, it would be had in place of what it holds.
    names = set(importlib.import_module(f"receivables.{package}").__all__)
    assert not names & {path.stem for path in (PACKAGE / package).glob("*.py")}


def test_a_name_that_a_package_does_not_have_is_refused_as_of_any_module() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        on_demand("receivables.ledger", {"items": "OpenItem"})("Nothing")
    with pytest.raises(ImportError, match="cannot import name 'Nothing'"):
        exec("from receivables.ledger import Nothing", {})


def test_a_name_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = importlib.import_module("receivables.ledger")
    monkeypatch.delitem(vars(ledger), "OpenItem", raising=False)
    found = ledger.OpenItem
    assert vars(ledger)["OpenItem"] is found


@pytest.mark.parametrize("function", NOT_LOADED)
def test_a_hot_function_does_not_load_what_its_common_event_does_not_need(function: str) -> None:
    path = [ROOT / "functions" / function, PACKAGE.parent]
    code = f"import sys; sys.path[:0] = {[str(each) for each in path]}; {_TOLD}"
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"AWS_REGION": "eu-north-1"},
    )
    loaded = {name.removeprefix("receivables.") for name in told.stdout.split()}
    assert loaded
    assert not {name for name in loaded if _is_one_of(name, NOT_LOADED[function])}


def _is_one_of(name: str, unwanted: tuple[str, ...]) -> bool:
    """A name with a dot at its end stands for what is in the package, not the package itself."""
    return any(
        name.startswith(each) if each.endswith(".") else name == each or name.startswith(f"{each}.")
        for each in unwanted
    )
