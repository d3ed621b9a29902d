"""Proves that what `sam build` made is whole: run by `make build`.

Every handler is imported by an isolated interpreter of the Lambda version that sees the standard library, the built
layers, the function's own directory and the runtime's boto3, and nothing else: a package that is missing in the layers
fails here, not after the deployment. The layers are for arm64; where this machine is not, the import uses a twin of the
dependencies layer, made for this machine from the same lock, after checking that both hold the same packages.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".aws-sam" / "build"
SCRATCH = ROOT / ".build"
UV = ROOT / ".venv" / "bin" / "uv"

AARCH64 = 183  # e_machine of an ELF file
LAMBDA_LIMIT_MB = 250  # one function with all its layers, unpacked
PROBE = """
import sys, time
sys.path[:0] = sys.argv[2:]
started = time.process_time()
module = __import__(sys.argv[1].rpartition(".")[0])
assert callable(getattr(module, sys.argv[1].rpartition(".")[2])), "the handler cannot be called"
print(round((time.process_time() - started) * 1000))
"""


@dataclass(frozen=True)
class Function:
    name: str
    directory: Path
    handler: str
    environment: tuple[str, ...]


@dataclass(frozen=True)
class Built:
    functions: tuple[Function, ...]
    layers: dict[str, Path]


def main() -> int:
    parser = argparse.ArgumentParser(description="Check what sam build made.")
    parser.add_argument("--python", required=True, help="an interpreter of the Lambda runtime's version")
    python = parser.parse_args().python
    built = read_templates(BUILT / "template.yaml")
    if not built.functions or not built.layers:
        print("No function or no layer was built.", file=sys.stderr)
        return 1
    for function in built.functions:
        compile_sources(python, function.directory)
    print_sizes(built)
    problems = [
        *foreign_binaries(built.layers.values()),
        *runtime_packages(built.layers.values()),
        *import_problems(python, built),
    ]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def read_templates(path: Path) -> Built:
    """The functions and layers of a built template and of the stacks nested in it."""
    template: dict[str, Any] = yaml_parse(path.read_text(encoding="utf-8"))
    shared = template.get("Globals", {}).get("Function", {})
    functions: list[Function] = []
    layers: dict[str, Path] = {}
    for name, resource in template.get("Resources", {}).items():
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::Serverless::Function":
                functions.append(
                    Function(
                        name=name,
                        directory=path.parent / properties["CodeUri"],
                        handler=properties.get("Handler", shared.get("Handler")),
                        environment=(*variables(shared), *variables(properties)),
                    )
                )
            case "AWS::Serverless::LayerVersion":
                layers[name] = path.parent / properties["ContentUri"]
            case "AWS::Serverless::Application" | "AWS::CloudFormation::Stack":
                location = properties.get("Location", properties.get("TemplateURL"))
                nested = read_templates(path.parent / location)
                functions.extend(nested.functions)
                layers.update(nested.layers)
    return Built(tuple(functions), layers)


def variables(function: dict[str, Any]) -> tuple[str, ...]:
    return tuple(function.get("Environment", {}).get("Variables", {}))


def compile_sources(python: str, directory: Path) -> None:
    """Unchecked: a zip file keeps no times that Python could compare. What another version left behind goes."""
    for cache in [*directory.rglob("__pycache__")]:
        shutil.rmtree(cache)
    command = [python, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    subprocess.run([*command, "-s", str(directory), "-p", "/var/task", str(directory)], check=True)


def print_sizes(built: Built) -> None:
    print(f"{'':32}{'unpacked':>12}{'zipped':>12}")
    directories = {**built.layers, **{function.name: function.directory for function in built.functions}}
    for name, directory in directories.items():
        unpacked, packed = sizes(directory)
        print(f"{name:32}{readable(unpacked):>12}{readable(packed):>12}")
    layers = sum(sizes(directory)[0] for directory in built.layers.values())
    largest = layers + max(sizes(function.directory)[0] for function in built.functions)
    print(f"Largest function with its layers: {readable(largest)} of {LAMBDA_LIMIT_MB} MB")


def sizes(directory: Path) -> tuple[int, int]:
    """Bytes of a directory, unpacked and as the zip file that would be deployed."""
    archive = io.BytesIO()
    unpacked = 0
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for file in files(directory):
            unpacked += file.stat().st_size
            zipped.write(file, file.relative_to(directory))
    return unpacked, len(archive.getvalue())


def readable(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{size / 1000:.1f} KB"


def files(directory: Path) -> Iterator[Path]:
    return (path for path in sorted(directory.rglob("*")) if path.is_file())


def foreign_binaries(layers: Iterable[Path]) -> Iterator[str]:
    """Binaries in a layer that are not for arm64."""
    for layer in layers:
        for file in files(layer):
            header = file.read_bytes()[:20]
            if header[:4] == b"\x7fELF" and struct.unpack_from("<H", header, 18)[0] != AARCH64:
                yield f"{file.relative_to(BUILT)} is not built for arm64"


def runtime_packages(layers: Iterable[Path]) -> Iterator[str]:
    """Packages in a layer that the Lambda runtime brings already."""
    for layer in layers:
        for package in ("boto3", "botocore", "s3transfer"):
            if (layer / "python" / package).exists():
                yield f"{package} is in the runtime and must not be in {layer.name}"


def import_problems(python: str, built: Built) -> Iterator[str]:
    paths, problems = importable(python, built.layers)
    yield from problems
    print(f"\n{'Imported alone':32}{'CPU':>12}")
    for function in built.functions:
        command = [
            python,
            "-I",
            "-S",
            "-c",
            PROBE,
            function.handler,
            str(function.directory),
            *map(str, paths),
        ]
        environment = {name: f"example-{name.lower()}" for name in function.environment}
        # The level is looked up while importing: it must be one.
        environment |= {"AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1", "PATH": os.defpath}
        environment |= {"POWERTOOLS_LOG_LEVEL": "INFO"}
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if result.returncode:
            yield f"{function.name} cannot be imported from the built layers:\n{result.stderr}"
        else:
            print(f"{function.name:32}{result.stdout.strip():>9} ms")


def importable(python: str, layers: dict[str, Path]) -> tuple[list[Path], list[str]]:
    """Where an interpreter on this machine finds what a function would see on AWS; and what differs from AWS."""
    shutil.rmtree(SCRATCH, ignore_errors=True)
    twin = SCRATCH / "dependencies"
    make = ["make", "-s", "-C", str(ROOT / "layers" / "dependencies"), "build-DependenciesLayer"]
    subprocess.run([*make, f"ARTIFACTS_DIR={twin}", f"UV={UV}", f"PYTHON={python}", "TARGET="], check=True)
    runtime = SCRATCH / "runtime"
    lock = ROOT / "infrastructure" / "requirements" / "runtime.txt"
    install = [str(UV), "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--python", python]
    subprocess.run([*install, "--target", str(runtime), "--requirements", str(lock)], check=True)

    dependencies = layers["DependenciesLayer"] / "python"
    differing = packages(dependencies) ^ packages(twin / "python")
    problems = [f"{name} is not in both twins of the dependencies layer" for name in sorted(differing)]
    others = [path / "python" for name, path in layers.items() if name != "DependenciesLayer"]
    return [twin / "python", *others, runtime], problems


def packages(directory: Path) -> set[str]:
    """What is installed at the top; a compiled module's file also names the machine that it is for, which does not count here."""
    return {path.name.partition(".cpython-")[0] for path in directory.iterdir() if path.name != "__pycache__"}


if __name__ == "__main__":
    sys.exit(main())
