"""The API's two documents, generated from its routes: `python infrastructure/api/generate.py [--check]`.

`openapi.json` is what API Gateway imports: lean, with the integrations, the authorizer and CORS. `public.json` is what
people and client generators read: every form and reply. A test fails when they differ from the code.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
for place in (ROOT, ROOT / "functions" / "api"):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))

from infrastructure.api.gateway import gateway_definition  # noqa: E402 - the paths come first
from infrastructure.api.public import public_document  # noqa: E402


def documents() -> dict[Path, str]:
    """Each document's file and what should be in it."""
    api = import_module("functions.api.app")
    endpoints = [endpoint for resource in api.RESOURCES for endpoint in resource.routes.endpoints]
    routes = {path: sorted(methods) for path, methods in api.app.routes.items()}
    made = {"openapi.json": gateway_definition(routes), "public.json": public_document(endpoints)}
    return {HERE / name: _text(document) for name, document in made.items()}


def outdated() -> Iterator[Path]:
    """The files that are not as they should be."""
    for path, text in documents().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield path


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the documents, or with `--check` only say which are outdated (then 1)."""
    if arguments == ["--check"]:
        found = list(outdated())
        for path in found:
            print(f"outdated: {path.relative_to(ROOT)}; run: make api")
        return 1 if found else 0
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
