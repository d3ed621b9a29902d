"""What is in the repository works on any machine: it names no machine, no registry, and carries no secret."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, repository_files

# Written so that this file does not match itself.
MACHINE_PATHS = re.compile(r"(?<![\w./~$}-])/(?:root|work|home/\w+|Users/\w+|opt/(?:wheels|pypi)[\w-]*)/")
REGISTRY_HOSTS = re.compile(
    r"\b(?:pypi|pythonhosted|npmjs|yarnpkg|debian|crates)\.(?:org|com|io)\b|--(?:extra-)?index-url\s|--find-links\s"
)
SECRETS = re.compile(r"\bAKIA[0-9A-Z]{16}\b|-----BEGIN (?:RSA |EC )?PRIVATE KEY|\bsk_live_\w{8}")
LARGEST = 1_000_000


def text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {match.group()}"
        for path in repository_files()
        for number, line in enumerate(text(path).splitlines(), start=1)
        if (match := pattern.search(line))
    ]


def test_no_file_names_a_place_on_a_machine() -> None:
    assert lines_with(MACHINE_PATHS) == []


def test_no_file_names_a_package_registry() -> None:
    assert lines_with(REGISTRY_HOSTS) == []


def test_no_file_carries_a_secret() -> None:
    assert lines_with(SECRETS) == []


def test_no_file_is_large() -> None:
    assert [str(path.relative_to(ROOT)) for path in repository_files() if path.stat().st_size > LARGEST] == []


@pytest.mark.parametrize(
    "lock",
    [
        "layers/dependencies/requirements.txt",
        *(
            f"infrastructure/requirements/{name}.txt"
            for name in ("bootstrap", "dev", "engine", "runtime", "sam")
        ),
    ],
)
def test_every_locked_package_has_a_version_and_a_hash(lock: str) -> None:
    entries = re.split(
        r"\n(?=\S)", re.sub(r"^#.*\n|^ +#.*\n?", "", (ROOT / lock).read_text(), flags=re.MULTILINE)
    )
    packages = [entry for entry in entries if entry.strip()]
    assert packages
    for entry in packages:
        assert re.match(r"[\w.-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_all_environments_agree_on_the_versions_they_share() -> None:
    versions: dict[str, set[str]] = {}
    for lock in (
        "layers/dependencies/requirements.txt",
        "infrastructure/requirements/runtime.txt",
        "infrastructure/requirements/engine.txt",
        "infrastructure/requirements/dev.txt",
    ):
        pinned = dict(re.findall(r"^([\w.-]+)==([\w.]+) \\$", (ROOT / lock).read_text(), flags=re.MULTILINE))
        for name, version in pinned.items():
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}
