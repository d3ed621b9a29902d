"""What is deployed, built for the engine's interpreter: a zip for each function and layer, kept by content.

The recipes are those of `sam build` (the Makefiles of the layers), for another interpreter and machine. A zip is
deterministic: the same files give the same bytes, and the same name.
"""

import hashlib
import io
import json
import shutil
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from receivables_local import template
from receivables_local.engine import CACHE, ROOT

_ENGINE_PYTHON = ROOT / ".venv-engine" / "bin" / "python"
_UV = ROOT / ".venv" / "bin" / "uv"
_A_WEEK = 7 * 86_400
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PACKED = {"AWS::Serverless::Function", "AWS::Serverless::LayerVersion"}


class BuildError(Exception):
    """A layer could not be built; the message is what the build said."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """The file to upload for one resource."""

    resource: str
    file: Path

    @property
    def key(self) -> str:
        """Its name in the bucket: says the content, so a changed artefact is another object."""
        return f"{self.resource}/{self.file.name}"


def build(root: Path = ROOT, cache: Path = CACHE) -> Iterator[Artefact]:
    """Build whatever the template of the checkout at `root` is made of, one by one; unchanged ones come from `cache`.

    What has not been used for a week is removed from the cache. Raises BuildError.
    """
    cache.mkdir(parents=True, exist_ok=True)
    _forget(cache, time.time() - _A_WEEK)
    for resource, kind, path in template.local_paths(root):
        if kind not in _PACKED:
            # Nested templates and state machines in JSON: the engine reads YAML slowly, or not at all.
            content = json.dumps(template.read(path)).encode()
            digest = hashlib.sha256(content).hexdigest()[:32]
            yield Artefact(resource, _kept(cache / f"{digest}.json", content))
            continue
        digest = _digest(resource, path)
        packed = cache / f"{digest}.zip"
        if packed.exists():
            packed.touch()
        else:
            layer = kind == "AWS::Serverless::LayerVersion"
            _kept(packed, _layer(resource, path) if layer else _zip(path, _sources(path)))
        yield Artefact(resource, packed)


def _digest(resource: str, path: Path) -> str:
    """Of everything that a build depends on: the sources, the recipe, the interpreter."""
    content = hashlib.sha256(f"{resource} {_ENGINE_PYTHON.resolve()}".encode())
    for file in _sources(path):
        content.update(f"\0{file.relative_to(path)}\0".encode())
        content.update(file.read_bytes())
    return content.hexdigest()[:32]


def _sources(path: Path) -> list[Path]:
    return sorted(file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)


def _layer(resource: str, path: Path) -> bytes:
    with tempfile.TemporaryDirectory(prefix="receivables-layer-") as out:
        recipe = ["make", "-s", "-C", str(path), f"build-{resource}"]
        settings = [f"ARTIFACTS_DIR={out}", f"UV={_UV}", f"PYTHON={_ENGINE_PYTHON}", "TARGET="]
        done = subprocess.run(recipe + settings, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BuildError(f"{resource}: {done.stdout}{done.stderr}")
        built = Path(out)
        return _zip(built, sorted(file for file in built.rglob("*") if file.is_file()))


def _zip(base: Path, files: Iterable[Path]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in files:
            entry = zipfile.ZipInfo(str(file.relative_to(base)), _EPOCH)
            entry.external_attr = 0o644 << 16
            # Not compressed: it goes no further than to the engine beside it, which unpacks it at once.
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_STORED)
    return packed.getvalue()


def _forget(cache: Path, before: float) -> None:
    for found in (*cache.glob("*.*"), *cache.glob("layers/*")):
        if found.stat().st_mtime < before:
            shutil.rmtree(found) if found.is_dir() else found.unlink(missing_ok=True)


def _kept(file: Path, content: bytes) -> Path:
    if file.exists():
        file.touch()
    else:
        fresh = file.with_suffix(file.suffix + ".new")
        fresh.write_bytes(content)
        fresh.rename(file)
    return file
