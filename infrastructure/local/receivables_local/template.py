"""template.yaml as CloudFormation would see it: includes read, SAM expanded, nested templates beside it. Offline."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from receivables_local.engine import REGION, ROOT

Template = dict[str, Any]

LEFT_OUT = ("Observability",)
"""The nested stacks of resource types that the embedded AWS does not know. Nothing may refer to them."""


@dataclass(frozen=True, slots=True)
class Expanded:
    """The root template without macros, and each nested template by the logical id of its stack."""

    root: Template
    nested: dict[str, Template]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads the short forms of intrinsic functions as their long forms."""


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)


def read(path: Path) -> Template:
    """One template file, with long-form intrinsic functions."""
    return dict(yaml.load(path.read_text(), Loader=_Loader))  # noqa: S506 - a SafeLoader


def source(root: Path = ROOT) -> Template:
    """template.yaml as it is written, includes in place."""
    return dict(_include(read(root / "template.yaml"), root))


def expand(root: Path = ROOT, *, artefacts: dict[str, dict[str, str]] | None = None) -> Expanded:
    """The template of the checkout at `root`, expanded.

    `artefacts` says where the built code of a resource was put: {logical id: {"Bucket":, "Key":}}; without it every
    artefact is at an address of no meaning, which is enough to lint.
    """
    template = source(root)
    nested = {}
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        placed = (artefacts or {}).get(name, {"Bucket": "artefacts", "Key": name})
        for uri in ("CodeUri", "ContentUri", "DefinitionUri"):
            if uri in properties:
                properties[uri] = placed
        if resource["Type"] == "AWS::CloudFormation::Stack":
            nested[name] = read(root / properties["TemplateURL"])
            properties["TemplateURL"] = placed.get(
                "Url", f"https://s3.{REGION}.amazonaws.com/artefacts/{name}"
            )
    return Expanded(root=_translate(template), nested=nested)


def local_paths(root: Path = ROOT) -> Iterator[tuple[str, str, Path]]:
    """Each resource made of local files: logical id, type, path."""
    for name, resource in read(root / "template.yaml")["Resources"].items():
        properties = resource.get("Properties", {})
        for uri in ("CodeUri", "ContentUri", "DefinitionUri", "TemplateURL"):
            if uri in properties:
                yield name, resource["Type"], root / properties[uri]


def _translate(template: Template) -> Template:
    session = boto3.session.Session(region_name=REGION)
    # It says on each run that a feature toggle of AWS's own service is not there.
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    translator = Translator(managed_policy_map={}, sam_parser=Parser(), boto_session=session)
    return dict(translator.translate(template, parameter_values={}))


def _include(node: Any, root: Path) -> Any:
    """Put the content of each `AWS::Include` in its place."""
    if isinstance(node, list):
        return [_include(item, root) for item in node]
    if not isinstance(node, dict):
        return node
    transform = node.get("Fn::Transform")
    if isinstance(transform, dict) and transform.get("Name") == "AWS::Include":
        included = json.loads((root / transform["Parameters"]["Location"]).read_text())
        return {**{key: value for key, value in node.items() if key != "Fn::Transform"}, **included}
    return {key: _include(value, root) for key, value in node.items()}
