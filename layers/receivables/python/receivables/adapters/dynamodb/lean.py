"""Responses of DynamoDB without botocore's walk through every attribute: most of what reading a page costs.

botocore rebuilds each attribute value by the service's model, level by level, to arrive at what the JSON said already
(but for bytes, which it decodes). Here the maps of attributes are handed on as they were parsed. The codecs read both
forms: `binary_at` takes bytes or base64 text, and everything else is the same.

The override touches one private method of botocore. If botocore changes it, nothing is overridden and responses are
walked as usual: slower, and right. A test tells when that happens.
"""

from __future__ import annotations

from inspect import signature
from typing import Any, Final

from botocore.parsers import JSONParser, ResponseParserFactory
from botocore.session import Session

_MAPS_OF_ATTRIBUTES: Final = frozenset({"AttributeMap", "Key"})


def leave_attributes_unwalked(session: Session) -> bool:
    """Let the clients that this session makes from now on hand over items as they come. False: botocore has changed,
    and the session stays as it is."""
    if not _as_expected():
        return False
    session.register_component("response_parser_factory", _Factory())
    return True


def _as_expected() -> bool:
    walk = getattr(JSONParser, "_handle_map", None)
    return walk is not None and list(signature(walk).parameters) == ["self", "shape", "value"]


class _Parser(JSONParser):  # type: ignore[misc]
    def _handle_map(self, shape: Any, value: Any) -> Any:
        if shape.name in _MAPS_OF_ATTRIBUTES and shape.value.name == "AttributeValue":
            return value
        return super()._handle_map(shape, value)


class _Factory(ResponseParserFactory):  # type: ignore[misc]
    def create_parser(self, protocol_name: str) -> Any:
        return _Parser(**self._defaults) if protocol_name == "json" else super().create_parser(protocol_name)
