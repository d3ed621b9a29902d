"""What is deployed is built once: the same sources give the same file, and a change only its own."""

import shutil
from pathlib import Path

import pytest

from receivables_local import artefacts
from receivables_local.engine import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "template.yaml", tmp_path)
    for name in ("functions", "infrastructure/api", "infrastructure/statemachines"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (ROOT / "infrastructure").glob("*.yaml"):
        shutil.copy(file, tmp_path / "infrastructure")
    (tmp_path / "layers").symlink_to(ROOT / "layers")
    return tmp_path


def keys(checkout: Path) -> dict[str, str]:
    return {artefact.resource: artefact.key for artefact in artefacts.build(checkout)}


def test_the_same_sources_give_the_same_artefacts_elsewhere_and_later(checkout: Path) -> None:
    assert keys(checkout) == keys(ROOT)


def test_a_change_makes_its_own_artefact_another(checkout: Path) -> None:
    before = keys(checkout)
    app = checkout / "functions" / "nominate" / "app.py"
    app.write_text(app.read_text() + "\n# changed\n")
    after = keys(checkout)
    assert {name for name in after if after[name] != before[name]} == {"NominateFunction"}


def test_a_layer_holds_compiled_code_and_no_boto(checkout: Path) -> None:
    import zipfile

    built = {artefact.resource: artefact.file for artefact in artefacts.build(checkout)}
    with zipfile.ZipFile(built["DependenciesLayer"]) as layer:
        names = layer.namelist()
    assert any(name.endswith(".pyc") for name in names)
    assert all(name.startswith("python/") for name in names)
    assert not any(name.startswith(("python/botocore", "python/boto3")) for name in names)
